"""The claims that claims:search finds, and how it shows them."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections

from factcheck.editorial.models import Claimant, Publisher, Review
from factcheck.record.search import ranking
from factcheck.web.places import search_places
from tests.support.drafts import Newsroom, make_newsroom

TODAY = datetime.now(UTC).date()
SITE = "127.0.0.1"


def day(back: int) -> date:
    return TODAY - timedelta(days=back)


@pytest.fixture(scope="module")
def world(module_database) -> dict[str, Review]:
    """Four claims, the oldest publication first: ours, one of two reviews, another publisher's, a withdrawn one."""
    newsroom, other = make_newsroom(), make_newsroom("checkpoint.org")
    ours = newsroom.make_review(newsroom.make_claim(claimed_on=day(40)), reviewed_on=day(30))
    shared = newsroom.make_claim(text="Chanh chữa được ung thư.", claimed_on=day(400))
    vietnamese = newsroom.make_review(shared, headline="Chanh không chữa được ung thư", reviewed_on=day(390))
    english = other.make_review(shared, headline="Lemons do not cure cancer", language="en-GB", reviewed_on=day(3))
    imported = make_import(newsroom)
    withdrawn = newsroom.make_review(newsroom.make_claim(text="Bài đã rút."))
    for room, review in (
        (newsroom, ours), (newsroom, vietnamese), (other, english), (newsroom, imported), (newsroom, withdrawn),
    ):  # fmt: skip
        room.publish_review(review)
    newsroom.withdraw_review(withdrawn)
    return {"ours": ours, "vietnamese": vietnamese, "english": english, "imported": imported}


def make_import(newsroom: Newsroom) -> Review:
    claimant = Claimant.objects.create(newsroom=newsroom.publisher, type="person", name="Social media", confirmed=False)
    claim = newsroom.make_claim(
        text="Vaccines contain microchips", language="en", claimant=claimant, claimed_on=date(2016, 6, 20)
    )
    publisher = Publisher.objects.create(name="Alt News", site="altnews.in")
    review = newsroom.make_review(claim, sources=0, language="en", headline="No microchips", reviewed_on=None)
    review.publisher, review.verdict = publisher, None
    review.original_url, review.original_label = "https://www.altnews.in/microchips/", "Mostly False"
    review.save()
    return review


def test_claim_of_ours_shows_our_page(world, google):
    assert google.search(query="mái chùa") == {
        "claims": [
            {
                "text": "Nước lũ ở Huế đã lên tới mái chùa.",
                "claimant": "một người dùng mạng xã hội",
                "claimDate": f"{day(40)}T00:00:00Z",
                "claimReview": [
                    {
                        "publisher": {"name": "Toà soạn kiemchung.example", "site": SITE},
                        "url": f"http://127.0.0.1:8000/reviews/{world['ours'].pk}/",
                        "title": "Video nước lũ là của năm 2020",
                        "reviewDate": f"{day(30)}T00:00:00Z",
                        "textualRating": "Sai",
                        "languageCode": "vi",
                    }
                ],
            }
        ]
    }


def test_imported_review_shows_its_publishers_page_and_words(world, google):
    assert google.search(query="microchips")["claims"] == [
        {
            "text": "Vaccines contain microchips",
            "claimant": "Social media",
            "claimDate": "2016-06-20T00:00:00Z",
            "claimReview": [
                {
                    "publisher": {"name": "Alt News", "site": "altnews.in"},
                    "url": "https://www.altnews.in/microchips/",
                    "title": "No microchips",
                    "textualRating": "Mostly False",
                    "languageCode": "en",
                }
            ],
        }
    ]


def test_nothing_found_is_an_empty_object(world, google):
    assert google.search(query="zzzz") == {}
    assert google.search(query="?!") == {}


@pytest.mark.parametrize(
    ("asked", "seconds"), [({"query": "chanh"}, 0.05), ({"reviewPublisherSiteFilter": "altnews.in"}, 0)]
)
def test_what_takes_too_long_is_not_said_to_be_nothing(world, google, monkeypatch, asked, seconds):
    monkeypatch.setattr(search_places, "seconds", seconds)
    monkeypatch.setattr(
        ranking, "_SEARCH", ranking._SEARCH.replace("SELECT hit.score", "SELECT pg_sleep(2), hit.score", 1)
    )
    response = google.send(asked)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert json.loads(response.content)["error"]["message"] == (
        "This search takes too long. Use rarer words or fewer conditions, or try again later."
    )


def test_withdrawn_review_is_not_found(world, google):
    assert google.texts(query="rút") == []


def test_words_are_found_without_diacritics(world, google):
    assert google.texts(query="ung thu") == ["Chanh chữa được ung thư."]


def test_claim_has_all_its_reviews(world, google):
    (claim,) = google.search(query="chanh")["claims"]
    assert [review["languageCode"] for review in claim["claimReview"]] == ["vi", "en-GB"]


