"""The differences between two texts, word by word.

diff-match-patch compares characters, so each different word is first replaced by one character. Scripts without spaces
between words, such as Thai and Chinese, are compared character by character. A piece never splits a grapheme cluster.
"""

from typing import Literal, NamedTuple

import regex
from diff_match_patch import diff_match_patch

from factcheck.record.formats.text import nfc
from factcheck.tools.budget import SEARCH_SECONDS, current

# The characters that replace words: 131,072 of the private use planes, so that no replacement looks like a letter.
_FIRST, _LAST = 0xF0000, 0x10FFFF
# A letter of a script with spaces, and its marks. The line break classes SA, ID and CJ are the scripts without spaces.
_LETTER = r"(?=[\w--[\p{lb=SA}\p{lb=ID}\p{lb=CJ}]])\X"
# Flags consist of two characters each. \X alone would need quadratic time for a row of flags.
_FLAG = r"\p{Regional_Indicator}{1,2}[\p{Grapheme_Extend}\p{Mc}\u200d]*+"
# A word can contain apostrophes and hyphens, and a number can contain full stops and commas. The possessive `*+`
# prevents backtracking, so the time is linear.
_WORD = rf"(?>{_LETTER})+(?:['’\-](?>{_LETTER})+|(?<=\d)[.,](?=\d)(?>{_LETTER})+)*+"
_TOKEN = regex.compile(rf"(?V1){_FLAG}|{_WORD}|(?:(?=\s)\X)+|\X")
_KINDS: dict[int, Literal["same", "removed", "added"]] = {0: "same", -1: "removed", 1: "added"}


class Piece(NamedTuple):
    """Adjacent words with the same kind of change."""

    kind: Literal["same", "removed", "added"]
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """Return the pieces in reading order. Texts that differ only in their Unicode normalization are equal."""
    budget = current()
    # The rest of texts that take longer is shown as removed and added.
    if (seconds := min(SEARCH_SECONDS, budget.left)) <= 0:  # diff-match-patch would take this as no limit
        budget.left_out.append("differences")
        return [Piece("removed", before), Piece("added", after)]
    with budget.spending():
        return _compared(before, after, seconds)


def _compared(before: str, after: str, seconds: float) -> list[Piece]:
    texts = [_TOKEN.findall(nfc(text)) for text in (before, after)]
    words = list(dict.fromkeys(word for text in texts for word in text))
    if len(words) > _LAST - _FIRST:  # no person writes so many different words
        return [Piece("removed", "".join(texts[0])), Piece("added", "".join(texts[1]))]
    codes = {word: chr(_FIRST + number) for number, word in enumerate(words)}
    comparison = diff_match_patch()
    comparison.Diff_Timeout = seconds
    # The library's time limit doesn't apply to this shortcut, which takes a minute for a text with repeated words.
    comparison.diff_halfMatch = lambda *_texts: None
    found = comparison.diff_main(*("".join(map(codes.__getitem__, text)) for text in texts), False)
    comparison.diff_cleanupSemantic(found)
    return [Piece(_KINDS[kind], "".join(words[ord(code) - _FIRST] for code in piece)) for kind, piece in found]


def shorten(pieces: list[Piece], length: int) -> list[Piece]:
    """Return the pieces with only `length` characters of unchanged text before and after each change."""
    found = []
    for number, (kind, text) in enumerate(pieces):
        words = _TOKEN.findall(text) if kind == "same" and len(text) > 2 * length else []
        if words:
            start = _first_words(words, length) if number else ""
            end = _first_words(words[::-1], length, reverse=True) if number < len(pieces) - 1 else ""
            text = f"{start.rstrip()} … {end.lstrip()}".removeprefix("" if number else " ")
            text = text if number < len(pieces) - 1 else text.rstrip()
        found.append(Piece(kind, text))
    return found


def _first_words(words: list[str], length: int, *, reverse: bool = False) -> str:
    kept: list[str] = []
    for word in words:
        if (length := length - len(word)) < 0:
            break
        kept.append(word)
    return "".join(kept[::-1] if reverse else kept)
