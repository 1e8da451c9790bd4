"""A reader in doubt, with a telephone: from a pasted post to a review that one can check, pass on and see corrected.

The whole story runs with and without JavaScript, in both languages.
"""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils import translation
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from factcheck.editorial.captures.rights import set_public
from factcheck.editorial.models import Review
from factcheck.record.formats.canonical import sha256_hex
from tests.journeys.test_sharing import Article, Elsewhere, at_the_desk
from tests.support.chromium import chromium_browser
from tests.support.drafts import FLOOD, Newsroom, make_scale
from tests.support.evidence import PAGE, finish, make_capture, stored_in
from tests.support.serving import running, served

pytestmark = pytest.mark.prove

POST = f"""Bà con ơi, khẩn cấp!!! 🙏🙏

{FLOOD} Có thật không mọi người?

Chia sẻ cho mọi người biết nhé. #huế #lũlụt"""
HEADLINE = "Video nước lũ là của năm 2020"
FIRST_NOTE = "Người quay đã gửi bản gốc, nên chúng tôi ghi rõ tháng quay."
SECOND_NOTE = "Trạm thủy văn đã đính chính số liệu, nên chúng tôi đổi kết luận."
QUOTE = "Mực nước dâng tới mái chùa vào ngày 11 tháng 10 năm 2020."
# The words that people read as the verdict of a Vietnamese review.
FALSE = {"en": "Sai (False)", "vi": "Sai"}
TRUE = {"en": "Đúng (True)", "vi": "Đúng"}


@dataclass
class Reader:
    """A person with a telephone. They see what is on the page and press its links and buttons."""

    page: Page
    language: str
    script: bool

    def say(self, text: str, **values: object) -> str:
        """The text of the interface in the reader's language."""
        with translation.override(self.language):
            return translation.gettext(text) % values if values else translation.gettext(text)

    def follow(self, text: str, within: Locator | None = None) -> None:
        (within or self.page.locator("body")).get_by_role("link", name=self.say(text), exact=True).first.click()
        self.page.wait_for_load_state()

    def section(self, heading: str) -> Locator:
        return self.page.get_by_role("region", name=self.say(heading), exact=True)

    def opened(self, heading: str) -> Locator:
        """The box that opens when the reader presses its heading."""
        title = self.page.get_by_role("heading", name=self.say(heading), exact=True)
        title.click()
        return self.page.locator("details").filter(has=title)

    def copy(self, button: str, label: str) -> str:
        """With the button, or by selecting the text where there is no script."""
        if not self.script:
            assert self.page.get_by_role("button", name=self.say(button)).count() == 0
            return self.page.get_by_label(self.say(label), exact=True).input_value()
        self.page.get_by_role("button", name=self.say(button), exact=True).click()
        expect(self.page.get_by_text(self.say("Copied."))).to_be_visible()
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    def fits(self) -> None:
        """Nothing is cut off at the right edge."""
        assert self.page.evaluate("document.documentElement.scrollWidth") == 390, self.page.url


@pytest.fixture
def reader(language: str, script: bool) -> Iterator[Reader]:
    with chromium_browser() as browser:
        context = browser.new_context(
            locale=language,
            viewport={"width": 390, "height": 844},
            java_script_enabled=script,
            permissions=["clipboard-read", "clipboard-write"],
        )
        yield Reader(context.new_page(), language, script)


def publish(newsroom: Newsroom) -> Review:
    """A review with a copy of its source and a quote, which has been corrected once without a new verdict."""
    review: Review = newsroom.make_review()
    kept = finish(make_capture(newsroom, url="https://source.example/1"), title="The river", text="The water rose.")
    review.sources.filter(position=0).update(capture=kept, no_capture_reason="", quote=QUOTE)
    newsroom.publish_review(review)
    set_public(capture=kept, by=newsroom.editor, public=True)
    newsroom.correct_review(review, note=FIRST_NOTE, summary="Sai. Đoạn video được quay tháng 10 năm 2020.")
    return review


