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
    heard: float  # the weight of the text's words that it has
    bm25: float
    cosine: float | None  # None where there is no vector


def compare(said: str, weights: Mapping[str, float]) -> tuple[float, float]:
    """The weight of the words that a tsvector has, and its BM25.

    The vector, such as "'flood':3A,9B 'hanoi':1A", is searched as text, since to take a thousand of them apart takes
    ten times as long. `weights` are therefore by word as it stands there, such as "'flood':".
    """
    length = said.count("':") + said.count(",")
    found = list[tuple[float, int]]()
    for word, weight in weights.items():
        start = said.find(word)
        if start >= 0:
            end = said.find(" ", start + len(word))
            found.append((weight, said.count(",", start + len(word), end if end > 0 else len(said)) + 1))
    damping = K1 * (1 - B + B * length / USUAL_LENGTH)
    return (
        sum(weight for weight, _ in found),
        sum(weight * times * (K1 + 1) / (times + damping) for weight, times in found),
    )


def judge(candidates: Sequence[Candidate], asked: float, posted: date | None) -> list[Match]:
    """Each candidate with its score: how likely it says the same.

    `asked`: the weight of all the text's words; `posted`: when it was written, if it says so.
    """
    matches = []
    for each in candidates:
        matched = {"words": min(1.0, each.heard / asked) if asked else 0.0}
        likelihood = BY_WORDS[0] + BY_WORDS[1] * each.bm25 / (asked + FEW)
        if each.cosine is not None:
            matched["meaning"] = max(0.0, each.cosine)
            likelihood = BY_BOTH[0] + BY_BOTH[1] * each.bm25 / (asked + FEW) + BY_BOTH[2] * each.cosine
        if posted and each.reviewed_on:
            likelihood += _by_delay((each.reviewed_on - posted).days)
        matches.append(Match(each.claim_id, 1 / (1 + math.exp(-likelihood)), matched))
    return matches


def _by_delay(days: int) -> float:
    if days < -1:  # the sun rises a day earlier elsewhere
        return BEFORE
    return next(gain for most, gain in AFTER if days <= most)
