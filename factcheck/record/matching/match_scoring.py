"""Scores of claims: how likely a claim is about the same thing as the post, by shared words, meaning and dates.

The score is a probability. A claim is usually judged by words and meaning. If the claim shares hardly any words with
the post, only its meaning counts. If the claim has no vector, only its words count. `match_numbers` contains the fitted
numbers.

A score is computed in three steps:

1. The evidence for a claim is a sum of log-odds. They come from the cosine similarity, the square root of BM25, and the
   delay between post and review.
2. The background is the mean evidence for the next best claims. A vague post resembles many claims, so its background
   is high. Claims about the same thing (`claim_groups`) are one claim in the background, so that they don't make each
   other improbable.
3. The score is a logistic function of the evidence minus the background, or minus a share of the background.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from uuid import UUID

from factcheck.record.matching import match_numbers as numbers
from factcheck.record.matching.judging import UNSURE, Judgement
from factcheck.record.matching.match_numbers import Calibration
from factcheck.record.search.constants import DAMPED, USUAL_LENGTH
from factcheck.record.search.words import is_sign

BOTH, WORDS, MEANING = "words+meaning", "words", "meaning"
_CALIBRATIONS = {BOTH: numbers.BY_BOTH, WORDS: numbers.BY_WORDS, MEANING: numbers.BY_MEANING}


@dataclass(frozen=True, slots=True)
class Match:
    """A published claim that may be about the same thing as the post.

    `score` and its parts in `matched` are from 0 to 1. `others` are claims that say the same as this claim: surely, if
    both say the same as the post, or probably.
    """

    claim_id: UUID
    review_id: UUID  # the claim's best review
    score: float
    judged_by: str  # BOTH, WORDS or MEANING
    matched: dict[str, float]
    judgement: Judgement = UNSURE
    others: tuple["Match", ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A review, with the values that are compared with the post, and the claim that shows it."""

    claim_id: UUID
    reviewed_on: date | None
    tsvector: str  # for example "'flood':3A,9B 'hanoi':1A"
    cosine: float | None  # None without a vector
    review_id: UUID


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A review's values. `by_words` and `by_both` are the evidence for its claim, in log-odds up to a constant."""

    review_id: UUID
    claim_id: UUID
    judged_by: str
    matched: dict[str, float]
    root: float  # of BM25
    by_words: float
    by_both: float | None

    @property
    def evidence(self) -> float:
        """Return the evidence by words and meaning, or by words alone if the review has no vector."""
        return self.by_words if self.by_both is None else self.by_both


def score_claims(
    compared: Sequence[Comparison], groups: Mapping[UUID, UUID] | None = None, *, dated: bool = False
) -> list[Match]:
    """Return the claims with their scores, best match first. A claim has the score of its best review.

    `groups` names for some claims the claim that represents them. Such claims are one claim in the background. `dated`
    tells whether the date of the post is known.
    """
    backgrounds = background_evidence(compared, groups or {})
    odds = {}
    for each in compared:
        calibration = numbers.BY_BOTH_DATED if dated and each.judged_by == BOTH else _CALIBRATIONS[each.judged_by]
        excess = each.evidence - calibration.subtracted * backgrounds[each.judged_by]
        odds[each] = calibration.constant + calibration.slope * excess
    # The order is by log-odds, because near 1 different log-odds can be rounded to the same score.
    found: dict[UUID, Match] = {}
    for each, log_odds in sorted(odds.items(), key=lambda item: (-item[1], item[0].claim_id)):
        score = 1 / (1 + math.exp(-log_odds))
        found.setdefault(each.claim_id, Match(each.claim_id, each.review_id, score, each.judged_by, each.matched))
    return [*found.values()]