def paste_the_post(reader: Reader, site: str) -> None:
    """Doubt: the reader opens the site and pastes the whole post."""
    page = reader.page
    page.goto(site)
    assert page.url == f"{site}/{reader.language}/"
    expect(page.get_by_role("heading", level=1)).to_have_text(reader.say("Has this been checked?"))
    reader.fits()
    page.get_by_label(reader.say("Search the claims and reviews")).fill(POST)
    page.get_by_role("button", name=reader.say("Search"), exact=True).click()
    same = reader.section("Probably the same claim")
    expect(same.get_by_role("listitem").first).to_contain_text(FALSE[reader.language])
    expect(same.get_by_role("listitem").first).to_contain_text(FLOOD)
    reader.fits()
    same.get_by_role("link", name=FLOOD).click()


def see_the_verdict_and_its_evidence(reader: Reader) -> None:
    page = reader.page
    expect(page.locator("h1 .verdict")).to_contain_text(FALSE[reader.language].split()[0])
    for part in ("h1", ".because", ".notice.strong"):
        expect(page.locator(part).first).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("heading", level=2).nth(1)).to_have_text(HEADLINE)
    reader.fits()
    source = reader.section("Sources").get_by_role("listitem").first
    expect(source).to_contain_text(QUOTE)
    expect(source.get_by_role("link", name="Nguồn 1")).to_have_attribute("href", "https://source.example/1")
    reader.follow("Copy kept here", source)
    expect(page.get_by_role("heading", level=1)).to_have_text(reader.say("Copy kept as evidence"))
    expect(page.get_by_text(sha256_hex(PAGE))).to_be_visible()
    expect(page.get_by_text("The water rose in 2020.")).to_be_visible()
    reader.fits()
    page.get_by_role("link", name=FLOOD).click()


def read_the_history(reader: Reader) -> None:
    """Two revisions, and what changed between them in words."""
    page, history = reader.page, reader.opened("History")
    expect(history.get_by_role("listitem")).to_have_count(2)
    expect(history).to_contain_text(FIRST_NOTE)
    reader.follow(reader.say("What changed from revision %(previous)s", previous=1), history)
    expect(page.get_by_role("deletion").filter(has_text="năm")).to_have_count(0)
    expect(page.get_by_role("insertion").filter(has_text="tháng 10")).to_be_visible()
    reader.fits()
    reader.follow("Back to the review")


def check_the_proof(reader: Reader, folder: Path) -> None:
    """The command prints the digest that the page shows. The reader keeps the proof and the program for later."""
    page, box = reader.page, reader.opened("Proof")
    digest = box.locator("code.digest").inner_text()
    assert run(box.locator("pre").inner_text(), folder) == f"{digest}  -\n"
    with page.expect_download() as download:
        box.get_by_role("link", name=reader.say("Download the proof")).click()
    download.value.save_as(folder / "kept.json")
    reader.follow("How to verify", box)
    reader.fits()
    expect(page.locator("code.digest")).to_have_text(digest)
    fetch, check = page.locator("pre[data-system=python]").all_inner_texts()
    run(fetch, folder)
    assert (folder / "proof.json").read_bytes() == (folder / "kept.json").read_bytes()
    (folder / "check").write_text(check, encoding="utf-8")
    if reader.script:
        page.get_by_label(reader.say("The file with the proof")).set_input_files(folder / "kept.json")
        expect(page.get_by_role("status")).to_contain_text(reader.say("Everything fits."))
    else:
        instead = reader.say("This check needs JavaScript. Without JavaScript, use the command below.")
        expect(page.get_by_text(instead)).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=FLOOD).click()


def run(commands: str, folder: Path) -> str:
    """In a shell, as printed, with the Python of the tests. pip mustn't reach a registry."""
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PIP_NO_INDEX": "1"}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", commands],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def look_at_the_card(reader: Reader, verdict: str) -> bytes:
    """The picture that others see when the link is passed on."""
    page, address = reader.page, reader.page.url
    card = {
        name: page.locator(f"meta[property='{name}']").get_attribute("content")
        for name in ("og:title", "og:image", "og:image:alt")
    }
    assert card["og:title"] == f"“{FLOOD}” – {verdict}"
    assert verdict in (card["og:image:alt"] or "")
    named = {"en": "English", "vi": "Tiếng Việt"}[reader.language]
    link = reader.opened("Share").get_by_role("link", name=named)
    with page.expect_response(link.get_attribute("href") or "") as shown:
        link.click()
    assert shown.value.headers["content-type"] == "image/png"
    content = shown.value.body()
    assert Image.open(io.BytesIO(content)).size == (1200, 630)
    page.goto(address)
    return content


