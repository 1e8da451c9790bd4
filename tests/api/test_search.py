"""Searching through the API: best first, pages that hold, and what `meta` says beside the results."""

import json
import time
import unicodedata
from datetime import date
from functools import partial
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from api.lists import search_pages
from factcheck.editorial.models import Claimant
from factcheck.record.lists import counts, dimensions
from factcheck.record.matching import candidates
from factcheck.record.matching.match_numbers import UNRELATED
from factcheck.record.models import ReviewVector
from factcheck.record.search import ranking
from factcheck.web.places import search_places
from tests.support.drafts import Newsroom, make_newsroom


@pytest.fixture(scope="module")
def world(module_database):
    newsroom = make_newsroom()
    texts = [
        ("Nước lũ đã lên tới mái chùa ở Huế.", "Video nước lũ <b>cũ</b> & mới"),
        ("Nước rút, nhưng sau ba ngày người dân mới thấy lũ chó trở về.", "Không có lũ"),
        ("Mưa lớn ở Huế làm ngập nhiều tuyến đường.", "Ảnh ngập lụt của năm 2020"),
    ]
    reviews = [
        newsroom.make_review(newsroom.make_claim(text=text), headline=headline, summary="Sai.", body="")
        for text, headline in texts
    ]
    for review in reviews:
        newsroom.publish_review(review)
    gone = newsroom.publish_new(newsroom.make_claim(text="Nước lũ cuốn trôi cầu."), headline="Cầu còn nguyên")
    newsroom.withdraw_review(gone)
    return [str(review.pk) for review in reviews]


def test_search_is_best_first(world, api):
    found = api.get("reviews/?q=nuoc lu")
    assert [result["id"] for result in found["results"]] == world[:2]
    explanation = "Matching by meaning is switched off on this site."
    assert found["meta"] == {
        "relaxed": False, "complete": True, "explanation": explanation,
    }  # fmt: skip


class Embeddings:
    model, together, unrelated = "test", 1, UNRELATED

    def embed_queries(self, texts):
        return [[1.0, *[0.0] * 383]]


def test_search_finds_a_similar_meaning(world, api, monkeypatch):
    monkeypatch.setattr(candidates, "get_embeddings", lambda private: Embeddings())
    ReviewVector.objects.filter(review_id=world[2]).update(model="test", embedding=[1.0, *[0.0] * 383])
    found = api.get("reviews/?q=tropical cyclone")
    assert [result["id"] for result in found["results"]] == [world[2]]
    assert found["meta"]["found_by"] == {world[2]: "meaning"}
    assert api.get("claims/?q=tropical cyclone")["results"][0]["reviews"][0]["id"] == world[2]


def test_search_in_another_order(world, api):
    assert api.ids("reviews/?q=nuoc lu&sort=-published_at") == [world[1], world[0]]
    assert api.ids("reviews/?q=nuoc lu&sort=relevance") == world[:2]


def test_search_with_filters(world, api):
    assert api.ids("reviews/?q=nuoc lu&language=en") == []
    assert api.ids("reviews/?q=hue&language=vi&publisher=kiemchung.example") == [world[0], world[2]]


def test_search_of_several_queries_is_of_any(world, api):
    assert sorted(api.ids("reviews/?q=chua&q=2020")) == sorted([world[0], world[2]])


def test_list_without_words_has_no_meta(world, api):
    assert set(api.get("reviews/")) == {"results", "next", "previous"}


@pytest.mark.parametrize("sort", ["relevance", "-published_at", "updated_at"])
def test_search_pages_forth_and_back(world, api, sort):
    address, forth = f"reviews/?q=lu or ngap&sort={sort}&page_size=1", []
    pages = []
    query = dict(parse_qsl(urlsplit(address).query))
    for _ in range(3):
        page = api.get("reviews/", query)
        pages.append(page)
        forth.append(page["results"][0]["id"])
        if page["next"]:
            query = dict(parse_qsl(urlsplit(page["next"]).query))
    assert sorted(forth) == sorted(world)
    assert pages[2]["next"] is None
    back = api.get("reviews/", dict(parse_qsl(urlsplit(pages[2]["previous"]).query)))
    assert back["results"][0]["id"] == forth[1]


