"""Totals of the record and numbers of reviews by group, as clients read them."""

from datetime import UTC, date, datetime
from uuid import UUID

import orjson
import pytest
from django.test import Client

from api.views import stats
from factcheck.editorial.models import Topic, Verdict
from factcheck.record.evidence.source_checks import SourceState, store_check
from factcheck.record.lists import counts
from factcheck.record.models import PublishedReview
from factcheck.web.response_cache import forget_responses
from tests.api.published import make_imported
from tests.support.drafts import Newsroom, make_newsroom

YEAR = str(datetime.now(UTC).year)


@pytest.fixture(scope="module")
def world(module_database):
    """Three live reviews of two claims by two publishers, and one that has been withdrawn."""
    newsroom = make_newsroom()
    first = newsroom.make_claim(text="Nước lũ đã lên tới mái chùa.")
    first.topics.add(Topic.objects.create(slug="floods"), Topic.objects.create(slug="health"))
    second = newsroom.make_claim(text="Garlic cures everything.", language="en")
    true = Verdict.objects.get(scale__slug="truth", slug="true")
    reviews = [
        newsroom.make_review(first, reviewed_on=date(2025, 3, 4)),
        newsroom.make_review(second, language="en", verdict=true, reviewed_on=date(2026, 10, 5)),
        make_imported(newsroom, "https://outra.example/1", language="pt"),
        newsroom.make_review(newsroom.make_claim(text="Cầu đã sập."), reviewed_on=date(2026, 10, 6)),
    ]
    for review in reviews:
        newsroom.publish_review(review)
    newsroom.correct_review(reviews[0], headline="Video nước lũ cũ")
    newsroom.withdraw_review(reviews[3])
    newsroom.publish_demand(newsroom.make_demand(reviews[0]))
    at = datetime(2026, 11, 1, tzinfo=UTC)
    url = orjson.loads(PublishedReview.objects.get(pk=reviews[0].pk).body)["sources"][0]["url"]
    store_check(reviews[0].pk, url, state=SourceState.GONE, since=at, checked_at=at)
    return newsroom, reviews


def groups(api, query):
    found = api.get(f"stats/?{query}")
    assert found["groups"]["complete"]
    assert found["groups"]["exact"]
    return found["groups"]["values"]


def test_totals_of_the_whole_record(world, api):
    found = api.get("stats/")
    assert found == {
        "totals": {
            "reviews": 3, "withdrawn_reviews": 1, "claims": 3, "corrections": 1, "publishers": 2, "languages": 3,
        },
        "count": {"value": 3, "exact": True},
        "groups": {"values": [], "exact": True, "complete": True},
    }  # fmt: skip
    assert api.get("")["stats"].endswith("/api/v1/stats/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "group_by=verdict",
            [{"count": 1, "verdict": "truth:false"}, {"count": 1, "verdict": "truth:true"}, {"count": 1, "verdict": None}],
        ),
        ("group_by=publisher", [{"count": 2, "publisher": "kiemchung.example"}, {"count": 1, "publisher": "outra.example"}]),
        ("group_by=topic", [{"count": 2, "topic": None}, {"count": 1, "topic": "floods"}, {"count": 1, "topic": "health"}]),
        ("group_by=year", [{"count": 2, "year": YEAR}, {"count": 1, "year": None}]),
        ("group_by=reviewed_month&origin=imported", [{"count": 1, "reviewed_month": None}]),
        (f"group_by=origin&year={YEAR}", [{"count": 2, "origin": "own"}]),
        ("group_by=reviewed_month&language=vi&language=en", [{"count": 1, "reviewed_month": "2025-03"}, {"count": 1, "reviewed_month": "2026-10"}]),
        ("group_by=language&publisher=kiemchung.example", [{"count": 1, "language": "en"}, {"count": 1, "language": "vi"}]),
        (
            "group_by=publisher,topic&language=vi",
            [
                {"count": 1, "publisher": "kiemchung.example", "topic": "floods"},
                {"count": 1, "publisher": "kiemchung.example", "topic": "health"},
            ],
        ),
        ("group_by=verdict&q=garlic", [{"count": 1, "verdict": "truth:true"}]),
        ("group_by=verdict&language=fr", []),
        (
            "group_by=reviewed_year,verdict",
            [
                {"count": 1, "reviewed_year": "2025", "verdict": "truth:false"},
                {"count": 1, "reviewed_year": "2026", "verdict": "truth:true"},
                {"count": 1, "reviewed_year": None, "verdict": None},
            ],
        ),
    ],
)  # fmt: skip
def test_groups(world, api, query, expected):
    found = groups(api, query)
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    numbers = [group["count"] for group in found]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize(
    ("query", "number"),
    [("", 3), ("language=vi", 1), ("language=vi&verdict=false", 1), ("q=garlic", 1), ("topic=x", 0)],
)
def test_filters_count(world, api, query, number):
    assert api.get(f"stats/?{query}")["count"] == {"value": number, "exact": True}


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("group_by=verdct", "group_by", "Did you mean verdict?"),
        (
            "group_by=claimant",
            "group_by",
            "Use one of verdict, original_verdict, language",
        ),
        ("group_by=verdict,year,topic", "group_by", "Send at most 2."),
        ("group_by=", "group_by", "Use one of"),
        ("page_size=5", "page_size", "This URL doesn't have this parameter."),
        (f"group_by=verdict&claimant={UUID(int=1)}", "claimant", "This URL doesn't have this parameter."),
        ("languge=vi", "languge", "Did you mean language?"),
        ("language=vietnamese", "language", "Did you mean vi?"),
    ],
)
def test_wrong_parameters(world, api, query, parameter, detail):
    [error] = api.problem(f"stats/?{query}")["errors"]
    assert error["parameter"] == parameter
    assert detail in error["detail"]


