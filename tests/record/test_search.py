"""What a person types into the search box always becomes a query that PostgreSQL can run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factcheck.record.models import PublishedReview
from factcheck.record.search import words_query


def run(words: str) -> list[PublishedReview]:
    return list(PublishedReview.objects.using("public").filter(search=words_query(words)))


@pytest.mark.parametrize(
    "words", ["- " * 200, "-" * 400, '-"' * 200, "--a" * 130, "-(" * 200, "-or " * 100, "- -é" * 90]
)
def test_words_of_many_signs(module_database: str, words: str) -> None:
    assert run(words) == []


@given(
    st.lists(
        st.sampled_from(["-", '"', " ", "or", "a", "é", "(", "&", "|", "!", ":*", "<->", "\\", "'", "_", "0"])
    ).map("".join)
)
def test_words_of_any_signs(module_database: str, words: str) -> None:
    assert run(words[:400]) == []


def test_words_keep_their_meaning() -> None:
    assert words_query('covid-19 -"in 2020" -vaccine').source_expressions[1].value == 'covid-19 -"in 2020" -vaccine'
