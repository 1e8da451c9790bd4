"""The comparison of a post with a claim, in which words, negations, numbers and dates can differ."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from factcheck.record.matching.differences.dates import date_differs
from factcheck.record.matching.differences.negation import negation_differs
from factcheck.record.matching.differences.numbers import number_differs
from factcheck.record.matching.differences.sentences import Sentence, closest, fold, read_sentences
from factcheck.record.search.questions import clean_question

# the last line of an embedded post: "— Jane Doe (@jane) January 14, 2020"
_SIGNATURE = re.compile(r"\s[—–-]\s?[^—–\n]{1,80}\(@\w{1,30}\)[^\n]{0,40}$")
_PUNCTUATION = re.compile(r"""[.,;:!?…"“”„«»'‘’()\[\]]+""")

# Without diacritics, each of these words could also be another one that says something else, for example its negation.
_AMBIGUOUS = frozenset("chưa chữa bán bắn tội tỏi cấm cam giam giảm".split())

Difference = Literal["negation", "number", "date"]


def read_post(text: str) -> list[Sentence]:
    """Return the sentences of a post, without the author and date below an embedded post."""
    return read_sentences(_SIGNATURE.sub("", text.rstrip()))


def same_words(text: str, claim: str) -> bool:
    """Return whether the post or one of its sentences consists of the claim's words, in the same order.

    Diacritics count if the post contains diacritics, or if the claim's words would be ambiguous without them.
    """
    parts = [_plain(clean_question(text)), *(_plain(sentence.text) for sentence in read_post(text))]
    claim = _plain(clean_question(claim))
    if all(part == fold(part) for part in parts) and _AMBIGUOUS.isdisjoint(_words(claim)):
        claim = fold(claim)
    wanted = _words(claim)
    return bool(wanted) and any(_words(part) == wanted for part in parts)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _words(text: str) -> list[str]:
    """Return the words without punctuation and emojis."""
    text = "".join(" " if unicodedata.category(sign) in ("So", "Sk") else sign for sign in text)
    return _PUNCTUATION.sub(" ", text).split()


def whole_text(text: str) -> Sentence:
    """Return all sentences of a short text as one."""
    return Sentence(text, tuple(word for each in read_sentences(text) for word in each.words))


def closest_pair(post: Sequence[Sentence], claim: str) -> tuple[Sentence, Sentence] | None:
    """Return the sentences of post and claim that are compared, or None if one of them has no words.

    If the post is one sentence, it is compared with the most similar sentence of the claim. In a longer post, the most
    similar sentence is compared with the claim's first sentence.
    """
    stated = closest(read_sentences(claim), post[0]) if len(post) == 1 else None
    stated = stated or next(iter(read_sentences(claim)), None)
    if stated is None or (nearest := closest(post, stated)) is None:
        return None
    return nearest, stated


def find_differences(post: Sentence, claim: Sentence, *, alone: bool) -> tuple[Difference, ...]:
    """Return what certainly differs. A detail that only one of the two sentences states isn't a difference.

    `alone` is true if the post has no other sentence. If the sentences are in different languages, only numbers and
    dates can differ.
    """
    differs: dict[Difference, bool] = {
        "negation": negation_differs(post, claim),
        "number": number_differs(post, claim, alone=alone),
        "date": date_differs(post, claim, alone=alone),
    }
    return tuple(name for name, found in differs.items() if found)
