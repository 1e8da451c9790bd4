"""A hidden word in each private place: in no public byte, in no log line, in the dump only where it isn't encrypted, and gone after erasure.

To hold a new place to this, add a row to PLACES.
"""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import Incident, ReaderMessage, Reply, Review
from factcheck.editorial.talk import comments
from tests.editorial.test_erased_text import Words, dump
from tests.support.drafts import Newsroom


def _incident(newsroom: Newsroom, review: Review, word: Callable[[str], str]) -> None:
    names = ("caller", "said", "number", "principal", "answer")
    texts = {name: word(f"incident.{name}") for name in names}
    Incident.objects.create(newsroom=newsroom.publisher, created_by=newsroom.reporter, review=review, **texts)


def _request(newsroom: Newsroom, review: Review, word: Callable[[str], str]) -> None:
    values: dict[str, Any] = {
        "text": "Trong bài có lỗi: " + word("request.text"),
        "language": "vi",
        "contact": word("request.contact"),
    }
    values["review"] = {"id": str(review.pk)}
    reader_messages.receive_message(kind=ReaderMessage.Kind.CORRECTION, values=values, address="192.0.2.1")


def _comment(newsroom: Newsroom, review: Review, word: Callable[[str], str]) -> None:
    place = {"subject": review, "newsroom": newsroom.publisher.pk, "by": newsroom.reporter, "thread": None}
    comments.write_comment(**place, text=word("comment"))  # type: ignore[arg-type]


def _reply(newsroom: Newsroom, review: Review, word: Callable[[str], str]) -> None:
    Reply.objects.create(
        review=review, type="organization", name="Công ty", asked_on="2026-10-05", answer=word("draft.reply")
    )


# Each function writes words about the review. Words whose names begin with "draft." aren't encrypted.
PLACES = (_incident, _request, _comment, _reply)
PAGES = ("/api/v1/reviews/{}/", "/reviews/{}/", "/api/v1/changes/", "/api/v1/demands/", "/demands/", "/")


@pytest.mark.prove
def test_hidden_words_are_in_no_public_byte_no_log_and_no_dump_and_gone_after_erasure(
    newsroom: Newsroom, live: Review, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    word = Words()
    for place in PLACES:
        place(newsroom, live, word)
    public = [Client().get(page.format(live.pk), follow=True).content.decode() for page in PAGES]
    assert word.found_in("".join(public)) == set()
    assert word.found_in(dump()) == {"draft.reply"}
    newsroom.erase_review(live)
    assert word.found_in(dump()) == set()
    assert word.found_in(caplog.text) == set()
