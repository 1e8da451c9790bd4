"""The map of queries' vectors: what it keeps, and what it brings nearer."""

import numpy as np
import pytest

from factcheck.record.matching.embeddings import LocalModel
from factcheck.record.matching.vector_maps import MAP_FILE, map_queries, without_language
from factcheck.record.search.questions import lower_capitals


def test_mapped_queries_have_length_one_and_stay_near_the_plain_ones() -> None:
    plain = np.eye(384, dtype=np.float32)[:5]
    mapped = map_queries(plain)
    assert np.linalg.norm(mapped, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    assert (np.sum(mapped * plain, axis=1) > 0.7).all()
    assert MAP_FILE.stat().st_size == 384 * 384 * 2


def test_post_in_capitals_has_the_vector_of_the_post_in_lower_case() -> None:
    shouted = "VACCINES CONTAIN MICROCHIPS!"
    assert lower_capitals(shouted) == "vaccines contain microchips!"
    assert lower_capitals("WHO says vaccines are safe") == "WHO says vaccines are safe"
    assert lower_capitals("疫苗") == "疫苗"


def test_query_is_mapped_and_a_passage_is_not() -> None:
    [query], [passage] = (LocalModel().embed_queries(["Vaccines"]), LocalModel().embed_passages(["Vaccines"]))
    assert len(query) == len(passage) == 384
    engine = LocalModel.load()
    plain = without_language(engine.query("Vaccines")[None])
    assert query == pytest.approx(map_queries(plain)[0], abs=1e-5)
    assert passage == pytest.approx(without_language(engine.passage(["Vaccines"]))[0], abs=1e-5)
