"""Where the words that were searched for stand: parts of the texts with these words marked."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from django.db import connections

from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.query import Query
from factcheck.record.search.words import places_of, words_of

LENGTH = 240  # characters of a snippet, about
BEFORE = 60  # of them before the first marked word
SEARCHED = 20_000  # characters of a long text that are searched (`sql/search.sql`)
_PIECES = re.compile(r"\S+")

Snippets = dict[str, str]


def mark(bodies: Sequence[dict[str, Any]], query: Query) -> list[Snippets]:
    """For each body the texts that have a word of the query, by name: HTML, the words in <mark>, all else escaped."""
    texts = [_texts(body) for body in bodies]
    pieces = {piece for each in texts for text in each.values() for piece in text.split()}
    words = {piece: words_of(piece) for piece in pieces}
    found = _matching({word for each in words.values() for word in each}, query)
    wanted = {piece for piece, each in words.items() if not found.isdisjoint(each)}
    return [
        {name: snippet for name, text in each.items() if (snippet := _snippet(text, wanted, found)) is not None}
        for each in texts
    ]


def _texts(body: dict[str, Any]) -> dict[str, str]:
    """The texts that the search looks into, of a review or of a claim with its reviews and those merged into it."""
    claim = body.get("claim", body)
    merged = body.get("merged", [])
    claimants = [each.get("claimant") or {} for each in (claim, *merged)]
    found = {
        "claim": claim.get("text"),
        "merged": _together(each["text"] for each in merged),
        "headline": body.get("headline") or _together(review["headline"] for review in body.get("reviews", [])),
        "summary": body.get("summary"),
        "claimant": _together(each.get("name") or each.get("description") for each in claimants),
        "body": (body.get("body") or "")[:SEARCHED],
    }
    return {name: text for name, text in found.items() if text}


def _together(texts: Iterable[str | None]) -> str:
    return " · ".join(dict.fromkeys(filter(None, texts)))


def _matching(words: Iterable[str], query: Query) -> set[str]:
    """Those that the query finds. PostgreSQL is asked about those alone that begin like a word of it."""
    starts = {_start(word) for word in query.words}
    likely = [word for word in words if _start(word) in starts]
    if not likely:
        return set()
    with connections["public"].cursor() as cursor:
        cursor.execute(_MATCHING, [likely, query.any_word()])
        return {word for (word,) in cursor.fetchall()}


_MATCHING = f"""
SELECT word FROM unnest(%s::text[]) word
WHERE to_tsvector('{SEARCH_CONFIG}', word) @@ to_tsquery('{SEARCH_CONFIG}', %s)
"""  # noqa: S608 (a constant)


# As unaccent of PostgreSQL writes the letters of living languages that NFKD does not take apart; and y as i, since the
# stems of spies and lying are those of spy and lie.
_LETTERS = str.maketrans("đðłøħıŋŧɓɖɗɛƒɠɨƙɲʉʋƴƶy", "ddlohintbddefgiknuvizi") | str.maketrans(
    {"æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
)


def _start(word: str) -> str:
    """Its first two letters, roughly: those of all words that the search takes for this one are the same."""
    first = [sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign)][:2]
    return "".join(first).lower().translate(_LETTERS)[:2]


def _snippet(text: str, pieces: set[str], words: set[str]) -> str | None:
    """Around the first of the words. They stand in these pieces alone, of which the text is looked through."""
    if pieces.isdisjoint(text.split()):
        return None
    looked_through = (found.span() for found in _PIECES.finditer(text) if found.group() in pieces)
    first = next((place for span in looked_through for place in _places(text, *span, words)), None)
    if first is None:  # signs in an order of no writing, which make other words when they stand by themselves
        return None
    begin, stop = first
    start = 0
    if len(text) > LENGTH:  # at a space, unless there is none near, as in Chinese
        at = max(0, begin - BEFORE)
        start = text.rfind(" ", max(0, at - BEFORE), at) + 1 or at
    end = len(text)
    if end - start > LENGTH:
        space = text.rfind(" ", max(stop, start + LENGTH - BEFORE), start + LENGTH)
        end = space if space > 0 else max(stop, start + LENGTH)
    shown, at = "…" if start else "", start
    for begin, stop in _places(text, first[0], end, words):
        shown += f"{escape(text[at:begin])}<mark>{escape(text[begin:stop])}</mark>"
        at = stop
    return f"{shown}{escape(text[at:end])}{'…' if end < len(text) else ''}"


def _places(text: str, start: int, end: int, words: set[str]) -> Iterator[tuple[int, int]]:
    for begin, stop in places_of(text[start:end]):
        if not words.isdisjoint(words_of(text[start + begin : start + stop])):
            yield start + begin, start + stop
