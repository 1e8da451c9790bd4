"""Which words matching looks for, and in which order."""

import math

from factcheck.record.matching.match_numbers import HAN_PAIR
from factcheck.record.matching.words import Word, read_words, search_terms, select_words, word_weights
from tests.record.matching.test_matches import publish_many

MILLION = 1_000_000


def word(lexeme: str, reviews: int) -> Word:
    return Word(lexeme, reviews, 1.0)


def test_rarest_words_come_first_and_words_of_no_claim_last() -> None:
    words = [word("zyxwv", 0), word("mái", 20), word("chua", 200)]
    assert search_terms(words, MILLION) == [("'mái'",), ("'chua'",), ("'zyxwv'",)]


def test_common_words_are_looked_for_in_pairs() -> None:
    assert search_terms([word("nuoc", 4000), word("lu", 5000)], MILLION) == [("'nuoc'", "'lu'")]


def test_words_that_are_too_common_are_looked_for_together_also_beside_an_unknown_one() -> None:
    common = [word("nguoi", 200_000), word("khong", 300_000), word("nuoc", 400_000)]
    together = ("'nguoi'", "'khong'", "'nuoc'")
    assert search_terms(common, MILLION) == [together]
    assert search_terms([word("zyxwv", 0), *common], MILLION) == [together, ("'zyxwv'",)]


def test_signs_of_a_script_without_spaces_are_weighed_in_pairs(bare_record: None) -> None:
    publish_many(["上海地铁发生爆炸", "北京地铁", "地震"] * 2)
    words, _ = read_words(["地铁爆炸 5G 了"])
    [weights] = word_weights(select_words(words, 1), words, 1)
    assert weights.keys() == {"'地铁'", "'铁爆'", "'爆炸'", "'5g'", "'了'"}  # 了 has no neighbour
    assert {word.lexeme: word.reviews for word in words if word.signs} == {"地铁": 4, "铁爆": 2, "爆炸": 1}
    # Four of six reviews have both signs. In a database of 10,000 reviews, 4 * sqrt(10,000 / 6) are assumed to have both.
    assert weights["'地铁'"] == HAN_PAIR * math.log(1 + 10000.5 / (4 * math.sqrt(10000 / 6) + 0.5))
    assert search_terms(select_words(words, 1), 6)[-4:-2] == [("'铁'", "'爆'"), ("'地'", "'铁'")]


def test_word_with_a_missing_letter_is_not_read_as_a_more_frequent_one(bare_record: None) -> None:
    publish_many(["They elect them", "Elections", "Side effects"])
    assert [word.lexeme for word in read_words(["efects"])[0]] == ["effect", "efect"]
