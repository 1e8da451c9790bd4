"""Tells a typing error from another word, for spelling suggestions.

A similar word is often just another word, such as contest and content. So only errors that people make while they type
count: letters that are swapped, missing, extra or doubled, a neighbouring key, or a wrong vowel. The first letter and
the ending must be right, because a different ending makes a different word.
"""

import re
import unicodedata
from functools import cache

from factcheck.record.search.telex import is_syllable

MIN_LETTERS = 5  # of a word with an error. A shorter word is similar to too many others.
MIN_DOUBLED = 4  # letters of a word with a doubled letter
LONG = 8  # letters. A longer word can have two errors.
_IMPOSSIBLE = 99
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiouy")
# Vietnamese writes ngh, gh and k before e and i, and ng, g and c before the other vowels.
_MISSPELT = re.compile(r"(?:ng|c)[iey]|ge|(?:ngh|gh|k)[aou]")


def fold(word: str) -> str:
    """The word without diacritics."""
    letters = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def is_vietnamese(word: str) -> bool:
    """Whether the word is a correct Vietnamese syllable, with or without diacritics."""
    return is_syllable(word) and not _MISSPELT.match(fold(word))


def is_typing_error(word: str, other: str) -> bool:
    """Whether somebody who typed the word probably meant the other word."""
    typed, meant = fold(word), fold(other)
    if len(typed) >= MIN_DOUBLED and _without_double(typed, meant):
        return True
    if len(typed) < MIN_LETTERS or is_vietnamese(word) or typed[0] != meant[0] or _script(typed) != _script(meant):
        return False
    if word.isascii() and is_vietnamese(other):  # for example ditch and dịch
        return False
    return _errors(typed, meant) <= (2 if min(len(typed), len(meant)) >= LONG else 1)


def _without_double(typed: str, meant: str) -> bool:
    """Whether one letter was typed twice, for example in demm."""
    return len(typed) == len(meant) + 1 and any(
        typed[place] == typed[place - 1] and typed[:place] + typed[place + 1 :] == meant
        for place in range(1, len(typed))
    )


def _errors(typed: str, meant: str) -> int:
    """The number of typing errors between two words that begin with the same letter."""
    before: list[int] = []
    row = [0] + [_IMPOSSIBLE] * len(meant)
    for i, letter in enumerate(typed, 1):
        above, row = row, [_IMPOSSIBLE] * (len(meant) + 1)
        for j, other in enumerate(meant, 1):
            inside = i < len(typed) and j < len(meant)
            same = 0 if letter == other else 1 if inside and _is_slip(letter, other) else _IMPOSSIBLE
            choices = [above[j - 1] + same]
            if i < len(typed):
                choices.append(above[j] + 1)  # an extra letter
            if j < len(meant):
                choices.append(row[j - 1] + 1)  # a missing letter
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                choices.append(before[j - 2] + 1)
            row[j] = min(choices)
        before = above
    return row[-1]


@cache
def _is_slip(letter: str, other: str) -> bool:
    """Whether both letters are vowels, or their keys are next to each other."""
    if {letter, other} <= _VOWELS:
        return True
    keys = {key: (line, place) for line, row in enumerate(_ROWS) for place, key in enumerate(row)}
    if letter not in keys or other not in keys:
        return False
    (line, place), (line_of_other, place_of_other) = keys[letter], keys[other]
    return abs(line - line_of_other) <= 1 and abs(place - place_of_other) <= 1


def _script(word: str) -> str:
    return unicodedata.name(word[0], "").partition(" ")[0]
