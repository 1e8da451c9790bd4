"""How likely a review's claim says the same as a text, from the words they share, their meaning, and their dates.

All numbers follow from the pairs of CheckThat 2022 2A English, "train" alone: logistic regressions on words and cosine,
and for the dates how much oftener a delay stands between a post and its review than between it and another.
`bench/matching.py` measures them on "dev".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

K1, B, USUAL_LENGTH = 1.2, 0.75, 43  # BM25's usual parameters; the words of a claim with headline and summary
# Constant, words, cosine. The second number of BY_WORDS was raised for FEW, which changes no order.
FEW = 10.0  # weight of words below which even all of them prove little
BY_WORDS = (-11.35, 42.0)
BY_BOTH = (-89.7, 19.0, 98.3)
# Days from a post to a review, up to so many, and the logarithm of how much likelier they make it: what
# is passed around is checked within days. A review that is older than the post is hardly about it.
BEFORE = -3.0
AFTER = ((7, 3.9), (30, 1.3), (365, -0.75), (math.inf, -1.5))


@dataclass(frozen=True, slots=True)
class Match:
    """A published claim that may say the same. The score and what it comes from, in `matched`, are from 0 to 1."""

    claim_id: UUID
    score: float
    matched: dict[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A review as far as it was compared with the text."""

    claim_id: UUID
    reviewed_on: date | None
    said: str  # its words as a tsvector, such as "'flood':3A,9B 'hanoi':1A"
    cosine: float | None  # None where there is no vector


def read_said(said: str) -> tuple[dict[str, int], int]:
    """How often a tsvector has each word, as it stands there ("'flood'"), and how many it has in all."""
    # No word has a space in it. One may have a colon, which unaccent makes of ː; the last one is before the places.
    found = {word: where.count(",") + 1 for word, _, where in (each.rpartition(":") for each in said.split())}
    return found, sum(found.values())


def compare(said: Mapping[str, int], length: int, weights: Mapping[str, float]) -> tuple[float, float]:
    """The weight of the words that a review has, and its BM25."""
    damping = K1 * (1 - B + B * length / USUAL_LENGTH)
    heard = bm25 = 0.0
    for word, weight in weights.items():
        if times := said.get(word):
            heard += weight
            bm25 += weight * times * (K1 + 1) / (times + damping)
    return heard, bm25


def judge(candidates: Sequence[Candidate], parts: Sequence[Mapping[str, float]], posted: date | None) -> list[Match]:
    """Each candidate with its score: how likely it says the same as the part of the text that is likest.

    `parts`: the words of each, quoted as in a tsvector, with their weights; `posted`: when it was written, if it
    says so.
    """
    asked = [(weights, sum(weights.values())) for weights in parts]
    matches = []
    for each in candidates:
        said, length = read_said(each.said)
        best, words = -math.inf, 0.0
        for weights, all_of_it in asked:
            heard, bm25 = compare(said, length, weights)
            if (share := bm25 / (all_of_it + FEW)) > best:
                best, words = share, heard / all_of_it if all_of_it else 0.0
        matched = {"words": min(1.0, words)}
        likelihood = BY_WORDS[0] + BY_WORDS[1] * best
        if each.cosine is not None:
            matched["meaning"] = max(0.0, each.cosine)
            likelihood = BY_BOTH[0] + BY_BOTH[1] * best + BY_BOTH[2] * each.cosine
        if posted and each.reviewed_on:
            likelihood += _by_delay((each.reviewed_on - posted).days)
        matches.append(Match(each.claim_id, 1 / (1 + math.exp(-likelihood)), matched))
    return matches


def _by_delay(days: int) -> float:
    if days < -1:  # the sun rises a day earlier elsewhere
        return BEFORE
    return next(gain for most, gain in AFTER if days <= most)
