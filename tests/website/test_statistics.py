"""The statistics page and its CSV files: the numbers are those of the API, in words, pictures and tables."""

import csv
import re
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import orjson
import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.models import Topic, TopicLabel, Verdict
from factcheck.record.evidence.source_checks import SourceState, store_check
from factcheck.record.lists.statistics import STATISTICS, Statistic
from factcheck.record.models import PublishedReview
from factcheck.website.statistics.statistics_words import about_months, about_topics
from tests.support.drafts import make_newsroom
from tests.website.conftest import Page

FORMULA = '=HYPERLINK("https://evil.example")'


@pytest.fixture(scope="module")
def counted(module_database: str) -> None:
    newsroom = make_newsroom()
    claim = newsroom.make_claim(text="Nước lũ đã lên tới mái chùa.", claimed_on=date(2026, 10, 3))
    topic = Topic.objects.create(slug="floods")
    TopicLabel.objects.create(topic=topic, language="en", label=FORMULA)
    TopicLabel.objects.create(topic=topic, language="vi", label="Lũ lụt")
    claim.topics.add(topic)
    true = Verdict.objects.get(scale__slug="truth", slug="true")
    first = newsroom.make_review(claim, reviewed_on=date(2026, 10, 5))
    second = newsroom.make_review(claim, reviewed_on=date(2026, 10, 9), language="en", headline="A false video")
    third = newsroom.make_review(claim, reviewed_on=date(2026, 9, 30), verdict=true, headline="Đúng")
    for review in (first, second, third):
        newsroom.publish_review(review)
    newsroom.correct_review(first, headline="Video nước lũ cũ")
    newsroom.publish_demand(newsroom.make_demand(first))
    at, url = (
        datetime(2026, 11, 1, tzinfo=UTC),
        orjson.loads(PublishedReview.objects.get(pk=first.pk).body)["sources"][0]["url"],
    )
    store_check(first.pk, url, state=SourceState.GONE, since=at, checked_at=at)


def page(path: str) -> Page:
    response = Client().get(path)
    assert response.status_code == 200
    return Page(response.content.decode())


def test_numbers_come_in_words_first(counted: None) -> None:
    text = " ".join(page("/en/statistics/").words)
    for sentence in (
        "In October 2026, 2 reviews were published, 2 of them with the verdict “False”.",
        "The reviews are in 2 languages.",
        "The most frequent language is Vietnamese: 2 of 3 reviews.",
        "Half of the reviews came within 4 days of the claim.",
        "1 review isn’t counted, because a date is missing or the claim’s date is later.",
        "Reviews have changed 1 time.",
        "0 of 1 checked source is as it was when the review cited it.",
        "The register has 1 demand.",
        "1 was refused.",
    ):
        assert sentence in text, sentence
    text = " ".join(page("/vi/statistics/").words)
    assert "Trong tháng 10/2026 có 2 bài kiểm chứng được đăng, trong đó 2 bài có kết luận “" in text
    assert "Lũ lụt" in text


def test_equally_frequent_values_have_no_sentence() -> None:
    labels = {"verdict": {"a": "A", "b": "B"}, "topic": {"a": "A", "b": "B"}}
    for second, said in ((2, False), (1, True)):
        month = Statistic(("reviewed_month", "verdict"), [(("2026-10", "a"), 2), (("2026-10", "b"), second)])
        topics = Statistic(("topic",), [(("a",), 2), (("b",), second)])
        assert ("“A”" in " ".join(about_months(month, labels))) is said
        assert ("“A”" in " ".join(about_topics(topics, labels))) is said


def test_every_number_has_a_picture_a_table_a_file_and_an_api_call(counted: None) -> None:
    found = page("/en/statistics/")
    pictures = [value for element, name, value in found.attributes if (element, name) == ("svg", "role")]
    assert set(pictures) == {"img"}
    assert len(pictures) >= len(STATISTICS)
    assert found.elements["table"] == found.elements["details"] == len(STATISTICS)
    links = found.values("a", "href")
    for name in STATISTICS:
        assert f"/en/statistics/{name}.csv" in links
    calls = [link for link in links if link.startswith("/api/v1/stats/")]
    assert len(calls) == len(STATISTICS)
    for call in calls:
        assert Client().get(call).status_code == 200


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("name", STATISTICS)
def test_file_has_the_numbers_of_the_api(counted: None, name: str, language: str) -> None:
    response = Client().get(f"/{language}/statistics/{name}.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in response.content
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"), newline="")))
    links = dict(
        re.findall(
            r'statistics/([a-z-]+)\.csv".*?href="(/api/v1/stats/[^"]*)"',
            Client().get("/en/statistics/").content.decode(),
            re.DOTALL,
        )
    )
    api: dict[str, Any] = Client().get(links[name]).json()
    values = api["groups"]["values"] if "groups" in api else api["values"]
    assert sorted(_comparable(row) for row in rows) == sorted(_comparable(value) for value in values)


def _comparable(row: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted(
        (key, "" if value is None else str(value)) for key, value in row.items() if not key.endswith("_label")
    )


def test_file_contains_no_formula(counted: None) -> None:
    """A spreadsheet program would run a topic's name that begins like a formula."""
    rows = list(csv.reader(StringIO(Client().get("/en/statistics/topics.csv").content.decode("utf-8-sig"))))
    assert rows == [["topic", "topic_label", "count"], ["floods", f"'{FORMULA}", "3"]]


def test_unknown_file(counted: None) -> None:
    assert Client().get("/en/statistics/claimants.csv").status_code == 404


def test_page_takes_few_queries(counted: None) -> None:
    with CaptureQueriesContext(connections["public"]) as queries:
        page("/en/statistics/")
    assert len(queries) == 14


def test_empty_record(database: str) -> None:
    text = " ".join(page("/en/statistics/").words)
    assert text.count("There is nothing to count yet.") == len(STATISTICS)