@pytest.mark.parametrize("of", ["reviews", "claims"])
def test_every_hit_can_be_reached(newsroom: Newsroom, api, monkeypatch, of):
    """As many as are counted: what is older than the ranked hits follows by date, and back."""
    monkeypatch.setattr(ranking, "_SEARCH", ranking._SEARCH.replace("LIMIT 400", "LIMIT 4"))
    monkeypatch.setattr(ranking, "MAX_CANDIDATES", 4)
    for number in range(9):
        newsroom.publish_new(newsroom.make_claim(text=f"Nước lũ số {number}."))
    newest_first = api.ids(f"{of}/")
    pages, address = [], f"{of}/?q=nuoc lu&count=true&page_size=2"
    while address:
        page = api.get(address)
        assert page["meta"]["count"] == {"value": 9, "exact": True}
        assert page["meta"]["complete"]
        assert page["meta"]["ranked"] == 4
        pages.append(page)
        address = page["next"]
    ids = [result["id"] for page in pages for result in page["results"]]
    assert sorted(ids) == sorted(newest_first)
    assert ids[4:] == newest_first[4:]
    back, address = [], pages[-1]["previous"]
    while address:
        page = api.get(address)
        back = [result["id"] for result in page["results"]] + back
        address = page["previous"]
    assert back == ids[:8]


def test_cursor_of_relevance_fits_its_words_alone(world, api):
    cursor = dict(parse_qsl(urlsplit(api.get("reviews/?q=lu&page_size=1")["next"]).query))["cursor"]
    assert api.problem("reviews/", {"q": "ngap", "cursor": cursor})["errors"][0]["parameter"] == "cursor"
    assert len(api.ids("reviews/", {"q": "lu", "cursor": cursor, "count": "true"})) == 1


def test_search_of_mistyped_words_finds_similar_words(world, api):
    found = api.get("reviews/?q=nuoc lu chuaa hue")
    assert (found["results"][0]["id"], found["meta"]["relaxed"]) == (world[0], True)
    assert api.ids("reviews/?q=vidoe") == [world[0]]
    assert api.get("reviews/?q=xyzzy")["meta"] == {"relaxed": False, "complete": True}


def test_highlights_are_safe_html(world, api):
    marked = api.get("reviews/?q=nuoc lu&highlight=true")["meta"]["highlights"]
    assert marked[world[0]] == {
        "claim": "<mark>Nước</mark> <mark>lũ</mark> đã lên tới mái chùa ở Huế.",
        "headline": "Video <mark>nước</mark> <mark>lũ</mark> &lt;b&gt;cũ&lt;/b&gt; &amp; mới",
    }


def test_words_are_highlighted_as_search_has_corrected_them(world, api):
    for words in ("nuwowcs", "nuocs"):
        marked = api.get(f"reviews/?q={words}&highlight=true")["meta"]["highlights"]
        assert "<mark>Nước</mark>" in marked[world[0]]["claim"], words


def test_highlights_of_claims(world, api):
    found = api.get("claims/?q=2020&highlight=true")
    assert list(found["meta"]["highlights"].values()) == [{"headline": "Ảnh ngập lụt của năm <mark>2020</mark>"}]


