"""Claims that are put together, so that ten reviews of one claim don't look like ten claims that are equally likely.

Claims that editors have merged are one claim. A program can't be as sure, so it distinguishes two cases:

- Two claims are about the same thing if their vectors are near. Such claims don't count as each other's background
  (`match_scoring`). They can contradict each other, so they aren't shown together.
- Two claims are shown together if they are in the same words, in the same order. Only case and punctuation can differ.
  A single additional word can turn a claim round: "hardly", "hoax", "hoãn", "con trai". No rule tells such words apart
  in all languages. Claims that are about the same thing, and are both judged to say the same as the post, are shown
  together too (`matches`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import orjson

from factcheck.database.query_timeout import rows_within
from factcheck.record.matching.differences.comparison import same_words
from factcheck.record.matching.match_numbers import ABOUT_THE_SAME, UNRELATED
from factcheck.record.statements.review import Verdict
from factcheck.record.statements.statement_labels import tone_of


@dataclass(frozen=True, slots=True)
class Wordings:
    """The texts of a published claim: its own, those in other languages, and those of the claims merged into it.

    `near` contains the claims about the same thing, if their vectors were compared.
    """

    texts: list[str]
    near: frozenset[UUID]


# The claims of some reviews, each with the claims whose vectors are near. Each claim has one review.
_CLAIMS = """
WITH asked AS (
    SELECT claim, coalesce(long_embedding, embedding) AS vector
    FROM unnest(%(claims)s::uuid[], %(reviews)s::uuid[]) each (claim, review)
    LEFT JOIN record_reviewvector ON review_id = review AND model = %(model)s)
SELECT id, body, ARRAY(
    SELECT other.claim FROM asked other
    WHERE vector_dims(other.vector) = vector_dims(asked.vector) AND other.vector <=> asked.vector < %(distance)s)
FROM asked JOIN record_publishedclaim ON id = claim
"""


def read_wordings(claims: Mapping[UUID, UUID], model: str, unrelated: float) -> dict[UUID, Wordings]:
    """Return the texts of claims. `claims` has the review of each claim whose vector is compared. Raise TimeoutError.

    `unrelated` is the model's usual cosine of unrelated texts.
    """
    parameters = {
        "claims": [*claims],
        "reviews": [*claims.values()],
        "model": model,
        "distance": (1 - ABOUT_THE_SAME) * (1 - unrelated) / (1 - UNRELATED),
    }
    rows = rows_within(_CLAIMS, parameters)
    if rows is None:
        raise TimeoutError
    found = {}
    for pk, body, near in rows:
        claim = orjson.loads(body)
        others = [*claim.get("wordings", ()), *claim.get("merged", ())]
        texts = [claim["text"], *(each["text"] for each in others)]
        found[pk] = Wordings(texts, frozenset(near))
    return found


def about_the_same(claims: Mapping[UUID, Wordings], order: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return for each claim the first claim in this order that is about the same thing. It can be the claim itself."""
    found = dict[UUID, UUID]()
    for pk in order:
        if pk in claims:
            near = (first for first in dict.fromkeys(found.values()) if first in claims[pk].near)
            found[pk] = next(near, pk)
    return found


def in_same_words(claims: Mapping[UUID, Wordings], order: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return for each claim the first claim in this order that is in the same words. It can be the claim itself."""
    found = dict[UUID, UUID]()
    for pk in order:
        others = dict.fromkeys(found.values())
        found[pk] = next((each for each in others if share_words(claims[each].texts[0], claims[pk].texts[0])), pk)
    return found


def share_words(one: str, other: str) -> bool:
    """Return whether two claims are in the same words. One sentence of a claim isn't enough."""
    return same_words(one, other) and same_words(other, one)


def compare_verdicts(verdicts: Sequence[Verdict]) -> Literal["agree", "conflict"] | None:
    """Return whether the verdicts of several reviews agree or conflict, or None if this can't be told.

    They conflict if one is at the true end of its scale, and another one at the false end. They agree if all have the
    same label, or are in the same part of their scales. A verdict outside a scale has only its label.
    """
    tones = {
        tone_of(each.value, each.worst, each.best)
        if each.value is not None and each.worst is not None and each.best is not None and each.best != each.worst
        else None
        for each in verdicts
    }
    if {"low", "high"} <= tones:
        return "conflict"
    labels = [{label.casefold() for label in (each.label, *each.labels.values()) if label} for each in verdicts]
    agree = len(verdicts) > 1 and (tones in ({"low"}, {"middle"}, {"high"}) or set.intersection(*labels))
    return "agree" if agree else None
