"""Models of an API: vectors of any length, and cosines on another scale than those of the included model."""

import random
from typing import Any

import pytest

from factcheck.record.matching.candidates import find_similar
from factcheck.record.matching.embeddings import on_scale
from factcheck.record.matching.matches import match
from factcheck.record.matching.query_vectors import forget_queries
from factcheck.record.models import PublishedReview, ReviewVector
from tests.record.conftest import Address
from tests.record.matching.embedding import embed, publish

CLAIMS = [f"Nước lũ ngập làng số {number}." for number in range(12)]
POST = "Somebody told me that the river took the seventh village"


def direction(name: str, length: int) -> list[float]:
    """Return a random vector of length 1, the same for the same name."""
    chance = random.Random(name)
    numbers = [chance.gauss(0, 1) for _ in range(length)]
    size = sum(number * number for number in numbers) ** 0.5
    return [number / size for number in numbers]


def vector(text: str, length: int, common: float, shared: float) -> list[float]:
    """Return a vector whose cosine with unrelated texts is `common`, and `common` + `shared` with the same subject."""
    subject = "7" if text in (CLAIMS[7], POST) else text
    parts = ((common, "language"), (shared, subject), (1 - common - shared, f"own {text}"))
    mixed = [(part**0.5, direction(name, length)) for part, name in parts]
    return [sum(weight * numbers[at] for weight, numbers in mixed) for at in range(length)]


def use(address: Address, length: int, common: float = 0.35, shared: float = 0.35) -> None:
    address.answer = lambda texts: (
        200,
        {"data": [{"index": n, "embedding": vector(text, length, common, shared)} for n, text in enumerate(texts)]},
    )


@pytest.mark.parametrize("length", [256, 384, 768, 1024])
def test_model_with_usual_cosines_and_vectors_of_any_length_finds_the_claim(
    address: Address, bare_record: None, settings: Any, length: int
) -> None:
    settings.EMBEDDINGS_MODEL = f"usual-{length}"
    use(address, length)
    wanted = [publish(claim) for claim in CLAIMS][7]
    assert embed() == "12 vectors computed, 0 missing."
    found = match(POST)
    best, second = sorted((*found.results, *found.related, *found.candidates), key=lambda each: -each.score)[:2]
    assert (best.claim_id, best.judged_by, found.explanation) == (wanted, "meaning", None)
    assert best.score > 0.9
    assert second.score < 0.1
    assert [*find_similar(PublishedReview, POST).gains] == [wanted]


def test_vectors_of_another_length_are_not_compared(address: Address, bare_record: None, settings: Any) -> None:
    settings.EMBEDDINGS_MODEL = "usual"
    use(address, 768)
    pagoda = publish(CLAIMS[7])
    embed()
    assert match(POST).related[0].claim_id == pagoda
    row = ReviewVector.objects.get()
    assert (len(row.embedding), len(row.long_embedding)) == (384, 768)
    use(address, 512)
    forget_queries()
    assert match(POST).related == []
    assert find_similar(PublishedReview, POST).gains == {}


def test_scale_keeps_the_cosines_of_the_included_model_and_stretches_others() -> None:
    assert on_scale(0.9, 0.75) == pytest.approx(0.9)
    assert on_scale(0.35, 0.35) == pytest.approx(0.75)
    assert on_scale(1.0, 0.1) == 1.0