def test_claims_are_found_in_the_words_of_those_merged_into_them(newsroom: Newsroom, api):
    make_claimant = partial(Claimant.objects.create, newsroom=newsroom.publisher, type=Claimant.Type.ORGANIZATION)
    lemon, chanh = (
        newsroom.make_claim(text=text, language=language, claimant=make_claimant(name=name))
        for text, language, name in (
            ("Lemon water cures cancer.", "en", "Miller Ltd"),
            ("Nước chanh chữa ung thư.", "vi", "Công ty Tám"),
        )
    )
    for claim in (lemon, chanh):
        newsroom.publish_new(claim)
    newsroom.merge_claims(lemon, chanh)
    for words in ("lemon", "nuoc chanh", "miller", "lemon chanh"):
        assert api.ids(f"claims/?q={words}") == [str(chanh.pk)]
    marked = api.get("claims/?q=lemon or miller&highlight=true")["meta"]["highlights"]
    assert marked == {
        str(chanh.pk): {
            "merged": "<mark>Lemon</mark> water cures cancer.", "claimant": "Công ty Tám · <mark>Miller</mark> Ltd",
        }
    }  # fmt: skip
    # Filters go by what the claim itself says; what was said of the other is found among reviews.
    assert (api.ids("claims/?language=en"), api.ids("claims/?language=vi")) == ([], [str(chanh.pk)])
    assert api.ids(f"claims/?claimant={lemon.claimant_id}") == []
    assert len(api.ids(f"reviews/?claimant={lemon.claimant_id}")) == 1
    newsroom.split_claim(lemon)
    assert [api.ids(f"claims/?q={words}") for words in ("lemon", "chanh")] == [[str(lemon.pk)], [str(chanh.pk)]]


def test_counts_and_facets(world, api):
    meta = api.get("reviews/?q=hue&count=true&facets=verdict,language,publisher,topic")["meta"]
    assert meta["count"] == {"value": 2, "exact": True}
    assert meta["facets"]["language"] == {"values": [{"value": "vi", "count": 2}], "exact": True}
    assert meta["facets"]["publisher"] == {"values": [{"value": "kiemchung.example", "count": 2}], "exact": True}
    assert meta["facets"]["verdict"] == {"values": [{"value": "truth:false", "count": 2}], "exact": True}


def test_counts_without_words(world, api):
    assert api.get("reviews/?count=true&language=vi")["meta"] == {"count": {"value": 3, "exact": True}}
    assert api.get("claims/?facets=publisher")["meta"]["facets"]["publisher"]["values"] == [
        {"value": "kiemchung.example", "count": 3}
    ]


def test_counts_that_take_too_long_are_lower_bounds(world, api, monkeypatch):
    monkeypatch.setattr(counts, "SHARE", 0)  # no time for all rows
    monkeypatch.setattr(counts, "AT_LEAST", 1)
    for address in ("reviews/?count=true&facets=language&q=hue", "claims/?count=true&facets=language"):
        meta = api.get(address)["meta"]
        assert meta["count"] == {"value": 1, "exact": False}
        assert meta["facets"] == {"language": {"values": [{"value": "vi", "count": 1}], "exact": False}}


def test_counts_are_remembered_until_the_log_grows(newsroom: Newsroom, api, monkeypatch):
    newsroom.publish_new()
    address = "claims/?count=true&facets=language"
    first = api.get(address)["meta"]
    with monkeypatch.context() as patched:
        patched.setattr(counts, "rows_within", lambda *_: None)  # nothing can be counted
        assert api.get(f"{address}&page_size=9")["meta"] == first
    newsroom.publish_new(newsroom.make_claim(text="Khác."))
    assert [api.get(address)["meta"]["count"]["value"], first["count"]["value"]] == [2, 1]


def test_counts_that_take_too_long_are_null(world, api, monkeypatch):
    monkeypatch.setattr(counts, "rows_within", lambda *_: None)
    meta = api.get("reviews/?q=hue&count=true&facets=topic")["meta"]
    meta = {name: meta[name] for name in ("count", "facets")}
    assert meta == {
        "count": {"value": None, "exact": False}, "facets": {"topic": {"values": [], "exact": False}},
    }  # fmt: skip


def test_search_whose_time_is_up_says_so(world, api, monkeypatch):
    monkeypatch.setattr(ranking, "rows_within", lambda *_, **_named: None)
    response = api.send("reviews/", {"q": "nuoc", "count": "true"})
    found = response.json()
    assert (found["results"], found["meta"]["complete"]) == ([], False)
    assert response["Factcheck-Left-Out"] == "results"


