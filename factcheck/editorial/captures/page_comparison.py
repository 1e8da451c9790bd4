"""The comparison of a page with its earlier copy: whether it has changed much, and whether it still has a quote."""

import re

from factcheck.record.formats.text import nfc

# Shorter pages aren't compared, because a date or a menu would be a large part of their words.
MIN_WORDS = 50
# A page has changed if it contains less than this share of the earlier copy's word sequences.
MIN_KEPT = 0.5
_RUN = 5  # length of a word sequence
_MAX_WORDS = 20_000
_QUOTES = str.maketrans(
    dict.fromkeys('“”„‟«»‹›‚‘’‛`´"', "'") | dict.fromkeys("‐‑‒–—―−", "-") | {"\u00ad": None, "\u200b": None}
)
_WORD = re.compile(r"\w+")


def normalise(text: str) -> str:
    """Return the text without differences that readers don't see: composition, quotation marks, dashes and spaces."""
    return " ".join(nfc(text).translate(_QUOTES).casefold().split())


def contains_quote(text: str, quote: str) -> bool:
    """Return whether the text contains all parts of the quote in order. An ellipsis separates the parts."""
    text, place = normalise(text), 0
    for part in re.split(r"\[?(?:…|\.\.\.)\]?", quote):
        words = normalise(part).strip("' ")
        found = text.find(words, place)
        if found < 0:
            return False
        place = found + len(words)
    return True


def has_changed(before: str, after: str) -> bool:
    """Return whether the later text has lost more than half of the earlier text. Additions don't count."""
    earlier = _runs(before)
    return len(earlier) > MIN_WORDS and len(earlier & _runs(after)) < MIN_KEPT * len(earlier)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(normalise(text))[:_MAX_WORDS]
    return {tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1)}
