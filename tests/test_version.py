"""The version is the same wherever a reader or a program finds one."""

import json
import re
import tomllib
from pathlib import Path

import yaml

from api.assistants.server import make_server
from api.views.pages import openapi
from factcheck import __version__

ROOT = Path(__file__).parent.parent


def test_version_is_the_same_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.search(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert released
    assert {
        "pyproject.toml": tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"],
        "CHANGELOG.md": released[1],
        "the API": json.loads(openapi())["info"]["version"],
        "docs": yaml.safe_load(next((ROOT / "docs").rglob("openapi.yaml")).read_text(encoding="utf-8"))["info"][
            "version"
        ],
        "assistants": make_server().version,
    } == dict.fromkeys(("pyproject.toml", "CHANGELOG.md", "the API", "docs", "assistants"), __version__)
