"""The comparison of dates and years in two sentences."""

import re
from dataclasses import dataclass

from factcheck.record.matching.differences.sentences import Sentence, overlap

ALIKE = 0.25  # the share of words that two sentences need in common

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:19|20)\d\d"
DATES = re.compile(
    r"(?<![\w/.-])(?:"
    rf"(?P<y1>{_YEAR})-(?P<m1>\d\d)-(?P<d1>\d\d)"
    rf"|(?P<d2>\d\d?)(?P<mark>[/.-])(?P<m2>\d\d?)(?P=mark)(?P<y2>{_YEAR})"
    rf"|(?:ng[àa]y\s)?(?P<d3>\d\d?)\s(?:tháng|thang)\s(?P<m3>\d\d?)(?:(?:,|\snăm|\snam)?\s(?P<y3>{_YEAR}))?"
    rf"|ngày\s(?P<d4>\d\d?)[/-](?P<m4>\d\d?)"
    rf"|tháng\s(?P<m5>\d\d?)(?:(?:[/,]|\snăm)?\s?(?P<y5>{_YEAR}))?"
    rf"|(?P<m6>\d\d?)/(?P<y6>{_YEAR})"
    rf"|{_MONTH.format('m7')}\s(?P<d7>\d\d?)(?:st|nd|rd|th)?(?:,?\s(?P<y7>{_YEAR}))?(?!\d)"
    rf"|(?P<d8>\d\d?)(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH.format('m8')}(?:,?\s(?P<y8>{_YEAR}))?"
    rf"|{_MONTH.format('m9')},?\s(?P<y9>{_YEAR})"
    rf"|(?:in|since|until|of|last|this|next|by)\s(?!may\b|mar\b|march\b){_MONTH.format('m10')}(?:,?\s(?P<y10>{_YEAR}))?"
    rf"|(?P<y11>{_YEAR})年(?:(?P<m11>\d\d?)月)?(?:(?P<d11>\d\d?)日)?"
    rf"|(?P<y12>(?!2000){_YEAR}|(?<=in\s)2000|(?<=of\s)2000|(?<=year\s)2000|(?<=năm\s)2000)(?![\d%]|[.,]\d|\s?(?:%|percent|people|phần|đồng|người))"
    r")(?![\w/])",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b\d\d?(?::\d\d)+(?:\s?[ap]m)?\b|\b\d\d?\s?(?:[ap]\.?m\b)|\b\d\d?h\d\d\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Date:
    """A date. Parts that the text doesn't state are None."""

    year: int | None
    month: int | None
    day: int | None

    def agrees(self, other: "Date") -> bool:
        """Return whether the parts that both dates state are equal. Day and month can be swapped."""
        if self.year and other.year and self.year != other.year:
            return False
        swapped = None not in (self.month, self.day) and (self.month, self.day) == (other.day, other.month)
        return swapped or all(
            one is None or two is None or one == two for one, two in ((self.month, other.month), (self.day, other.day))
        )

    def is_comparable(self, other: "Date") -> bool:
        """Return whether both dates state a year, or both state a month."""
        return bool((self.year and other.year) or (self.month and other.month))


def date_differs(post: Sentence, claim: Sentence, *, alone: bool) -> bool:
    """Return whether each sentence states a date that agrees with no date of the other sentence.

    `alone` is true if the post has one sentence. This sentence is compared even if it shares no words with the claim,
    because its language can be different.
    """
    if overlap(post, claim) < (ALIKE if post.content & claim.content or not alone else 0):
        return False
    left, right = read_dates(post), read_dates(claim)
    only_left = [each for each in left if not any(each.agrees(other) for other in right)]
    only_right = [each for each in right if not any(each.agrees(other) for other in left)]
    return any(one.is_comparable(other) for one in only_left for other in only_right)


def read_dates(sentence: Sentence) -> list[Date]:
    return [found for match in DATES.finditer(sentence.text) if (found := read_date(match))]


def without_dates(text: str) -> str:
    """Return the text with spaces in place of dates and times, so that positions don't change."""
    return _TIME.sub(lambda found: " " * len(found[0]), DATES.sub(lambda found: " " * len(found[0]), text))


def read_date(found: re.Match[str]) -> Date | None:
    """Return the date that DATES has found, or None if a part is too large."""
    parts = found.groupdict()
    year, month, day = (
        next((value for form in range(1, 13) if (value := parts.get(f"{part}{form}"))), None) for part in "ymd"
    )
    if month and not month.isdigit():
        month = str(_MONTHS.index(month[:3].casefold()) + 1)
    date = Date(int(year) if year else None, int(month) if month else None, int(day) if day else None)
    return date if (date.month or 1) <= 31 and (date.day or 1) <= 31 else None