@pytest.mark.parametrize("code", ["en", "en-US", "EN", "en_us", "en-GB"])
def test_region_of_a_language_does_not_count(world, google, code):
    (claim,) = google.search(query="chanh", languageCode=code)["claims"]
    assert [review["title"] for review in claim["claimReview"]] == ["Lemons do not cure cancer"]


def test_language_and_site_and_age_have_to_be_those_of_one_review(world, google):
    site = "checkpoint.org"
    assert google.texts(reviewPublisherSiteFilter=site) == ["Chanh chữa được ung thư."]
    assert google.texts(reviewPublisherSiteFilter=site, languageCode="en") == ["Chanh chữa được ung thư."]
    assert google.texts(reviewPublisherSiteFilter=site, languageCode="vi") == []
    assert google.texts(query="chanh", languageCode="vi", maxAgeDays=10) == []


@pytest.mark.parametrize(
    ("site", "texts"),
    [
        ("altnews.in", ["Vaccines contain microchips"]),
        ("www.altnews.in", ["Vaccines contain microchips"]),
        ("ALTNEWS.IN", ["Vaccines contain microchips"]),
        ("kiemchung.example", ["Chanh chữa được ung thư.", "Nước lũ ở Huế đã lên tới mái chùa."]),
        (SITE, ["Chanh chữa được ung thư.", "Nước lũ ở Huế đã lên tới mái chùa."]),
        ("news.in", []),
        ("nowhere.example", []),
    ],
)
def test_site_is_enough_to_search_for(world, google, site, texts):
    assert google.texts(reviewPublisherSiteFilter=site) == texts


def test_site_of_the_filter_is_a_site_that_is_shown(world, google):
    for claim in google.search(reviewPublisherSiteFilter=SITE)["claims"]:
        assert {review["publisher"]["site"] for review in claim["claimReview"]} == {SITE}


@pytest.mark.parametrize(
    ("days", "texts"),
    [
        (2, []),
        (3, ["Chanh chữa được ung thư."]),  # the review is newer than the claim
        (29, ["Chanh chữa được ung thư."]),
        (30, ["Chanh chữa được ung thư.", "Nước lũ ở Huế đã lên tới mái chùa."]),
        (0, ["Chanh chữa được ung thư.", "Nước lũ ở Huế đã lên tới mái chùa."]),  # 0 is left out
        (2147483647, ["Chanh chữa được ung thư.", "Nước lũ ở Huế đã lên tới mái chùa."]),
    ],
)
def test_the_newer_of_claim_and_review_is_the_age(world, google, days, texts):
    assert google.texts(reviewPublisherSiteFilter=SITE, maxAgeDays=days) == texts


def test_claim_may_be_the_newer_one(newsroom: Newsroom, google):
    newsroom.publish_new(newsroom.make_claim(claimed_on=day(2)), reviewed_on=day(9))
    assert len(google.texts(query="chùa", maxAgeDays=2)) == 1
    assert google.texts(query="chùa", maxAgeDays=1) == []


def test_reviews_of_merged_claims_are_shown_under_the_one_that_stays(database, google):
    newsroom, other = make_newsroom(), make_newsroom("checkpoint.org")
    stays, goes, further = (newsroom.make_claim(text=f"Nước lũ số {number}") for number in range(3))
    for each in (stays, goes, further):
        newsroom.publish_new(each)
    other.publish_new(further, language="en", headline="The flood")
    newsroom.merge_claims(further, goes)
    newsroom.merge_claims(goes, stays)
    for query in ({"languageCode": "en"}, {"reviewPublisherSiteFilter": "checkpoint.org"}):
        (claim,) = google.search(query="lũ", **query)["claims"]
        assert claim["text"] == "Nước lũ số 0"
        assert [review["title"] for review in claim["claimReview"]] == ["The flood"]
    (claim,) = google.search(query="lũ")["claims"]
    assert len(claim["claimReview"]) == 4


def test_date_of_a_claim_that_was_merged_is_not_that_of_the_claim_that_is_shown(newsroom: Newsroom, google):
    stays = newsroom.make_claim(text="Nước lũ số 0", claimed_on=day(400))
    goes = newsroom.make_claim(text="Nước lũ số 1", claimed_on=day(2))
    for claim in (stays, goes):
        newsroom.publish_new(claim, reviewed_on=day(300))
    assert google.texts(query="lũ", maxAgeDays=9) == ["Nước lũ số 1"]
    newsroom.merge_claims(goes, stays)
    assert google.search(query="lũ", maxAgeDays=9) == {}


def test_search_costs_four_queries_and_a_transaction(world, google, django_assert_num_queries):
    """The head of the log, whether reviews of merged claims are among it, how rare the word is, and everything."""
    with django_assert_num_queries(6, connection=connections["public"]):
        google.search(query="chanh", languageCode="vi", reviewPublisherSiteFilter="kiemchung.example", maxAgeDays=9999)
