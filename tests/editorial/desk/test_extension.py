"""The browser extension in a real browser: a source that refuses servers is copied from the browser."""

import json
import os
import shutil
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect, sync_playwright

from factcheck.editorial.captures.fetching import capture
from factcheck.editorial.captures.requests import request_missing
from factcheck.editorial.models import Capture, Source
from factcheck.editorial.programs.tokens import create_token
from tests.journeys.browser import signed_in
from tests.security.test_slow_readers import proxy
from tests.support.drafts import Newsroom
from tests.support.evidence import stored_in
from tests.support.local_pages import local_pages
from tests.support.serving import served

EXTENSION = Path(__file__).parents[3] / "factcheck/editorial/extension"
PAGE = "<!doctype html><meta charset=utf-8><title>Bài đăng</title><p id=seen></p><script>seen.textContent = 'Nước lũ tới mái chùa.'</script>"


def refuse_servers(request: BaseHTTPRequestHandler) -> None:
    """Answer browsers only, as Facebook, TikTok and Zalo do."""
    answers = "Chrome" in request.headers["User-Agent"]
    request.send_response(200 if answers else 403)
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    request.wfile.write(PAGE.encode() if answers else b"")


def test_both_languages_have_the_same_sentences() -> None:
    english, vietnamese = (
        json.loads((EXTENSION / f"_locales/{each}/messages.json").read_text()) for each in ("en", "vi")
    )
    assert list(english) == list(vietnamese)
    assert not {name for name in english if ("$1" in english[name]["message"]) != ("$1" in vietnamese[name]["message"])}
    manifest = json.loads((EXTENSION / "manifest.json").read_text())
    assert (manifest["permissions"], "host_permissions" in manifest) == (["activeTab", "scripting", "storage"], False)


def test_extension_is_downloaded_where_its_token_is_made(newsroom: Newsroom) -> None:
    browser = signed_in(newsroom.reporter).open("/admin/editorial/apitoken/add/")
    both = ["copies:write", "drafts:write"]
    assert "Choose one thing." in browser.fill(name="Chromium", scopes=both, days="30").press("Create a token").text
    browser.fill(scopes=["copies:write"]).press("Create a token")
    answer = browser.client.get(browser.page.links["Download the browser extension, which copies pages"])
    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert {
            f"factcheck-extension/{name}" for name in ("manifest.json", "popup.js", "_locales/vi/messages.json")
        } < set(archive.namelist())
        assert archive.read("factcheck-extension/site.txt") == b"http://127.0.0.1:8000"


@pytest.mark.prove
def test_source_that_refuses_servers_is_copied_from_a_browser(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    review = newsroom.make_review()
    with stored_in(tmp_path / "files"), local_pages(monkeypatch) as pages:
        url = pages.add("/story/1", refuse_servers)
        review.sources.filter(position=0).update(url=url, no_capture_reason="")
        source = review.sources.get(position=0)
        request_missing([source], newsroom=newsroom.publisher, by=newsroom.reporter)
        assert source.capture is not None
        capture(source.capture)
        assert (source.capture.state, source.capture.failure) == ("failed", "refused")
        _token, secret = create_token(
            by=newsroom.reporter, newsroom=newsroom.publisher.pk, name="Chromium", scopes=["copies:write"], days=7
        )
        (place := tmp_path / "nginx").mkdir()
        with served() as behind, proxy(behind, tmp_path, place) as site, sync_playwright() as playwright:
            context = _browser(playwright, tmp_path, f"MAP site.example.org:80 127.0.0.1:{pages.port}")
            page = context.pages[0]
            popup = _open_popup(context, page, url)
            popup.get_by_label("Address of the desk's site").fill(site)
            popup.get_by_label("Token that can only add copies").fill("fct_wrong")
            popup.get_by_role("button", name="Connect").click()
            expect(popup.get_by_role("status")).to_contain_text("This token isn't valid any more")
            popup.get_by_label("Token that can only add copies").fill(secret)
            popup.get_by_role("button", name="Connect").click()
            expect(popup.get_by_role("group", name="Sources with this address").get_by_role("radio")).to_be_checked()
            popup.screenshot(path=tmp_path / "popup.png")
            popup.get_by_role("button", name="Copy the page").click()
            expect(popup.get_by_role("status")).to_have_text("The copy is on the card.")
            context.close()
    copy = Source.objects.get(pk=source.pk).capture
    assert isinstance(copy, Capture)
    assert (copy.origin, copy.final_url, copy.title, copy.media_type) == (
        "browser",
        url,
        "Bài đăng",
        "application/warc",
    )
    assert "Nước lũ tới mái chùa." in copy.text  # a script of the page wrote this, which no server sees


def _browser(playwright: Any, folder: Path, rules: str) -> Any:
    """Start a browser with the extension.

    The test can't press the button in the browser's bar, which gives access to the tab. The copy of the manifest gives
    access to all tabs instead.
    """
    extension = folder / "extension"
    shutil.copytree(EXTENSION, extension)
    manifest = json.loads((extension / "manifest.json").read_text())
    (extension / "manifest.json").write_text(json.dumps({**manifest, "host_permissions": ["<all_urls>"]}))
    options = ["--no-sandbox", f"--load-extension={extension}", f"--disable-extensions-except={extension}"]
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    return playwright.chromium.launch_persistent_context(
        folder / "profile", executable_path=path, headless=False, locale="en-US", args=[*options, "--headless=new", "--lang=en-US", f"--host-resolver-rules={rules}"],
    )  # fmt: skip


def _open_popup(context: Any, page: Any, url: str) -> Any:
    """Open the extension's window in a tab behind the page, because the browser shows the page in the tab that is active."""
    page.goto("chrome://extensions/")
    found = "() => new Promise(found => chrome.management.getAll(all => found(all.find(each => each.type === 'extension').id)))"
    extension = page.evaluate(found)
    page.goto(url)
    popup = context.new_page()
    popup.goto(f"chrome-extension://{extension}/popup.html")
    page.bring_to_front()
    popup.reload()
    return popup
