"""The words of live claims and headlines, and in how many reviews each stands: what is rare, and what was meant.

A projection of the log: its numbers are exact after every publication, so that a word that stood in an erased review
alone is gone with it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections

from factcheck.record.formats.text import nfc
from factcheck.record.log.models import Published
from factcheck.record.search.models import MAX_LENGTH, SEARCH_CONFIG, Word

# Signs that are not seen and say how letters stand together: they join them, also where nobody types them.
_JOINING = "\u00ad\u200c\u200d\u2060\ufeff"
# But the non-joiner after an Arabic letter: between the parts of a Persian word, where a space is typed without it.
_ARABIC = r"\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
_PARTING = re.compile(rf"(?<=[{_ARABIC}])\u200c")
_NO_SIGNS = ("Cn", "Co", "Cs")  # unassigned, for private use, surrogates: seven of eight code points


class _Signs(dict[int, str]):
    """For str.translate: letters, their marks and digits stay, what else there is parts words.

    Chinese and Japanese are written without spaces: each of their signs is a word, and a name a phrase of them. Greek
    has two signs for one letter. The same is done in the database (`record_words` in `sql/search.sql`).
    """

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        if sign == "ς" or sign in _JOINING:
            self[code] = "σ" if sign == "ς" else ""
            return self[code]
        kind = unicodedata.category(sign)
        if kind in _NO_SIGNS:
            return " "  # which is not kept: whoever asked for all of them would fill the memory
        if kind[0] == "L" and unicodedata.name(sign, "").startswith(("CJK", "HIRAGANA", "KATAKANA")):
            self[code] = f" {sign} "
        else:
            self[code] = sign if kind[0] in "LMN" else " "
        return self[code]


class _Kinds(dict[int, str]):
    """For str.translate: what `_Signs` makes of each sign, as one letter, so that places stay what they are."""

    def __missing__(self, code: int) -> str:
        said = _signs[code]
        if code not in _signs:
            return " "
        if said.isspace():
            self[code] = " "
        elif not said:
            self[code] = "j"  # joining
        elif 0x3099 <= code <= 0x309A:
            self[code] = "v"  # voices the kana before it
        else:
            self[code] = "s" if len(said) > 1 else "l"
        return self[code]


_signs, _kinds = _Signs(), _Kinds()
_WORD = re.compile("sv?|[lv](?:[lvj]*[lv])?")


def words_of(text: str) -> list[str]:
    """The words of a text in their order, as `Word` has them. Marks without a letter, as emoji have them, are none."""
    words = _parted(nfc(text.lower())).translate(_signs).split()
    return [word for word in words if len(word) <= MAX_LENGTH and (word[0].isalpha() or any(map(_is_said, word)))]


def _is_said(sign: str) -> bool:
    """Whether PostgreSQL's parser makes a word of it: of letters and digits, not of numbers such as ½, ② and ² (No)."""
    return sign.isalnum() and unicodedata.category(sign) != "No"


def places_of(text: str) -> Iterator[tuple[int, int]]:
    """Where each of the words of a text begins and ends in it, whatever its case and its normal form."""
    return (found.span() for found in _WORD.finditer(_parted(text).translate(_kinds)))


def _parted(text: str) -> str:
    return _PARTING.sub(" ", text) if "\u200c" in text else text


def apply(published: Sequence[Published]) -> None:
    """Counts the words of what is live now, instead of those that the same reviews had before."""
    change = Counter[str]()
    for each in published:
        if each.entry.is_live:
            change.update(title_words(each.document))
        if each.previous and each.previous.entry.is_live:
            change.subtract(title_words(each.previous.document))
    count(change)


def rebuild() -> None:
    Word.objects.all().delete()


def count(change: Counter[str]) -> None:
    """Adds these numbers of reviews, or takes away where they are negative. Called under the log's lock."""
    more = sorted(word for word in change if change[word] > 0)
    fewer = sorted(word for word in change if change[word] < 0)
    with connection.cursor() as cursor:
        if more:
            cursor.execute(_ADD, [more, [change[word] for word in more]])
        if fewer:
            taken = (fewer, [-change[word] for word in fewer])
            cursor.execute(_REMOVE, taken)  # first, since no word stands in no review
            cursor.execute(_SUBTRACT, taken)


# Most are there already. ON CONFLICT would make a whole new row of each, its lexeme too, before it looked.
_ADD = """
WITH given AS (SELECT * FROM unnest(%s::text[], %s::int[]) AS given (word, reviews)),
known AS (
    UPDATE record_word mine SET reviews = mine.reviews + given.reviews
    FROM given WHERE mine.word = given.word RETURNING mine.word
)
INSERT INTO record_word (word, reviews) SELECT * FROM given WHERE word NOT IN (SELECT word FROM known)
"""
_REMOVE = """
DELETE FROM record_word mine USING unnest(%s::text[], %s::int[]) AS taken (word, reviews)
WHERE mine.word = taken.word AND mine.reviews <= taken.reviews
"""
_SUBTRACT = """
UPDATE record_word mine SET reviews = mine.reviews - taken.reviews
FROM unnest(%s::text[], %s::int[]) AS taken (word, reviews) WHERE mine.word = taken.word
"""


def title_words(document: Mapping[str, Any]) -> set[str]:
    """Those of claim and headline of a live review's document or body, each once."""
    return set(words_of(f"{document['claim']['text']} {document['headline'] or ''}"))


@dataclass(frozen=True, slots=True)
class Frequency:
    """How the search reads a word, and in how many live reviews' claims and headlines it stands, in any spelling."""

    lexeme: str
    reviews: int


def frequencies(words: Collection[str]) -> dict[str, Frequency]:
    """By word as `words_of` gives them. A review with two spellings of a lexeme counts twice: an upper bound."""
    with connections["public"].cursor() as cursor:
        cursor.execute(_FREQUENCIES, [list(words)])
        return {word: Frequency(lexeme, reviews) for word, lexeme, reviews in cursor.fetchall()}


_FREQUENCIES = f"""
SELECT word, lexeme, coalesce((SELECT sum(mine.reviews) FROM record_word mine WHERE mine.lexeme = asked.lexeme), 0)
FROM (SELECT word, (tsvector_to_array(to_tsvector('{SEARCH_CONFIG}', word)))[1] AS lexeme
      FROM unnest(%s::text[]) AS word OFFSET 0) asked
WHERE lexeme IS NOT NULL
"""  # noqa: S608 (a constant)
