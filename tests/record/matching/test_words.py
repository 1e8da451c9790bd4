"""Which words matching looks for, and in which order."""

from factcheck.record.matching.words import Word, search_terms

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
