"""Forty tips of five kinds, in two languages: five groups, which an Editor answers. The clicks are counted."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from factcheck.editorial.models import ReaderMessage, ReusableAnswer
from tests.api.test_messages import sent, status
from tests.journeys.test_desk_story import browser, window
from tests.support.drafts import Newsroom
from tests.support.serving import served

pytestmark = pytest.mark.prove
TIPS = json.loads(Path(__file__).with_name("forty_tips.json").read_text(encoding="utf-8"))
REUSED = {"en": "We can’t check this claim.", "vi": "Chúng tôi không kiểm chứng được nội dung này."}


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("language", ["en", "vi"])
def test_forty_tips_are_answered_as_five_groups(newsroom: Newsroom, language, width, settings, monkeypatch, capsys):
    settings.EMBEDDINGS_URL = ""
    monkeypatch.setattr("factcheck.editorial.messages.opened_messages.SECONDS", 60)
    for code, text in REUSED.items():
        ReusableAnswer.objects.create(newsroom=newsroom.publisher, name="Không rõ", language=code, text=text)
    for text in (TIPS[0]["text"], TIPS[3]["text"]):
        newsroom.publish_claim(text)
    fields = [{"text": tip["text"], "language": tip["language"]} for tip in TIPS]
    receipts = [sent("tips", tip, f"198.51.{number}.1") for number, tip in enumerate(fields)]
    with served() as site, browser() as opened:
        minh = window(opened, language)
        minh.page.set_viewport_size({"width": width, "height": 900})
        minh.log_in(site, newsroom.editor.username)
        minh.page.goto(f"{site}/admin/editorial/readermessage/")
        cards = minh.page.locator(".groups .waits > ul > li")
        expect(cards).to_have_count(5)
        assert minh.page.evaluate("document.documentElement.scrollWidth") == width
        for _ in range(2):
            one_click = minh.page.get_by_role("button", name=minh.say("Answer with this review"))
            expect(one_click).to_have_count(2 - _, timeout=20_000)
            minh.click(one_click.first)
        for _ in range(3):
            minh.click(cards.first.get_by_role("link").first)
            minh.press("link", "Không rõ")
            minh.press("button", "Answer")
        expect(minh.page.get_by_text(minh.say("No message is waiting."))).to_be_visible()
    with capsys.disabled():
        print(f"\n{language}, {width} px: {minh.clicks} clicks on {minh.screens} screens for 40 tips")
    assert minh.clicks == 11  # one message at a time: 120
    told = [status(receipt)["answer"] for receipt in receipts]
    for tip, answer in zip(TIPS, told, strict=True):
        assert ("/reviews/" in answer) == (tip["kind"] in ("flood", "bank"))
        assert (REUSED[tip["language"]] == answer) == (tip["kind"] not in ("flood", "bank"))
    assert {*ReaderMessage.objects.values_list("state", flat=True)} == {"answered"}
