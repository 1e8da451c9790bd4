"""A text about a review for a post or a note on a platform: the verdict, the claim, the newsroom and the link.

Platforms count 23 characters for each link, and two for each character outside the ranges in `_SINGLE`
(developer.x.com, "Counting characters"). Other platforms allow more.
"""

import regex
from django.utils.translation import gettext

from factcheck.website.queries import Body
from factcheck.website.share_cards import verdict_words
from factcheck.website.templatetags.published import plain

MAX_LENGTH = 280
LINK_LENGTH = 23
_SINGLE = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
# Platforms turn these into links or notify an account. A post about a false claim should do neither.
_LINK = regex.compile(r"(?i:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b(?:/\S*)?")
_ACCOUNT = regex.compile(r"[@＠](?=\w)")


def post_text(review: Body, language: str) -> str:
    """Return the text in the interface's language. The claim is shortened to what is left of MAX_LENGTH."""
    newsroom = _shorten(_harmless(review["publisher"]["name"]), 60)
    if review["revision"]["kind"] == "withdrawal":
        text = gettext("Withdrawn: {newsroom} no longer supports this review.").format(newsroom=newsroom)
        return f"{text}\n{review['url']}"
    verdict = _shorten(_harmless(verdict_words(review, language)), 60)
    before = gettext("Verdict: {verdict}. The claim: “").format(verdict=verdict)
    after = gettext("” – checked by {newsroom}").format(newsroom=newsroom) + "\n"
    left = MAX_LENGTH - LINK_LENGTH - length_of(before) - length_of(after)
    claim = _shorten(_harmless(review["claim"]["text"]), left)
    return f"{before}{claim}{after}{review['url']}"


def length_of(text: str) -> int:
    """Return the length of a text without links, as platforms count it."""
    return sum(1 if any(first <= ord(each) <= last for first, last in _SINGLE) else 2 for each in text)


def _shorten(text: str, most: int) -> str:
    """Return the text, or its beginning with an ellipsis. The cut is between two characters as readers see them."""
    if length_of(text) <= most:
        return text
    shown, left = [], most - length_of("…")
    for cluster in regex.finditer(r"\X", text):
        left -= length_of(cluster.group())
        if left < 0:
            break
        shown.append(cluster.group())
    return "".join(shown).rstrip() + "…"


def _harmless(text: str) -> str:
    return str(_ACCOUNT.sub("", _LINK.sub("[…]", plain(text))))
