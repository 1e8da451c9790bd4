"""Whatever is sent gets an answer: 200, or a problem that names the parameter."""

from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.conftest import Api
from tests.support.drafts import make_newsroom


@pytest.fixture(scope="module", autouse=True)
def world(module_database):
    newsroom = make_newsroom()
    newsroom.publish_new()


LONG = "x" * 10_000
BAD = [
    ("q=%00", "q"),
    ("q=a%00b", "q"),
    ("q=", "q"),
    ("q=%20%20", "q"),
    ("q=" + "a" * 401, "q"),
    ("q=" + LONG, "q"),
    ("&".join(f"q={number}" + "a" * 97 for number in range(100, 105)), "q"),  # 500 together
    ("q=%1b[2J", "q"),
    ("q=%EF%BF%BF", "q"),
    ("q=%F0%9F%BF%BE", "q"),
    ("ids=1", "ids"),
    ("ids=", "ids"),
    ("ids=,", "ids"),
    ("ids={00000000-0000-0000-0000-000000000000}", "ids"),
    ("ids=" + ",".join(["00000000-0000-0000-0000-000000000000"] * 101), "ids"),
    ("&".join(["topic=a"] * 101), "topic"),
    ("language=" + "a-" * 30, "language"),
    ("language=%25", "language"),
    ("language=v_", "language"),
    ("language=vi%0a", None),
    ("language=tiếng", "language"),
    ("verdict=:", "verdict"),
    ("verdict=a:b:c", "verdict"),
    ("verdict=" + LONG, "verdict"),
    ("publisher=https://a.example/", "publisher"),
    ("publisher=a b", "publisher"),
    ("publisher=" + LONG, "publisher"),
    ("claimant=somebody", "claimant"),
    ("topic=';DROP TABLE record_logentry;--", "topic"),
    ("topic={a,b}", "topic"),
    ("appearance_url=a.example/1", "appearance_url"),
    ("appearance_url=javascript:alert(1)", "appearance_url"),
    ("appearance_url=http://[::1", "appearance_url"),
    ("appearance_url=http:///path", "appearance_url"),
    ("appearance_url=https://a.example:99999999999/", "appearance_url"),
    ("appearance_url=https://a.example/" + LONG, "appearance_url"),
    ("original_url=ftp://a.example/", "original_url"),
    ("claimed_after=2026-02-30", "claimed_after"),
    ("claimed_after=0000-01-01", "claimed_after"),
    ("claimed_after=20260101", "claimed_after"),
    ("claimed_after=2026-W01-1", "claimed_after"),
    ("claimed_after=2026-01-01T00:00:00Z", "claimed_after"),
    ("claimed_after=٢٠٢٦-01-01", "claimed_after"),
    ("published_after=2026-01-01T00:00:00", "published_after"),
    ("published_after=2026-01-01T00:00:00+07:00", "published_after"),  # the plus is a space
    ("published_after=2026-01-01T25:00:00Z", "published_after"),
    ("published_after=2026-01-01T00:00:60Z", "published_after"),
    ("published_after=2026-01-01T00:00:00.1234567Z", "published_after"),
    ("published_after=0001-01-01T00:00:00%2B14:00", "published_after"),
    ("published_after=9999-12-31T23:59:59-14:00", "published_after"),
    ("published_after=now", "published_after"),
    ("updated_after=-infinity", "updated_after"),
    ("page_size=0", "page_size"),
    ("page_size=101", "page_size"),
    ("page_size=-1", "page_size"),
    ("page_size=1e1", "page_size"),
    ("page_size=٥", "page_size"),
    ("page_size=²", "page_size"),
    ("page_size=", "page_size"),
    ("page_size=" + "9" * 5000, "page_size"),
    ("page_size=5&page_size=6", "page_size"),
    ("sort=id", "sort"),
    ("sort=", "sort"),
    ("sort=--published_at", "sort"),
    ("sort=published_at&sort=updated_at", "sort"),
    ("cursor=", "cursor"),
    ("cursor=%00", "cursor"),
    ("cursor=" + LONG, "cursor"),
    ("cursor=a:b:c", "cursor"),
    ("cursor=%F0%9F%8D%B5", "cursor"),
    ("cursor=a&cursor=b", "cursor"),
    ("format=xml", "format"),
    ("%00=1", "\x00"),
    ("=1", ""),
    ("q[]=1", "q[]"),
    ("Q=1", "Q"),
    (LONG, LONG[:100]),
]


@pytest.mark.parametrize(("query", "name"), BAD, ids=[query[:40] for query, _ in BAD])
def test_bad_value_is_named(api, query, name):
    if name is None:
        assert api.get(f"reviews/?{query}")["next"] is None
        return
    errors = api.problem(f"reviews/?{query}")["errors"]
    assert {error["parameter"] for error in errors} == {name}
    assert all(len(error["detail"]) < 500 for error in errors)


ODD = [
    'q="unclosed',
    "q=%26 %7C ! ( ) : * <->",
    "q=a:*%26!b",
    "q=" + "-" * 400,
    "q=" + '"' * 400,
    "q=" + "or " * 133,
    "q=" + "a " * 200,
    "q=" + "%22a%22-" * 100,
    "q=%E2%80%AE%E2%80%8D",
    "q=%F0%9F%8D%B5",
    "q=\\",
    "q=%25%25s%28x%29",
    "q=line%0Abreak%09tab",
    "q=" + "%CC%81" * 133,
    "q=http://a.example/b?c=d",
    "q=" + "a-b-" * 100,
    "q=" + "1.2e-3/" * 57,
    "publisher=%F0%9F%8D%B5.example",
    "publisher=" + "é" * 255,
    "publisher=%25_%25",
    "appearance_url=https://a.example/%F0%9F%8D%B5?%25=%25",
    "appearance_url=https://user:secret@a.example:8080/",
    "claimed_before=9999-12-31",
    "claimed_after=0001-01-01",
    "published_after=0001-01-01",
    "published_after=9999-12-31T23:59:59.999999Z",
    "published_after=2026-01-01t00:00:00z",
    "&&&",
    "&".join(f"ids=00000000-0000-0000-0000-{number:012}" for number in range(100)),
]


@pytest.mark.parametrize("query", ODD, ids=[query[:40] for query in ODD])
def test_odd_value_is_answered(api, query):
    api.get(f"reviews/?{query}")
    api.get(f"claims/?{query}")


def test_more_parameters_than_django_reads_is_a_bad_request(api):
    problem = api.problem("reviews/?" + "&".join(f"p{number}=1" for number in range(1001)))
    assert problem["type"] == "http://127.0.0.1:8000/api/problems/bad-request/"


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["q", "ids", "language", "verdict", "publisher", "topic", "appearance_url", "claimed_after",
                             "published_before", "updated_after", "sort", "page_size", "cursor"]) | st.text(),
            st.text(max_size=40) | st.from_regex(r"[-0-9T:.Z+]{8,30}", fullmatch=True),
        ),
        max_size=4,
    )
)  # fmt: skip
def test_anything_at_all_is_answered(pairs):
    text = [(name.encode("utf-8", "replace"), value.encode("utf-8", "replace")) for name, value in pairs]
    for of in ("reviews", "claims"):
        response = Api().send(f"{of}/?{urlencode(text)}")
        assert response.status_code in (200, 400), response.content
