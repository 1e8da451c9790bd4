"""Sources and appearances as cards, in a real browser: pasting, keys, order and removal."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from factcheck.editorial.models import Appearance, Capture, Source
from tests.editorial.desk.test_capture_states import attach, done
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom

pytestmark = pytest.mark.prove

PASTE = """([selector, text, html]) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    data.setData("text/html", html);
    document.querySelector(selector).dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""

# Drops a file whose bytes are in base64.
DROP = """([selector, content]) => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    data.items.add(new File([bytes], "screenshot.png", {type: "image/png"}));
    document.querySelector(selector).dispatchEvent(
        new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def paste(page: Page, text: str, html: str = "", prefix: str = "sources") -> None:
    page.evaluate(PASTE, [f"#{prefix}-addresses", text, html])


def cards(page: Page, prefix: str = "sources") -> Locator:
    return page.locator(f"#{prefix}-group .card:not(.empty-form, .removed)")


def values(page: Page, name: str, prefix: str = "sources") -> list[str]:
    script = 'all => all.map(card => card.querySelector(`[name$="-NAME"]`).value)'.replace("NAME", name)
    return cards(page, prefix).evaluate_all(script)  # type: ignore[no-any-return]


def test_each_pasted_address_becomes_a_card(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, "editorial/review/add/") as page:
        expect(cards(page)).to_have_count(0)
        paste(page, "https://bao.example/1 https://bao.example/2,www.bao.example/3\nSee (https://bao.example/4_(x)).")
        paste(page, "the law", '<p><a href="https://law.example/5?a=1">the law</a> <a href="#top">up</a></p>')
        assert values(page, "url") == [
            "https://bao.example/1",
            "https://bao.example/2",
            "https://www.bao.example/3",
            "https://bao.example/4_(x)",
            "https://law.example/5?a=1",
        ]
        today = page.evaluate('() => new Date().toLocaleDateString("sv")')
        assert values(page, "accessed_on") == [today] * 5
        assert values(page, "position") == ["1", "2", "3", "4", "5"]
        expect(page.locator("#sources-group .more:visible")).to_have_count(0)
        expect(page.get_by_role("group", name="Source: https://law.example/5?a=1")).to_be_visible()


def test_address_in_the_list_is_pointed_out(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, "editorial/review/add/") as page:
        paste(page, "https://bao.example/1 https://bao.example/2")
        paste(page, "http://www.bao.example/1/?utm_source=x#part https://bao.example/3 https://bao.example/3")
        assert values(page, "url") == [f"https://bao.example/{number}" for number in (1, 2, 3)]
        said = "Added: 1. Already in the list, so not added again: https://bao.example/1 (1)"
        expect(page.get_by_role("status").filter(has_text="Added")).to_have_text(said)
        paste(page, "no address")
        expect(page.get_by_role("status").filter(has_text="No address found")).to_be_visible()


def test_cards_are_filled_in_ordered_and_removed_by_keyboard(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=0)
    with desk_of(newsroom.reporter, f"editorial/review/{review.pk}/change/") as page:
        box = page.get_by_role("textbox", name="Paste one or more addresses")
        box.focus()
        page.keyboard.insert_text("bao.example/1")
        page.keyboard.press("Enter")
        paste(page, "https://bao.example/2 https://bao.example/3")
        cards(page).first.get_by_role("radio", name="context").focus()
        for key in "src":  # each key goes on to the next card
            page.keyboard.press(key)
        assert page.eval_on_selector_all(".line :checked", "all => all.map(radio => radio.value)") == [
            "supports",
            "refutes",
            "context",
        ]
        page.keyboard.press("Alt+ArrowUp")
        page.keyboard.press("Alt+ArrowUp")
        assert values(page, "url") == [f"https://bao.example/{number}" for number in (3, 1, 2)]
        expect(cards(page).first.get_by_role("radio", name="context")).to_be_focused()
        cards(page).nth(1).get_by_role("button", name="Remove").press("Enter")
        expect(cards(page)).to_have_count(2)
        expect(page.get_by_role("button", name="Undo")).to_be_focused()
        page.keyboard.press("Enter")
        expect(cards(page)).to_have_count(3)
        cards(page).nth(2).get_by_role("button", name="Remove").press("Enter")
        with page.expect_navigation():
            page.get_by_role("button", name="Save and go on").click()
    kept = Source.objects.filter(review=review).values_list("url", "stance", "position")
    assert list(kept) == [("https://bao.example/3", "context", 1), ("https://bao.example/1", "supports", 2)]


def test_cards_are_dragged(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, "editorial/review/add/") as page:
        paste(page, "https://bao.example/1 https://bao.example/2 https://bao.example/3")
        page.locator("#sources-2 .grip").hover()
        page.mouse.down()
        page.locator("#sources-0 .grip").hover(position={"x": 5, "y": 2})
        page.mouse.up()
        assert values(page, "url") == [f"https://bao.example/{number}" for number in (3, 1, 2)]


def test_saved_source_is_removed_and_comes_back(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=3)
    with desk_of(newsroom.reporter, f"editorial/review/{review.pk}/change/") as page:
        for place in (2, 1):
            cards(page).nth(place).get_by_role("button", name="Remove").click()
        page.get_by_role("button", name="Undo").first.click()
        with page.expect_navigation():
            page.get_by_role("button", name="Save and go on").click()
    assert list(Source.objects.filter(review=review).values_list("title", flat=True)) == ["Nguồn 1", "Nguồn 2"]


def test_removed_source_comes_back_after_it_was_saved(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    old = set(review.sources.values_list("pk", flat=True))
    with desk_of(newsroom.reporter, f"editorial/review/{review.pk}/change/") as page:
        saved = "new Promise(resolve => document.addEventListener('draft:saved', () => resolve(), {once: true}))"
        page.evaluate(f"() => {{ window.saved = {saved}; }}")
        cards(page).first.get_by_role("button", name="Remove").click()
        page.evaluate("() => window.saved")
        page.get_by_role("button", name="Undo").click()
        with page.expect_navigation():
            page.get_by_role("button", name="Save and go on").click()
    kept = review.sources.values_list("title", "stance")
    assert list(kept) == [("Nguồn 1", "refutes"), ("Nguồn 2", "context")]
    assert len(old & set(review.sources.values_list("pk", flat=True))) == 1


def test_source_without_an_address_is_added_by_hand(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=0)
    with desk_of(newsroom.reporter, f"editorial/review/{review.pk}/change/") as page:
        page.get_by_role("button", name="Add another source").click()
        page.keyboard.insert_text("Sách Huế xưa")
        with page.expect_navigation():
            page.get_by_role("button", name="Save and go on").click()
    assert [(source.title, source.position) for source in review.sources.all()] == [("Sách Huế xưa", 1)]


def test_appearances_are_cards_too(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    with desk_of(newsroom.reporter, f"editorial/claim/{claim.pk}/change/") as page:
        paste(page, "https://social.example/p/2 https://social.example/p/1", prefix="appearances")
        page.keyboard.press("i")
        with page.expect_navigation():
            page.get_by_role("button", name="Save", exact=True).click()
    assert set(Appearance.objects.filter(claim=claim).values_list("url", "medium", "first")) == {
        ("https://social.example/p/1", "video", True),
        ("https://social.example/p/2", "image", False),
    }


def test_card_follows_its_capture_and_takes_an_own_copy(newsroom, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the test plays the worker while the browser is open
    review = newsroom.make_review()
    first, second = review.sources.all()
    Source.objects.filter(pk=first.pk).update(title="")
    first.refresh_from_db()
    capture = attach(first, newsroom)
    attach(second, newsroom, state="failed", failure="refused")
    with desk_of(newsroom.reporter, f"editorial/review/{review.pk}/change/") as page:
        expect(cards(page).first.locator(".capture")).to_have_text("Being copied…")
        Capture.objects.filter(pk=capture.pk).update(**done())
        expect(cards(page).first.locator(".capture")).to_have_text(re.compile("^Kept "), timeout=10_000)
        assert values(page, "title")[0] == "Nước lũ năm 2020"
        refused = cards(page).nth(1)
        expect(refused.locator(".capture")).to_contain_text("Not copied. The site refused the request.")
        refused.locator(".file").set_input_files({"name": "a.exe", "mimeType": "image/png", "buffer": b"MZ"})
        expect(refused.locator(".capture")).to_contain_text("This kind of file can’t be kept.")
        page.evaluate(DROP, ["#sources-1 .line", PIXEL])
        expect(refused.locator(".capture")).to_have_text(re.compile("^Your copy, .*bytes"))
        expect(page.get_by_role("status").filter(has_text="Nguồn 2: Your copy")).to_be_visible()
    second.refresh_from_db()
    assert second.capture is not None
    assert second.capture.media_type == "image/png"


def test_one_reason_is_written_on_all_cards_that_cannot_be_copied(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=4)
    review.sources.exclude(position=2).update(no_capture_reason="")
    review.sources.filter(position=2).update(no_capture_reason="Đã bị xóa.")
    for source in review.sources.order_by("position")[1:]:
        attach(source, newsroom, state="failed", failure="refused")
    with desk_of(newsroom.reporter, f"editorial/review/{review.pk}/change/") as page:
        box = page.get_by_role("textbox", name="One reason for all that can’t be copied")
        box.filter(visible=True).fill("Trang này chặn sao chép.")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").filter(has_text="Cards with this reason: 2.")).to_be_visible()
        assert values(page, "no_capture_reason") == [
            "",
            "Trang này chặn sao chép.",
            "Đã bị xóa.",
            "Trang này chặn sao chép.",
        ]
        cards(page).nth(1).get_by_role("button", name="Remove").click()
        cards(page).nth(1).get_by_role("button", name="Remove").click()
        expect(box.filter(visible=True)).to_have_count(0)


def test_reply_is_a_card_without_an_address(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with desk_of(newsroom.reporter, f"editorial/review/{review.pk}/change/") as page:
        expect(cards(page, "replies")).to_have_count(0)
        page.get_by_text("Add another reply").click()
        card = cards(page, "replies")
        card.locator('[name$="-type"][value="person"]').focus()
        page.keyboard.press("u")
        page.keyboard.press("n")
        card.locator('[name$="-description"]').fill("chủ tiệm vàng")
        card.locator('[name$="-asked_on"]').fill("2026-10-03")
        page.get_by_role("button", name="Save and go on").click()
        expect(page.get_by_text("was changed successfully")).to_be_visible()
    reply = review.replies.get()
    assert (reply.type, reply.description, reply.no_answer) == ("unnamed", "chủ tiệm vàng", True)
