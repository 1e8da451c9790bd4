"""Clients in TypeScript, generated from the OpenAPI document by others' generators, against the site over HTTP."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.views.pages import openapi
from tests.support.drafts import make_newsroom
from tests.support.serving import served

PROJECT = Path(__file__).with_name("typescript")


@pytest.fixture(scope="module")
def site(module_database: str) -> Iterator[str]:
    newsroom = make_newsroom()
    newsroom.publish_new()
    newsroom.publish_new(newsroom.make_claim(text="Cầu đã sập."), headline="Cầu vẫn còn")
    with served() as address:
        yield address


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


if shutil.which("npm"):  # a skipped test is a failed one, and without Node there is nothing to prove

    @pytest.fixture(scope="module")
    def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The programs of `PROJECT`, with their clients, checked by TypeScript and compiled."""
        folder = tmp_path_factory.mktemp("typescript")
        shutil.copytree(PROJECT, folder, dirs_exist_ok=True)
        (folder / "openapi.json").write_bytes(openapi())
        run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        run(folder, "npx", "--no-install", "openapi-typescript", "openapi.json", "--output", "schema.d.ts")
        run(folder, "npx", "--no-install", "openapi-ts", "--input", "openapi.json", "--output", "hey", "--no-log-file")
        run(folder, "npx", "--no-install", "tsc")
        return folder

    @pytest.mark.prove
    @pytest.mark.parametrize(("program", "more"), [("fetch_client", {"dumps": 0}), ("hey_client", {})])
    def test_client_reads_the_site(site: str, programs: Path, program: str, more: dict[str, Any]) -> None:
        """openapi-fetch with openapi-typescript, and @hey-api/openapi-ts. Both send a text to match without a limit."""
        assert json.loads(run(programs, "node", f"built/{program}.js", site)) == {
            "headlines": ["Cầu vẫn còn", "Video nước lũ là của năm 2020"],
            "method": "words",
            "problem": [404, "Nothing found at this URL"],
            **more,
        }
