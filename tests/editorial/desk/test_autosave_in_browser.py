"""Nothing typed is lost, in a real browser: closed in mid-sentence, without a connection, two people at once."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, Route, expect

from factcheck.editorial.models import Review
from tests.journeys.browser import client_of
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom

pytestmark = pytest.mark.prove
STATUS = "[data-autosave-status]"


@contextmanager
def review_page(newsroom: Newsroom, review: Review) -> Iterator[tuple[Page, BrowserContext]]:
    with desk_of(newsroom.reporter, f"editorial/review/{review.pk}/change/") as page:
        yield page, page.context


def kept(page: Page) -> list[str]:
    return [str(key) for key in page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))")]


def test_browser_is_closed_in_mid_sentence(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with review_page(newsroom, review) as (page, context):
        page.locator("#id_headline").fill("Nửa câu đang v")
        expect(page.locator(STATUS)).to_have_text(re.compile(r"^Saved \d\d:\d\d$"), timeout=15_000)
        assert kept(page) == []
        page.locator("#id_headline").fill("Nửa câu đang viết thì")
        page.close()  # before the three seconds are over
        again = context.new_page()
        again.goto(page.url)
        if again.locator("[data-use]").is_visible():
            again.locator("[data-use]").click()
        expect(again.locator("#id_headline")).to_have_value("Nửa câu đang viết thì")


def test_text_without_a_connection_stays_in_the_browser_and_is_sent_later(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with review_page(newsroom, review) as (page, context):
        context.set_offline(True)
        page.locator("#id_headline").fill("Viết trên tàu")
        expect(page.locator(STATUS)).to_have_text("No connection. Your text is kept in this browser.", timeout=15_000)
        assert len(kept(page)) == 1
        context.set_offline(False)
        expect(page.locator(STATUS)).to_have_text(re.compile("^Saved"), timeout=15_000)
        assert kept(page) == []
        # The browser crashes without a connection.
        page.locator("#id_headline").fill("Viết trên tàu, lần hai")
        values = json.loads(
            page.evaluate("localStorage.getItem(Object.keys(localStorage).find((k) => k.startsWith('draft:')))")
        )
        context.set_offline(True)
        page.close()
        context.set_offline(False)
        again = context.new_page()
        again.goto(page.url)
        assert values["values"]
        expect(again.get_by_text("This browser has text that isn’t saved, from")).to_be_visible()
        again.get_by_role("button", name="Continue with this text").click()
        expect(again.locator("#id_headline")).to_have_value("Viết trên tàu, lần hai")
        expect(again.get_by_text("This browser has text that isn’t saved, from")).to_be_hidden()
    assert Review.objects.get().headline == "Viết trên tàu, lần hai"


def test_ended_session_keeps_the_text_in_the_browser(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with review_page(newsroom, review) as (page, context):
        context.clear_cookies()
        page.locator("#id_headline").fill("Hết phiên")
        expect(page.locator(STATUS)).to_have_text(re.compile("^You are logged out"), timeout=15_000)
        assert len(kept(page)) == 1


def test_account_that_has_saved_too_often_loses_nothing(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with review_page(newsroom, review) as (page, _context):
        refusal = {"status": "Too often.", "wait": 2}
        page.route("**/autosave/", lambda route: route.fulfill(status=429, json=refusal), times=1)
        page.locator("#id_headline").fill("Gõ rất nhanh")
        expect(page.locator(STATUS)).to_have_text("Too often.", timeout=15_000)
        assert len(kept(page)) == 1
        expect(page.locator(STATUS)).to_have_text(re.compile("^Saved"), timeout=15_000)
        assert kept(page) == []
    assert Review.objects.get().headline == "Gõ rất nhanh"


def test_marked_passage_is_taken_to_the_page_on_which_it_is_forgotten(newsroom: Newsroom) -> None:
    with review_page(newsroom, newsroom.make_review()) as (page, _context):
        page.locator("#id_summary").select_text()
        page.locator("details.more summary").click()
        page.get_by_role("link", name="Forget a passage").click()
        expect(page.locator("[name=text]")).to_have_value("Sai. Đoạn video được quay năm 2020.")
        assert "Đoạn" not in page.url + page.evaluate("JSON.stringify(sessionStorage)")


def test_new_review_is_created_by_an_autosave_once(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim(text="Trái đất phẳng.")
    with desk_of(newsroom.reporter, f"editorial/review/add/?claim={claim.pk}") as page:
        page.locator("#id_headline").fill("Trái đất không phẳng")
        expect(page.locator(STATUS)).to_have_text(re.compile("^Saved"), timeout=15_000)
        assert page.url.endswith("/change/")
        page.locator("#sources-addresses").fill("https://mot.example/ https://hai.example/")
        page.locator("[data-do=add]").first.click()
        with page.expect_response(re.compile("/autosave/")):
            page.locator("#id_summary").fill("Sai.")
        expect(page.locator(STATUS)).to_have_text(re.compile("^Saved"), timeout=15_000)
        page.get_by_role("button", name="Save and go on").click()
        expect(page.locator("#id_summary")).to_have_value("Sai.")
    review = Review.objects.get(claim=claim)
    assert review.headline == "Trái đất không phẳng"
    assert review.sources.count() == 2
    assert review.authorships.count() == 1


def test_two_people_see_each_other_and_both_texts(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    client = client_of(newsroom.editor)
    with review_page(newsroom, review) as (page, context):
        other = context.browser.new_context()  # type: ignore[union-attr]
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        other.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": page.url.partition("/admin/")[0]}]
        )
        hoa = other.new_page()
        hoa.goto(page.url)
        expect(hoa.locator("p[data-editing]")).to_contain_text(str(newsroom.reporter))  # before typing starts
        hoa.locator("#id_headline").fill("Tít của Hoa")
        expect(hoa.locator(STATUS)).to_have_text(re.compile("^Saved"), timeout=15_000)
        expect(page.locator("p[data-editing]")).to_contain_text(str(newsroom.editor), timeout=30_000)
        page.locator("#id_headline").fill("Tít của Lan")
        page.locator("#id_summary").fill("Tóm tắt của Lan.")
        conflict = page.locator(".conflict")
        expect(conflict).to_be_visible(timeout=15_000)
        expect(conflict).to_contain_text("Tít của Hoa")
        assert page.locator("#id_headline").input_value() == "Tít của Lan"
        conflict.get_by_role("group", name="Headline").get_by_label("Take the other text").check()
        page.get_by_role("button", name="Save and go on").click()
        expect(page.locator("#id_headline")).to_have_value("Tít của Hoa")
        expect(page.locator("#id_summary")).to_have_value("Tóm tắt của Lan.")
        hoa.close()
        expect(page.locator("p[data-editing]")).to_be_hidden(timeout=30_000)


def test_log_out_deletes_the_text_that_the_browser_kept(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with review_page(newsroom, review) as (page, _context):
        page.route("**/autosave/", lambda route: route.abort())
        page.locator("#id_headline").fill("Chưa lưu được")
        assert len(kept(page)) == 1
        page.once("dialog", lambda dialog: dialog.dismiss())
        page.locator(".account-menu summary").click()
        page.locator("#logout-form button").click()
        assert len(kept(page)) == 1
        page.once("dialog", lambda dialog: dialog.accept())
        page.locator("#logout-form button").click()
        page.wait_for_load_state()
        assert kept(page) == []


def test_page_on_which_nothing_was_typed_is_not_saved(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=0)
    with review_page(newsroom, review) as (page, _context):
        page.wait_for_load_state("networkidle")
        expect(page.locator(STATUS)).to_have_text("")
        assert kept(page) == []


def test_text_that_was_kept_outlives_other_text_on_the_same_page(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, "editorial/review/add/") as page:
        for headline in ("Bài một", "Bài hai"):
            page.locator("#id_headline").fill(headline)
            expect(page.locator(STATUS)).to_have_text(
                re.compile("Claim. Your text is kept in this browser.$"), timeout=15_000
            )
            page.reload()
        for headline in ("Bài hai", "Bài một"):
            page.get_by_role("button", name="Continue with this text").click()
            expect(page.locator("#id_headline")).to_have_value(headline)
            expect(page.locator(STATUS)).to_have_text(re.compile("Claim. Your text"), timeout=15_000)
            page.reload()
            page.locator("[data-drop]").click()


def test_two_tabs_of_one_person(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with review_page(newsroom, review) as (page, context):
        other = context.new_page()
        other.goto(page.url)
        other.locator("#id_summary").fill("Thẻ hai.")
        expect(other.locator(STATUS)).to_have_text(re.compile("^Saved"), timeout=15_000)
        # The person saves while the autosave is on its way, and has to see the comparison first.
        held: list[Route] = []
        page.route("**/autosave/", lambda route: held.append(route))
        with page.expect_request("**/autosave/"):
            page.locator("#id_summary").fill("Thẻ một.")
        page.get_by_role("button", name="Save and go on").click()
        held[0].continue_()
        expect(page.locator(".conflict")).to_contain_text("You saved this draft on another page at")
        expect(page.locator(STATUS)).to_contain_text("you have changed this draft on another page")
        page.wait_for_timeout(500)
        expect(page.locator(".conflict")).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert Review.objects.get().summary == "Thẻ hai."


def test_text_of_a_review_that_was_submitted_meanwhile_can_be_copied(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with review_page(newsroom, review) as (page, context):
        other = context.new_page()
        other.goto(page.url)
        other.get_by_role("button", name=re.compile("^(Save and submit|Submit)")).first.click()
        other.wait_for_load_state()
        page.locator("#id_summary").fill("Câu cuối cùng.")
        page.get_by_role("button", name="Save and go on").click()
        expect(page.get_by_text("Not saved: the review is no longer a draft.")).to_be_visible()
        expect(page.locator("[data-kept-to-copy] pre")).to_contain_text("Câu cuối cùng.")
        page.locator("[data-drop]").click()
        assert kept(page) == []


def test_addresses_that_were_typed_but_not_added_are_saved(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=0)
    with review_page(newsroom, review) as (page, _context):
        page.locator("#sources-addresses").fill("https://mot.example/")
        page.get_by_role("button", name="Save and go on").click()
        page.wait_for_load_state()
    assert [source.url for source in review.sources.all()] == ["https://mot.example/"]


def test_row_that_was_removed_comes_back(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with review_page(newsroom, review) as (page, _context):
        for name in ("remove", "undo"):
            with page.expect_response("**/autosave/"):
                page.locator(f"#sources-0 [data-do={name}]").click()
        expect(page.locator(STATUS)).to_have_text(re.compile("^Saved"), timeout=15_000)
    assert [source.title for source in review.sources.all()] == ["Nguồn 1", "Nguồn 2"]
