"""Every type of public page: valid HTML, no finding of axe, no overflow, and no request to another host."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from tests.support.databases import Ground
from tests.support.serving import served
from tests.website.pages import LANGUAGES, SCHEMES, WIDTHS, PublicPage, demo_pages, name_of, page_names

JAR = Path(os.environ.get("VNU_JAR", settings.BASE_DIR / ".venv/vnu/node_modules/vnu-jar/build/dist/vnu.jar"))
# The rules of WCAG 2.2 at the levels A and AA, and the practices that axe recommends.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
FINDINGS = """async options => (await axe.run(document, options)).violations.map(({id, help, nodes}) =>
    ({id, help, nodes: nodes.slice(0, 3).map(node => node.html.slice(0, 160))}))"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def pages(demo_ground: Ground, module_database: str) -> list[PublicPage]:
    return demo_pages()


@pytest.fixture(scope="module")
def site(pages: list[PublicPage]) -> Iterator[str]:
    with served() as url:
        yield url


def test_every_page_type_is_listed(pages: list[PublicPage]) -> None:
    assert page_names() - {name_of(page) for page in pages} == set()
    assert len({page.name for page in pages}) == len(pages)


def test_every_page_answers(pages: list[PublicPage]) -> None:
    for page in pages:
        for language, path in page.paths():
            response = Client().get(path, headers={"accept-language": language})
            assert response.status_code == page.status, path


@pytest.mark.prove
def test_html_is_valid(pages: list[PublicPage], tmp_path: Path) -> None:
    for number, page in enumerate(pages):
        for language, path in page.paths():
            response = Client().get(path, headers={"accept-language": language})
            name = f"{number:02} {page.name} {language}".replace(" ", "-").replace(":", "")
            (tmp_path / f"{name}.html").write_bytes(response.content)
    command = [
        "java",
        "-jar",
        str(JAR),
        "--errors-only",
        "--format",
        "gnu",
        "--stdout",
        "--skip-non-html",
        str(tmp_path),
    ]
    found = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert found.stderr == ""
    assert sorted(set(re.findall(r"([^/\"]+\.html\".*)", found.stdout))) == []
    assert found.returncode == 0


def findings(page: Page) -> Iterator[str]:
    for found in page.evaluate(FINDINGS, RULES):
        yield f"{found['id']}: {found['help']} {found['nodes']}"


@pytest.mark.prove
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_accessible_and_stays_on_this_site(pages, site, browser, language):
    found, hosts = set[str](), set[str]()
    context = browser.new_context(locale={"en": "en-GB", "vi": "vi-VN"}[language], reduced_motion="reduce")
    shown = context.new_page()
    shown.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    for page in pages:
        shown.goto(site + dict(page.paths())[language])
        shown.evaluate(Axe().axe_script)
        for width in WIDTHS:
            shown.set_viewport_size({"width": width, "height": 844})
            if overflow := shown.evaluate(OVERFLOW):
                found.add(f"{page.name} at {width} pixels: {overflow} pixels too wide")
            if width != 768:
                for scheme in SCHEMES:
                    shown.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                    found |= {f"{page.name} ({scheme}, {width}): {problem}" for problem in findings(shown)}
    context.close()
    assert sorted(found) == []
    assert hosts == {urlsplit(site).netloc}
