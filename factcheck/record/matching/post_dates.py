"""The date of a post, read from a copied text."""

import re
from datetime import UTC, date, datetime, timedelta

from factcheck.record.matching.differences.dates import DATES, read_date
from factcheck.record.search.questions import read_beginning

_TIME = re.compile(r"\W*+(?:(?:lúc |at )?\d\d?:\d\d(?: ?[ap]m)?)?\W*+", re.IGNORECASE)


def post_date(text: str) -> date | None:
    """Return the date at the end of the last line or on a separate line, or None.

    Other dates belong to the post's content. Dates in the future are ignored. If two numbers could both be the month,
    the second number is used, as in most of the world. The first number is used if the date would otherwise be in the
    future. ISO dates have only one order.
    """
    latest = datetime.now(UTC).date() + timedelta(days=1)  # some time zones are a day ahead
    lines = [line for line in read_beginning(text).splitlines() if line.strip()]
    for number, line in enumerate(reversed(lines)):
        for found in DATES.finditer(line):
            ends = _TIME.fullmatch(line, found.end())
            last = number == 0 or not any(map(str.isalnum, line[: found.start()]))
            if ends and last and (day := _day(found, latest)):
                return day
    return None


def _day(found: re.Match[str], latest: date) -> date | None:
    stated = read_date(found)
    if stated is None or not (stated.year and stated.month and stated.day):
        return None
    month, day = stated.month, stated.day
    for one, other in ((month, day),) if found["y1"] else ((month, day), (day, month)):
        try:
            possible = date(stated.year, one, other)
        except ValueError:
            continue
        if possible <= latest:
            return possible
    return None
