"""The totals that the database maintains equal the totals that are counted from the rows."""

from datetime import date
from uuid import uuid4

import pytest

from factcheck.record import publish
from factcheck.record.log import entries
from factcheck.record.models import PublishedTotal
from factcheck.record.readmodel.totals import find_wrong_total
from tests.record.conftest import make_statement
from tests.support.drafts import Newsroom


@pytest.mark.parametrize("day", ["0999-03-04", "1999-03-04", "9999-12-31"])
def test_every_year_has_four_digits(bare_record: None, day: str) -> None:
    subject = uuid4()
    publish.publish([entries.Publication(subject, make_statement(subject) | {"reviewed_on": day})])
    assert find_wrong_total() is None


def test_every_kind_of_entry_changes_the_totals(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim(text="Nước lũ đã lên tới mái chùa.", claimed_on=date(2026, 10, 3))
    other = newsroom.make_claim(text="Cầu đã sập.", language="en")
    first = newsroom.make_review(claim, reviewed_on=date(2026, 10, 5))
    second = newsroom.make_review(other, language="en")
    for review in (first, second):
        newsroom.publish_review(review)
        assert find_wrong_total() is None
    steps = (
        lambda: newsroom.correct_review(first, headline="Video nước lũ cũ"),
        lambda: newsroom.withdraw_review(first),
        lambda: newsroom.reinstate_review(first),
        lambda: newsroom.merge_claims(other, claim),
        lambda: newsroom.erase_review(first),
    )
    for step in steps:
        step()
        assert find_wrong_total() is None
    erased = PublishedTotal.objects.filter(rows="reviews", facet__in=("days", "reviewed_month"))
    assert not erased.filter(value="2026-10").exists()
    assert not erased.filter(value="2").exists()
