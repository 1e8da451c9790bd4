"""The search page: words, URLs, whole posts, filters, pages, withdrawn and erased reviews."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus, urlencode
from uuid import UUID

import orjson
import pytest
from django.db import connections
from django.test import Client

from factcheck.record.lists.published_lists import REVIEWS
from factcheck.record.models import PublishedReview
from factcheck.record.search.results import Similar
from factcheck.tools.budget import current
from factcheck.web.places import search_places
from factcheck.website.browse import review_lists
from factcheck.website.search import search_views, url_search, word_search
from tests.support.drafts import FLOOD, NOTICE, Newsroom, make_newsroom
from tests.support.serving import full
from tests.website.conftest import Page, Published

SEARCH = "/en/search/"


def get(path: str = SEARCH, **parameters: str) -> Page:
    send = Client().post if "as-you-type" in path else Client().get
    response = send(path, parameters)
    assert response.status_code == 200
    return Page(response.content.decode())


def found(page: Page) -> list[str]:
    """The paths of the listed live reviews, without the language."""
    return re.findall('<h3 [^<]*<span[^<]*</span>\\s*<a href="(?:/en|/vi)?(/reviews/[^/]{36}/)"', page.source)


def former(page: Page) -> list[str]:
    """The paths of the withdrawn and erased reviews."""
    return re.findall('<strong><a href="(?:/en|/vi)?(/reviews/[^/]{36}/)"', page.source)


def test_sample_data_is_called_so(published: Published) -> None:
    assert "Sample data: these reviews belong to demo newsrooms" in get(q='"video nước lũ"').text
    assert "Sample data: some of these reviews belong to demo newsrooms" in get(q="2020").text
    assert "ample data" not in get(q='"video is of"').text


def test_home_redirects_searches_and_filters(published: Published) -> None:
    for query, target in (
        ("q=l%C5%A9", "q=l%C5%A9"),
        ("verdict=false", "verdict=truth%3Afalse"),
        ("topic=x", "topic=x"),
    ):
        response = Client().get(f"/en/?{query}")
        assert (response.status_code, response.headers["Location"]) == (302, f"/en/search/?{target}")


def test_the_form_redirects_a_short_text_and_answers_a_post_itself(published: Published) -> None:
    response = Client(enforce_csrf_checks=True).post(SEARCH, {"q": " nước  lũ\x00 "})
    assert (response.status_code, response.headers["Location"]) == (302, "/en/search/?q=n%C6%B0%E1%BB%9Bc+l%C5%A9")
    response = Client().post(SEARCH, {"q": f"{FLOOD} {'Chia sẻ ngay. ' * 60}"})
    assert response.status_code == 200
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]
    page = Page(response.content.decode())
    assert published.corrected in found(page)
    assert "This text is too long for a link." in page.text
    assert page.elements["details"] == 3, "filters would lose the text"


@pytest.mark.parametrize("path", ["/vi/", "/vi/search/", "/vi/browse/", "/vi/nothing/"])
def test_every_search_box_takes_a_whole_post_in_the_language_of_the_page(published: Published, path: str) -> None:
    page = Page(Client().get(path, headers={"Accept-Language": "en"}).content.decode())
    actions = ["/vi/search/", *(["/vi/search/picture/"] if path == "/vi/search/" else [])]
    assert (page.values("form", "action"), {*page.values("form", "method")}) == (actions, {"post"})
    assert page.values("input", "maxlength") + page.values("textarea", "maxlength") == ["5000"]
    response = Client().post("/vi/search/", {"q": f"{FLOOD} " * 20}, headers={"Accept-Language": "en"})
    assert '<html lang="vi"' in response.content.decode()
    assert not response.cookies


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("nuoc lu hue", ["corrected", "english"]),
        ("Nước LŨ", ["corrected", "english"]),
        ("lũ -2020", []),
        ('"video is of"', ["english"]),
        ("الماء", ["imported"]),
        ("kangaroo", []),
        ('"Tên của một người"', []),  # erased
    ],
)
def test_words(published: Published, query: str, wanted: list[str]) -> None:
    page = get(q=query)
    assert found(page) == [getattr(published, name) for name in wanted]
    assert f">{escape(query)}</textarea>" in page.source.replace('help">\n', 'help">')
    assert ("No published review contains these words." in page.text) is (not wanted and not former(page))
    assert "noindex" in page.values("meta", "content")


def id_of(path: str) -> str:
    return path.split("/")[2]


@pytest.mark.parametrize(
    ("url", "wanted", "role"),
    [
        ("https://marsad.org/1", ["imported"], "the review on its publisher’s page"),
        ("http://www.marsad.org/1/#top", ["imported"], "the review on its publisher’s page"),
        ("marsad.org/1", ["imported"], "the review on its publisher’s page"),
        ("https://m.marsad.org/1?utm_source=x&fbclid=y", ["imported"], "the review on its publisher’s page"),
        ("https://social.example/p/1", ["hostile", "imported", "english", "corrected"], "where the claim appeared"),
        (
            "Look: https://social.example/p/1.",
            ["hostile", "imported", "english", "corrected"],
            "where the claim appeared",
        ),
        ("https://source.example/2", ["hostile", "english", "corrected"], "a source of the review"),
        ("http://localhost:8000{english}", ["english"], ""),
        ("http://localhost:8000/vi{english}?x=1#y", ["english"], ""),
        ("http://localhost:8000/api/v1{english}", ["english"], ""),
        ("http://localhost:8000{english}revisions/1/", ["english"], ""),
        ("http://localhost:8000{claim}", ["english", "corrected"], ""),
        ("{english_id}", ["english"], ""),
    ],
)
def test_urls(published: Published, settings: Any, url: str, wanted: list[str], role: str) -> None:
    settings.SITE_URL = "http://localhost:8000"
    values = {"english": published.english, "claim": published.claim, "english_id": id_of(published.english)}
    page = get(q=url.format(**values))
    assert sorted(found(page)) == sorted(getattr(published, name) for name in wanted)
    assert "Reviews with this URL" in page.text
    assert role in page.text


def test_a_withdrawn_review_says_so(published: Published) -> None:
    row = PublishedReview.objects.get(pk=id_of(published.withdrawn))
    reason = orjson.loads(row.body)["revision"]["note"]
    for query in (id_of(published.withdrawn), "Bài bị rút lại", f"Mọi người ơi! {FLOOD} Chia sẻ nhé"):
        page = get(q=query)
        assert published.withdrawn in former(page), query
        assert "This review was withdrawn on" in page.text
        assert reason in page.text
    assert "Perhaps no newsroom has checked it yet." not in get(q=id_of(published.withdrawn)).text
    assert published.withdrawn in former(get(q="https://social.example/p/1"))
    assert published.withdrawn not in former(get(q="kangaroo pouch"))


def test_an_erased_review_shows_its_notice_alone(published: Published) -> None:
    page = get(q=id_of(published.erased))
    assert published.erased in former(page)
    assert "This review has been erased." in page.text
    assert "Theo quyết định của tòa án." in page.text or NOTICE in page.text
    assert "Tên của một người" not in page.text
    assert "Perhaps no newsroom has checked it yet." not in page.text


def test_a_withdrawn_review_that_is_erased_is_only_found_by_its_id(database: str) -> None:
    newsroom, secret = make_newsroom("kiemchung.example"), "Zalopay Trần Quang Ngụy"
    review = newsroom.publish_new(newsroom.make_claim(text=f"{secret} lừa tiền người dân."), headline=f"Về {secret}")
    newsroom.withdraw_review(review)
    path, queries = f"/reviews/{review.pk}/", (secret, f"{secret} lừa tiền người dân", "https://social.example/p/1")
    assert all(path in former(get(q=query)) for query in queries)
    newsroom.erase_review(review)
    for query in (*queries, "Zalopa", "zalopayy", str(review.pk)):
        for address in (SEARCH, "/en/search/as-you-type/"):
            page = get(address, q=query)
            assert (path in former(page)) is (query == str(review.pk)), query
            rest = page.source.replace(escape(query), "").replace(quote_plus(query), "").replace(quote(query), "")
            assert "Ngụy" not in rest, query
            assert "zalopay" not in rest.casefold().replace("zalopayy", ""), query


def test_nothing_found_leads_to_the_tip_form_with_the_text(published: Published) -> None:
    page = get(q="kangaroo https://post.example/1")
    assert "A claim that isn’t listed here may still be false." in page.text
    (link,) = [href for href in page.values("a", "href") if "/tips/?" in href]
    assert link == "/en/tips/?text=kangaroo%20https%3A%2F%2Fpost.example%2F1&url=https%3A%2F%2Fpost.example%2F1"
    form = get(link)
    assert "kangaroo https://post.example/1" in form.text
    assert "https://post.example/1" in form.values("input", "value")
    long = "kangaroo " * 60
    page = Page(Client().post(SEARCH, {"q": long}).content.decode())
    assert f"{long.strip()}</textarea>" in page.source
    response = Client().post("/en/tips/", {"prefill": long.strip()})
    assert response.status_code == 200
    assert long.strip() in Page(response.content.decode()).text


def test_filters_narrow_and_can_be_removed(published: Published) -> None:
    page = get(q="video", language="en")
    assert found(page) == [published.english]
    assert "?q=video" in page.values("a", "href")
    assert "?q=video&language=en&verdict=truth%3Afalse" in page.values("a", "href") or any(
        href.startswith("?q=video&verdict=truth%3Afalse") for href in page.values("a", "href")
    )
    assert "False (1)" in page.text
    page = get(q="video", topic="nothing")
    assert found(page) == []
    assert "No reviews match these filters." in page.text
    assert found(get(verdict="true")) == [published.corrected]


def test_without_words_the_newest_reviews(published: Published) -> None:
    assert found(get()) == [published.hostile, published.imported, published.english, published.corrected]


@pytest.mark.parametrize("sort", ["", "newest"])
def test_pages_reach_every_result(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    every = []
    for _ in range(5):
        newsroom.publish_review(review := newsroom.make_review())
        every.append(f"/reviews/{review.pk}/")
    monkeypatch.setattr(
        search_views, "best_matches", lambda *given: word_search.best_matches(*given, *([] if len(given) > 3 else [2]))
    )
    monkeypatch.setattr(search_views, "newest_first", lambda *given: review_lists.newest_first(*given, 2))
    pages, address = [], f"{SEARCH}?q=l%C5%A9" + (f"&sort={sort}" if sort else "")
    for _ in range(3):
        page = get(address)
        pages.append(found(page))
        following = [href for href in page.values("a", "href") if href.startswith("?") and "after=" in href]
        if not following:
            break
        address = SEARCH + following[0]
    assert [len(each) for each in pages] == [2, 2, 1]
    assert [path for each in pages for path in each] == every[::-1]
    (back,) = [href for href in page.values("a", "href") if href.startswith("?") and "before=" in href]
    assert found(get(SEARCH + back)) == pages[1]


def test_only_the_first_page_has_other_parts(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        search_views, "best_matches", lambda *given: word_search.best_matches(*given, *([] if len(given) > 3 else [1]))
    )
    query = "http://127.0.0.1:8000" + published.withdrawn + " https://marsad.org/1 video"
    first = get(q=query)
    assert (published.withdrawn in former(first), published.imported in found(first)) == (True, True)
    (following,) = [href for href in first.values("a", "href") if "after=" in href]
    second = get(SEARCH + following)
    assert (former(second), len(found(second))) == ([], 1)
    assert published.imported not in found(second)


@pytest.mark.parametrize(
    "position", ["x", "1", "1.x", f"{'9' * 18}.{'0' * 32}", f"-1.{'0' * 32}", "²." + "0" * 32, "." * 99, "\x00"]
)
def test_a_wrong_position_is_harmless(published: Published, position: str) -> None:
    for name in ("after", "before"):
        get(q="video", **{name: position})
        get(q="video", sort="newest", **{name: position})
        get(**{name: position})


HOSTILE = [
    *("\x00", "a\x00b", "'", "' OR 1=1 --", ":* & | !", "((((", '"', "x" * 10_000, "- " * 200, "or or or", " "),
    *("\u202e", "😀" * 400, "<script>", "%00", "\ufffe", "{{ 7 }}", "\ud800".encode("utf-16", "surrogatepass")),
    *("http://", "https://[::1", "https://x:99999/", "https://a@b.example/x", "javascript:alert(1)//", "https://" * 9),
    *("http://localhost:8000/reviews/../../etc/passwd", "//evil.example/reviews/", "https://例え.テスト/パス"),
    *("https://x.example/" + "a" * 6000, "e\u0301" * 3000, "กขค" * 500, "水" * 5000, "\u0301" * 5000, "ם" * 100),
    "http://localhost:8000/reviews/00000000-0000-0000-0000-000000000000/",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_text(published: Published, query: Any) -> None:
    for path in (SEARCH, "/vi/search/as-you-type/"):
        response = (Client().post if "as-you-type" in path else Client().get)(path, {"q": query})
        assert response.status_code == 200
        page = Page(response.content.decode())
        assert page.elements["script"] <= 1
        assert page.elements["img"] == 0
    response = Client().post(SEARCH, {"q": query})
    assert response.status_code in (200, 302)
    assert response.headers.get("Location", "/en/search/").startswith("/en/search/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_links_do_not_repeat_a_long_text(published: Published, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    monkeypatch.setattr(
        search_views, "best_matches", lambda *given: word_search.best_matches(*given, *([] if len(given) > 3 else [1]))
    )
    response = getattr(Client(), method)(SEARCH, {"q": "video nước lũ " * 350})
    assert len(response.content) < 50_000
    page = Page(response.content.decode())
    assert page.elements["details"] == 2
    (following,) = [href for href in page.values("a", "href") if "after=" in href]
    assert len(following) < 1000
    assert found(page) != found(get(SEARCH + following)) != []


def test_many_long_filters_make_a_small_page(published: Published) -> None:
    query = urlencode(
        {"q": "video", **{name: ["水" * 99 + str(number) for number in range(25)] for name in REVIEWS.on_pages}}, True
    )
    response = Client().get(f"{SEARCH}?{query}")
    assert response.status_code == 200
    assert len(response.content) < 2 * len(query) + 50_000, "only the links to other languages have all values"


def test_composed_and_decomposed_texts_find_the_same(published: Published) -> None:
    assert found(get(q="Hu\u00ea\u0301")) == found(get(q="Hue\u0302\u0301")) == found(get(q="Huế")) != []


def test_a_full_gate_and_a_reached_limit_keep_the_text(published: Published, settings: Any) -> None:
    with full(search_places):
        response = Client().get(SEARCH, {"q": "video of a flood"})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "8")
    assert "video of a flood</textarea>" in response.content.decode()
    settings.SEARCH_RATE_LIMIT = "1/h"
    statuses = [Client().get(SEARCH, {"q": "video"}, REMOTE_ADDR="192.0.2.7").status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_two_at_the_same_time(published: Published) -> None:
    def ask(query: str) -> int:
        try:
            return Client().get(SEARCH, {"q": query}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(ask, ["video nước lũ năm 2020", "the video is of 2020"])] == [200, 200]


def test_out_of_time_says_so(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_places, "seconds", 0.0)
    page = get(q="covid")
    assert "The search took too long, so some results may be missing." in page.text
    assert "No published review contains these words." not in page.text
    monkeypatch.undo()
    monkeypatch.setattr(search_places, "seconds", 1.0)
    monkeypatch.setattr(url_search, "_WITHDRAWN", "SELECT pg_sleep(5)::text, %s, %s, %s, %s, %s")
    page = get(q="kangaroo pouch")
    assert "some results may be missing" in page.text
    assert "Perhaps no newsroom has checked it yet." not in page.text, "withdrawn reviews were not compared"


def test_each_search_has_a_link_and_a_feed(published: Published) -> None:
    page = get(q="video", language="en", sort="newest")
    (feed, _own) = [href for href in page.values("a", "href") if "reviews.atom?q=" in href] + [""]
    assert feed == "/feeds/reviews.atom?q=video&language=en"
    response = Client().get(feed)
    assert response.status_code == 200
    assert published.english in response.content.decode()
    assert any(href.endswith("/en/search/?q=video&sort=newest&language=en") for href in page.values("a", "href"))
    page = get(q="https://social.example/p/1")
    (feed,) = [href for href in page.values("a", "href") if "cited_url" in href and "atom" in href]
    assert Client().get(feed).content.decode().count("<entry") == 4
    assert "as JSON" not in get(language="englsh").text  # the API would refuse this filter


def test_as_you_type_sends_a_part_of_a_page(published: Published) -> None:
    response = Client(enforce_csrf_checks=True).post("/en/search/as-you-type/", {"q": "video"})
    page = Page(response.content.decode())
    assert sorted(found(page)) == sorted([published.english, published.corrected])
    assert page.elements["html"] == 0
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies
    assert Client().post("/en/search/as-you-type/").content.strip() == b""
    assert Client().get("/en/search/as-you-type/", {"q": "video"}).status_code == 405, "no URL has the text"


def test_first_letters_suffice_while_typing_and_in_a_search_that_finds_nothing_else(published: Published) -> None:
    for text in ("vid", "the vide", "chù", "nuo"):
        assert found(get("/en/search/as-you-type/", q=text)), text
    page = get(q="vide")
    assert sorted(found(page)) == sorted([published.english, published.corrected])
    assert "Reviews with similar words" in page.text
    assert found(get(q="vi")) == [], "two letters begin too many words"


def test_mistyped_word_shows_its_results_at_once(database: str) -> None:
    newsroom = make_newsroom()
    review = newsroom.publish_new(newsroom.make_claim(text="The library loses its chloroquine.", language="en"))
    for text in ("librry", "chloroquin", "chlorquine", "libary"):
        assert found(get(q=text)) == [f"/reviews/{review.pk}/"], text
    assert found(get(q="zebra")) == []


def test_feed_is_offered_only_if_it_can_contain_something(published: Published) -> None:
    post = f"{FLOOD} Nghe đâu năm 1987 cũng thế, bà con nhớ chia sẻ."
    assert "Feed of this search" not in get(q=post).text
    assert "Feed of this search" in get(q="nước lũ").text


def test_list_of_reviews_found_by_meaning_is_called_so(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_search, "find_similar", lambda *_: Similar({UUID(id_of(published.english)): 1.0}))
    assert "Reviews with a similar meaning" in get(q="kangaroo pouch").text


def test_withdrawn_review_is_found_although_counting_takes_all_the_time(published, monkeypatch):
    def count_slowly(*_: Any, **__: Any) -> list[Any]:
        current().seconds += current().left
        return []

    monkeypatch.setattr(search_views.Filters, "facets", count_slowly)
    assert published.withdrawn in former(get(q="Bài bị rút lại"))
