"""The guides on the site: every page opens, every link and picture leads somewhere, and nothing else is served."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from tests.website.conftest import Page

DOCS = Path(settings.BASE_DIR) / "docs"
PAGES = sorted(
    f"/docs/{file.relative_to(DOCS).with_suffix('')}/"
    for file in DOCS.glob("*/*.md")
    if not file.name.endswith(".vi.md") and file.name != "README.md" and file.parent.name != "site"
)
pytestmark = pytest.mark.usefixtures("module_database")


@cache
def source_of(path: str) -> str:
    """Nearly every guide links to others, so each is read once."""
    response = Client().get(path)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.mark.parametrize(
    ("language", "path"),
    [
        (language, path)
        for path in ("/docs/", "/docs/adr/", *PAGES)
        for language in ("en", "vi")
        if language == "en" or path in ("/docs/", "/docs/adr/") or (DOCS / f"{path[6:-1]}.vi.md").exists()
    ],
)
def test_guide_opens_and_leads_on(language: str, path: str) -> None:
    page = Page(source_of(f"/{language}{path}"))
    assert page.elements["h1"] == 1
    assert len(page.ids) == len(set(page.ids))
    assert not page.elements["style"]
    for link in page.values("a", "href"):
        target, _, anchor = unquote(link).partition("#")
        if not target:
            assert anchor in page.ids, link
        elif target.startswith(("/en/docs/", "/vi/docs/")):
            found = source_of(target)
            assert not anchor or f'id="{anchor}"' in found, link
    for picture in page.values("img", "src"):
        assert finders.find(picture.removeprefix("/static/")), picture
    assert page.elements["img"] == len([each for each in page.values("img", "alt") if each])


def test_guide_speaks_the_readers_language_where_it_can() -> None:
    vietnamese = list(DOCS.glob("*/*.vi.md"))
    assert len(vietnamese) > 15
    for file in vietnamese:
        folder = "" if file.parent.name == "site" else f"docs/{file.parent.name}/"
        path = f"/{folder}{file.name.removesuffix('.vi.md')}/"
        title = re.match("# (.+)", file.read_text(encoding="utf-8"))
        assert title
        response = source_of(f"/vi{path}")
        assert f'<h1 lang="vi">{title[1]}</h1>' in response
        assert ">English</a></p>" not in response  # the line for readers of the file
        # A page that is there in both languages never says that it is in English only.
        for language in ("en", "vi"):
            page = source_of(f"/{language}{path}")
            assert f'<h1 lang="{language}">' in page
            assert page.count('class="notice"') == 0
    english_only = next(path for path in PAGES if not (DOCS / f"{path[6:-1]}.vi.md").exists())
    assert '<h1 lang="en">' in Client().get(f"/vi{english_only}").content.decode()


def test_guide_is_markdown_for_programs() -> None:
    assert len(PAGES) > 50
    for path in PAGES:
        response = Client().get(f"{path.rstrip('/')}.md")
        assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
        assert response.content == (DOCS / f"{path[6:-1]}.md").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/docs/nowhere/",
        "/docs/how-to/nowhere/",
        "/docs/how-to/nowhere.md",
        "/docs/images/site/",
        "/docs/..%2f/README/",
        "/docs/how-to/..%2f..%2fREADME/",
        "/docs/how-to/..%2f..%2fREADME.md",
    ],
)
def test_nothing_else_is_served(path: str) -> None:
    assert Client().get(path, follow=True).status_code == 404


def test_assistants_are_led_to_markdown() -> None:
    response = Client().get("/llms.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    links = re.findall(r"\]\(([^)]+)\)", response.content.decode())
    assert links
    for link in links:
        assert link.startswith("http"), link
        if link.startswith(f"{settings.SITE_URL}/docs/"):
            assert Client().get(link.removeprefix(settings.SITE_URL), follow=True).status_code == 200, link
