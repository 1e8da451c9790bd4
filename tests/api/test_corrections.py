"""Corrections as a list and as a feed."""

from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from api.lists.cursors import write_cursor
from factcheck.editorial.models import Review
from factcheck.editorial.proposals import review_policy
from factcheck.record.lists.pages import Cursor
from factcheck.record.models import LogEntry
from tests.support.drafts import make_newsroom, make_scale

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def world(module_database):
    """Sequences 0–3 originals; 4 flood substantive, 5 tea update, 6 typo in flood, 7 secret substantive; then tea
    is withdrawn (8) and the secret one erased (9)."""
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    flood = newsroom.make_review(headline="Lũ")
    tea = other.make_review(other.make_claim(text="Chè"), headline="Trà & <chè>", language="vi-VN")
    secret = newsroom.make_review(newsroom.make_claim(text="Bí mật."), headline="Bí mật")
    quiet = newsroom.make_review(headline="Không sửa")
    for room, review in ((newsroom, flood), (other, tea), (newsroom, secret), (newsroom, quiet)):
        room.publish_review(review)
    newsroom.correct_review(flood, verdict=make_scale().verdicts.get(slug="true"))
    change(other, tea, "update", "Có số liệu mới.", summary="Sai. Mới.")
    change(newsroom, flood, "typo", "Sửa lỗi chính tả.", summary="Đúng! Mới.")
    newsroom.correct_review(secret, summary="Bí mật.")
    other.withdraw_review(tea)
    newsroom.erase_review(secret, notice="Theo lệnh của toà án.")
    return SimpleNamespace(newsroom=newsroom, flood=str(flood.pk), tea=str(tea.pk), secret=str(secret.pk))


def read_feed(content):
    return ET.fromstring(content)  # noqa: S314 (our own)


def change(newsroom, review, change_class, note, **fields):
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class=change_class, note=note)
    Review.objects.filter(pk=review.pk).update(**fields)
    newsroom.publish_review(review)


def sequences(api, **query):
    return [correction["sequence"] for correction in api.get("corrections/", query)["results"]]


def test_corrections_newest_first(world, api):
    results = api.get("corrections/")["results"]
    assert [correction["sequence"] for correction in results] == [9, 8, 7, 6, 5, 4]
    entry = LogEntry.objects.get(sequence=4)
    assert results[5] == {
        "sequence": 4,
        "revision": 2,
        "at": entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "kind": "correction",
        "class": "substantive",
        "note": "Ngày quay đã được xác minh lại với người quay phim.",
        "publisher": "kiemchung.example",
        "verdict_before": {"scale": "truth", "slug": "false", "label": "Sai"},
        "verdict_after": {"scale": "truth", "slug": "true", "label": "Đúng"},
        "ground": None,
        "erased": False,
        "review": {
            "id": world.flood,
            "url": f"http://127.0.0.1:8000/reviews/{world.flood}/",
            "headline": "Lũ",
            "language": "vi",
        },
    }
    inside = api.get(f"reviews/{world.flood}/")["corrections"]
    assert [
        {key: value for key, value in correction.items() if key not in ("sequence", "review", "ground", "erased")}
        for correction in results
        if correction["review"]["id"] == world.flood
    ] == inside[::-1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"class": "substantive"}, [4]),
        ({"class": ["typo", "update"]}, [6, 5]),
        ({"publisher": "other.example"}, [8, 5]),
        ({"publisher": "www.kiemchung.example"}, [9, 7, 6, 4]),
        ({"language": "vi"}, [8, 6, 5, 4]),
        ({"language": "vi-vn"}, [8, 5]),
        ({"verdict": "true"}, [6, 4]),
        # A withdrawn review has no verdict any more.
        ({"verdict": "false"}, []),
        ({"kind": "withdrawal"}, [8]),
        ({"kind": ["erasure", "update"]}, [9, 5]),
        ({"class": "typo", "verdict": "true"}, [6]),
        ({"q": "mới"}, [6, 4]),
        ({"published_before": "2001-01-01"}, []),
        ({"appearance_url": "https://social.example/p/1"}, [6, 4]),
    ],
)
def test_corrections_by_filter(world, api, query, expected):
    assert sequences(api, **query) == expected


def test_corrections_of_one_review(world, api):
    assert sequences(api, ids=world.flood) == [6, 4]
    assert sequences(api, ids=world.tea) == [8, 5]
    assert sequences(api, ids=world.secret) == [9, 7]


