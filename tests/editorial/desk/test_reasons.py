"""Reasons, notes and answers are held to the rules of what keeps them, on the page on which they are typed."""

from typing import Any

import pytest

from factcheck.editorial.claimants import redact_claimant
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import Claimant, Proposal, ReaderMessage, Review
from factcheck.editorial.proposals import merge_policy, workflow
from tests.api.test_messages import TIP, sent
from tests.editorial.desk.addresses import decision
from tests.journeys.browser import Browser, signed_in
from tests.support.drafts import Newsroom
from tests.support.refusals import refused

pytestmark = pytest.mark.one_database

REFUSED = "The character U+000B can't be stored. Delete the character or retype the text."


def typed(browser: Browser, field: str, button: str) -> None:
    """With a character that a copied text brings along: it is named, and everything typed is still there."""
    browser.fill(**{field: "Hai dòng:\r\nnguồn\x0bkhác."}).press(button)
    assert browser.status == 200
    assert REFUSED in browser.text
    assert browser.value(field) == "Hai dòng:\nnguồn\x0bkhác."
    browser.fill(**{field: "Hai dòng:\r\nnguồn khác."}).press(button)
    assert REFUSED not in browser.text


def test_message_of_who_returns_a_review(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    browser = signed_in(newsroom.editor).open(decision(review, "return"))
    typed(browser, "reason", "Return with a message")
    assert review.proposals.get().message == "Hai dòng:\nnguồn khác."


def test_public_reason_of_a_withdrawal_and_note_of_a_correction(newsroom: Newsroom, live: Review) -> None:
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{live.pk}/do/correct/")
    typed(lan.fill(change_class="update"), "note", "Open a correction")
    live.refresh_from_db()
    assert live.change_note == "Hai dòng:\nnguồn khác."
    typed(lan.open(f"/admin/editorial/review/{live.pk}/do/withdraw/"), "reason", "Withdraw")
    assert live.proposals.get(action="withdrawal").note == "Hai dòng:\nnguồn khác."


def test_notes_of_a_demand(newsroom: Newsroom) -> None:
    demand = newsroom.make_demand()
    newsroom.publish_demand(demand)
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/demand/{demand.pk}/do/update/")
    typed(lan, "note", "Update the entry")
    demand.refresh_from_db()
    assert demand.change_note == "Hai dòng:\nnguồn khác."
    demand.done = "Đã trả lời lần nữa."
    demand.save()
    workflow.submit(subject=demand, by=newsroom.reporter)
    hoa = signed_in(newsroom.editor).open(decision(demand, "return"))
    typed(hoa, "reason", "Return with a message")


def test_reason_of_a_merge(newsroom: Newsroom) -> None:
    claims = [newsroom.make_claim(), newsroom.make_claim(text="Lũ Huế lên tới mái chùa.")]
    for claim in claims:
        newsroom.publish_new(claim)
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claims[0].pk}/similar/")
    typed(lan, "reason", "Propose: it is the same as this one")
    hoa = signed_in(newsroom.editor)
    hoa.open(decision(Proposal.objects.get(kind="merge"), "return"))
    typed(hoa, "reason", "Return with a message")
    with refused("wrong_value"):
        merge_policy.propose_merge(claim=claims[0], into=claims[1], by=newsroom.reporter, note="Một\x0blời đồn.")


def test_answer_to_a_reader(newsroom: Newsroom) -> None:
    sent("tips", TIP)
    message = ReaderMessage.objects.get()
    answering: dict[str, Any] = {"message": message, "by": newsroom.editor, "newsroom": newsroom.publisher.pk}
    with refused("wrong_value"):
        reader_messages.answer(**answering, text="Cảm\x9dơn bạn.")
    browser = signed_in(newsroom.editor).open(f"/admin/editorial/readermessage/{message.pk}/group/")
    typed(browser, "text_vi", "Answer")
    message.refresh_from_db()
    assert message.answer == "Hai dòng:\nnguồn khác."


def test_description_in_place_of_a_name(newsroom: Newsroom) -> None:
    claimant = Claimant.objects.create(newsroom=newsroom.publisher, type="organization", name="Hội Mẫu")
    with refused("wrong_value"):
        redact_claimant(claimant=claimant, by=newsroom.editor, description="một\x9dhội")
    browser = signed_in(newsroom.editor).open(f"/admin/editorial/claimant/{claimant.pk}/do/redact/")
    browser.fill(description="một\x9dhội").press("Describe instead of naming")
    assert REFUSED.replace("000B", "009D") in browser.text
    browser.fill(description="một hội").press("Describe instead of naming")
    assert "The name has been removed from all drafts." in browser.text
