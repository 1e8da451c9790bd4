"""The search for a quote in a text, without differences that readers don't see."""

import re
from collections.abc import Iterator, Sequence

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


def find_quote(texts: Sequence[str], quote: str) -> list[tuple[int, int, int]] | None:
    """Return the places of the quote in texts that follow each other, or None. The texts must be in NFC.

    A place is the number of a text, a start and an end in it. A quote can begin in one text and end in another.
    """
    normalised = [normalise(text) for text in texts]
    found = _find(" ".join(filter(None, normalised)), quote)
    if found is None:
        return None
    places, start = [], 0
    for number, text in enumerate(normalised):
        for begin, end in found:
            first, last = max(begin - start, 0), min(end - start, len(text))
            if first < last:
                origins = list(_origins(texts[number]))
                places.append((number, origins[first], origins[last - 1] + 1))
        start += len(text) + bool(text)
    return places


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
