"""What somebody asks, as matching reads it: a sentence, a post as it was copied, or a long text."""

import re
from collections.abc import Sequence

from factcheck.record.formats.text import MOST_APART, nfc

MAX_QUESTION = 5000  # characters in NFC
MAX_SENT = MOST_APART * MAX_QUESTION  # characters as they come
LONG = 700  # characters; what is longer is no post
MAX_PIECE = 300  # characters; a text without full stops is cut into such pieces

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Chinese, Japanese and Thai go on after an address without a space; of one with such signs in it the rest are words.
_ADDRESS = re.compile(r"https?://[!-~]+|\b(?:(?:www|pic\.twitter\.com)[./]|t\.co/)[!-~]+", re.ASCII)
_GLUED_PICTURE = re.compile(r"(?=pic\.twitter\.com/)")
_RETWEET = re.compile(r"\bRT @\w+:")
_TAG = re.compile(r"[#@](\w+)")
SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|_")
# Chinese and Japanese have no space after a sentence; the others are those of Hindi, Arabic and Urdu.
_SENTENCE_END = re.compile(r"(?<=[.!?…।॥؟۔])\s+|(?<=[。！？])(?![。！？…」』”’）)])\s*")


def as_read(text: str) -> str:
    """As much of a text as is read, in NFC."""
    return nfc(text[:MAX_SENT])[:MAX_QUESTION]


def tidy(text: str) -> str:
    """The text in NFC without addresses; tags and names in one word are taken apart (#StopTheSteal, @RealName)."""
    text = _FORBIDDEN.sub(" ", as_read(text))
    text = _ADDRESS.sub(" ", _GLUED_PICTURE.sub(" ", text))
    text = _RETWEET.sub(" ", text)
    return " ".join(_TAG.sub(lambda tag: f" {SEAM.sub(' ', tag[1])} ", text).split())


def pieces_of(text: str) -> list[str]:
    """A post as it is; a longer text, which says more than one thing, in sentences, in their order."""
    if len(text) <= LONG:
        return [text] if text else []
    found = []
    for sentence in _SENTENCE_END.split(text):
        while len(sentence) > MAX_PIECE:
            cut = sentence.rfind(" ", 1, MAX_PIECE) + 1 or MAX_PIECE
            found.append(sentence[:cut].strip())
            sentence = sentence[cut:]
        found.append(sentence.strip())
    return [sentence for sentence in found if any(map(str.isalnum, sentence))]


def most_telling(pieces: Sequence[str], weights: Sequence[float], room: int) -> list[str]:
    """The pieces that weigh most for their length, the first first, as many as fit into `room` characters."""
    chosen = []
    for index in sorted(range(len(pieces)), key=lambda i: -weights[i] / (len(pieces[i]) + 20)):
        if len(pieces[index]) < room:
            chosen.append(pieces[index])
            room -= len(pieces[index]) + 1
    return chosen
