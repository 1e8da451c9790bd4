"""The units and the environment files in deploy/, and what a service gets from them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(file.stem for file in (DEPLOY / "systemd").glob("*.service"))
SERVICES = [name for name in UNITS if name != "factcheck-backup"]  # those that run all day


def unit(service: str) -> str:
    return (DEPLOY / "systemd" / f"{service}.service").read_text()


def values(service: str, name: str) -> list[str]:
    """All values of a setting of the unit."""
    return re.findall(f"^{name}=(.*)$", unit(service), re.MULTILINE)


def example(name: str) -> dict[str, str]:
    """The variables in an environment file."""
    lines = (DEPLOY / "env" / f"{name}.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def files(service: str) -> list[str]:
    """The names of the unit's environment files."""
    return [Path(value).stem for value in values(service, "EnvironmentFile")]


def environment(service: str) -> dict[str, str]:
    """Everything that systemd puts into the service's environment."""
    found = {name: value for file in files(service) for name, value in example(file).items()}
    for line in values(service, "Environment"):
        found |= dict(word.split("=", 1) for word in line.split())
    return found
