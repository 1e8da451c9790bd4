"""A short text about a review for posts on platforms: the verdict, the claim, the newsroom, the reason and the link.

Platforms count 23 characters for each link, and two for each character in `_DOUBLE` (developer.x.com, "Counting
characters"). Other platforms allow more.
"""

import regex
from django.utils.translation import gettext

from factcheck.record.readmodel.answers import answer_of
from factcheck.record.readmodel.bodies import Kept, Tombstone
from factcheck.website.words import plain

MAX_LENGTH = 280
LINK_LENGTH = 23
MAX_READ = 1000  # characters of a claim that are read. More never fit.
_DOUBLE = regex.compile(r"[^\x00-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
# Platforms make links of URLs and of domains, and notify accounts. A post shouldn't spread what a claim links to.
_LINK = regex.compile(r"(?i:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2,}|[A-Z]{2,})\b(?:/\S*)?")
_ACCOUNT = regex.compile(r"[@＠](?=\w)")


def post_text(review: Kept, language: str) -> str:
    """Return the text in the interface's language, with the reason if it fits.

    Otherwise, the claim is shortened until the text has at most MAX_LENGTH characters.
    """
    newsroom = _shorten(_without_accounts(review.publisher.name), 60)
    if isinstance(review, Tombstone):
        text = gettext("Withdrawn: {newsroom} no longer supports this review.").format(newsroom=newsroom)
        return f"{text}\n{review.url}"
    answer = answer_of(review, language)
    verdict = _shorten(_without_accounts(answer.verdict), 60)
    before = gettext("Verdict: {verdict}. The claim: “").format(verdict=verdict)
    checked = gettext("” – checked by {newsroom}").format(newsroom=newsroom)
    claim, why = (_LINK.sub("[…]", _without_accounts(each[:MAX_READ])) for each in (answer.claim, answer.why()))
    whole = f"{before}{claim}{checked}\n{why}\n{review.url}"
    if why and length_of(whole) <= MAX_LENGTH:
        return whole
    after = f"{checked}\n{review.url}"
    return f"{before}{_shorten(claim, MAX_LENGTH - length_of(before) - length_of(after))}{after}"


def length_of(text: str) -> int:
    """Return the length as platforms count it."""
    links = len(_LINK.findall(text))
    return links * LINK_LENGTH + _length_of_words(_LINK.sub("", text))


def _shorten(text: str, length: int) -> str:
    """Return the text, or its beginning with an ellipsis. A character with its marks is never split."""
    if length_of(text) <= length:
        return text
    shown, left = [], length - length_of("…")
    for cluster in regex.finditer(r"\X", text):
        left -= _length_of_words(cluster.group())
        if left < 0:
            break
        shown.append(cluster.group())
    return "".join(shown).rstrip() + "…"


def _length_of_words(text: str) -> int:
    return len(text) + len(_DOUBLE.findall(text))


def _without_accounts(text: str) -> str:
    return str(_ACCOUNT.sub("", plain(text)))
