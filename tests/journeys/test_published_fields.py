"""A field of what a review says reaches everything: desk, import, programs, comparison, site, API and dumps."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from factcheck.editorial import documents
from factcheck.editorial.admin.preview import changes
from factcheck.editorial.models import Review
from factcheck.record.statements.checks import same
from factcheck.record.statements.review import Review as ReviewStatement
from tests.api.unpacking import lines_of
from tests.drafts import Newsroom, make_newsroom, make_review, publish_review
from tests.exchange.own_records import bodies, publish, record, take
from tests.journeys.browser import signed_in
from tests.tokens import CLAIM, make_program

SOURCES = [{"title": "The law", "primary": True}, {"title": "A newspaper", "primary": False}, {"title": "A blog"}]
# For each field: what a program or file sends, and where it can be read in a statement.
CHOICE = {"reason": "reach", "note": "The video was shared 40,000 times."}
SENT: dict[str, tuple[dict[str, Any], Any]] = {
    "selection": ({"selection": CHOICE}, lambda said: said["selection"]),
    "sources.primary": (
        {"sources": SOURCES},
        lambda said: [(source["title"], source["primary"]) for source in said["sources"]],
    ),
}
READ: dict[str, Any] = {
    "selection": CHOICE,
    "sources.primary": [("The law", True), ("A newspaper", False), ("A blog", None)],
}
# What the desk's form is filled with, and what readers see of it then.
FORMS: dict[str, tuple[dict[str, str], str]] = {
    "selection": ({"selection_reason": "harm", "selection_note": "Ai cũng hỏi."}, "It can do harm. "),
    "sources.primary": ({"sources-0-primary": "true", "sources-1-primary": "false"}, "first-hand evidence"),
}


@pytest.fixture
def newsroom(database: str) -> Newsroom:
    return make_newsroom()


@pytest.mark.parametrize("field", SENT)
def test_field_comes_in_with_an_import(newsroom: Newsroom, tmp_path: Path, field: str) -> None:
    sent, read = SENT[field]
    take(tmp_path / "reviews.jsonl", record(1, **sent))
    publish()
    assert read(bodies()[0]) == READ[field]
    assert take(tmp_path / "again.jsonl", record(1, **sent)).startswith("0 new, 1 unchanged")


@pytest.mark.parametrize("field", SENT)
def test_field_comes_in_from_a_program(newsroom: Newsroom, field: str) -> None:
    sent, read = SENT[field]
    program = make_program(newsroom)
    claim = program.post("claims/", CLAIM)
    made = program.post("reviews/", {"claim": {"id": claim}, "language": "vi", **sent})
    assert read(documents.statement(Review.objects.get(pk=made))) == READ[field]
    assert read(program.get(f"reviews/{made}/")) == READ[field]


@pytest.mark.parametrize("field", FORMS)
def test_field_is_written_at_the_desk_and_read_by_everybody(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setattr(settings, "DUMPS_FOLDER", tmp_path / "dumps")
    filled, words = FORMS[field]
    review = make_review(newsroom)
    before = documents.statement(review)
    signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/").fill(**filled).press(
        "Save and go on"
    )
    after = documents.statement(Review.objects.get(pk=review.pk))
    assert changes(before, after)
    publish_review(newsroom, review)
    assert words in Client().get(f"/reviews/{review.pk}/", headers={"accept-language": "en"}).content.decode()
    answer = json.loads(Client().get(f"/api/v1/reviews/{review.pk}/").content)
    key = field.partition(".")[0]
    assert answer[key] == after[key]
    call_command("make_dumps", verbosity=0)
    (row,) = lines_of(tmp_path / "dumps" / "0" / "reviews.jsonl.zst")
    assert row[key] == after[key]


@pytest.mark.parametrize("field", FORMS)
def test_older_document_without_the_field_says_the_same(newsroom: Newsroom, field: str) -> None:
    now = documents.statement(make_review(newsroom))
    outer, _, inner = field.partition(".")
    older = {key: value for key, value in now.items() if key != outer or inner}
    if inner:
        older[outer] = [{key: value for key, value in each.items() if key != inner} for each in now[outer]]
    assert older != now
    assert same(older, now, ReviewStatement)
    assert changes(older, now) == []
