"""The changes between two revisions, in words; and that a page ends in time, whatever the texts."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.models import Review
from factcheck.record.readmodel import bodies
from factcheck.record.statements.output import construct
from factcheck.tools.budget import current
from factcheck.web.places import search_places
from factcheck.website.reviews import diff_views
from tests.support.drafts import Newsroom, make_newsroom, make_scale
from tests.support.serving import full
from tests.website.conftest import HOSTILE, Page, get


@pytest.fixture(scope="module")
def reviews(module_database: str) -> SimpleNamespace:
    newsroom = make_newsroom()
    corrected, withdrawn, erased = (newsroom.make_review(headline="Video năm 2020") for _ in range(3))
    for review in (corrected, withdrawn, erased):
        newsroom.publish_review(review)
    first = corrected.sources.first()
    assert first
    corrected.sources.exclude(pk=first.pk).delete()
    corrected.sources.create(
        position=9,
        title="Bản đồ mới",
        url="https://map.example/1",
        stance="refutes",
        no_capture_reason="Trang cấm sao chép.",
    )
    corrected.sources.filter(pk=first.pk).update(title=HOSTILE)
    newsroom.correct_review(
        corrected, headline="Video năm 2019", verdict=make_scale().verdicts.get(slug="true"),
        body="Đoạn phim quay năm 2019.",
    )  # fmt: skip
    newsroom.withdraw_review(withdrawn)
    newsroom.reinstate_review(withdrawn)
    newsroom.correct_review(erased, summary="Sai. Đã sửa.")
    newsroom.erase_review(erased)
    return SimpleNamespace(corrected=corrected.pk, withdrawn=withdrawn.pk, erased=erased.pk)


def test_page_tells_every_change_in_words(reviews: SimpleNamespace) -> None:
    page = get(f"/reviews/{reviews.corrected}/revisions/1..2/")
    assert page.title == "Changes from revision 1 to revision 2: “Nước lũ ở Huế đã lên tới mái chùa.” – True"
    for words in (
        "Headline Video năm Removed: 2020 Added: 2019",
        "Verdict Removed: Sai Added: Đúng",
        "Text Đoạn Removed: video ",
        "Sources Changed: ",
        "Added: Bản đồ mới · https://map.example/1 · refutes the claim",
        "Removed: Nguồn 2",
    ):
        assert words in page.text, page.text
    assert page.elements["script"] == 0
    assert "noindex" in page.values("meta", "content")
    assert page.values("del", "class") == []
    assert page.elements["del"] >= 4


def test_page_in_vietnamese(reviews: SimpleNamespace) -> None:
    page = get(f"/vi/reviews/{reviews.corrected}/revisions/1..2/", language="vi")
    assert page.title == "Thay đổi từ phiên bản 1 đến phiên bản 2: “Nước lũ ở Huế đã lên tới mái chùa.” – Đúng"
    assert "Kết luận Đã bỏ: Sai Đã thêm: Đúng" in page.text


def test_page_is_found_from_history_and_banner(reviews: SimpleNamespace) -> None:
    links = get(f"/en/reviews/{reviews.corrected}/").values("a", "href")
    assert links.count(f"/en/reviews/{reviews.corrected}/revisions/1..2/") == 2
    # A reinstated review is compared with its text before the withdrawal.
    links = get(f"/en/reviews/{reviews.withdrawn}/").values("a", "href")
    assert [link for link in links if ".." in link] == [f"/en/reviews/{reviews.withdrawn}/revisions/1..3/"]
    assert not [link for link in get(f"/en/reviews/{reviews.erased}/", 410).values("a", "href") if ".." in link]


def test_page_of_a_withdrawal_or_an_erasure_says_so(reviews: SimpleNamespace) -> None:
    page = get(f"/reviews/{reviews.withdrawn}/revisions/1..2/")
    assert "Revision 2 withdrew the review." in page.text
    assert "The two texts are the same." in get(f"/reviews/{reviews.withdrawn}/revisions/1..3/").text
    page = get(f"/reviews/{reviews.erased}/revisions/1..2/", 410)
    assert "The text of revision 1 has been erased" in page.text
    assert "The text of revision 2 has been erased" in page.text
    assert "2020" not in page.source
    page = get(f"/reviews/{reviews.erased}/revisions/2..3/", 410)
    assert "Revision 3 is the public notice of an erasure, so there is nothing to compare." in page.text
    assert "The text of revision 3 has been erased" not in page.text


def test_page_of_a_withdrawn_review_says_so(newsroom: Newsroom, live: Review) -> None:
    newsroom.correct_review(live, summary="Sai. Đã sửa.")
    words = "The review has since been withdrawn."
    assert words not in get(f"/reviews/{live.pk}/revisions/1..2/").text
    newsroom.withdraw_review(live)
    assert words in get(f"/reviews/{live.pk}/revisions/1..2/").text
    assert words not in get(f"/reviews/{live.pk}/revisions/2..3/").text


def test_pair_that_is_none(reviews: SimpleNamespace) -> None:
    for pair in ("1..1", "0..1", "1..9"):
        get(f"/reviews/{reviews.corrected}/revisions/{pair}/", 404)
    response = Client().get(f"/reviews/{reviews.corrected}/revisions/2..1/")
    assert response.headers["Location"].endswith(f"/reviews/{reviews.corrected}/revisions/1..2/")


def test_pages_count_as_searches(reviews: SimpleNamespace, settings: Any) -> None:
    path = f"/en/reviews/{reviews.corrected}/revisions/1..2/"
    with full(search_places):
        busy = Client().get(path)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "8")
    assert "Reload this page in 8 seconds." in busy.content.decode()
    settings.SEARCH_RATE_LIMIT = "1/h"
    responses = [Client().get(path, REMOTE_ADDR="192.0.2.78") for _ in range(2)]
    assert [each.status_code for each in responses] == [200, 429]
    page = Page(responses[1].content.decode())
    assert "Too many comparisons or searches have come from your network." in page.text
    assert f"/en/reviews/{reviews.corrected}/" in page.values("a", "href")
    # A page without a comparison costs little, so it has no limit.
    get(f"/reviews/{reviews.erased}/revisions/1..2/", 410)


def test_page_costs_four_queries(reviews: SimpleNamespace) -> None:
    with CaptureQueriesContext(connections["public"]) as queries:
        get(f"/reviews/{reviews.corrected}/revisions/1..2/")
    assert len(queries) == 4


def body(text: str, quotes: list[str]) -> bodies.Review:
    claim = {"id": "1", "text": text[:10_000], "appearances": []}
    sources = [{"title": f"Nguồn {number}", "url": None, "quote": quote} for number, quote in enumerate(quotes)]
    return construct(bodies.Review, {
        "headline": text[:1000], "summary": text[:10_000], "body": text, "claim": claim, "sources": sources,
        "authors": [], "topics": [], "verdict": {"label": "Sai", "explanation": text[:10_000]},
    })  # fmt: skip


@pytest.mark.parametrize("step", [2, 3, 7])
def test_page_of_huge_texts_ends_in_time(step: int) -> None:
    words = [f"từ{number % 5000}" for number in range(40_000)]
    before = " ".join(words)[:200_000]
    after = " ".join(word if number % step else f"{word}!" for number, word in enumerate(reversed(words)))[:200_000]
    start = time.thread_time()
    with current().within(1):
        found = diff_views.find_changes(body(before, [before[:10_000]] * 50), body(after, [after[:10_000]] * 50))[
            "changes"
        ]
    assert time.thread_time() - start < 5
    assert len(found) == 5
    assert sum(len(piece.text) for change in found for piece in change.pieces) < 150_000
