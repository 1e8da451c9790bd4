"""The vectors of queries: computed once, remembered, and known to nobody else."""

from collections.abc import Sequence

import pytest

from factcheck.record.matching import query_vectors
from factcheck.record.matching.embeddings import EmbeddingError
from factcheck.record.matching.matches import match, match_batch
from factcheck.record.matching.models import Vector
from factcheck.record.matching.query_vectors import embed_query
from tests.record.conftest import Address
from tests.record.matching.embedding import embed, publish


class Model:
    model = "m"
    together = 2

    def __init__(self) -> None:
        self.computed: list[list[str]] = []
        self.error: EmbeddingError | None = None

    def embed_queries(self, texts: Sequence[str]) -> list[Vector]:
        self.computed.append([*texts])
        if self.error:
            raise self.error
        return [[float(len(text))] for text in texts]

    embed_passages = embed_queries


@pytest.fixture
def model() -> Model:
    return Model()


def test_same_query_is_computed_once(model: Model) -> None:
    assert embed_query(model, ["flood", "pagoda"]) == embed_query(model, ["flood", "pagoda"]) == [[5.0], [6.0]]
    assert embed_query(model, ["floodpagoda"]) == [[11.0]]
    assert model.computed == [["flood", "pagoda"], ["floodpagoda"]]
    other = Model()
    other.model = "n"
    embed_query(other, ["floodpagoda"])
    assert len(other.computed) == 1


def test_error_is_not_remembered(model: Model) -> None:
    model.error = EmbeddingError("down")
    with pytest.raises(EmbeddingError, match="down"):
        embed_query(model, ["flood"])
    model.error = None
    assert embed_query(model, ["flood"]) == [[5.0]]


def test_only_the_newest_queries_are_remembered_and_none_in_words(model, monkeypatch):
    monkeypatch.setattr(query_vectors, "REMEMBERED", 2)
    for text in ("one", "two", "one", "three", "one", "two"):
        embed_query(model, [text])
    assert model.computed == [["one"], ["two"], ["three"], ["two"]]
    assert "three" not in repr(vars(query_vectors))


def test_match_asks_the_api_once_for_the_same_post(address: Address, bare_record: None) -> None:
    publish("Nước lũ ngập chùa.")
    embed()
    before = len(address.asked)
    assert match("The flood reached the pagoda.") == match("The flood reached the pagoda.")
    assert len(address.asked) == before + 2  # for the post, and for the model's scale


def test_batch_asks_the_api_as_rarely_as_it_can(address: Address, bare_record: None) -> None:
    publish("Nước lũ ngập chùa.")
    embed()
    before = len(address.asked)
    texts = [f"The flood reached pagoda {number}." for number in range(12)]
    found = match_batch([*texts, texts[0], ""])
    assert [len(content["input"]) for _, _, content in address.asked[before:]] == [10, 2, 24]
    assert found[:12] == [match(text) for text in texts]
    assert (found[12], found[13].results) == (found[0], [])


def test_text_of_a_batch_that_the_api_refuses_does_not_stop_the_others(address: Address, bare_record: None) -> None:
    publish("Nước lũ ngập chùa.")
    embed()
    good = address.answer
    address.answer = lambda texts: (413, {}) if any("long" in text for text in texts) else good(texts)
    [flood, long] = match_batch(["The flood reached the pagoda.", "Too long, the flood."])
    assert (flood.method, flood.refused, long.method, long.refused) == ("words+meaning", False, "words", True)
