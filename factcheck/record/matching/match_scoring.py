"""Scores how likely it is that a claim says the same thing as a text, based on shared words, meaning and dates.

All numbers were fitted to the "train" pairs of CheckThat 2022 2A English. The numbers for words and cosine come from
logistic regressions. The numbers for dates compare the delay between a post and its own review with the delays to other
reviews. `bench/matching.py` measures the result on the "dev" pairs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from factcheck.record.matching.differences.comparison import Difference

K1, B, USUAL_LENGTH = (
    1.2,
    0.75,
    43,
)  # BM25's usual parameters, and the usual number of words in a claim, headline and summary
# From this score on, a claim is a result. Below it, a claim is only a candidate.
THRESHOLD = 0.5
# Weights of the constant, words and cosine. The second number of BY_WORDS is scaled for FEW, which doesn't change the
# order.
FEW = 10.0  # the total weight of words below which even a full match proves little
BY_WORDS = (-11.35, 42.0)
BY_BOTH = (-89.7, 19.0, 98.3)
# The log-likelihood ratio for reviews up to this number of days after the post. Most posts are reviewed within days. A
# review that is older than the post is hardly ever about the post.
BEFORE = -3.0
AFTER = ((7, 3.9), (30, 1.3), (365, -0.75), (math.inf, -1.5))


BOTH, WORDS, MEANING = "words+meaning", "words", "meaning"


@dataclass(frozen=True, slots=True)
class Match:
    """A published claim that may say the same thing as the text. `score` and its parts in `matched` are from 0 to 1."""

    claim_id: UUID
    score: float
    judged_by: str  # BOTH, WORDS or MEANING
    matched: dict[str, float]
    differs: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A review, with the values that are compared with the text."""

    claim_id: UUID
    reviewed_on: date | None
    tsvector: str  # for example "'flood':3A,9B 'hanoi':1A"
    cosine: float | None  # None without a vector


def score_candidates(
    candidates: Sequence[Candidate], parts: Sequence[Mapping[str, float]], posted: date | None
) -> list[Match]:
    """The candidates with their scores. Each candidate is compared with the most similar part of the text.

    `parts` contains the words of each part, quoted as in a tsvector, with their weights. `posted` is the date of the
    post, if the text contains one.
    """
    totals = [(weights, sum(weights.values())) for weights in parts]
    matches = []
    for each in candidates:
        counts, length = count_words(each.tsvector)
        best, words = -math.inf, 0.0
        for weights, total in totals:
            shared, bm25 = compare(counts, length, weights)
            if (share := bm25 / (total + FEW)) > best:
                best, words = share, shared / total if total else 0.0
        judged_by, matched = WORDS, {"words": min(1.0, words)}
        likelihood = BY_WORDS[0] + BY_WORDS[1] * best
        if each.cosine is not None:
            judged_by = BOTH
            matched["meaning"] = max(0.0, each.cosine)
            likelihood = BY_BOTH[0] + BY_BOTH[1] * best + BY_BOTH[2] * each.cosine
        if posted and each.reviewed_on:
            likelihood += _by_delay((each.reviewed_on - posted).days)
        matches.append(Match(each.claim_id, 1 / (1 + math.exp(-likelihood)), judged_by, matched))
    return matches


def count_words(tsvector: str) -> tuple[dict[str, int], int]:
    """The number of occurrences of each word in a tsvector, by the word in quotes ("'flood'"), and their total."""
    # Words don't contain spaces. A word can contain a colon (unaccent turns ː into a colon), but the last colon always
    # precedes the positions.
    found = {word: where.count(",") + 1 for word, _, where in (each.rpartition(":") for each in tsvector.split())}
    return found, sum(found.values())


def compare(counts: Mapping[str, int], length: int, weights: Mapping[str, float]) -> tuple[float, float]:
    """The total weight of the words that occur in a review, and the review's BM25."""
    damping = K1 * (1 - B + B * length / USUAL_LENGTH)
    shared = bm25 = 0.0
    for word, weight in weights.items():
        if times := counts.get(word):
            shared += weight
            bm25 += weight * times * (K1 + 1) / (times + damping)
    return shared, bm25


def _by_delay(days: int) -> float:
    if days < -1:  # dates can differ by a day between time zones
        return BEFORE
    return next(gain for most, gain in AFTER if days <= most)
