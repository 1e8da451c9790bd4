"""The preparation of texts for matching: a sentence, a copied post, or a long text."""

import re
from collections.abc import Sequence

from factcheck.record.formats.text import MAX_COMPOSED, nfc

MAX_QUESTION = 5000  # in characters, in NFC
MAX_RAW = MAX_COMPOSED * MAX_QUESTION  # in characters, as received
LONG = 700  # in characters, the maximum length of a post
MAX_PIECE = 300  # in characters, at which a longer sentence is split

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Chinese, Japanese and Thai texts continue after a URL without a space. The first character outside ASCII therefore
# ends the URL.
_ADDRESS = re.compile(r"https?://[!-~]+|\b(?:(?:www|pic\.twitter\.com)[./]|t\.co/)[!-~]+", re.ASCII)
_GLUED_PICTURE = re.compile(r"(?=pic\.twitter\.com/)")
_RETWEET = re.compile(r"\bRT @\w+:")
_TAG = re.compile(r"[#@](\w+)")
WORD_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|_")
# In Chinese and Japanese, no space follows a sentence. The other full stops are used in Hindi, Arabic and Urdu.
_SENTENCE_END = re.compile(r"(?<=[.!?…।॥؟۔])\s+|(?<=[。！？])(?![。！？…」』”’）)])\s*")


def read_beginning(text: str) -> str:
    """Return the beginning of the text, up to the limit for matching, in NFC."""
    return nfc(text[:MAX_RAW])[:MAX_QUESTION]


def clean_question(text: str) -> str:
    """Return the text in NFC without URLs. Tags and names such as #StopTheSteal and @RealName are split into words."""
    text = _FORBIDDEN.sub(" ", read_beginning(text))
    text = _ADDRESS.sub(" ", _GLUED_PICTURE.sub(" ", text))
    text = _RETWEET.sub(" ", text)
    return " ".join(_TAG.sub(lambda tag: f" {WORD_SEAM.sub(' ', tag[1])} ", text).split())


def lower_capitals(text: str) -> str:
    """Return the text in lower case if most of its letters are capitals, which the model understands badly."""
    return text.lower() if sum(map(str.isupper, text)) > sum(map(str.islower, text)) else text


def split_sentences(text: str) -> list[str]:
    """Return the whole text in a list if it is short, or else its sentences in order."""
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


def heaviest_pieces(pieces: Sequence[str], weights: Sequence[float], room: int) -> list[str]:
    """Return the pieces with the most weight per character, best first, as many as fit into `room` characters."""
    chosen = []
    # The constant 20 keeps very short pieces from winning.
    for index in sorted(range(len(pieces)), key=lambda i: -weights[i] / (len(pieces[i]) + 20)):
        if len(pieces[index]) < room:
            chosen.append(pieces[index])
            room -= len(pieces[index]) + 1
    return chosen
