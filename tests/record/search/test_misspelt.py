"""A word that occurs nowhere is replaced by known words that differ in one letter."""

import pytest

from factcheck.record.search.misspelt import with_similar
from factcheck.record.search.query import read_query
from tests.record.search.test_ranking import found, publish, record  # noqa: F401 (a fixture)


@pytest.mark.parametrize("typed", ["chnih phu", "chin phu", "chiinh phu", "chonh phu", "chính phuu"])
def test_misspelt_syllable_is_found(typed: str) -> None:
    publish("Chính phủ họp", "Chim bay", "Phủ sóng")
    assert found(typed)[0] == 1


@pytest.mark.parametrize("word", ["q", "abcdefghi", "u23", "đạo", "习"])
def test_words_without_variants(word: str) -> None:
    assert with_similar(read_query(word), [word]) == read_query(word)