@pytest.mark.parametrize(
    "address",
    ["/api/v1/reviews/?q=nuoc&sort=-published_at", "/api/v1/corrections/?q=nuoc", "/feeds/reviews.atom?q=nuoc",
     "/feeds/corrections.json?q=nuoc"],
)  # fmt: skip
def test_search_in_another_order_that_takes_too_long_is_refused(world, api, monkeypatch, address):
    asleep = "EXISTS (SELECT FROM pg_sleep(1))", []
    monkeypatch.setattr(search_pages, "has_words", lambda query: asleep)
    monkeypatch.setattr(dimensions, "has_words", lambda query: asleep)
    monkeypatch.setattr(search_places, "seconds", 0.05)
    response = api.client.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert json.loads(response.content)["detail"] == search_pages.TOO_SLOW
    assert api.ids("reviews/") == world[::-1]


def test_search_in_an_order_of_two_parts_takes_no_longer(newsroom: Newsroom, api, monkeypatch):
    """Rows without a date are read after the rest, within the same time."""
    for claimed_on in (date(2026, 10, 3), None):
        newsroom.publish_new(newsroom.make_claim(claimed_on=claimed_on))
    asleep = "NOT EXISTS (SELECT FROM pg_sleep(0.4))", []
    monkeypatch.setattr(search_pages, "has_words", lambda query: asleep)
    monkeypatch.setattr(search_places, "seconds", 0.6)
    assert api.problem("reviews/?q=nuoc&sort=-claimed_on", status=503)["detail"] == search_pages.TOO_SLOW
    assert api.ids("reviews/?q=nuoc&sort=-published_at") == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("sort=relevance", "sort"),
        ("highlight=true", "highlight"),
        ("q=lu&highlight=yes", "highlight"),
        ("count=1", "count"),
        ("count=true&count=true", "count"),
        ("facets=claimant", "facets"),
        ("facets=", "facets"),
        (f"claimant={UUID(int=1)}&facets=verdict", "facets"),
        (f"claimant={UUID(int=1)}&verdict=false&count=true", "count"),
    ],
)
def test_wrong_extras(world, api, query, parameter):
    assert [error["parameter"] for error in api.problem(f"reviews/?{query}")["errors"]] == [parameter]


@pytest.mark.parametrize("address", ["corrections/", "demands/", "publishers/"])
def test_other_lists_have_no_extras(world, api, address):
    assert api.problem(f"{address}?count=true")["errors"][0]["parameter"] == "count"


def test_words_are_counted_as_they_are_read(world, api):
    """In NFC: with its marks apart a Vietnamese letter is three characters."""
    apart = unicodedata.normalize("NFD", "ệ" * 400)
    assert api.get("reviews/", {"q": apart})["results"] == []
    problem = api.problem("reviews/", {"q": apart + "ệ"})
    assert problem["errors"] == [{"parameter": "q", "detail": "The text is too long. Send at most 400 characters."}]


@pytest.mark.parametrize(("above", "below"), [(30_000, 30_000), (800, 700)])
def test_words_of_many_marks_are_refused_at_once(world, api, above, below):
    words = "a" + "\u0301" * above + "\u0327" * below
    begun = time.process_time()
    response = api.send("reviews/", {"q": words})
    assert time.process_time() - begun < 1
    assert response.status_code == 400
    assert json.loads(response.content)["errors"] == [
        {"parameter": "q", "detail": "The text is too long. Send at most 400 characters."}
    ]


def test_address_of_many_marks_is_refused_at_once(world, api):
    begun = time.process_time()
    response = api.send("reviews/", {"original_url": "https://a" + "\u0301" * 30_000 + "\u0327" * 30_000})
    assert time.process_time() - begun < 1
    assert response.status_code == 400
