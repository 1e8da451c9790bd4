"""Compares a page with its earlier copy: whether the text has changed much, and whether a quote is still there."""

import re
from html import unescape

from factcheck.record.formats.text import nfc

# Pages with fewer words aren't compared, because a date or a menu would be a large part of them.
MIN_WORDS = 50
# A page has changed if it no longer contains this share of the earlier text.
MIN_KEPT = 0.5
MAX_HTML = 5_000_000  # characters
_RUN = 5  # words that have to follow each other
_MAX_WORDS = 20_000
_QUOTES = str.maketrans(
    dict.fromkeys('“”„‟«»‹›‚‘’‛`´"', "'") | dict.fromkeys("‐‑‒–—―−", "-") | {"\u00ad": None, "\u200b": None}
)
# A tag ends at the next bracket, so that the time is proportional to the length of a hostile page.
_TAG = re.compile(r"<[^<>]*>")
_WORD = re.compile(r"\w+")


def normalise(text: str) -> str:
    """The text without differences that a reader doesn't see: composition, kinds of quotes and dashes, and spaces."""
    return " ".join(nfc(text).translate(_QUOTES).casefold().split())


def contains_quote(text: str, quote: str) -> bool:
    """Whether the text contains all parts of the quote in order. An ellipsis separates the parts."""
    text, place = normalise(text), 0
    for part in re.split(r"\[?(?:…|\.\.\.)\]?", quote):
        words = normalise(part).strip("' ")
        found = text.find(words, place)
        if found < 0:
            return False
        place = found + len(words)
    return True


def text_of_html(content: str) -> str:
    """All words of a page, including menus, which the readable text leaves out."""
    return unescape(_TAG.sub(" ", content[:MAX_HTML]))


def has_changed(before: str, after: str) -> bool:
    """Whether the later text has lost at least half of the earlier text. Additions don't count."""
    earlier = _runs(before)
    return len(earlier) > MIN_WORDS and len(earlier & _runs(after)) < MIN_KEPT * len(earlier)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(normalise(text))[:_MAX_WORDS]
    return {tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1)}
