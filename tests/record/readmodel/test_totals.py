"""The totals that the database maintains equal the totals that are counted from the rows."""

from uuid import uuid4

import pytest

from factcheck.record import publish
from factcheck.record.log import entries
from factcheck.record.readmodel.totals import find_wrong_total
from tests.record.conftest import make_statement


@pytest.mark.parametrize("day", ["0999-03-04", "1999-03-04", "9999-12-31"])
def test_every_year_has_four_digits(bare_record: None, day: str) -> None:
    subject = uuid4()
    publish.publish([entries.Publication(subject, make_statement(subject) | {"reviewed_on": day})])
    assert find_wrong_total() is None
