"""Which words a result needs, and what its rank is made of."""

from collections.abc import Mapping

import pytest

from factcheck.record.search.query import read_query
from factcheck.record.search.relevance import enough, term_weight


def text(typed: str, weights: Mapping[str, float]) -> str:
    return enough(read_query(typed), lambda term: weights.get(term[0][0], 1))


@pytest.mark.parametrize(
    ("typed", "weights", "needed"),
    [
        ("a b", {}, "('b'|'a')"),
        ("a b c", {}, "(('c'&('b'|'a'))|('b'&'a'))"),
        ("a b c", {"c": 5}, "'c'"),
        ("a b c", {"c": 0}, "('b'|'a')"),
        ("a b", {"a": 0, "b": 0}, "('b'|'a')"),
        ("a b c", {"a": 3, "b": 2}, "('a'|('b'&'c'))"),
        ("a -b", {}, "('a'&!'b')"),
        ('"a b"', {}, "('a'<->'b')"),
        ('"a b c d e"', {"c": 9}, "'c'"),
    ],
)
def test_enough(typed: str, weights: Mapping[str, float], needed: str) -> None:
    assert text(typed, weights) == needed


def test_three_rare_words_are_enough_of_a_long_post() -> None:
    wanted = text("a b c d e f g h i j k", {})
    assert "'d'" in wanted
    assert "'a'" not in wanted  # only the heaviest words, here the last, are compared
    assert wanted.startswith("(('k'&(('j'&('i'|")


def test_rare_words_weigh_more() -> None:
    assert term_weight(1, 1000) > term_weight(100, 1000) > term_weight(1000, 1000) > 0
    assert term_weight(0, 1000) == term_weight(1, 1000)
