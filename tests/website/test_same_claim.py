"""The part of the search page about claims that say the same as a text, with vectors that the test gives."""

import re
from collections.abc import Sequence
from datetime import date

import pytest
from django.test import Client

from factcheck.editorial.models import Review
from factcheck.record.matching import matches
from factcheck.record.matching.match_numbers import UNRELATED
from factcheck.record.models import ReviewVector
from tests.support.drafts import make_newsroom, make_scale
from tests.website.conftest import Page
from tests.website.test_search_page import former, found

HEADING, SIMILAR = "Probably the same claim", "About something similar"
CLAIM = "Nước lũ ngập mái 2 ngôi chùa."
POST = "Three temples were flooded up to the roof"  # shares no word with the claim
SAME, BELOW = 0.97, 0.8


def vector(cosine: float) -> list[float]:
    """A vector with this cosine to the vector of each text."""
    return [cosine, (1 - cosine**2) ** 0.5, *[0.0] * 382]


class Embeddings:
    model, together, unrelated = "test", 1, UNRELATED

    def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        return [vector(1)]


@pytest.fixture(scope="module")
def review(module_database: str) -> Review:
    newsroom = make_newsroom()
    return newsroom.publish_new(newsroom.make_claim(text=CLAIM))


@pytest.fixture(autouse=True)
def embeddings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "get_embeddings", lambda private: Embeddings())
    if "database" not in request.fixturenames:  # with its own database, a test publishes its own review
        request.getfixturevalue("review")
        give_cosine(SAME)


def give_cosine(cosine: float) -> None:
    assert ReviewVector.objects.update(model="test", embedding=vector(cosine)) == 1


def search(text: str, **filters: str) -> Page:
    return Page(Client().get("/en/search/", {"q": text, **filters}).content.decode())


def colours(page: Page) -> list[str]:
    return re.findall("tone-(low|middle|high)", page.source)


@pytest.mark.parametrize(
    "text",
    [
        CLAIM,
        "nước lũ: ngập mái 2 ngôi chùa!!",
        "Nuoc lu ngap mai 2 ngoi chua",
        f"Khẩn cấp!!! 🙏🙏 {CLAIM}. Thật không?",
    ],
)
def test_claim_in_the_same_words_comes_first_with_its_verdict(review: Review, text: str) -> None:
    page = search(text)
    assert found(page) == [f"/reviews/{review.pk}/"]
    assert (HEADING in page.text, SIMILAR in page.text, len(colours(page))) == (True, False, 1)
    assert "A program compared the texts." in page.text
    assert "Send in a claim to check" in page.source.partition("<footer>")[0]


def test_reviews_of_one_claim_by_several_newsrooms_are_one_group(database: str) -> None:
    """Only the claims in the reader's words show their verdicts."""
    text = "Nước lũ đã lên tới mái chùa ở Huế"
    newsroom = make_newsroom()
    verdicts = {text: "false", f"{text}!": "true", f"Video cũ: {text}": "true", f"{text} hôm qua": "false"}
    for claim, slug in verdicts.items():
        verdict = make_scale().verdicts.get(slug=slug)
        newsroom.publish_new(newsroom.make_claim(text=claim), headline=claim, verdict=verdict)
    page = search(text)
    exact, _, rest = page.source.partition("</section>")
    assert sorted(re.findall("tone-(low|high)", exact)) == ["high", "low"]
    assert (rest.count("Perhaps another claim"), re.findall("tone-(low|high)", rest)) == (2, [])
    assert "These reviews come to opposite verdicts." in page.text
    assert len(found(page)) == len(set(found(page))) == 4


def test_claim_with_the_same_meaning_has_no_verdict(review: Review) -> None:
    page = search(POST)
    assert found(page) == [f"/reviews/{review.pk}/"]
    assert (HEADING in page.text, SIMILAR in page.text, colours(page)) == (False, True, [])
    assert "Send in a claim to check" in page.source.partition("<footer>")[0]
    long = Client().post("/vi/search/", {"q": f"{POST}. " * 20})
    assert "Về nội dung tương tự" in long.content.decode()


