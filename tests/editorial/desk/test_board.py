"""The board in a real browser, by mouse and by keyboard, and as forms without a script."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import Page, expect

from factcheck.editorial.board import cards
from factcheck.editorial.desk.board import columns
from factcheck.editorial.models import Card, Claim
from factcheck.editorial.proposals import workflow
from tests.journeys.browser import client_of, signed_in
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_newsroom


def send(client: Client, claim: Claim, newsroom: Newsroom, **fields: Any) -> Any:
    return client.post(cards.url_of(newsroom.publisher.pk, claim.pk), fields)


def test_card_changes_without_a_script_and_the_second_person_sees_both_states(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim(text="Lời đồn thứ nhất.")
    page = signed_in(newsroom.reporter).open("/admin/").page
    form = next(form for form in page.forms if form.action.endswith(f"/{claim.pk}/"))
    sent = {name: values[0] for name, values in form.values.items() if values}
    lan, minh = client_of(newsroom.reporter), client_of(newsroom.editor)
    assert send(minh, claim, newsroom, **sent | {"due_on": "2026-12-24"}).status_code == 302
    refusal = send(lan, claim, newsroom, **sent | {"stage": "to_check"})
    assert refusal.status_code == 409
    card = Card.objects.get()
    assert (card.stage, str(card.due_on)) == ("came_in", "2026-12-24")
    assert 'value="2026-12-24"' in lan.get(cards.url_of(newsroom.publisher.pk, claim.pk)).content.decode()
    # The answer contains the day of the first person, so that saving again keeps both changes.
    again = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', refusal.content.decode()))
    assert (again["due_on"], again["version"]) == ("2026-12-24", str(card.version))
    send(lan, claim, newsroom, **again | {"stage": "to_check"})
    card.refresh_from_db()
    assert (card.stage, str(card.due_on), card.urgent) == ("to_check", "2026-12-24", False)


def test_board_shows_nobody_what_they_may_not_open(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    secret = other.make_claim(text="Lời chưa đăng.")
    mine = signed_in(newsroom.chief)
    assert "Lời chưa đăng." not in mine.open("/admin/").text
    assert mine.client.get(cards.url_of(other.publisher.pk, secret.pk)).status_code == 404
    assert mine.client.get(cards.url_of(newsroom.publisher.pk, secret.pk)).status_code == 404
    # A published claim of another newsroom is shown with its public text.
    live = other.publish_claim("Lời đã đăng.")
    newsroom.make_review(live)
    Claim.objects.filter(pk=live.pk).update(text="Lời sửa mà chưa đăng.")
    text = mine.open("/admin/").text
    assert ("Lời đã đăng." in text, "Lời sửa mà chưa đăng." in text) == (True, False)


def test_views_and_columns_have_counts_and_nothing_is_shown_twice(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, today = newsroom.publisher.pk, timezone.localdate()
    late = newsroom.make_claim(text="Lời trễ.")
    cards.change(
        newsroom=key, claim=late.pk, by=newsroom.chief, owner=newsroom.editor, due_on=today - timedelta(days=1)
    )
    for number in range(3):
        newsroom.make_claim(text=f"Lời đồn số {number}.")
    waits = newsroom.make_review(newsroom.make_claim(text="Lời đang chờ."))
    workflow.submit(subject=waits, by=newsroom.reporter)
    editor = signed_in(newsroom.editor)
    text = editor.open("/admin/").text
    assert re.search("All Mine 1 Nobody’s 3 Late 1 Waiting 1 ", text)
    assert text.count("Video nước lũ là của năm 2020") == 1
    assert "Lời đang chờ." not in text  # its card shows the proposal
    for view, shown in (("mine", "Lời trễ."), ("late", "Lời trễ."), ("nobody", "Lời đồn số 1.")):
        assert shown in editor.open(f"/admin/?view={view}").text
    assert "Lời đồn số 1." not in editor.open("/admin/?view=mine").text
    monkeypatch.setattr(columns, "MAX_CARDS", 2)
    assert "Show 2 more cards" in editor.open("/admin/").text
    assert "Lời đồn số 0." in editor.open("/admin/?column=came_in").text
    cards.change(newsroom=key, claim=late.pk, by=newsroom.chief, stage="off")
    assert "Set aside 1" in editor.open("/admin/").text
    assert "Lời trễ." in editor.open("/admin/?column=aside").text


def column_of(page: Page, name: str, language: str) -> Any:
    with translation.override(language):
        return page.get_by_role("region", name=re.compile(translation.gettext(name)))


@pytest.mark.prove
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("vi", 390)])
def test_card_is_taken_dated_and_moved_by_keyboard_and_the_second_person_is_asked(
    newsroom: Newsroom, language: str, width: int
) -> None:
    claim = newsroom.make_claim(text="Lời đồn thứ nhất.")
    newsroom.make_claim(text="Lời đồn thứ hai.")
    me = str(newsroom.editor)
    with desk_of(newsroom.editor, "") as page:
        page.set_viewport_size({"width": width, "height": 900})
        page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
        page.goto(page.url)
        second = page.context.new_page()
        second.goto(page.url)
        page.get_by_role("link", name="Lời đồn thứ hai.").focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator(":focus")).to_have_text("Lời đồn thứ nhất.")
        page.keyboard.press("m")
        page.keyboard.press("Shift+ArrowRight")  # waits for the answer
        expect(column_of(page, "To check", language)).to_contain_text("Lời đồn thứ nhất.")
        expect(column_of(page, "To check", language).locator("option[selected]", has_text=me)).to_have_count(1)
        page.keyboard.press("d")
        expect(page.locator("input[type=date]:focus")).to_have_count(1)
        page.keyboard.type("12242026")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("2026")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # The second person still sees the card in its first column.
        card = second.locator("li", has_text="Lời đồn thứ nhất.")
        card.locator("[name=urgent]").click()
        dialog = second.get_by_role("dialog")
        expect(dialog).to_contain_text(me)
        dialog.locator(".default").click()
        expect(second.get_by_role("status")).to_contain_text("Lời đồn thứ nhất.")
    card_now = Card.objects.get(claim=claim)
    assert (card_now.stage, card_now.owner, str(card_now.due_on)) == ("to_check", newsroom.editor, "2026-12-24")
    assert card_now.urgent
