"""Pages by token and by offset."""

import pytest

from tests.drafts import make_claim, make_newsroom, make_review, publish_review

TEXTS = [f"Nước lũ số {number}" for number in reversed(range(12))]  # the newest first


@pytest.fixture(scope="module", autouse=True)
def world(module_database):
    newsroom = make_newsroom()
    for text in reversed(TEXTS):
        publish_review(newsroom, make_review(newsroom, make_claim(newsroom, text=text)))


def walk(google, **query) -> list[list[str]]:
    pages, token = [], ""
    while True:
        found = google.search(**query, **({"pageToken": token} if token else {}))
        pages.append([claim["text"] for claim in found["claims"]])
        if not (token := found.get("nextPageToken", "")):
            return pages


def test_page_has_ten_unless_asked_for_more(google):
    assert walk(google, query="lũ") == [TEXTS[:10], TEXTS[10:]]
    assert google.texts(query="lũ", pageSize=0) == TEXTS[:10]
    assert google.texts(query="lũ", pageSize=100) == google.texts(query="lũ", pageSize=2147483647) == TEXTS


def test_tokens_lead_through_everything_once(google):
    assert walk(google, query="lũ", pageSize=5) == [TEXTS[:5], TEXTS[5:10], TEXTS[10:]]
    assert walk(google, query="lũ", pageSize=12) == [TEXTS]


def test_offset_skips(google):
    assert google.texts(query="lũ", offset=0) == TEXTS[:10]
    assert google.texts(query="lũ", offset=3, pageSize=2) == TEXTS[3:5]
    assert google.search(query="lũ", offset=11).keys() == {"claims"}
    assert google.search(query="lũ", offset=12) == {}
    assert google.search(query="lũ", offset=10000) == {}


def test_offset_leads_on_by_token(google):
    assert walk(google, query="lũ", offset=4, pageSize=4) == [TEXTS[4:8], TEXTS[8:]]


def test_offset_does_not_count_with_a_token(google):
    token = google.search(query="lũ", pageSize=5)["nextPageToken"]
    for offset in ("7", "-1", "x"):
        assert google.texts(query="lũ", pageSize=5, pageToken=token, offset=offset) == TEXTS[5:10]


def test_token_fits_its_own_search_alone(google):
    token = google.search(query="lũ", pageSize=5)["nextPageToken"]
    for change in (
        {"query": "nước"}, {"languageCode": "vi"}, {"maxAgeDays": "9"}, {"reviewPublisherSiteFilter": "127.0.0.1"},
    ):  # fmt: skip
        error = google.error({"query": "lũ", "pageToken": token, **change})
        assert error["details"][0]["fieldViolations"][0]["field"] == "pageToken"
    assert google.texts(query="lũ", pageSize=2, pageToken=token, key="another", prettyPrint="false") == TEXTS[5:7]


def test_forged_token_is_refused(google):
    token = google.search(query="lũ", pageSize=5)["nextPageToken"]
    for forged in ("CBQ", "x" * 5000, f"{token}x", f"x{token}", "\u202e", "..."):
        assert google.error({"query": "lũ", "pageToken": forged})["status"] == "INVALID_ARGUMENT"