def compare_candidates(
    candidates: Sequence[Candidate], parts: Sequence[Mapping[str, float]], posted: date | None
) -> list[Comparison]:
    """Return the evidence for each candidate.

    `parts` contains the words of each part of the text, quoted as in a tsvector, with their weights. Each candidate is
    compared with the most similar part, which has the highest BM25 in relation to its weight. `posted` is the date of
    the post, if the text contains one.
    """
    totals = [(weights, sum(weights.values())) for weights in parts]
    compared = []
    for each in candidates:
        counts, length = count_words(each.tsvector)
        best, share, root = -math.inf, 0.0, 0.0
        for weights, total in totals:
            shared, bm25 = compare(counts, length, weights)
            if (quality := bm25 / (total + numbers.PART_SMOOTHING)) > best:
                best, share, root = quality, min(1.0, shared / total) if total else 0.0, math.sqrt(bm25)
        delay = _by_delay((each.reviewed_on - posted).days) if posted and each.reviewed_on else 0.0
        by_words = numbers.ALONE_SHARED * root + numbers.ALONE_SHARE * share + delay
        judged_by, matched, by_both = WORDS, {"words": share}, None
        if each.cosine is not None:
            judged_by = BOTH if root > numbers.SILENT else MEANING
            matched["meaning"] = max(0.0, each.cosine)
            by_both = numbers.COSINE * each.cosine + numbers.SHARED * max(root, numbers.SILENT) + delay
        compared.append(Comparison(each.review_id, each.claim_id, judged_by, matched, root, by_words, by_both))
    return compared


def background_evidence(compared: Sequence[Comparison], groups: Mapping[UUID, UUID]) -> dict[str, float]:
    """Return the evidence that the next best claims also have, for BOTH, MEANING and WORDS.

    A claim is compared only with evidence of its own kind. BOTH and MEANING are the same kind.
    """
    claims = [(groups.get(each.claim_id, each.claim_id), each) for each in compared]
    by_both = _background(((pk, each.by_both) for pk, each in claims if each.by_both is not None), numbers.BY_BOTH)
    by_words = _background(((pk, each.by_words) for pk, each in claims), numbers.BY_WORDS)
    return {BOTH: by_both, MEANING: by_both, WORDS: by_words}


def _background(evidence: Iterable[tuple[UUID, float]], calibration: Calibration) -> float:
    """Return the mean evidence for the next best claims, within the bounds of the calibration."""
    best: dict[UUID, float] = {}
    for claim_id, value in evidence:
        best[claim_id] = max(value, best.get(claim_id, value))
    following = sorted(best.values(), reverse=True)[numbers.NEXT]
    missing = numbers.NEXT.stop - numbers.NEXT.start - len(following)
    background = fmean([*following, *[calibration.usual] * missing])
    return min(max(background, calibration.least), calibration.most)


def count_words(tsvector: str) -> tuple[dict[str, int], int]:
    """Return how often each word or pair of signs occurs in a tsvector, and the total number of words.

    A key is a word or pair in quotes ("'flood'", "'北京'").
    """
    # The text of a tsvector is "'flood':3A,9B 'hanoi':1A". Words don't contain spaces, and the last colon of a word
    # precedes its positions. Earlier colons belong to the word, because unaccent turns ː into a colon.
    found = {word: where for word, _, where in (each.rpartition(":") for each in tsvector.split())}
    counts = {word: where.count(",") + 1 for word, where in found.items()}
    length = sum(counts.values())
    if not tsvector.isascii():
        signs = {int(place[:-1]): word for word in found if is_sign(word[1:]) for place in found[word].split(",")}
        pairs = (f"{word[:-1]}{signs[place + 1][1:]}" for place, word in signs.items() if place + 1 in signs)
        counts.update(Counter(pairs))
    return counts, length


def compare(counts: Mapping[str, int], length: int, weights: Mapping[str, float]) -> tuple[float, float]:
    """Return the total weight of the words that occur in a review, and the review's BM25."""
    damping = numbers.K1 * (1 - DAMPED + DAMPED * length / USUAL_LENGTH)
    shared = bm25 = 0.0
    for word, weight in weights.items():
        if times := counts.get(word):
            shared += weight
            bm25 += weight * times * (numbers.K1 + 1) / (times + damping)
    return shared, bm25


def _by_delay(days: int) -> float:
    """Return the evidence for a review this number of days after the post, in log-odds."""
    if days < -1:  # dates can differ by a day between time zones
        return numbers.BEFORE
    return next(gain for most, gain in numbers.AFTER if days <= most)
