"""The date of a post, read from a copied text."""

import re
from datetime import UTC, date, datetime, timedelta

from factcheck.record.search.questions import read_beginning

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
# 2018-02-11 · 11/2/2018, 11.2.2018 · 11 tháng 2, 2018, ngày 11 tháng 2 năm 2018 · February 11, 2018 · 11 Feb 2018
_DATE = re.compile(
    r"(?<!\w)(?:"
    r"(?P<y1>\d{4})-(?P<m1>\d\d)-(?P<d1>\d\d)"
    r"|(?P<d2>\d\d?)(?P<mark>[/.-])(?P<m2>\d\d?)(?P=mark)(?P<y2>\d{4})"
    r"|(?:ng[àa]y )?(?P<d3>\d\d?) th[áa]ng (?P<m3>\d\d?),? (?:n[ăa]m )?(?P<y3>\d{4})"
    rf"|{_MONTH.format('m4')} (?P<d4>\d\d?)(?:st|nd|rd|th)?,? (?P<y4>\d{{4}})"
    rf"|(?P<d5>\d\d?)(?:st|nd|rd|th)? {_MONTH.format('m5')},? (?P<y5>\d{{4}})"
    r")(?!\w)",
    re.IGNORECASE,
)
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
        for found in _DATE.finditer(line):
            ends = _TIME.fullmatch(line, found.end())
            last = number == 0 or not any(map(str.isalnum, line[: found.start()]))
            if ends and last and (day := _date(found.groupdict(), latest)):
                return day
    return None


def _date(parts: dict[str, str | None], latest: date) -> date | None:
    year, month, day = (
        next(value for form in "12345" if (value := parts.get(f"{part}{form}"))) for part in ("y", "m", "d")
    )
    if not month.isdigit():
        month = str(_MONTHS.index(month[:3].casefold()) + 1)  # casefold also converts ſ, which IGNORECASE matches
    for one, other in ((month, day),) if parts.get("y1") else ((month, day), (day, month)):
        try:
            found = date(int(year), int(one), int(other))
        except ValueError:
            continue
        if found <= latest:
            return found
    return None
