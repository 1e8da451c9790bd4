"""What a person types into the search box always becomes a query that PostgreSQL can run, and keeps its meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.record.models import PublishedReview
from factcheck.record.queries import Alternative, Query, read_query
from factcheck.record.search import has_words, search_reviews


@pytest.mark.parametrize(
    ("text", "alternatives"),
    [
        ("", ()),
        ("*** ??", ()),
        ("Nước LŨ", [Alternative((("nước",), ("lũ",)))]),
        ("covid-19", [Alternative((("covid", "19"),))]),
        ('"nước lũ" chùa', [Alternative((("nước", "lũ"), ("chùa",)))]),
        ('"nước lũ', [Alternative((("nước", "lũ"),))]),
        ("lũ OR lụt bão", [Alternative((("lũ",),)), Alternative((("lụt",), ("bão",)))]),
        ("lũ -lụt", [Alternative((("lũ",),), (("lụt",),))]),
        ('lũ -"năm 2020"', [Alternative((("lũ",),), (("năm", "2020"),))]),
        ("-lụt", ()),
        ("lũ or -lụt", [Alternative((("lũ",),))]),
        ("or or", ()),
        ("lũ lũ", [Alternative((("lũ",),))]),
        ("习近平", [Alternative((("习", "近", "平"),))]),
        ("nu\u031bo\u031b\u0301c", [Alternative((("nước",),))]),
    ],
)
def test_read_query(text: str, alternatives: tuple[Alternative, ...]) -> None:
    assert read_query(text) == Query(tuple(alternatives))


def test_query_texts() -> None:
    query = read_query('lũ "mái chùa" -xe or bão')
    assert query.all_terms() == "((('lũ'&('mái'<->'chùa'))&!'xe')|'bão')"
    assert query.any_word() == "('lũ'|'mái'|'chùa'|'bão')"
    assert query.any_marked_word() == "('lũ'|'mái'|'chùa'|'bão')"
    assert query.without(["chùa"]).all_terms() == "(('lũ'&!'xe')|'bão')"


def test_all_but_one_of_a_few() -> None:
    assert read_query("a b c").all_but_one() == "(('a'&('b'|'c'))|('b'&'c'))"
    assert read_query("a").all_but_one() == "'a'"


def test_all_but_one_of_many_is_a_half() -> None:
    assert read_query("a b c d e f g h i j k l").all_but_one() == (
        "(('a'&'b'&'c'&'d'&'e'&'f')|('g'&'h'&'i'&'j'&'k'&'l'))"
    )


def run(words: str) -> list[object]:
    return [*PublishedReview.objects.using("public").filter(has_words(read_query(words))), *search_reviews(words)]


@pytest.mark.parametrize(
    "words",
    ["- " * 200, "-" * 400, '-"' * 200, "--a" * 130, "-(" * 200, "-or " * 100, "- -é" * 90, "a " * 200, "a or " * 80,
     "\\'&|!:*<->()", "'" * 400, "1e5 -1 +84 0x1", "a.b/c@d.e http://x.y/z?q=1#f", "\u202e\u200d\u0301"],
)  # fmt: skip
def test_words_of_many_signs(module_database: str, words: str) -> None:
    assert run(words) == []


@given(
    st.lists(
        st.sampled_from(
            ["-", '"', " ", "or", "a", "é", "(", "&", "|", "!", ":*", "<->", "\\", "'", "_", "0", "习", "\u0301"]
        )
    ).map("".join)
)
def test_words_of_any_signs(module_database: str, words: str) -> None:
    assert run(words[:400]) == []


@given(st.text(max_size=60).filter(lambda text: "\0" not in text))
def test_words_of_any_text(module_database: str, words: str) -> None:
    assert run(words) == []
