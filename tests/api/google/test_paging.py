"""Pages by token and by offset."""

import pytest

from factcheck.record.search import ranking
from tests.support.drafts import make_newsroom

TEXTS = [f"Nước lũ số {number}" for number in reversed(range(12))]  # the newest first


@pytest.fixture(scope="module", autouse=True)
def world(module_database):
    newsroom = make_newsroom()
    for text in reversed(TEXTS):
        newsroom.publish_new(newsroom.make_claim(text=text))


BY_WORDS, BY_SITE = {"query": "lũ"}, {"reviewPublisherSiteFilter": "kiemchung.example"}
each_way = pytest.mark.parametrize("by", [BY_WORDS, BY_SITE], ids=["words", "site"])


def walk(google, **query) -> list[list[str]]:
    pages, token = [], ""
    while True:
        found = google.search(**query, **({"pageToken": token} if token else {}))
        pages.append([claim["text"] for claim in found["claims"]])
        if not (token := found.get("nextPageToken", "")):
            return pages


@pytest.fixture
def whole(google, by) -> list[str]:
    """All in the order in which pages have them."""
    found = google.texts(**by, pageSize=100)
    assert sorted(found) == sorted(TEXTS)
    return found


def test_newest_come_first_without_words(google):
    assert google.texts(**BY_SITE, pageSize=100) == TEXTS


@each_way
def test_page_has_ten_unless_asked_for_more(google, by, whole):
    assert walk(google, **by) == [whole[:10], whole[10:]]
    assert google.texts(**by, pageSize=0) == whole[:10]
    assert google.texts(**by, pageSize=2147483647) == whole


@each_way
def test_tokens_lead_through_everything_once(google, by, whole):
    assert walk(google, **by, pageSize=5) == [whole[:5], whole[5:10], whole[10:]]
    assert walk(google, **by, pageSize=12) == [whole]


@each_way
def test_offset_skips(google, by, whole):
    assert google.texts(**by, offset=0) == whole[:10]
    assert google.texts(**by, offset=3, pageSize=2) == whole[3:5]
    assert google.search(**by, offset=11).keys() == {"claims"}
    assert google.search(**by, offset=12) == {}
    assert google.search(**by, offset=10000) == {}


@each_way
def test_offset_leads_on_by_token(google, by, whole):
    assert walk(google, **by, offset=4, pageSize=4) == [whole[4:8], whole[8:]]


@each_way
def test_offset_does_not_count_with_a_token(google, by, whole):
    token = google.search(**by, pageSize=5)["nextPageToken"]
    for offset in ("7", "-1", "x"):
        assert google.texts(**by, pageSize=5, pageToken=token, offset=offset) == whole[5:10]


@each_way
def test_token_fits_its_own_search_alone(google, by, whole):
    token = google.search(**by, pageSize=5)["nextPageToken"]
    for change in (
        {"query": "nước"}, {"languageCode": "vi"}, {"maxAgeDays": "9"}, {"reviewPublisherSiteFilter": "127.0.0.1"},
    ):  # fmt: skip
        error = google.error({**by, "pageToken": token, **change})
        assert error["details"][0]["fieldViolations"][0]["field"] == "pageToken"
    assert google.texts(**by, pageSize=2, pageToken=token, key="another", prettyPrint="false") == whole[5:7]


@each_way
def test_forged_token_is_refused(google, by):
    token = google.search(**by, pageSize=5)["nextPageToken"]
    for forged in ("CBQ", "x" * 5000, f"{token}x", f"x{token}", "\u202e", "..."):
        assert google.error({**by, "pageToken": forged})["status"] == "INVALID_ARGUMENT"


def test_tokens_lead_beyond_the_ranked(google, monkeypatch):
    """Reviews older than the ranked ones follow by date."""
    monkeypatch.setattr(ranking, "_SEARCH", ranking._SEARCH.replace("LIMIT 400", "LIMIT 4"))
    monkeypatch.setattr(ranking, "MAX_CANDIDATES", 4)
    pages = walk(google, **BY_WORDS, pageSize=3)
    assert [len(page) for page in pages] == [3, 3, 3, 3]
    found = [text for page in pages for text in page]
    assert sorted(found) == sorted(TEXTS)
    assert found[4:] == TEXTS[4:]
    assert google.texts(**BY_WORDS, offset=6, pageSize=5) == TEXTS[6:11]
