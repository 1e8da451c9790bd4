"""The list of packages for a release, and the search for known vulnerabilities."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
_spec = importlib.util.spec_from_file_location("audit", ROOT / "deploy" / "audit.py")
assert _spec is not None
assert _spec.loader is not None
audit: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(audit)

HOLE = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["5.2.1"]}
OLD = [{"name": "django", "version": "3.2", "vulns": [HOLE]}]
UNKNOWN = [{"name": "django", "skip_reason": "Dependency not found on PyPI"}]
SOUND = [{"name": "django", "version": "5.2.1", "vulns": []}]


def answers(monkeypatch: pytest.MonkeyPatch, **sources: tuple[list[Any], list[Any]]) -> None:
    """Each source's answer for the version that is known to be vulnerable, and for the pinned packages."""
    monkeypatch.setattr(audit, "report", lambda source, *words: sources[source]["--require-hashes" in words])


def test_a_source_that_knows_no_advisories_is_no_all_clear(monkeypatch, capsys):
    """pip-audit itself prints "No known vulnerabilities found" here."""
    answers(monkeypatch, pypi=(UNKNOWN, SOUND), osv=([], []))
    assert audit.main("requirements.txt") == 2
    assert capsys.readouterr().err.startswith("Not checked: no advisory source answers (pypi, osv).")


def test_the_second_source_is_asked_where_the_first_is_silent(monkeypatch, capsys):
    answers(monkeypatch, pypi=([], []), osv=(OLD, SOUND))
    assert audit.main("requirements.txt") == 0
    assert capsys.readouterr().out == "1 of 1 packages checked with osv. 0 have known vulnerabilities.\n"


def test_a_package_that_was_not_checked_is_named(monkeypatch, capsys):
    answers(monkeypatch, pypi=(OLD, SOUND + UNKNOWN))
    assert audit.main("requirements.txt") == 2
    assert capsys.readouterr().err == "Not checked: django (Dependency not found on PyPI)\n"


def test_a_source_that_stops_answering_is_no_all_clear(monkeypatch, capsys):
    answers(monkeypatch, pypi=(OLD, []))
    assert audit.main("requirements.txt") == 2
    assert "stopped answering" in capsys.readouterr().err


def test_a_vulnerable_package_is_named_with_the_version_that_mends_it(monkeypatch, capsys):
    answers(monkeypatch, pypi=(OLD, OLD))
    assert audit.main("requirements.txt") == 1
    assert capsys.readouterr().out.startswith("django 3.2: PYSEC-1 (CVE-1), fixed in: 5.2.1\n")


@pytest.mark.prove
def test_list_of_packages_has_each_pin_with_hashes_and_licence(tmp_path: Path):
    output = tmp_path / "sbom.json"
    files = ["requirements.txt", "requirements-assistants.txt"]
    command = [ROOT / ".venv/release/bin/python", "deploy/sbom.py", sys.executable, output, *files]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout
    document = json.loads(output.read_text())
    assert document["bomFormat"] == "CycloneDX"
    pins = re.findall(
        r"^([a-z0-9.-]+)(?:\[.*?\])?==(\S+)", "\n".join((ROOT / file).read_text() for file in files), re.MULTILINE
    )
    # In a pin's name, dots are hyphens (PEP 503).
    purls = {each["purl"].partition("?")[0].partition("@"): each for each in document["components"]}
    listed = {f"{name.replace('.', '-')}@{version}": each for (name, _, version), each in purls.items()}
    assert set(listed) == {f"pkg:pypi/{name}@{version}" for name, version in pins}
    for each in listed.values():
        assert any(reference.get("hashes") for reference in each["externalReferences"])
    django = next(each for each in listed.values() if each["name"].lower() == "django")
    assert django["licenses"][0]["license"]["id"] == "BSD-3-Clause"
    without = [each["name"] for each in listed.values() if not each.get("licenses")]
    assert all(name in said for name in without)
    assert len(without) < len(listed) / 10
