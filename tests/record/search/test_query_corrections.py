"""Syllables in Telex or VNI are composed, and a word that occurs nowhere is replaced by known words.

Words in other languages stay as they are.
"""

from collections.abc import Callable

import pytest

from factcheck.record.search.lookup import look_up
from factcheck.record.search.query import read_query
from factcheck.record.search.query_corrections import compose, with_composed
from tests.record.search.test_ranking import found, publish


@pytest.mark.parametrize(
    ("typed", "syllable"),
    [
        ("nuwowcs", "nước"), ("nuowcs", "nước"), ("nuocws", "nước"), ("dduwowcj", "được"), ("duocwjd", "được"),
        ("vieetj", "việt"), ("vietje", "việt"), ("nguwowif", "người"), ("hoaf", "hòa"), ("quyeenf", "quyền"),
        ("giaf", "già"), ("gif", "gì"), ("xoawn", "xoăn"), ("chuaw", "chưa"), ("cuar", "của"), ("ruouwj", "rượu"),
        ("khoer", "khỏe"), ("gia1", "giá"), ("nu7o71c", "nước"), ("d9u7o75c", "được"), ("vie65t", "việt"),
        ("tha82ng", "thằng"),
    ],
)  # fmt: skip
def test_composed(typed: str, syllable: str) -> None:
    assert compose(typed) == syllable


@pytest.mark.parametrize(
    "typed",
    [
        "text", "software", "boot", "books", "mars", "vaccine", "facebook", "newest", "express", "tin", "nước", "covid19",
        "u23", "h5n1", "5g", "2020", "q1", "x", "s", "", "đaf", "путин", "a" * 400, "aw" * 200, "a1" * 200,
    ],
)  # fmt: skip
def test_not_composed(typed: str) -> None:
    assert compose(typed) is None


def reviews(**known: int) -> Callable[[str], int]:
    return lambda word: known.get(word, 0)


def test_only_words_that_occur_nowhere_are_composed() -> None:
    query = with_composed(read_query("nuwowcs tax vaccine"), reviews(tax=3, vaccine=2))
    assert [term for each in query.alternatives for term in each.required] == [
        (("nuwowcs",), ("nước",)),
        (("tax",),),
        (("vaccine",),),
    ]


def test_known_words_are_composed_among_vietnamese_words() -> None:
    query = with_composed(read_query("nuwowcs cos tin"), reviews(cos=3, tin=9))
    assert query.words == ["nuwowcs", "nước", "cos", "có", "tin"]


@pytest.mark.parametrize("typed", ["her moon", '"nuwowcs lux"', "-nuwowcs tin", ""])
def test_query_stays_as_it_is(typed: str) -> None:
    assert with_composed(read_query(typed), reviews(her=1, moon=1)) == read_query(typed)


def test_misspelt_syllable_is_found(bare_record: None) -> None:
    publish("Chính phủ họp", "Chim bay", "Phủ sóng")
    for typed in ("chnih phu", "chin phu", "chiinh phu", "chonh phu", "chính phuu"):
        assert found(typed)[0] == 1, typed


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("vacine", {"vaccin": 1}),
        ("vacciness", {"vaccin": 1}),
        ("đạp", {"dao": 2, "da": 1}),
        ("q", {}),
        ("u23", {}),
        ("习", {}),
        ("đạo", {}),
    ],
)
def test_known_words_that_differ_by_one_typing_error(bare_record: None, typed: str, known: dict[str, int]) -> None:
    publish("Vaccine", "Đạo 习", "đảo da")
    assert look_up([typed]).words[typed].similar == known
