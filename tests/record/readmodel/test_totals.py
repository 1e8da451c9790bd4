"""The totals that the database maintains equal the totals that are counted from the rows."""

from datetime import date
from uuid import uuid4

import pytest

from factcheck.record import publish
from factcheck.record.log import entries
from factcheck.record.models import PublishedTotal
from factcheck.record.readmodel.totals import find_wrong_total
from tests.record.conftest import make_statement
from tests.support.drafts import (
    Newsroom,
    correct_review,
    erase_review,
    make_claim,
    make_review,
    merge_claims,
    publish_review,
    reinstate_review,
    withdraw_review,
)


@pytest.mark.parametrize("day", ["0999-03-04", "1999-03-04", "9999-12-31"])
def test_every_year_has_four_digits(bare_record: None, day: str) -> None:
    subject = uuid4()
    publish.publish([entries.Publication(subject, make_statement(subject) | {"reviewed_on": day})])
    assert find_wrong_total() is None


def test_every_kind_of_entry_changes_the_totals(newsroom: Newsroom) -> None:
    claim = make_claim(newsroom, text="Nước lũ đã lên tới mái chùa.", claimed_on=date(2026, 10, 3))
    other = make_claim(newsroom, text="Cầu đã sập.", language="en")
    first = make_review(newsroom, claim, reviewed_on=date(2026, 10, 5))
    second = make_review(newsroom, other, language="en")
    for review in (first, second):
        publish_review(newsroom, review)
        assert find_wrong_total() is None
    steps = (
        lambda: correct_review(newsroom, first, headline="Video nước lũ cũ"),
        lambda: withdraw_review(newsroom, first),
        lambda: reinstate_review(newsroom, first),
        lambda: merge_claims(newsroom, other, claim),
        lambda: erase_review(newsroom, first),
    )
    for step in steps:
        step()
        assert find_wrong_total() is None
    erased = PublishedTotal.objects.filter(rows="reviews", facet__in=("days", "reviewed_month"))
    assert not erased.filter(value="2026-10").exists()
    assert not erased.filter(value="2").exists()
