"""Counts of what is published, by group."""

import random
import re
import string
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from uuid import uuid4

import pytest
from django.db import OperationalError, connections
from django.test import Client

from factcheck.record import publish
from factcheck.record.lists import counts
from factcheck.record.lists.counts import GROUPS, Counts, count, count_live, expression
from factcheck.record.log import entries
from factcheck.record.models import PublishedReview
from factcheck.tools.budget import Budget, begin, current
from factcheck.web.places import search_places
from tests.record.conftest import make_statement
from tests.support.serving import full


@pytest.mark.parametrize("day", ["0999-03-04", "1999-03-04", "9999-12-31"])
def test_every_year_has_four_digits(bare_record: None, day: str) -> None:
    subject = uuid4()
    publish.publish([entries.Publication(subject, make_statement(subject) | {"reviewed_on": day})])
    counts = count_live(PublishedReview, ("reviewed_month",), ("reviewed_year",))
    assert counts.groups == {("reviewed_month",): [((day[:7],), 1)], ("reviewed_year",): [((day[:4],), 1)]}


def test_review_with_the_longest_values_fits_into_the_index(bare_record: None) -> None:
    """PostgreSQL refuses a row of an index with more than 2,704 bytes. Letters by chance can't be compressed."""
    chance = random.Random(1)

    def word(length: int) -> str:
        return "".join(chance.choices(string.ascii_lowercase, k=length))

    subject, site = uuid4(), ".".join(word(62) for _ in range(4))
    statement = make_statement(subject)
    statement |= {
        "language": f"{word(8)}-{word(8)}-{word(8)}-{word(8)}",
        "topics": [{"slug": word(60), "labels": {"vi": "x"}} for _ in range(30)],
        "publisher": statement["publisher"] | {"site": site},
        "verdict": statement["verdict"] | {"scale": word(64), "slug": word(64)},
        "reviewed_on": "2026-11-01",
    }
    publish.publish([entries.Publication(subject, statement)])
    assert count_live(PublishedReview, ("publisher",)).groups["publisher",] == [((site,), 1)]


def test_reviews_are_counted_without_reading_their_rows() -> None:
    """The rows with their bodies are 15 times as large as the index. `original_verdict` has an index of its own."""
    [counted] = [index for index in PublishedReview._meta.indexes if index.name == "review_counts"]
    needed = " ".join(expression(PublishedReview, name) for name in (*GROUPS, "days"))
    columns = [field.attname for field in PublishedReview._meta.concrete_fields]
    read = {name for name in columns if re.search(rf"\b{name}\b", needed)}
    assert read - {*counted.fields, *counted.include} == {"original_verdict"}


def test_fewer_rows_than_the_lower_bound_are_exact(bare_record: None, monkeypatch: pytest.MonkeyPatch) -> None:
    publish.publish([entries.Publication(subject := uuid4(), make_statement(subject))])
    monkeypatch.setattr(counts, "SHARE", 0)
    found = count_live(PublishedReview)
    assert (found.total, found.exact) == (1, True)


def test_remembered_counts_are_bounded_by_their_values(bare_record: None, monkeypatch: pytest.MonkeyPatch) -> None:
    publish.publish([entries.Publication(subject := uuid4(), make_statement(subject))])
    monkeypatch.setattr(counts, "MAX_NUMBERS", 5)
    for limit in range(1, 9):
        count_live(PublishedReview, ("verdict",), limit=limit)
    assert len(counts._memory) <= 3


@pytest.mark.parametrize("fails", [False, True])
def test_threads_that_need_the_same_count_wait_for_one(
    bare_record: None, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """A count that fails isn't tried again by those who waited for it."""
    waits, made = threading.Semaphore(0), list[bool]()

    class Waited(Future[Counts | None]):
        def result(self, timeout: float | None = None) -> Counts | None:
            waits.release()
            assert timeout == 10  # as long as a page has for exact counts
            return super().result(60)

    def make(*_: object) -> Counts:
        made.append(all(waits.acquire(timeout=60) for _ in range(7)))
        if fails:
            raise OperationalError
        return Counts(7, {})

    def ask(_: int) -> Counts | None:
        with suppress(OperationalError), closing(connections["public"]):
            return count(PublishedReview.objects.using("public").live(), None, [])

    monkeypatch.setattr(counts, "Future", Waited)
    monkeypatch.setattr(counts, "_count_in_time", make)
    with ThreadPoolExecutor(8) as pool:
        assert [each and each.total for each in pool.map(ask, range(8))] == [None if fails else 7] * 8
    assert made == [True]


def test_page_without_a_place_leaves_out_the_numbers(bare_record: None) -> None:
    with full(search_places):
        response = Client().get("/en/")
    assert (response.status_code, response["Factcheck-Left-Out"]) == (200, "counts")
    assert "Factcheck-Left-Out" not in Client().get("/en/")


def test_page_with_more_time_does_not_take_a_lower_bound(bare_record: None, monkeypatch: pytest.MonkeyPatch) -> None:
    publish.publish([entries.Publication(subject := uuid4(), make_statement(subject))])
    monkeypatch.setattr(counts, "AT_LEAST", 1)
    begin(Budget())
    for share, seconds, exact in ((0, 0.9, False), (1, 0.9, False), (1, 10, True), (0, 0.9, True)):
        monkeypatch.setattr(counts, "SHARE", share)
        with current().within(seconds):
            found = count(PublishedReview.objects.using("public").live(), None, [])
        assert (found and found.exact) is exact
    assert current().left_out == ["exact counts"] * 2
