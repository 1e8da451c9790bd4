"""Translating at the desk: one click, the original beside the text, and what changed in it since."""

import re

import pytest
from django.urls import reverse

from factcheck.editorial.models import Review
from tests.editorial.desk.addresses import page
from tests.journeys.browser import client_of, signed_in
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_newsroom

pytestmark = pytest.mark.one_database


def start(newsroom: Newsroom) -> tuple[Review, Review]:
    """A published review, and the draft that one click began."""
    original = newsroom.publish_new()
    browser = signed_in(newsroom.reporter).open(page(original)).press("Translate this review")
    draft = original.translations.get()
    assert browser.path == page(draft)
    return original, draft


def test_one_click_shows_the_original_beside_the_draft(newsroom: Newsroom) -> None:
    original, draft = start(newsroom)
    html = signed_in(newsroom.reporter).open(page(draft)).html
    [aside] = re.findall(r'<aside class="original".*?</aside>', html, re.DOTALL)
    for text in (
        "The original",
        "Revision 1",
        "Vietnamese",
        "Sai",
        original.headline,
        original.summary,
        "Đoạn video **không** quay năm nay.",
    ):
        assert text in aside
    assert 'lang="vi"' in aside
    assert "The original has been corrected" not in html
    html = signed_in(newsroom.reporter).open(page(original)).html
    assert "Translate this review" not in html
    assert f'<a href="{page(draft)}">Open the translation</a>' in html


def test_correction_of_the_original_is_shown_word_by_word(newsroom: Newsroom) -> None:
    original, draft = start(newsroom)
    newsroom.correct_review(original, summary="Sai. Đoạn video được quay năm 2021.")
    browser = signed_in(newsroom.reporter)
    html = browser.open(page(draft)).html
    assert "The original has been corrected" in html
    assert "What changed in the original" in html
    assert re.search(r"<del>.*?2020.*?</del>", html, re.DOTALL)
    assert re.search(r"<ins>.*?2021.*?</ins>", html, re.DOTALL)
    html = browser.press("Bring up to date").html
    assert "The original has been corrected" not in html
    assert "Revision 2" in html
    assert "năm 2021" in html
    draft.refresh_from_db()
    assert draft.translation_of_revision == 2


def test_published_translation_asks_for_a_correction_first(newsroom: Newsroom) -> None:
    original, draft = start(newsroom)
    draft.summary, draft.claim_wording = "False. The video is from 2020.", "The water reached the roof."
    draft.save()
    newsroom.publish_review(draft)
    newsroom.correct_review(original, summary="Sai. Đoạn video được quay năm 2021.")
    browser = signed_in(newsroom.reporter)
    html = browser.open(page(draft)).html
    assert f'href="{page(draft).replace("change/", "do/correct/")}"' in html
    assert "Bring up to date" not in html
    draft.refresh_from_db()
    newsroom.open_correction(draft)
    browser.open(page(draft))
    assert "belongs to the newest revision" in browser.press("Bring up to date").text


def test_strangers_and_links_start_nothing(newsroom: Newsroom, live: Review) -> None:
    url = reverse("admin:editorial_review_translate", args=[live.pk])
    stranger, member = client_of(make_newsroom("other.example").editor), client_of(newsroom.reporter)
    assert stranger.post(url).status_code == 404
    assert member.get(url).status_code == 405
    assert not live.translations.exists()


def test_refused_form_still_shows_the_original(newsroom: Newsroom) -> None:
    _original, draft = start(newsroom)
    answer = client_of(newsroom.reporter).post(page(draft), {"language": "no language"})
    assert answer.status_code == 200
    assert 'class="original"' in answer.content.decode()


def test_home_and_the_list_show_the_translations_that_are_behind(newsroom: Newsroom) -> None:
    original, draft = start(newsroom)
    reporter, words = signed_in(newsroom.reporter), "Translations are behind their originals"
    assert words not in reporter.open("/admin/").text
    newsroom.correct_review(original, summary="Sai. Đoạn video được quay năm 2021.")
    assert words in reporter.open("/admin/").text
    reporter.open("/admin/editorial/review/?translation=behind")
    assert page(draft) in reporter.html
    assert page(original) not in reporter.html


@pytest.mark.prove
@pytest.mark.parametrize("width", [390, 1440])
def test_translation_in_a_browser_falls_behind_and_catches_up(newsroom: Newsroom, width: int) -> None:
    original = newsroom.publish_new(body="Đoạn video **không** quay năm nay.\n\n" * 20)
    with desk_of(newsroom.reporter, f"editorial/review/{original.pk}/change/") as shown:
        shown.set_viewport_size({"width": width, "height": 900})
        shown.get_by_role("button", name="Translate this review").click()
        shown.get_by_label("Headline").fill("The flood video is from 2020")
        shown.get_by_label("Summary").fill("False. The video was filmed in 2020.")
        text, aside = (shown.locator(each).bounding_box() for each in (".writing-text", "aside.original"))
        assert text
        assert aside
        assert (text["x"] + text["width"] <= aside["x"]) is (width == 1440)  # side by side where there is room
        assert shown.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
        shown.get_by_role("button", name="Save and go on").click()
        shown.wait_for_load_state()
    draft = original.translations.get()
    assert (draft.headline, draft.translation_of_revision) == ("The flood video is from 2020", 1)
    newsroom.correct_review(original, summary="Sai. Đoạn video được quay năm 2021.")
    with desk_of(newsroom.reporter, f"editorial/review/{draft.pk}/change/") as shown:
        shown.set_viewport_size({"width": width, "height": 900})
        notice = shown.locator(".translation.notice")
        assert notice.locator("del").inner_text().split()[-1] == "2020"
        assert notice.locator("ins").inner_text().split()[-1] == "2021"
        shown.get_by_role("button", name="Bring up to date").click()
        shown.wait_for_load_state()
        assert shown.locator(".translation.notice").count() == 0
        assert "năm 2021" in shown.locator("aside.original").inner_text()
    draft.refresh_from_db()
    assert draft.translation_of_revision == 2