def spans(**numbers):
    return [
        {"count": numbers.get(f"from_{first}", 0), "days_from": first, "days_to": last}
        for first, last in (
            (0, 0), (1, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, 90), (91, 365), (366, None),
        )
    ]  # fmt: skip


def test_days_from_claim_to_review(world, api):
    """One review came after two days. One is older than its claim. Nobody knows the day of the imported one."""
    found = api.get("stats/days-to-review/")
    assert (found["count"], found["left_out"], found["median_days"]) == (1, 2, 2)
    assert found["values"][2] == {"count": 1, "days_from": 2, "days_to": 3}
    assert sum(span["count"] for span in found["values"]) == 1


def test_corrections_and_days_to_them(world, api):
    month = f"{datetime.now(UTC):%Y-%m}"
    found = api.get("stats/corrections/")
    assert found["values"] == [
        {"count": 1, "month": month, "change": "substantive"},
        {"count": 1, "month": month, "change": "withdrawal"},
    ]
    days = api.get("stats/days-to-correction/")
    assert days == {"count": 1, "left_out": 0, "median_days": 0, "values": spans(from_0=1)}


def test_checks_of_sources_and_demands(world, api):
    assert api.get("stats/source-checks/") == {
        "count": 1, "left_out": 0, "median_days": None, "values": [{"count": 1, "state": "gone"}],
    }  # fmt: skip
    assert api.get("stats/demands/")["values"] == [{"count": 1, "from": "state_body", "outcome": "refused"}]


@pytest.mark.parametrize("table", ["months", "claimants", "publishers", "x"])
def test_unknown_statistic(world, api, table):
    api.problem(f"stats/{table}/", status=404)


def test_statistics_have_no_parameters(world, api):
    [error] = api.problem("stats/demands/?publisher=kiemchung.example")["errors"]
    assert error["parameter"] == "publisher"


def test_many_groups_are_cut(world, api, monkeypatch):
    monkeypatch.setattr(stats, "MAX_ROWS", 1)
    found = api.get("stats/?group_by=verdict,language")["groups"]
    assert (len(found["values"]), found["complete"]) == (1, False)


def test_counting_that_takes_too_long_is_refused(world, api, monkeypatch):
    monkeypatch.setattr(stats, "count", lambda *arguments: None)
    problem = api.problem("stats/?group_by=verdict", status=503)
    assert problem["detail"] == stats.TOO_SLOW


def test_numbers_are_counted_again_after_a_cancelled_statement(world, api, monkeypatch):
    """PostgreSQL cancels each first statement. The second one counts fewer rows than AT_LEAST, so it's exact."""
    expected, real = api.get("stats/?group_by=verdict"), counts._statement

    def slow(*arguments):
        sql, parameters = real(*arguments)
        return sql if arguments[
            -1
        ] == counts.AT_LEAST else f"{sql} UNION ALL SELECT 0, NULL, 0 FROM pg_sleep(20)", parameters

    monkeypatch.setattr(counts, "_statement", slow)
    monkeypatch.setattr(counts, "SHARE", 0.02)
    counts.forget_counts()
    forget_responses()
    assert api.get("stats/?group_by=verdict") == expected


@pytest.mark.parametrize(
    "path", ["/api/v1/stats/", "/api/v1/stats/days-to-review/", "/en/statistics/", "/en/statistics/topics.csv", "/en/data/", "/en/browse/"]
)  # fmt: skip
def test_numbers_that_have_to_be_exact_are_refused_without_time(world, monkeypatch, path):
    monkeypatch.setattr(counts, "rows_within", lambda *_: None)
    response = Client(raise_request_exception=False).get(path)
    assert (response.status_code, "Retry-After" in response) == (503, True)


def test_answer_changes_with_the_log(newsroom: Newsroom, api):
    """From one publication to the next, also with what is cached, and nothing of an erased review is left."""
    assert api.get("stats/")["totals"]["reviews"] == 0
    review = newsroom.make_review(newsroom.make_claim(language="en"), language="en")
    other = newsroom.make_review(newsroom.make_claim(text="Khác."))
    for number, each in enumerate((review, other), 1):
        newsroom.publish_review(each)
        assert api.get("stats/")["totals"]["reviews"] == number
        assert api.get("stats/")["totals"]["claims"] == number
    newsroom.merge_claims(review.claim, other.claim)
    assert api.get("stats/")["totals"]["claims"] == 1
    newsroom.withdraw_review(review)
    assert groups(api, "group_by=language") == [{"count": 1, "language": "vi"}]
    newsroom.reinstate_review(review)
    assert len(groups(api, "group_by=language")) == 2
    newsroom.erase_review(review)
    assert groups(api, "group_by=language") == [{"count": 1, "language": "vi"}]
    assert api.get("claims/?facets=language")["meta"]["facets"]["language"]["values"] == [{"value": "vi", "count": 1}]
