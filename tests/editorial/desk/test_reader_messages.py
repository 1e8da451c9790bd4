"""The queue of messages from readers: seen by whom they concern, and decided on."""

from typing import Any

from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import Claim, EditorialEvent, ReaderMessage, Review
from tests.api.test_messages import TIP, sent, status
from tests.journeys.browser import signed_in
from tests.support.drafts import make_newsroom, make_user


def page_of(message: ReaderMessage) -> str:
    return f"/admin/editorial/readermessage/{message.pk}/group/"


def test_tip_becomes_a_claim(newsroom: Any) -> None:
    receipt = sent("tips", {**TIP, "url": "https://social.example/p/1", "contact": "a@reader.example"})
    sent("tips", {**TIP, "contact": "b@reader.example"}, "198.51.100.7")
    message = ReaderMessage.objects.earliest("received_at")
    browser = signed_in(newsroom.editor).open("/admin/")
    assert "New messages from readers are waiting" in browser.text
    page = browser.open(f"/admin/editorial/readermessage/{message.pk}/change/").text
    for words in (TIP["text"], "a@reader.example", "a claim to check"):
        assert words in page
    assert 'name="_save"' not in page
    browser.open(page_of(message)).press("Take up")
    claim = Claim.objects.get()
    assert (claim.text, claim.logged_by, claim.newsroom) == (TIP["text"], newsroom.editor, newsroom.publisher)
    assert [each.url for each in claim.appearances.all()] == ["https://social.example/p/1"]
    assert status(receipt)["status"] == "taken_up"
    taken_up = EditorialEvent.objects.filter(action="message.taken_up").values_list("subject", "detail")
    assert (str(message.pk), {}) in taken_up
    assert len(taken_up) == 2  # the second tip says the same, so it became the same claim


def test_tip_that_was_checked_already_shows_that_claim_and_stays_with_it(newsroom: Any, live: Review) -> None:
    text = f"Có đúng không? {live.claim.text}"
    sent("tips", {**TIP, "text": text})
    message = ReaderMessage.objects.get()
    browser = signed_in(newsroom.editor).open(page_of(message)).press("Take up")
    assert "The following claims may say the same thing" in browser.text
    assert live.claim.text in browser.text
    browser.press("Use this one instead")
    message.refresh_from_db()
    assert message.claim == live.claim
    assert Claim.objects.count() == 1
    assert browser.path == f"/admin/editorial/readermessage/{message.pk}/change/"
    assert browser.has_link("Answer, take up or put aside")


def test_answer_stands_at_the_receipt(newsroom: Any, live: Review) -> None:
    receipt = sent("correction-requests", {**TIP, "review": {"id": str(live.pk)}})
    message = ReaderMessage.objects.get()
    browser = signed_in(newsroom.editor).open(page_of(message))
    later = signed_in(newsroom.editor).open(page_of(message))
    browser.fill(text_vi="Cảm ơn bạn, chúng tôi đã đính chính.").press("Answer")
    told = status(receipt)
    assert (told["status"], told["answer"]) == ("answered", "Cảm ơn bạn, chúng tôi đã đính chính.")
    later.press("Put aside")
    assert later.codes == {"already_decided"}
    assert status(receipt)["status"] == "answered"


def test_tip_that_is_taken_up_is_seen_by_that_newsroom_alone(newsroom: Any) -> None:
    other, sysop = make_newsroom("khac.example"), make_user("sysop", is_superuser=True)
    sent("tips", TIP)
    message = ReaderMessage.objects.get()
    address = f"/admin/editorial/readermessage/{message.pk}/change/"
    for user, seen in ((newsroom.editor, 200), (other.editor, 200), (sysop, 403)):
        assert signed_in(user).client.get(address).status_code == seen
    reader_messages.dismiss(message=message, by=newsroom.editor, newsroom=newsroom.publisher.pk)
    assert signed_in(other.chief).client.get(address).status_code == 302
    assert signed_in(other.chief).client.get(page_of(message)).status_code == 302
    assert signed_in(newsroom.chief).client.get(address).status_code == 200


def test_answer_to_a_tip_that_another_newsroom_took_is_still_there_to_copy(newsroom: Any) -> None:
    other = make_newsroom("khac.example")
    sent("tips", TIP)
    message = ReaderMessage.objects.get()
    browser = signed_in(newsroom.editor).open(page_of(message))
    reader_messages.take_up(message=message, by=other.editor, newsroom=other.publisher.pk)
    browser.fill(text_vi="Đoạn phim là của năm 2020.").press("Answer")
    assert "This message has already been decided, perhaps by another newsroom" in browser.text
    assert browser.value("text_vi") == "Đoạn phim là của năm 2020."
    assert TIP["text"] not in browser.html
    message.refresh_from_db()
    assert (message.state, message.answer) == ("taken_up", "")
