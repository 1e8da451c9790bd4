"""The reader of dates whose month is written in words, in the languages of dateparser.

Numeric dates such as 03/04/2020 are never read here, because their order is ambiguous.
"""

import re
from datetime import date
from functools import lru_cache

_MAX_TEXT = 80  # in characters, because a longer text is a sentence
_LANGUAGES = 90  # the most common languages of dateparser, because rare languages contradict English names of months
# A time with the words around it, for example "at 10:31 pm", "lúc 10:31" or "10:31:00 GMT+0700 (Indochina Time)".
_TIME = re.compile(
    r"(?:\b(?:at|lúc|à|um|a las)\s+)?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:\s*[AaPp]\.?[Mm]\b\.?)?"
    r"(?:\s*[A-Z]{2,4}\b)?(?:\s*[+\-\u2212]\d{2}:?\d{2})?(?:\s*\([^()]*\))?"
)
_NUMBER = re.compile(r"\d+")
# dateparser lacks the names of months in the Levant and in Iraq. Agencies write both names: "تشرين الأول/أكتوبر".
_LEVANTINE = {
    "كانون الثاني": "يناير", "شباط": "فبراير", "آذار": "مارس", "نيسان": "أبريل", "أيار": "مايو", "حزيران": "يونيو",
    "تموز": "يوليو", "آب": "أغسطس", "أيلول": "سبتمبر", "تشرين الأول": "أكتوبر", "تشرين الثاني": "نوفمبر",
    "كانون الأول": "ديسمبر",
}  # fmt: skip
_LEVANTINE_MONTH = re.compile(rf"(?<!\w)({'|'.join(_LEVANTINE)})(?!\w)(?:\s*/\s*(\w+))?")
_YEAR = re.compile(r"(?:19|20)\d\d")
# Forms in which the month is a number, and a word marks the number as the month.
_NUMBERED = (
    re.compile(
        r"(?<!\d)(?P<day>\d{1,2})\s+(?:tháng|thg)\s+(?P<month>\d{1,2})\s*(?:,|,?\s*năm)?\s+(?P<year>\d{4})(?!\d)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<!\d)(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})(?!\d)"),
)


def word_date(text: str, language: str = "") -> str | None:
    """Return the day as "YYYY-MM-DD", or None unless the text contains one unambiguous day.

    The day needs a year of four digits, so relative dates such as "yesterday" aren't read. A name of a month can mean
    different months in different languages ("listopad"). Such a day is read only if `language` decides.
    """
    if len(text) > _MAX_TEXT:
        return None
    text = _TIME.sub(" ", text)
    numbers = _NUMBER.findall(text)
    years = [number for number in numbers if _YEAR.fullmatch(str(int(number)))]
    if len(years) != 1:
        return None
    # With three numbers, the month is a number too. A word has to mark the month, as in "ngày 3 tháng 4 năm 2020".
    if len(numbers) == 3:
        found = next(filter(None, (form.search(text) for form in _NUMBERED)), None)
        return _day(*found.group("year", "month", "day")) if found else None
    if len(numbers) != 2 or not any(map(str.isalpha, text)):
        return None
    (day,) = (number for number in numbers if number != years[0])
    text = _LEVANTINE_MONTH.sub(_gregorian, text)
    # The cache of `_month` finds the same month again, because the day and the year are replaced.
    pattern = _NUMBER.sub(lambda number: "2020" if number.group() == years[0] else "10", text)
    month = _month(" ".join(pattern.split()), language.partition("-")[0].lower())
    return _day(years[0], str(month), day) if month else None


@lru_cache(4096)
def _month(pattern: str, language: str) -> int | None:
    """Return the month of a date with the day 10 and the year 2020."""
    # Loading dateparser takes 0.1 seconds, which files without such dates don't need.
    from dateparser.data.languages_info import language_order

    if language in language_order and (month := _month_in(pattern, language)):
        return month
    months = {_month_in(pattern, each) for each in language_order[:_LANGUAGES]} - {None}
    return months.pop() if len(months) == 1 else None


def _month_in(pattern: str, language: str) -> int | None:
    from dateparser import DateDataParser

    settings = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True}
    found = DateDataParser(languages=[language], settings=settings).get_date_data(pattern).date_obj
    return found.month if found and (found.year, found.day) == (2020, 10) else None


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _gregorian(found: re.Match[str]) -> str:
    """Return the month's name in Egypt and the Gulf, or both names if they contradict each other."""
    name = _LEVANTINE[found[1]]
    return name if found[2] in (None, name) else found[0]
