"""Snippets of search results, in which the words of the query are marked."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape

from factcheck.database.rows import run_prepared
from factcheck.record.readmodel.bodies import Claim, Review
from factcheck.record.search.lookup import with_stems
from factcheck.record.search.models import SEARCH_CONFIG
from factcheck.record.search.query import Query
from factcheck.record.search.words import split_words, word_spans
from factcheck.record.statements.review import ReviewedClaim

LENGTH = 240  # the approximate number of characters in a snippet
BEFORE = 60  # the number of characters before the first marked word
SEARCHED = 20_000  # the number of characters that are searched in a long text (`sql/first/search.sql`)
PREFIXED = ("id", "ms")  # languages in which stemmers remove prefixes
_RUNS = re.compile(r"\S+")

Snippets = dict[str, str]


def mark(bodies: Sequence[Review | Claim], query: Query) -> list[Snippets]:
    """Return snippets for each body, as HTML with <mark>.

    A key is the name of a text that contains a word of the query.
    """
    numbers = defaultdict[str, list[int]](list)
    for number, body in enumerate(bodies):
        numbers[body.language].append(number)
    found = dict[int, Snippets]()
    for language, each in numbers.items():
        found |= zip(each, mark_texts([_texts(bodies[number]) for number in each], language, query), strict=True)
    return [found[number] for number in range(len(bodies))]


def mark_texts(texts: Sequence[Mapping[str, str]], language: str, query: Query) -> list[Snippets]:
    """Return snippets for the texts of each row, as `mark` does. The language decides which forms of a word count."""
    # Each different word is sent to the database once, for all texts together.
    pieces = {piece for each in texts for text in each.values() for piece in text.split()}
    words = {piece: split_words(piece) for piece in pieces}
    found = _matching({word for each in words.values() for word in each}, language, query)
    matching = {piece for piece, each in words.items() if not found.isdisjoint(each)}
    return [
        {name: snippet for name, text in each.items() if (snippet := _snippet(text, matching, found)) is not None}
        for each in texts
    ]


def _texts(body: Review | Claim) -> dict[str, str]:
    """Return the searched texts of a review, or of a claim with its reviews and merged claims."""
    if isinstance(body, Claim):
        found = {
            "claim": _join(body.texts),
            "merged": _join(each.text for each in body.merged),
            "headline": _join(each.headline for each in body.reviews),
            "claimant": _claimants(body, *body.merged),
        }
    else:
        found = {
            "claim": _join(body.claim.texts),
            "headline": body.headline or "",
            "summary": body.summary or "",
            "claimant": _claimants(body.claim),
            "body": (body.body or "")[:SEARCHED],
        }
    return {name: text for name, text in found.items() if text}


def _claimants(*claims: ReviewedClaim) -> str:
    return _join(each.claimant.name or each.claimant.description for each in claims if each.claimant)


def _join(texts: Iterable[str | None]) -> str:
    return " · ".join(dict.fromkeys(filter(None, texts)))


def _matching(words: Iterable[str], language: str, query: Query) -> set[str]:
    """Return the words that match the query.

    In languages without prefixes, PostgreSQL compares only words that begin with the same letters as a typed word.
    """
    starts = {_start(word) for word in query.words}
    likely = [word for word in words if language.partition("-")[0] in PREFIXED or _start(word) in starts]
    if not likely:
        return set()
    return {word for (word,) in run_prepared(_MATCHING, [likely, language, with_stems(query.any_word())])}


_MATCHING = f"""
SELECT word FROM unnest(%s::text[]) word
WHERE to_tsvector('{SEARCH_CONFIG}', word)
    || coalesce(public.record_stems(public.record_stemmer(%s, word), word), '') @@ to_tsquery('{SEARCH_CONFIG}', %s)
"""  # noqa: S608 (a constant)


# The replacements of PostgreSQL's `unaccent` for letters that NFKD doesn't decompose. `y` becomes `i`, because "spies"
# has the same stem as "spy" and "lying" has the same stem as "lie".
_LETTERS = str.maketrans("đðłøħıŋŧɓɖɗɛƒɠɨƙɲʉʋƴƶy", "ddlohintbddefgiknuvizi") | str.maketrans(
    {"æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
)


_ARTICLE = re.compile("^[وفبك]?(?:ال|لل)")  # the article of Arabic words, with or without a prefix


def _start(word: str) -> str:
    """Return the first two letters in a normalised form.

    Forms of the same word have the same start, except for prefixes.
    """
    letters = unicodedata.normalize("NFKD", _ARTICLE.sub("", word))
    first = [character for character in letters if not unicodedata.combining(character)][:2]
    return "".join(first).lower().translate(_LETTERS)[:2]


def _snippet(text: str, pieces: set[str], words: set[str]) -> str | None:
    """Return a snippet around the first of the words, or None.

    `pieces` are all runs of characters that contain a word.
    """
    if pieces.isdisjoint(text.split()):
        return None
    candidates = (found.span() for found in _RUNS.finditer(text) if found.group() in pieces)
    first = next((place for span in candidates for place in _marked_spans(text, *span, words)), None)
    if first is None:  # characters in an invalid order can form other words if they are split without their neighbours
        return None
    begin, stop = first
    start = 0
    if len(text) > LENGTH:  # begin at a space if there is one nearby. In Chinese there is none.
        at = max(0, begin - BEFORE)
        start = text.rfind(" ", max(0, at - BEFORE), at) + 1 or at
    end = len(text)
    if end - start > LENGTH:
        space = text.rfind(" ", max(stop, start + LENGTH - BEFORE), start + LENGTH)
        end = space if space > 0 else max(stop, start + LENGTH)
    html, at = "…" if start else "", start
    for begin, stop in _marked_spans(text, first[0], end, words):
        html += f"{escape(text[at:begin])}<mark>{escape(text[begin:stop])}</mark>"
        at = stop
    return f"{html}{escape(text[at:end])}{'…' if end < len(text) else ''}"


def _marked_spans(text: str, start: int, end: int, words: set[str]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each of the words between two positions of the text."""
    for begin, stop in word_spans(text[start:end]):
        if not words.isdisjoint(split_words(text[start + begin : start + stop])):
            yield start + begin, start + stop
