"""Looks for known vulnerabilities of pinned packages with pip-audit: ``audit.py REQUIREMENTS...``.

pip-audit prints "No known vulnerabilities found" even if its source doesn't know any package. Therefore, this program
first asks each source about a version with many published vulnerabilities. It only uses a source that reports them.

The exit status is 0 if no package has a known vulnerability, 1 if a package has one, and 2 if some weren't checked.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SOURCES = ("pypi", "osv")
VULNERABLE = "django==3.2"


def main(*requirements: str) -> int:
    source = next(filter(_answers, SOURCES), None)
    if source is None:
        print(
            f"Not checked: no advisory source answers ({', '.join(SOURCES)}). Try again with internet access.",
            file=sys.stderr,
        )
        return 2
    reports = [report(source, "--require-hashes", "--requirement", file) for file in requirements]
    if not all(reports):
        print(f"Not checked: {source} stopped answering. Try again.", file=sys.stderr)
        return 2
    packages = [each for packages in reports for each in packages]
    vulnerable = [each for each in packages if each.get("vulns")]
    skipped = [each for each in packages if "skip_reason" in each]
    for each in vulnerable:
        for found in each["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "none"
            print(f"{each['name']} {each['version']}: {found['id']} ({', '.join(found['aliases'])}), fixed in: {fixed}")
    for each in skipped:
        print(f"Not checked: {each['name']} ({each['skip_reason']})", file=sys.stderr)
    checked = len(packages) - len(skipped)
    print(f"{checked} of {len(packages)} packages checked with {source}. {len(vulnerable)} have known vulnerabilities.")
    return 1 if vulnerable else 2 if skipped else 0


def _answers(source: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "requirements.txt")
        file.write_text(f"{VULNERABLE}\n", encoding="utf-8")
        return any(each.get("vulns") for each in report(source, "--no-deps", "--requirement", str(file)))


def report(source: str, *arguments: str) -> list[dict[str, Any]]:
    """Return pip-audit's answer for each package. The list is empty if the source can't be reached."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--vulnerability-service",
        source,
        "--disable-pip",
        "--format",
        "json",
    ]
    command += ["--progress-spinner", "off", "--timeout", "20", *arguments]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found: list[dict[str, Any]] = json.loads(output)["dependencies"] if output.startswith("{") else []
    return found


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