def embed(reader: Reader, elsewhere: Elsewhere, other: str, review: str) -> Page:
    """The reader has a site of their own, on another host."""
    reader.opened("Show this review on your site")
    elsewhere.code = reader.copy("Copy the code", "HTML code for your page")
    article = reader.page.context.new_page()
    article.goto(other.replace("127.0.0.1", "localhost"))
    frame = article.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_contain_text(FALSE[reader.language])
    expect(frame.get_by_text(FLOOD)).to_be_visible()
    with reader.page.context.expect_page() as opened:
        frame.get_by_role("link", name=reader.say("Read the review and its sources")).click()
    opened.value.wait_for_url(f"**/reviews/{review}/")
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text(FLOOD)
    return article


def see_the_correction(reader: Reader, article: Page, before: bytes) -> None:
    """The banner, the card and the frame say it, without anybody passing them on again."""
    page, language = reader.page, reader.language
    page.reload()  # the revision whose proof the reader checked
    reader.follow("Go to the current revision")
    expect(page.locator("h1 .verdict")).to_contain_text(TRUE[language].split()[0])
    banner = page.locator(".notice.strong").filter(has_text=SECOND_NOTE)
    expect(banner).to_contain_text(re.compile(r"Sai\s*→[^→]*Đúng"))
    reader.follow("What changed, word by word", banner)
    expect(page.get_by_text(SECOND_NOTE)).to_be_visible()
    reader.follow("Back to the review")
    assert look_at_the_card(reader, "Đúng") != before
    article.reload()
    frame = article.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_contain_text(TRUE[language])
    expect(frame.get_by_text(f"{reader.say('Verdict before:')} Sai")).to_be_visible()


def find_it_among_the_corrections(reader: Reader) -> None:
    page = reader.page
    reader.follow("Corrections", page.get_by_role("navigation", name=reader.say("Main navigation")))
    newest = reader.section("Newest corrections").get_by_role("article").first
    expect(newest).to_contain_text(FLOOD)
    expect(newest).to_contain_text(re.compile(r"Sai\s*→[^→]*Đúng"))
    expect(newest).to_contain_text(SECOND_NOTE)
    reader.fits()
    feed = page.get_by_role("main").get_by_role("link", name=reader.say("Corrections feed"))
    said = page.context.request.get(f"{page.url.partition('/corrections/')[0][:-3]}{feed.get_attribute('href')}").text()
    assert HEADLINE in said
    assert SECOND_NOTE in said
    assert said.index(SECOND_NOTE) < said.index(FIRST_NOTE)


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_reader_checks_passes_on_and_sees_the_correction(newsroom, reader, settings, tmp_path):
    elsewhere = Elsewhere(("127.0.0.1", 0), Article)
    with stored_in(tmp_path / "captures"), served() as settings.SITE_URL, running(elsewhere) as other:
        review = at_the_desk(lambda: publish(newsroom))
        paste_the_post(reader, settings.SITE_URL)
        see_the_verdict_and_its_evidence(reader)
        read_the_history(reader)
        check_the_proof(reader, tmp_path)
        card = look_at_the_card(reader, "Sai")
        article = embed(reader, elsewhere, other, str(review.pk))
        true = at_the_desk(lambda: make_scale().verdicts.get(slug="true"))
        at_the_desk(lambda: newsroom.correct_review(review, note=SECOND_NOTE, verdict=true))
        see_the_correction(reader, article, card)
        find_it_among_the_corrections(reader)
        assert reader.page.context.cookies() == []
    # The site is gone. The reader's proof still shows the text before the correction.
    said = run((tmp_path / "check").read_text(encoding="utf-8"), tmp_path)
    assert said.startswith("This text is unchanged since its publication.\n")
    assert f"Review: {review.pk}\nRevision: 2 (correction) of " in said
