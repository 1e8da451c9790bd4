"""The part of the search page about claims that probably say the same as a text, with vectors that the test gives."""

from collections.abc import Sequence

import pytest
from django.test import Client

from factcheck.editorial.models import Review
from factcheck.record.matching import matches
from factcheck.record.models import ReviewVector
from tests.drafts import make_claim, make_newsroom, make_review, publish_review, withdraw_review
from tests.website.conftest import Page
from tests.website.test_search_page import former, found

HEADING = "Probably the same claim"
POST = "Three temples were flooded up to the roof"  # shares no word with the claim
SAME, BELOW = 0.97, 0.8


def vector(cosine: float) -> list[float]:
    """A vector with this cosine to the vector of each text."""
    return [cosine, (1 - cosine**2) ** 0.5, *[0.0] * 382]


class Embeddings:
    model, together = "test", 1

    def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        return [vector(1)]


@pytest.fixture(scope="module")
def review(module_database: str) -> Review:
    newsroom = make_newsroom()
    review = make_review(newsroom, make_claim(newsroom, text="Nước lũ ngập mái 2 ngôi chùa."))
    publish_review(newsroom, review)
    return review


@pytest.fixture(autouse=True)
def embeddings(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "get_embeddings", Embeddings)
    give_cosine(SAME)


def give_cosine(cosine: float) -> None:
    assert ReviewVector.objects.update(model="test", embedding=vector(cosine)) == 1


def search(text: str, **filters: str) -> Page:
    return Page(Client().get("/en/search/", {"q": text, **filters}).content.decode())


def test_claim_with_the_same_meaning_comes_first(review: Review) -> None:
    page = search(POST)
    assert found(page) == [f"/reviews/{review.pk}/"]
    assert HEADING in page.text
    assert "A program compared the texts." in page.text
    assert "Send in a claim to check" not in page.source.partition("<footer>")[0]
    long = Client().post("/vi/search/", {"q": f"{POST}. " * 20})
    assert "Có lẽ là cùng một nội dung" in long.content.decode()


def test_below_the_threshold_the_page_says_nothing() -> None:
    give_cosine(BELOW)
    page = search(POST)
    assert HEADING not in page.text
    assert found(page) == []
    assert "Is your claim missing?" in page.text


@pytest.mark.parametrize(
    ("post", "difference"),
    [
        ("Nước lũ ngập mái 7 ngôi chùa", "The texts state different numbers."),
        ("Nước lũ không ngập mái 2 ngôi chùa", "One of the two texts denies what the other says."),
    ],
)
def test_differences_are_warnings(post: str, difference: str) -> None:
    page = search(post)
    assert HEADING in page.text
    assert difference in page.text


def test_filters_and_further_pages_have_no_such_part(review: Review) -> None:
    for filters in ({"language": "fr"}, {"sort": "newest"}, {"after": f"1.{review.pk}"}):
        assert HEADING not in search(POST, **filters).text, filters
    assert HEADING in search(POST, language="vi").text
    assert HEADING not in search("flooded temples").text, "two words state nothing"


def test_a_withdrawn_review_is_never_the_same_claim(database: str) -> None:
    newsroom = make_newsroom("marsad.org")
    withdrawn = make_review(newsroom, make_claim(newsroom, text="Nước lũ ngập mái 2 ngôi chùa."))
    publish_review(newsroom, withdrawn)
    give_cosine(SAME)
    assert HEADING in search("Nước lũ ngập mái 2 ngôi chùa").text
    withdraw_review(newsroom, withdrawn)
    page = search("Nước lũ ngập mái 2 ngôi chùa")
    assert (found(page), former(page)) == ([], [f"/reviews/{withdrawn.pk}/"])
    assert HEADING not in page.text
