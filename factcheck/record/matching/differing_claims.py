"""Marks claims that contradict a text, and ranks them after similar claims that agree with the text."""

import math
from collections.abc import Sequence
from dataclasses import replace

import orjson

from factcheck.record.matching.differences.comparison import find_differences, read_post
from factcheck.record.matching.match_numbers import THRESHOLD
from factcheck.record.matching.match_scoring import Match
from factcheck.record.readmodel.models import PublishedClaim

# The log-odds that a claim loses if it differs. About as much as a shared rare word is worth.
PENALTY = 2.0
_LIMIT = 1e-9  # the log-odds of a score of 1 would be infinite


def rank_differing(matches: Sequence[Match], text: str) -> list[Match]:
    """The matches with their differences from the text, best match first.

    A difference never turns a result into a candidate, because the claim is still about the same thing.
    """
    claims = PublishedClaim.objects.using("public").filter(id__in=[each.claim_id for each in matches])
    bodies = dict(claims.values_list("id", "body"))
    post, found = read_post(text), []
    for each in matches:
        body = bodies.get(each.claim_id)
        differs = find_differences(post, orjson.loads(body)["text"]) if body else []
        found.append(replace(each, differs=tuple(differs), score=_reduced(each.score) if differs else each.score))
    return sorted(found, key=lambda each: -each.score)


def _reduced(score: float) -> float:
    bounded = min(max(score, _LIMIT), 1 - _LIMIT)
    likelihood = math.log(bounded / (1 - bounded)) - PENALTY
    return max(1 / (1 + math.exp(-likelihood)), THRESHOLD if score >= THRESHOLD else 0.0)
