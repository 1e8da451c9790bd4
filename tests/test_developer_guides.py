"""The code in the guides for developers runs against a real site and prints what the guides show."""

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from tests.support.databases import Ground
from tests.support.serving import served

DOCS = settings.BASE_DIR / "docs"
SITE = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUICKSTART = "tutorials/quickstart"
PAGES = (
    QUICKSTART,
    *(f"how-to/{name}" for name in ("read-all-pages", "check-a-claim", "verify-what-you-read", "follow-feeds")),
)
LANGUAGES = ["python", *(["js"] if shutil.which("node") else [])]
# These values differ each time the demo newsroom is loaded.
CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]*(?:…/|/)|\d{4}-\d\d-\d\dT[\d:.]+Z|cursor=\S+|[0-9a-f]{64}|0\.99\d\d(?= )")


@pytest.fixture(scope="module")
def site(demo_ground: Ground, module_database: str) -> Iterator[str]:
    """The URL of a site with the demo newsroom."""
    with override_settings(EMBEDDINGS_URL=""):
        call_command("embed_claims", stdout=io.StringIO())
        with served() as url, override_settings(SITE_URL=url):
            yield url


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    return [code for name, code in BLOCK.findall(text) if name == language]


def run(page: str, language: str, site: str, folder: Path) -> str:
    """The output of all blocks of the page in this language, run as one program."""
    program = folder / {"python": "guide.py", "js": "guide.mjs", "sh": "guide.sh"}[language]
    program.write_text("\n".join(blocks(page, language)).replace(SITE, site), encoding="utf-8")
    command = {"python": [sys.executable], "js": ["node"], "sh": ["bash", "-e"]}[language]
    done = subprocess.run([*command, program], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.replace(site, SITE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_quickstart_prints_what_it_shows(site: str, tmp_path: Path, language: str) -> None:
    shown = "".join(code for code in blocks(QUICKSTART, "") if code != "make run\n")
    printed = run(QUICKSTART, language, site, tmp_path)
    if language == "js":
        printed = printed.replace("\ntrue\n", "\nTrue\n")
    assert CHANGING.sub("<new>", printed) == CHANGING.sub("<new>", shown)


def test_quickstart_works_with_curl(site: str, tmp_path: Path) -> None:
    printed = run(QUICKSTART, "sh", site, tmp_path)
    computed, sent = re.findall(r"[0-9a-f]{64}(?=  -\n)|(?<=Digest: )[0-9a-f]{64}", printed, re.IGNORECASE)
    assert computed == sent


@pytest.mark.parametrize("page", PAGES[1:])
def test_code_of_the_guides_runs(site: str, tmp_path: Path, page: str) -> None:
    assert run(page, "python", site, tmp_path).strip()
    if "js" in LANGUAGES and blocks(page, "js"):
        assert run(page, "js", site, tmp_path).strip()


def test_assistants_are_led_to_pages_that_exist() -> None:
    """`llms.txt` has the form of llmstxt.org: a title, a summary, and lists of links."""
    text = (DOCS / "llms.txt").read_text(encoding="utf-8")
    assert re.match(r"# [^\n]+\n\n> [^\n]+\n", text)
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    links = []
    for section in sections:
        items = section.strip().split("\n")[2:]
        found = [re.fullmatch(r"- \[[^\]]+\]\(([^)]+)\): .+", item) for item in items]
        assert items, section
        assert all(found), section
        links += [each[1] for each in found if each]
    assert len(links) == len(set(links))
    assert [link for link in links if not (DOCS / link).is_file()] == []
    table = re.findall(r"\]\(([a-z]+\.md)", (DOCS / "reference/api.md").read_text(encoding="utf-8"))
    assert {f"reference/{name}" for name in table} <= set(links) | {"reference/api.md"}
