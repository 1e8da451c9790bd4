"""A search that finds little by words also finds what has a similar meaning."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from factcheck.record import publish as publishing
from factcheck.record.lists.pages import Cursor
from factcheck.record.log import entries
from factcheck.record.matching import candidates, matches
from factcheck.record.matching.candidates import find_candidates, find_similar
from factcheck.record.matching.embeddings import EmbeddingError, LocalModel
from factcheck.record.matching.match_numbers import UNRELATED
from factcheck.record.matching.matches import match
from factcheck.record.matching.models import half_vector
from factcheck.record.matching.query_vectors import forget_queries
from factcheck.record.models import PublishedClaim, PublishedReview, ReviewVector
from factcheck.record.search import ranking
from factcheck.record.search.query import read_query
from factcheck.record.search.ranking import Search
from factcheck.record.search.results import Results, SearchModel
from factcheck.tools.budget import current
from factcheck.website.browse.review_lists import NO_FILTERS
from factcheck.website.search.word_search import best_matches
from tests.record.conftest import make_statement
from tests.record.readmodel.test_merges import merge

TEXTS = ["Vaccines contain microchips", "Garlic cures the flu", "The flood reached the roof", "Roof tiles are cheap"]
# The cosines of the question with the vectors of these texts. The last one is below what counts as similar.
COSINES = [0.95, 0.92, 0.949, 0.6]


def vector(cosine: float) -> list[float]:
    return [cosine, (1 - cosine**2) ** 0.5, *[0.0] * 382]


def made(number: int, text: str) -> dict[str, Any]:
    """The statement of a review, whose claim has the ID of the review plus 100."""
    statement = {**make_statement(UUID(int=number), text), "headline": None, "summary": None}
    statement["claim"]["id"] = str(UUID(int=100 + number))
    return statement


class Embeddings:
    model, together, unrelated = "test", 1, UNRELATED
    asked = list[str]()

    def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += texts
        return [vector(1)]


@pytest.fixture(autouse=True)
def record(bare_record: None, monkeypatch: pytest.MonkeyPatch) -> None:
    Embeddings.asked.clear()
    forget_queries()
    monkeypatch.setattr(candidates, "get_embeddings", lambda private: Embeddings())
    monkeypatch.setattr(ranking, "ENOUGH_GOOD", 1)
    statements = [made(number, text) for number, text in enumerate(TEXTS, start=1)]
    publishing.publish([entries.Publication(UUID(each["id"]), each) for each in statements])
    for number, cosine in enumerate(COSINES, start=1):
        ReviewVector.objects.filter(review_id=UUID(int=number)).update(model="test", embedding=vector(cosine))


def search(words: str, model: SearchModel = PublishedReview, condition: Q | None = None, **page: object) -> Results:
    return Search(model, read_query(words), condition, find_similar=find_similar).page(**page)  # type: ignore[arg-type]


def ids(results: Results) -> list[tuple[int, bool]]:
    return [(hit.id.int, hit.by_words) for hit in results.hits]


def test_search_adds_what_has_a_similar_meaning() -> None:
    found = search("is there a chip in the jab?")
    assert ids(found) == [(1, False), (3, False), (2, False)]
    assert found.relaxed
    assert Embeddings.asked == ["is there a chip in the jab?"]


def test_text_in_capitals_is_compared_in_lower_case() -> None:
    search("IS THERE A CHIP IN THE JAB?")
    assert Embeddings.asked == ["is there a chip in the jab?"]


def test_time_for_the_meaning_does_not_count_as_time_of_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def embed_slowly(self: Embeddings, texts: Sequence[str]) -> list[list[float]]:
        time.sleep(1)
        return [vector(1)]

    monkeypatch.setattr(Embeddings, "embed_queries", embed_slowly)
    with current().within(60):
        search("jab chips")
        assert current().left > 59


def test_both_meaning_and_words_count_for_the_rank() -> None:
    assert ids(search("roof elephants")) == [(3, True), (1, False), (2, False), (4, True)]


@pytest.mark.parametrize("words", ["the roof tiles", "elephants", '"jab" chip', "jab -chip", "jab or chip jab"])
def test_no_vector_is_computed_for_words_that_find_enough_or_for_operators(words: str) -> None:
    assert all(by_words for _, by_words in ids(search(words)))
    assert Embeddings.asked == []


def test_filters_hold_for_similar_rows_and_pages_go_on() -> None:
    assert ids(search("jab chips", condition=Q(id__in=[UUID(int=2)]))) == [(2, False)]
    first = search("jab chips", limit=1).hits
    rest = search("jab chips", limit=5, position=(first[0].score, first[0].id)).hits
    assert [hit.id.int for hit in (*first, *rest)] == [1, 3, 2]


def test_claims_are_found_by_the_meaning_of_their_reviews() -> None:
    assert ids(search("jab chips", PublishedClaim)) == [(101, False), (103, False), (102, False)]
    publishing.publish([merge(UUID(int=102), UUID(int=101))])
    assert ids(search("jab chips", PublishedClaim)) == [(101, False), (103, False)]


def test_one_distant_review_does_not_move_the_cosines_of_the_included_model() -> None:
    """Without a measurement, a distant review shows that another model's scale is too high."""

    def highest(model: str) -> float:
        ReviewVector.objects.update(model=model)
        return max(each.cosine or 0 for each in find_candidates((), [half_vector(vector(1))], model=model))

    ReviewVector.objects.filter(review_id=UUID(int=4)).update(embedding=vector(0.1))
    assert highest(LocalModel.model) == pytest.approx(0.95, abs=0.001)
    assert highest("test") > 0.98


def test_search_says_why_nothing_was_found_by_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(private: bool) -> None:
        raise EmbeddingError("Matching by meaning is switched off.")

    monkeypatch.setattr(candidates, "get_embeddings", off)
    found = search("jab chips")
    assert (found.hits, found.explanation) == ([], "Matching by meaning is switched off.")
    monkeypatch.setattr(candidates, "get_embeddings", lambda private: Embeddings())
    with monkeypatch.context() as patch:
        patch.setattr(candidates, "SIMILAR_SECONDS", 0)
        assert search("jab chips").explanation == "Searching by meaning took too long."
    ReviewVector.objects.update(model=None, embedding=None)
    assert search("jab chips").explanation == "The meaning of reviews has not been computed yet."


@pytest.mark.parametrize(
    ("words", "statements"),
    [
        ("the roof tiles", 2),
        ("roof elephants", 4),
        ("garlic cures the fly", 4),
        ("jab chips", 4),
        ("flod of jab chips", 5),
    ],
)
def test_search_sends_at_most_five_statements(words: str, statements: int) -> None:
    """The lookup, one for each attempt, and two to add what has a similar meaning. None begins a transaction."""
    with CaptureQueriesContext(connections["public"]) as sent:
        search(words)
    assert len(sent) == statements


@pytest.mark.parametrize(("word", "statements"), [("elephants", 3), ("garlik", 5)])
def test_search_for_one_word_without_a_hit_is_not_repeated(word: str, statements: int) -> None:
    with CaptureQueriesContext(connections["public"]) as sent:
        best_matches(word, NO_FILTERS, Cursor())
    assert len(sent) <= statements


@pytest.mark.parametrize("text", ["the flod reached the roof", "jab chips. " * 100, "no wrds"])
def test_match_sends_few_statements(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The lookup, the candidates and the bodies."""
    monkeypatch.setattr(matches, "get_embeddings", lambda private: Embeddings())
    with CaptureQueriesContext(connections["public"]) as sent:
        match(text)
    assert len(sent) == 3
