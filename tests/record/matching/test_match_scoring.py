"""How a candidate compares with what was asked: numbers worked out by hand."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from factcheck.record.matching.match_numbers import ALONE_SHARE, ALONE_SHARED, BY_BOTH, BY_WORDS, THRESHOLD
from factcheck.record.matching.match_scoring import (
    Candidate,
    Match,
    compare,
    compare_candidates,
    count_words,
    score_claims,
)


def score_candidates(
    candidates: Sequence[Candidate],
    parts: Sequence[Mapping[str, float]],
    posted: None,
    groups: Mapping[UUID, UUID] | None = None,
) -> list[Match]:
    return score_claims(compare_candidates(candidates, parts, posted), groups, dated=posted is not None)


@pytest.mark.parametrize(
    ("said", "heard", "bm25"),
    [
        # Nothing in common.
        ("'flood':1A 'hanoi':2A", 0.0, 0.0),
        # Once, in a text of the usual length divided by 43: 2 * 2.2 / (1 + 1.2 * (0.25 + 0.75 / 43)).
        ("'vaccin':1A", 2.0, 2 * 2.2 / (1 + 1.2 * (0.25 + 0.75 / 43))),
        # Three times, among four.
        ("'a':9B 'vaccin':1A,4A,7B", 2.0, 2 * 3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 4 / 43))),
        # A word is not found within another one, nor a text that isn't a lexeme.
        ("'avaccin':1A 'vaccin2':2A", 0.0, 0.0),
        # Both words; an apostrophe is written twice.
        (
            "'o''hara':2A 'vaccin':1A", 5.0,
            5 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 43)),
        ),
        # A colon in a word, as unaccent makes one of ː, is not that before its places.
        ("'a:1':2A 'vaccin':1A", 2.0, 2 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / 43))),
    ],
)  # fmt: skip
def test_compare(said: str, heard: float, bm25: float) -> None:
    assert compare(*count_words(said), {"'vaccin'": 2.0, "'o''hara'": 3.0}) == (
        pytest.approx(heard),
        pytest.approx(bm25),
    )


def test_neighbouring_signs_are_counted_as_pairs() -> None:
    counts, length = count_words("'5g':3A '北':1A,6B '京':2A,7B '海':5A '上':4A 'river':8B")
    assert length == 8
    assert [counts.get(pair) for pair in ("'北京'", "'上海'", "'海北'", "'京上'")] == [2, 1, 1, None]


def test_judge_takes_the_part_that_is_likest() -> None:
    claim = Candidate(uuid4(), None, "'chip':2A 'vaccin':1A", None, uuid4())
    piece, other = {"'vaccin'": 2.0, "'chip'": 3.0}, {"'footbal'": 4.0, "'vaccin'": 2.0}
    [alone], [beside] = (
        score_candidates([claim], [piece], None),
        score_candidates([claim], [{**other, **piece}, other, piece], None),
    )
    assert alone == beside
    assert alone.matched == {"words": 1.0}
    bm25 = compare(*count_words(claim.tsvector), piece)[1]
    # No other claim is there, so the background is the usual one.
    excess = ALONE_SHARED * math.sqrt(bm25) + ALONE_SHARE - BY_WORDS.subtracted * BY_WORDS.usual
    assert alone.score == pytest.approx(1 / (1 + math.exp(-BY_WORDS.constant - BY_WORDS.slope * excess)))


def candidate(words: str, cosine: float | None = None) -> Candidate:
    return Candidate(uuid4(), None, " ".join(f"'{word}':1A" for word in words.split()), cosine, uuid4())


FLOOD = {"'flood'": 8.0, "'pagoda'": 9.0, "'roof'": 7.0}


def test_claim_without_a_vector_is_judged_by_words() -> None:
    claims = [candidate("flood pagoda roof", 0.95), candidate("flood pagoda roof"), candidate("nuoc lu chua", 0.95)]
    scored = {each.claim_id: each for each in score_candidates(claims, [FLOOD], None)}
    assert [scored[each.claim_id].judged_by for each in claims] == ["words+meaning", "words", "meaning"]
    assert ["meaning" in scored[each.claim_id].matched for each in claims] == [True, False, True]


def test_claim_in_other_words_loses_nothing_beside_one_with_a_common_word() -> None:
    """A claim in another language shares no words, so a word that others share by chance must not outweigh meaning."""
    translated = candidate("nuoc lu chua", 0.93)
    chance = [candidate("the cat", 0.88) for _ in range(9)]
    [best, *_] = score_candidates([*chance, translated], [{**FLOOD, "'the'": 2.0}], None)
    assert best.claim_id == translated.claim_id


def test_claim_that_does_not_stand_out_is_improbable() -> None:
    alike = [candidate("flood", 0.90) for _ in range(12)]
    assert all(each.score < THRESHOLD for each in score_candidates(alike, [FLOOD], None))


def test_many_reviews_of_the_same_claim_do_not_hide_it() -> None:
    copies = [candidate("flood pagoda roof", 0.97) for _ in range(12)]
    assert all(each.score > THRESHOLD for each in score_candidates(copies, [FLOOD], None))
    assert BY_BOTH.most > BY_BOTH.usual


def test_claims_that_are_put_together_are_one_claim_in_the_background() -> None:
    """Ten publishers have checked the claim. Without groups, each of them makes the others improbable."""
    alike = [candidate("flood", 0.90) for _ in range(10)]
    others = [candidate("cat", 0.80) for _ in range(10)]
    groups = {each.claim_id: alike[0].claim_id for each in alike}
    alone, together = (score_candidates([*alike, *others], [FLOOD], None, some)[0].score for some in (None, groups))
    assert alone < THRESHOLD / 2 < THRESHOLD < together


def test_reviews_of_one_claim_are_one_neighbour() -> None:
    best, others = candidate("flood pagoda roof", 0.93), [candidate("roof", 0.85) for _ in range(8)]
    again = [replace(best, cosine=0.92) for _ in range(8)]
    assert (
        score_candidates([best, *others], [FLOOD], None)[0]
        == score_candidates([best, *again, *others], [FLOOD], None)[0]
    )
