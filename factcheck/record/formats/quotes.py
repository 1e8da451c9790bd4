"""The search for a quote in a text, without differences that readers don't see."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from factcheck.record.formats.text import nfc

_MARKS = str.maketrans(
    dict.fromkeys('“”„‟«»‹›‚‘’‛`´"', "'") | dict.fromkeys("‐‑‒–—―−", "-") | {"\u00ad": None, "\u200b": None}
)
_ELLIPSIS = re.compile(r"\[?(?:…|\.\.\.)\]?")


def normalise(text: str) -> str:
    """Return the text without differences that readers don't see: composition, quotation marks, dashes and spaces."""
    return " ".join(nfc(text).translate(_MARKS).casefold().split())


def contains_quote(text: str, quote: str) -> bool:
    """Return whether the text contains all parts of the quote in order. An ellipsis separates the parts."""
    return _find(normalise(text), quote) is not None


def find_quotes(texts: Sequence[str], quotes: Sequence[str]) -> dict[str, list[tuple[int, int, int]] | None]:
    """Return the places of each quote in texts that follow each other, or None. The texts must be in NFC.

    A place is the number of a text, a start and an end in it. A quote can begin in one text and end in another.
    """
    normalised = [normalise(text) for text in texts]
    whole, origins = " ".join(filter(None, normalised)), cache(lambda number: list(_origins(texts[number])))
    found = {quote: _find(whole, quote) for quote in quotes}
    return {
        quote: None if parts is None else list(_places(normalised, parts, origins)) for quote, parts in found.items()
    }


def _places(
    texts: Sequence[str], parts: Sequence[tuple[int, int]], origins: Callable[[int], list[int]]
) -> Iterator[tuple[int, int, int]]:
    """Yield the places of the parts, which follow each other, so that neither is gone through twice."""
    start, left = 0, [part for part in reversed(parts) if part[0] < part[1]]
    for number, text in enumerate(texts):
        stop = start + len(text)
        while left and left[-1][0] < stop:
            begin, end = left[-1]
            if text:
                yield number, origins(number)[max(begin - start, 0)], origins(number)[min(end, stop) - start - 1] + 1
            if end > stop:
                break  # the part ends in a later text
            left.pop()
        start = stop + bool(text)


def _find(text: str, quote: str) -> list[tuple[int, int]] | None:
    place, found = 0, []
    for part in _ELLIPSIS.split(quote):
        words = normalise(part).strip("' ")
        begin = text.find(words, place)
        if begin < 0:
            return None
        place = begin + len(words)
        found.append((begin, place))
    return found


def _origins(text: str) -> Iterator[int]:
    """Yield, for each character of the normalised text, the place of its origin in the text."""
    after_space = True
    for place, character in enumerate(text):
        is_space = character.isspace()
        if not is_space or not after_space:
            folded = " " if is_space else character.translate(_MARKS).casefold()
            yield from [place] * len(folded)
            after_space = is_space if folded else after_space
