"""How a candidate compares with what was asked: numbers worked out by hand."""

import math
from uuid import uuid4

import pytest

from factcheck.record.matching.match_scoring import BY_WORDS, FEW, Candidate, compare, count_words, score_candidates


@pytest.mark.parametrize(
    ("said", "heard", "bm25"),
    [
        # Nothing in common.
        ("'flood':1A 'hanoi':2A", 0.0, 0.0),
        # Once, in a text of the usual length divided by 43: 2 * 2.2 / (1 + 1.2 * (0.25 + 0.75 / 43)).
        ("'vaccin':1A", 2.0, 2 * 2.2 / (1 + 1.2 * (0.25 + 0.75 / 43))),
        # Three times, among four.
        ("'a':9B 'vaccin':1A,4A,7B", 2.0, 2 * 3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 4 / 43))),
        # A word is not found within another one, nor what is no lexeme.
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


def test_judge_takes_the_part_that_is_likest() -> None:
    claim = Candidate(uuid4(), None, "'chip':2A 'vaccin':1A", None)
    piece, other = {"'vaccin'": 2.0, "'chip'": 3.0}, {"'footbal'": 4.0, "'vaccin'": 2.0}
    [alone], [beside] = (
        score_candidates([claim], [piece], None),
        score_candidates([claim], [{**other, **piece}, other, piece], None),
    )
    assert alone == beside
    assert alone.matched == {"words": 1.0}
    share = compare(*count_words(claim.tsvector), piece)[1] / (5 + FEW)
    assert alone.score == pytest.approx(1 / (1 + math.exp(-BY_WORDS[0] - BY_WORDS[1] * share)))
