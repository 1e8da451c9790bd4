"""Writes the list of a production site's packages in the CycloneDX format: ``sbom.py PYTHON OUTPUT REQUIREMENTS…``.

Versions and hashes come from the files REQUIREMENTS. Licences and dependencies come from the packages that are
installed for PYTHON. The licence of a package that is only installed on other platforms isn't known.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def main(python: str, output: str, *requirements: str) -> None:
    document = _cyclonedx("environment", "--pyproject", "pyproject.toml", python)
    installed = {_key(each): each for each in document["components"]}
    # A package can be pinned in several files.
    pins = {_key(pin): pin for file in requirements for pin in _cyclonedx("requirements", file)["components"]}
    packages = [
        {**pin, **(package := installed.get(key, {})), "externalReferences": _references(package, pin)}
        for key, pin in pins.items()
    ]
    listed = [each["bom-ref"] for each in packages]
    tree = {
        each["ref"]: [ref for ref in each.get("dependsOn", []) if ref in listed] for each in document["dependencies"]
    }
    tree[document["metadata"]["component"]["bom-ref"]] = listed
    document["components"] = packages
    document["dependencies"] = [
        {"ref": ref, "dependsOn": tree.get(ref, [])} for ref in tree if ref in listed or tree[ref] is listed
    ]
    Path(output).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    unknown = [f"{each['name']} {each['version']}" for each in packages if not each.get("licenses")]
    print(f"{output} lists {len(packages)} packages. Licence unknown: {', '.join(unknown) or 'none'}.")


def _cyclonedx(*arguments: str) -> Any:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "cyclonedx_py",
        arguments[0],
        "--spec-version",
        "1.6",
        *arguments[1:],
    ]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def _key(component: dict[str, Any]) -> tuple[str, str]:
    """Return the package's name as requirements files write it, and its version."""
    return component["name"].lower().replace("_", "-").replace(".", "-"), component["version"]


def _references(package: dict[str, Any], pin: dict[str, Any]) -> list[Any]:
    return [*package.get("externalReferences", []), *pin["externalReferences"]]


if __name__ == "__main__":
    main(*sys.argv[1:])
