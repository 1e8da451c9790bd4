"""Rules for text that is stored and published: NFC, no control characters, no lone surrogates.

These rules apply to all input from forms, imports and API parameters, so that equal texts have equal bytes before they
are hashed. Directional marks and embeddings, such as U+202A, are kept because Arabic and Hebrew texts need them. Pages
isolate the direction of each text from the surrounding text.
"""

import re
import unicodedata

MAX_COMPOSED = 4  # the maximum number of characters that NFC composes into one: a letter and three marks
MAX_MARKS = 30  # in a row (Stream-Safe Text Format, UAX #15, section 13), more than any script needs
_TWO_MARKS = "\u0f73\u0f75\u0f81"  # each becomes two marks in NFC but has combining class 0
# Embeddings, overrides and isolates of the writing direction. On a page, each element isolates its text. In a title or
# a description, nothing would end their effect.
_DIRECTIONS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_JOINER = "\u034f"  # combining grapheme joiner: invisible, and NFC moves no mark past it
# C0 and C1 controls except tab and line feed, surrogates, and noncharacters such as U+FFFE. Surrogates can't be
# encoded, and noncharacters aren't intended for interchange (Unicode 23.7). Line and paragraph separators are harmless.
# A single range covers the noncharacters of the higher planes, because a list of them would make the expression slower.
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff]")


def nfc(value: str) -> str:
    """Return the value in NFC, in linear time.

    Python needs quadratic time to sort the marks after a letter. The function therefore inserts U+034F after every
    MAX_MARKS marks. No mark is lost.
    """
    if unicodedata.is_normalized("NFC", value):
        return value
    marks, parts = 0, []
    for character in value:
        marks = marks + 1 if unicodedata.combining(character) or character in _TWO_MARKS else 0
        if marks > MAX_MARKS:
            parts.append(_JOINER)
            marks = 1
        parts.append(character)
    return unicodedata.normalize("NFC", "".join(parts))


def clean_text(value: str) -> str:
    r"""Return the trimmed value in NFC, with "\n" as line ending."""
    return nfc(value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def plain(value: str) -> str:
    """Return a single line without direction marks, for titles and descriptions."""
    return " ".join(_DIRECTIONS.sub("", value).split())


def shorten(line: str, length: int) -> str:
    """Return a line with at most this many characters, and no part of a word. Combining characters count too."""
    if len(line) <= length:
        return line
    head = line[: length - 1]
    space = head.rfind(" ")
    is_cut = line[length - 1] != " " and space > length // 2  # scripts without spaces are cut anywhere
    return f"{(head[:space] if is_cut else head).rstrip()}…"


def fold_words(value: str) -> str:
    """Return the value with single spaces and without differences in case, for comparing short texts."""
    return " ".join(value.split()).casefold()


def replace_forbidden(value: str) -> str:
    """Return the result of `clean_text`, with each forbidden character replaced by a space."""
    return clean_text("".join(" " if find_forbidden(character) else character for character in value))


def find_forbidden(value: str) -> str | None:
    """Return the first forbidden character, in a form such as "U+0000", or None."""
    if value.isprintable():  # a faster check, because no forbidden character is printable
        return None
    for found in _SUSPECT.finditer(value):
        code = ord(found.group())
        # In the higher planes, only the last two characters of each plane are noncharacters.
        if code <= 0xFFFF or code & 0xFFFE == 0xFFFE:
            return f"U+{code:04X}"
    return None
