"""What text may be stored and published: NFC, no control characters, no lone surrogates.

Everything that enters (forms, imports, the API's parameters) passes through here, so that
the bytes that are hashed have one spelling. Directional marks and embeddings (U+202A and the
like) stand in real Arabic and Hebrew texts and stay; pages isolate every text from its surroundings.
"""

import re
import unicodedata

MOST_APART = 4  # characters that NFC makes one: a letter and three marks
MOST_MARKS = 30  # in a row, as the Stream-Safe Text Format has it (UAX #15, section 13); no writing has as many
_TWO_MARKS = "\u0f73\u0f75\u0f81"  # each is two in NFC, and is no mark by its own class
_JOINER = "\u034f"  # combining grapheme joiner: not seen, and no mark is sorted past it
# C0 and C1 controls except tab and line feed, line and paragraph separators being harmless;
# surrogates cannot be encoded; U+FFFE, U+FFFF and the like are never interchanged (Unicode 23.7).
# Those of the higher planes would each be compared with every character: the range they lie in is quicker.
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0010ffff]")


def nfc(value: str) -> str:
    """The value in NFC, in a time that grows with its length; what is in NFC already stays as it is.

    Python sorts the marks after a letter in a time that grows with the square of their number. So where there are
    more than MOST_MARKS, U+034F parts them, which leaves nothing out.
    """
    if unicodedata.is_normalized("NFC", value):
        return value
    marks, parted = 0, []
    for sign in value:
        marks = marks + 1 if unicodedata.combining(sign) or sign in _TWO_MARKS else 0
        if marks > MOST_MARKS:
            parted.append(_JOINER)
            marks = 1
        parted.append(sign)
    return unicodedata.normalize("NFC", "".join(parted))


def clean_text(value: str) -> str:
    """The value with line ends as "\\n", in NFC, without white space at its ends."""
    return nfc(value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def storable(value: str) -> str:
    """The value as `clean_text` has it, each character that may not be stored as a space."""
    return clean_text("".join(" " if find_forbidden(character) else character for character in value))


def find_forbidden(value: str) -> str | None:
    """The first character that may not be stored, as "U+0000", or None."""
    if value.isprintable():  # which none of them is; quicker than the expression
        return None
    for found in _SUSPECT.finditer(value):
        code = ord(found.group())
        if code <= 0xFFFF or code & 0xFFFE == 0xFFFE:
            return f"U+{code:04X}"
    return None
