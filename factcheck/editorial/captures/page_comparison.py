"""The comparison of a page with its earlier copy: whether the page has changed much."""

import re

from factcheck.record.formats.quotes import normalise

# Shorter pages aren't compared, because a date or a menu would be a large part of their words.
MIN_WORDS = 50
# A page has changed if it contains less than this share of the earlier copy's word sequences.
MIN_KEPT = 0.5
_RUN = 5  # length of a word sequence
_MAX_WORDS = 20_000
_WORD = re.compile(r"\w+")


def has_changed(before: str, after: str) -> bool:
    """Return whether the later text has lost more than half of the earlier text. Additions don't count."""
    earlier = _runs(before)
    return len(earlier) > MIN_WORDS and len(earlier & _runs(after)) < MIN_KEPT * len(earlier)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(normalise(text))[:_MAX_WORDS]
    return {tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1)}