def test_withdrawal_and_erasure(world, api):
    erasure, withdrawal, erased = api.get("corrections/")["results"][:3]
    nothing = {"class": None, "verdict_before": None, "verdict_after": None, "ground": None, "erased": False}
    site = "http://127.0.0.1:8000/reviews"
    assert withdrawal == {
        **nothing, "sequence": 8, "revision": 3, "at": withdrawal["at"], "kind": "withdrawal",
        "note": "Nguồn chính đã rút lại số liệu.", "publisher": "other.example",
        "review": {"id": world.tea, "url": f"{site}/{world.tea}/", "headline": "Trà & <chè>", "language": "vi-VN"},
    }  # fmt: skip
    review = {"id": world.secret, "url": f"{site}/{world.secret}/", "headline": None, "language": "und"}
    assert erasure == {
        **nothing, "sequence": 9, "revision": 3, "at": erasure["at"], "kind": "erasure",
        "note": "Theo lệnh của toà án.", "publisher": "kiemchung.example", "ground": erasure["ground"], "review": review,
    }  # fmt: skip
    assert erasure["ground"] is not None
    # Only the kind and time of an erased correction are left.
    assert erased == {
        **nothing, "sequence": 7, "revision": 2, "at": erased["at"], "kind": "correction", "note": None,
        "publisher": "kiemchung.example", "erased": True, "review": review,
    }  # fmt: skip


def test_corrections_in_pages(world, api):
    first = api.get("corrections/", {"page_size": 2, "class": ["substantive", "typo", "update"]})
    second = api.get(first["next"])
    assert [correction["sequence"] for correction in second["results"]] == [4]
    assert api.get(second["previous"])["results"] == first["results"]


def test_corrections_refuse_what_they_do_not_know(world, api):
    sort, grave = api.problem("corrections/", {"class": "grave", "sort": "at"})["errors"]
    assert grave == {"parameter": "class", "detail": "Use one of typo, update, substantive."}
    known = "This URL doesn't have this parameter. Use one of kind, class, q, ids, verdict, "
    assert (sort["parameter"], sort["detail"][: len(known)]) == ("sort", known)


def test_corrections_take_one_query(world, api):
    with CaptureQueriesContext(connections["public"]) as queries:
        api.send("corrections/", {"publisher": "other.example"})
    assert len(queries) == 1


def test_feed_of_corrections(world, api):
    response = api.client.get("/feeds/corrections.atom")
    assert (response.status_code, response["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    feed = read_feed(response.content)
    assert feed.find(f"{ATOM}updated").text == LogEntry.objects.get(sequence=9).at.isoformat()
    entries = feed.findall(f"{ATOM}entry")
    summaries = [entry.find(f"{ATOM}summary").text for entry in entries]
    assert summaries[:3] == [
        "<p>[erasure]</p><p>Theo lệnh của toà án.</p>",
        "<p>[withdrawal]</p><p>Nguồn chính đã rút lại số liệu.</p>",
        "<p>[correction]</p>",
    ]
    assert [entry.find(f"{ATOM}title").text for entry in entries[:2]] == [
        f"[erasure] http://127.0.0.1:8000/reviews/{world.secret}/", "[withdrawal] Trà & <chè>",
    ]  # fmt: skip
    assert entries[0].find(f"{ATOM}category").get("term") == "erasure"
    entries = entries[3:]
    assert len(entries) == 3
    tea = {child.tag.removeprefix(ATOM): child for child in entries[1]}
    assert tea["title"].text == "[update] Trà & <chè>"
    assert entries[1].find(f"{ATOM}link").get("href") == f"http://127.0.0.1:8000/reviews/{world.tea}/"
    assert tea["id"].text == f"http://127.0.0.1:8000/api/v1/reviews/{world.tea}/revisions/2/"
    assert tea["summary"].text == "<p>[update] Verdict on the claim: Sai</p><p>Có số liệu mới.</p>"
    assert tea["author"].find(f"{ATOM}name").text == "other.example"
    assert tea["category"].get("term") == "update"
    assert entries[1].get("{http://www.w3.org/XML/1998/namespace}lang") == "vi-VN"
    flood = entries[2].find(f"{ATOM}summary").text
    words = "Verdict on the claim: Sai → Đúng</p><p>Ngày quay đã được xác minh lại với người quay phim."
    assert flood == f"<p>[substantive] {words}</p>"


@pytest.mark.parametrize("position", [(6, 6), ("x", "y")])
def test_cursor_of_other_columns_is_refused(world, api, position):
    """Cursors of an earlier version named the entry twice."""
    cursor = write_cursor(Cursor(position=position), ["/api/v1/corrections/", "-sequence"])
    response = api.client.get("/api/v1/corrections/", {"cursor": cursor})
    assert (response.status_code, [each["parameter"] for each in response.json()["errors"]]) == (400, ["cursor"])
