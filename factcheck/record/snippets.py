"""Where the words that were searched for stand: parts of the texts with these words marked."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from django.db import connections

from factcheck.record.queries import Query
from factcheck.record.words import SEARCH_CONFIG, words_of

LENGTH = 240  # characters of a snippet, about
MOST = 24  # spellings that are marked: each is looked for in all texts
BEFORE = 60  # of them before the first marked word
SEARCHED = 20_000  # characters of a long text that are searched (`migrations/0009_search.py`)

Snippets = dict[str, str]


def mark(bodies: Sequence[dict[str, Any]], query: Query) -> list[Snippets]:
    """For each body the texts that have a word of the query, by name: HTML, the words in <mark>, all else escaped."""
    texts = [_texts(body) for body in bodies]
    words = _matching((text for each in texts for text in each.values()), query)
    if not words:
        return [{} for _ in bodies]
    pattern = re.compile("|".join(map(_whole, sorted(words, key=len, reverse=True))), re.IGNORECASE)
    return [
        {name: snippet for name, text in each.items() if (snippet := _snippet(text, pattern)) is not None}
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


def _matching(texts: Iterable[str], query: Query) -> list[str]:
    """The words of the texts that the query finds. PostgreSQL is asked about those alone that begin like one of it."""
    starts = {_bare(word)[:3] for word in query.words}
    words = {word for text in texts for word in words_of(text)}
    likely = [word for word in words if _bare(word)[:3] in starts]
    if not likely:
        return []
    with connections["public"].cursor() as cursor:
        cursor.execute(_MATCHING, [likely, query.any_word()])
        return [word for (word,) in cursor.fetchmany(MOST)]


_MATCHING = f"""
SELECT word FROM unnest(%s::text[]) word
WHERE to_tsvector('{SEARCH_CONFIG}', word) @@ to_tsquery('{SEARCH_CONFIG}', %s)
"""  # noqa: S608 (a constant)


def _bare(word: str) -> str:
    """Without marks; only to begin with, since the search's own rules know more."""
    apart = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _whole(word: str) -> str:
    """Not within another word; Chinese and Japanese signs stand in a row."""
    is_sign = words_of(word * 2) == [word, word]
    return re.escape(word) if is_sign else rf"(?<!\w){re.escape(word)}(?!\w)"


def _snippet(text: str, pattern: re.Pattern[str]) -> str | None:
    first = pattern.search(text)
    if first is None:
        return None
    start = text.rfind(" ", 0, max(0, first.start() - BEFORE)) + 1 if len(text) > LENGTH else 0
    end = len(text)
    if end - start > LENGTH:
        space = text.rfind(" ", first.end(), start + LENGTH)
        end = space if space > 0 else max(first.end(), start + LENGTH)
    shown, at = "…" if start else "", start
    for found in pattern.finditer(text, start, end):
        shown += f"{escape(text[at : found.start()])}<mark>{escape(found.group())}</mark>"
        at = found.end()
    return f"{shown}{escape(text[at:end])}{'…' if end < len(text) else ''}"
