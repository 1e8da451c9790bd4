"""From a tip to its published answer: assigned, commented, returned, answered and approved, by two people in two browsers."""

import re

import pytest
from playwright.sync_api import expect

from factcheck.editorial.captures import fetching
from factcheck.editorial.models import Comment, Review
from tests.api.test_messages import TIP, sent, status
from tests.journeys.test_desk_story import Person, browser, fake_fetch, submit, window, write_and_submit
from tests.support.drafts import Newsroom, make_scale
from tests.support.evidence import capture_worker
from tests.support.serving import served

pytestmark = pytest.mark.prove
HEADLINE = "Video nước lũ là của năm 2020"


def take_up_and_assign(minh: Person, lan: str) -> None:
    """The tip becomes a claim, which Minh gives to Lan on the board."""
    menu = minh.page.get_by_role("button", name=minh.say("Menu"), exact=True)
    if menu.is_visible():
        minh.click(menu)
    minh.press("link", "Messages from readers")
    minh.click(minh.page.locator(".groups .waits > ul > li").get_by_role("link").first)
    minh.press("button", "Take up")
    minh.press("link", "Editors’ desk")
    card = minh.page.locator(".board-card").first
    card.get_by_label(minh.say("Who checks it")).select_option(label=lan)
    minh.clicks += 1
    expect(minh.page.locator("#board-said")).to_contain_text(lan)


def write_the_review(lan: Person) -> None:
    lan.page.reload()
    lan.click(lan.page.locator(".notices-link"))
    lan.click(lan.page.locator(".notices li a").first)
    lan.press("link", "Editors’ desk")
    lan.click(lan.page.locator(".board-card a.title").first)
    lan.press("link", "Write a review of this claim")
    write_and_submit(lan)


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("vi", 390)])
def test_story_from_a_tip_to_its_answer(newsroom: Newsroom, language: str, width: int, monkeypatch, capsys) -> None:
    make_scale()
    monkeypatch.setattr(fetching, "fetch", fake_fetch)
    receipt = sent("tips", TIP)
    with served() as site, capture_worker(), browser() as opened:
        lan, minh = window(opened, language), window(opened, language)
        for person, account in ((lan, newsroom.reporter), (minh, newsroom.editor)):
            person.page.set_viewport_size({"width": width, "height": 900})
            person.log_in(site, account.username)
        take_up_and_assign(minh, str(newsroom.reporter))
        write_the_review(lan)
        minh.page.goto(f"{site}/admin/")
        minh.press("link", HEADLINE)
        minh.click(minh.page.get_by_text(minh.say("Return with a message …")))
        minh.type("message to the person who submitted it", "Tóm tắt chưa nói tháng nào.")
        minh.press("button", "Return with a message")
        lan.page.goto(f"{site}/admin/")
        lan.press("link", HEADLINE)
        lan.press("link", "Answer in a comment")
        lan.click(lan.page.locator("#comments-heading"))
        lan.type("New comment", "Đã thêm tháng.")
        lan.type("summary", "Sai. Video được quay tháng 10 năm 2020.")
        submit(lan)
        minh.page.goto(f"{site}/admin/")
        minh.press("link", HEADLINE)
        told = minh.page.locator(".earlier")
        expect(told).to_contain_text(re.compile(r"chưa nói tháng nào.*Đã thêm tháng.*tháng 10", re.DOTALL))
        assert minh.page.evaluate("document.documentElement.scrollWidth") == width
        minh.press("button", "Approve and publish")
        expect(minh.page.get_by_text(minh.say("Approved and published."))).to_be_visible()
        minh.page.goto(f"{site}/admin/editorial/readermessage/")
        minh.click(minh.page.locator(".groups .waits > ul > li").get_by_role("link").first)
        minh.page.locator("textarea[name^=text_]").first.fill(f"{site}/reviews/")
        minh.fields += 1
        minh.press("button", "Answer")
        people = (lan, minh)
    counted = {name: sum(getattr(each, name) for each in people) for name in ("clicks", "fields", "screens")}
    with capsys.disabled():
        print(f"\n{language}, {width} px, from the tip to its published answer: {counted}")
    assert [each.text for each in Comment.objects.all()] == ["Đã thêm tháng."]
    assert Review.objects.get().state == "published"
    assert "/reviews/" in status(receipt)["answer"]