@pytest.mark.parametrize("path", ["/en/search/", "/en/search/as-you-type/"])
def test_search_result_in_other_words_has_no_colour(review: Review, path: str) -> None:
    give_cosine(BELOW)
    for text in (
        "Nước lũ ngập 2 ngôi chùa",
        "Ngôi chùa bị ngập",
        "Chùa ngập hết rồi, bà con ơi",
        'Nước lũ ngập 2 "ngôi chùa"',
    ):
        page = Page(Client().post(path, {"q": text}, follow=True).content.decode())
        assert (found(page), colours(page)) == ([f"/reviews/{review.pk}/"], []), text
    for text, number in (("ngôi chùa", 1), ("chùa mayor", 0)):  # the second search finds the review by one word
        page = Page(Client().post(path, {"q": text}, follow=True).content.decode())
        assert (found(page), len(colours(page))) == ([f"/reviews/{review.pk}/"], number), text


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
    assert (HEADING in page.text, SIMILAR in page.text, colours(page)) == (False, True, [])
    assert difference in page.text


def test_words_that_differ_are_named() -> None:
    assert "You asked: Cháy, rừng. Checked: Nước, lũ, 2, ngôi" in search("Cháy rừng ngập mái chùa").text
    assert "You asked:" not in search("one two three four five six seven eight nine").text


def test_filters_and_further_pages_have_no_such_part(review: Review) -> None:
    for filters in ({"language": "fr"}, {"sort": "newest"}, {"after": f"1.{review.pk}"}):
        assert SIMILAR not in search(POST, **filters).text, filters
    assert SIMILAR in search(POST, language="vi").text
    assert SIMILAR not in search("flooded temples").text, "two words state nothing"


def test_a_withdrawn_review_is_never_the_same_claim(database: str) -> None:
    newsroom = make_newsroom("marsad.org")
    withdrawn = newsroom.publish_new(newsroom.make_claim(text=CLAIM))
    give_cosine(SAME)
    assert HEADING in search(CLAIM).text
    newsroom.withdraw_review(withdrawn)
    page = search(CLAIM)
    assert (found(page), former(page)) == ([], [f"/reviews/{withdrawn.pk}/"])
    assert HEADING not in page.text


def test_date_of_the_post_is_compared_and_stays_in_the_form(database: str) -> None:
    newsroom = make_newsroom()
    newsroom.publish_new(newsroom.make_claim(text=CLAIM), reviewed_on=date(2026, 10, 5))
    give_cosine(0.9)
    near, far = search(POST, posted="2026-10-04"), search(POST, posted="2015-01-01")
    assert (SIMILAR in near.text, SIMILAR in far.text) == (True, False)
    assert "2026-10-04" in near.values("input", "value")
    assert "posted=2026-10-04" in near.source  # in the links of filters and orders
    sent = Client().post("/en/search/", {"q": POST, "posted": "2026-10-04"})
    assert sent.headers["Location"].endswith("&posted=2026-10-04")
    long = Client().post("/vi/search/", {"q": f"{POST} " * 12, "posted": "2026-10-04"}).content.decode()
    assert "Ngày đăng" in long
    assert "2026-10-04" in Page(long).values("input", "value")
    assert "2026-10-04" not in search(POST, posted="4.10.2026").source


def test_page_says_how_many_reviews_cannot_be_compared_yet(database: str) -> None:
    newsroom = make_newsroom()
    newsroom.publish_claim(CLAIM)
    give_cosine(SAME)
    assert "can’t be compared" not in search(CLAIM).text
    for _ in range(2):
        newsroom.publish_claim("Một tin hoàn toàn khác.")
    assert "2 reviews can’t be compared with your text yet." in search(CLAIM).text
    assert (
        "Còn 2 bài chưa so sánh được với nội dung bạn tìm."
        in Page(Client().get("/vi/search/", {"q": CLAIM}).content.decode()).text
    )
    answer = Client().get("/api/v1/match/", {"text": CLAIM}).json()
    assert (answer["not_compared"], answer["explanation"]) == (2, "2 reviews can’t be compared yet.")
