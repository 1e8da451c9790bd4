"""The splitting of text into words, and the number of live reviews whose claim or headline contains each word.

The counts are a projection of the log and are exact after every publication. So a word that occurred only in an erased
review disappears with the review. Search uses the counts to find rare words and to suggest spellings.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from django.db import connection

from factcheck.record.formats.text import nfc
from factcheck.record.log.models import Published
from factcheck.record.search.models import MAX_LENGTH, Word
from factcheck.record.statements.review import Review

# Invisible characters that join letters. They are removed, because people often leave them out.
_JOINING = "\u00ad\u200c\u200d\u2060\ufeff"
# However, a non-joiner after an Arabic letter separates the parts of a Persian word, where people can also type a
# space.
_ARABIC = r"\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
_SEPARATOR = re.compile(rf"(?<=[{_ARABIC}])\u200c")
# Thai, Lao, Burmese and Khmer. The marks belong to the letter before them.
_BLOCKS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"
_MARKS = (
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059"
    r"\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u17b4-\u17d3\u17dd\ua9e5\uaa7b-\uaa7d"
)
_MARK = re.compile(f"[{_MARKS}]")
_CLUSTER = re.compile(rf"(?![{_MARKS}])[{_BLOCKS}][{_MARKS}]*")
_NO_CHARACTERS = ("Cn", "Co", "Cs")  # unassigned, private use, surrogates: seven of eight code points


class _Characters(dict[int, str]):
    """A table for str.translate. Letters, marks and digits are kept, and all other characters separate words.

    Chinese and Japanese don't use spaces, so each character is a word, and a name is a phrase. A Greek final sigma is
    replaced by a normal sigma. The database does the same (`record_words` in `sql/first/search.sql`). Thai, Lao,
    Burmese and Khmer don't use spaces either. There, each letter with its marks is a word (_CLUSTER).
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character == "ς" or character in _JOINING:
            self[code] = "σ" if character == "ς" else ""
            return self[code]
        category = unicodedata.category(character)
        if category in _NO_CHARACTERS:
            return " "  # not kept, because so many code points would fill up the memory
        if category[0] == "L" and unicodedata.name(character, "").startswith(("CJK", "HIRAGANA", "KATAKANA")):
            self[code] = f" {character} "
        else:
            self[code] = character if category[0] in "LMN" else " "
        return self[code]


class _Kinds(dict[int, str]):
    """A table for str.translate that maps each character to a letter for its kind, so that positions don't change."""

    def __missing__(self, code: int) -> str:
        replacement = _characters[code]
        if code not in _characters:
            return " "
        if replacement.isspace():
            self[code] = " "
        elif not replacement:
            self[code] = "j"  # joins letters
        elif 0x3099 <= code <= 0x309A or _MARK.match(replacement):
            self[code] = "v"  # modifies the character before it
        else:
            self[code] = "s" if len(replacement) > 1 or _CLUSTER.match(replacement) else "l"
        return self[code]


_characters, _kinds = _Characters(), _Kinds()
# A word in letters for kinds: a character that is a word (s) with its marks (v), or a run of letters (l) and marks. A
# joining character (j) counts only inside a word.
_WORD = re.compile("s(?:[vj]*v)?|[lv](?:[lvj]*[lv])?")


def split_words(text: str) -> list[str]:
    """Return the words in order, in the form of `Word`. Marks without a letter, as in emoji, don't count."""
    words = _CLUSTER.sub(r" \g<0> ", _separated(nfc(text.lower())).translate(_characters)).split()
    return [word for word in words if len(word) <= MAX_LENGTH and (word[0].isalpha() or any(map(_is_in_words, word)))]


def is_sign(word: str) -> bool:
    """Return whether the word is a sign of a script without spaces, such as a Chinese character."""
    return _kinds[ord(word[0])] == "s"


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each word. The text can be in any case and normalisation form."""
    return (found.span() for found in _WORD.finditer(_separated(text).translate(_kinds)))


def apply(published: Sequence[Published]) -> None:
    """Count the words of reviews that are now live, and subtract the words of their previous revisions."""
    change = Counter[str]()
    for each in published:
        if each.entry.is_live:
            change.update(title_words(each.review))
        if each.previous and each.previous.entry.is_live:
            change.subtract(title_words(each.previous.review))
    count(change)


def rebuild() -> None:
    Word.objects.all().delete()


def count(change: Counter[str]) -> None:
    """Add these numbers of reviews to the words' counts. Negative numbers are subtracted. The log must be locked."""
    more = sorted(word for word in change if change[word] > 0)
    fewer = sorted(word for word in change if change[word] < 0)
    with connection.cursor() as cursor:
        if more:
            cursor.execute(_ADD, [more, [change[word] for word in more]])
        if fewer:
            parameters = (fewer, [-change[word] for word in fewer])
            cursor.execute(_REMOVE, parameters)  # must run before _SUBTRACT, because a count of 0 isn't allowed
            cursor.execute(_SUBTRACT, parameters)


# Most words already exist. ON CONFLICT (Django's `bulk_create`) would compute a complete new row before each conflict.
_ADD = """
WITH added AS (SELECT * FROM unnest(%s::text[], %s::int[]) AS added (word, reviews)),
updated AS (
    UPDATE record_word mine SET reviews = mine.reviews + added.reviews
    FROM added WHERE mine.word = added.word RETURNING mine.word
)
INSERT INTO record_word (word, reviews) SELECT * FROM added WHERE word NOT IN (SELECT word FROM updated)
"""
_REMOVE = """
DELETE FROM record_word mine USING unnest(%s::text[], %s::int[]) AS removed (word, reviews)
WHERE mine.word = removed.word AND mine.reviews <= removed.reviews
"""
_SUBTRACT = """
UPDATE record_word mine SET reviews = mine.reviews - removed.reviews
FROM unnest(%s::text[], %s::int[]) AS removed (word, reviews) WHERE mine.word = removed.word
"""


def without_diacritics(word: str) -> str:
    letters = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def title_words(review: Review) -> set[str]:
    """Return the words in the claim, its wordings and the headline."""
    return set(split_words(" ".join([*review.claim.texts, review.headline or ""])))


def _is_in_words(character: str) -> bool:
    """Return whether PostgreSQL's parser treats the character as part of a word.

    It excludes ½, ② and ² (category No).
    """
    return character.isalnum() and unicodedata.category(character) != "No"


def _separated(text: str) -> str:
    return _SEPARATOR.sub(" ", text) if "\u200c" in text else text
