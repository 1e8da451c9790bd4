"""Somebody with the application's role changes rows for readers. Readers of one review or demand get bytes that hash to the digest."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from api.assistants.tools import get_review
from factcheck.record.models import LogEntry, PublishedReview
from factcheck.tools import metrics
from factcheck.web.response_cache import forget_responses
from tests.support.drafts import make_newsroom
from tests.verifier.verifying import as_owner

OF_A_REVIEW = (
    "/api/v1/reviews/{id}/",
    "/api/v1/reviews/{id}/?fields=headline,verdict.label",
    "/api/v1/reviews/{id}/?as_of={head}",
    "/api/v1/reviews/{id}/?as_of=0",
    "/api/v1/reviews/{id}/claimreview/",
    "/api/v1/reviews/{id}/revisions/1/",
    "/en/reviews/{id}/",
    "/vi/reviews/{id}/revisions/1/",
    "/reviews/{id}/cite.txt",
    "/reviews/{id}/share/",
    "/embed/reviews/{id}/",
    "/oembed/?url=http://127.0.0.1:8000/reviews/{id}/",
)
OF_A_DEMAND = ("/api/v1/demands/{id}/", "/api/v1/demands/{id}/revisions/1/", "/en/demands/{id}/")


@pytest.fixture(scope="module")
def published(module_database: str) -> SimpleNamespace:
    newsroom = make_newsroom()
    corrected, withdrawn, erased = newsroom.publish_three()
    demand = newsroom.make_demand(corrected)
    newsroom.publish_demand(demand)
    subjects = {"corrected": corrected.pk, "withdrawn": withdrawn.pk, "erased": erased.pk}
    right = {subject: answers(OF_A_REVIEW, subject) for subject in subjects.values()}
    return SimpleNamespace(**subjects, demand=demand.pk, answers=right)


@pytest.fixture(autouse=True)
def repaired(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "database" not in request.fixturenames:  # of the test alone
        call_command("rebuild_record")


def answers(paths: Any, subject: Any) -> dict[str, Any]:
    """The rows that readers get, made again."""
    forget_responses()
    head = LogEntry.objects.count() - 1
    found = {path: Client(raise_request_exception=False).get(path.format(id=subject, head=head)) for path in paths}
    return {
        path: (response.status_code, response.content, response.get("Location")) for path, response in found.items()
    }


def change(sql: str, *values: Any) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount == 1


def readiness() -> tuple[int, list[str]]:
    response = Client().get("/readyz")
    failed = [each["name"] for each in response.json()["checks"] if not each["ok"]]
    return response.status_code, [name for name in failed if name not in ("backup", "witnesses")]  # which only warn


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("corrected", "body = replace(body, 'Sai', 'Đúng')"),
        ("corrected", "body = replace(body, '\"kind\":\"correction\"', '\"kind\":\"update\"')"),
        ("corrected", "status = 'withdrawn'"),
        ("corrected", "status = 'erased'"),
        ("corrected", "sequence = 0, body = (SELECT convert_from(document, 'UTF8') FROM record_revisiondocument WHERE sequence = 0)"),
        ("corrected", "sequence = 0"),
        ("corrected", "body = (SELECT convert_from(document, 'UTF8') FROM record_revisiondocument WHERE sequence = 0)"),
        ("corrected", "body = regexp_replace(body, '\"digest\":\"[0-9a-f]+', '\"digest\":\"' || repeat('0', 64))"),
        # The added parts, but in other places, of which the digest says nothing.
        ("corrected", "body = regexp_replace(body, '(,\"digest\":\"\\w+\")(.*?)(,\"number\":2)', '\\2\\3\\1')"),
        ("corrected", "body = regexp_replace(body, '(\"corrections\":\\[\\{\"at\":\"[^\"]+\")(.*)(,\"digest\":\"\\w+\")', '\\1\\3\\2')"),
        ("corrected", "body = regexp_replace(body, '(,\"sequence\":\\d+)(\\}.*)(\\}\\Z)', '\\2\\1\\3')"),
        ("corrected", "body = regexp_replace(body, '(\"id\":\"[^\"]*\")(.*)(,\"url\":\"[^\"]*/reviews/[^\"]*\")', '\\1\\3\\2')"),
        ("corrected", "body = '{}'"),
        ("withdrawn", "status = 'live'"),
        ("withdrawn", "status = 'live', body = (SELECT convert_from(document, 'UTF8') FROM record_revisiondocument JOIN record_logentry e USING (sequence) WHERE e.subject = record_publishedreview.id AND e.number = 1)"),
        ("erased", "status = 'live'"),
        ("erased", "body = replace(body, '\"ground\":\"', '\"ground\":\"x')"),
    ],
)  # fmt: skip
def test_changed_row_reaches_nobody_who_reads_the_review(published: SimpleNamespace, name: str, column: str) -> None:
    subject = getattr(published, name)
    row = PublishedReview.objects.filter(pk=subject).values("sequence", "status", "body")
    right = row.get()
    change(f"UPDATE record_publishedreview SET {column} WHERE id = %s", subject)
    assert row.get() != right
    assert answers(OF_A_REVIEW, subject) == published.answers[subject]
    assert readiness() == (503, ["rows"])


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE record_publisheddemand SET body = replace(body, '\"number\":1', '\"number\":2')",
        "UPDATE record_publisheddemand SET sequence = 0",
        "DELETE FROM record_publisheddemand",
    ],
)
def test_changed_row_reaches_nobody_who_reads_the_demand(published: SimpleNamespace, sql: str) -> None:
    before = answers(OF_A_DEMAND, published.demand)
    change(sql)
    assert answers(OF_A_DEMAND, published.demand) == before
    assert readiness() == (503, ["rows"])


def test_deleted_row(published: SimpleNamespace) -> None:
    before = published.answers[published.corrected]
    change("DELETE FROM record_publishedreview WHERE id = %s", published.corrected)
    assert answers(OF_A_REVIEW, published.corrected) == before
    assert readiness() == (503, ["rows"])


def test_row_of_a_review_that_was_never_published(published: SimpleNamespace) -> None:
    added = "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a"
    change("UPDATE record_publishedreview SET id = %s WHERE id = %s", added, published.corrected)
    assert {status for status, *_ in answers(OF_A_REVIEW, added).values()} == {404}


def test_assistants_get_what_hashes(published: SimpleNamespace) -> None:
    before = get_review(str(published.corrected))
    change("UPDATE record_publishedreview SET body = replace(body, 'Sai', 'Đúng') WHERE id = %s", published.corrected)
    assert get_review(str(published.corrected)) == before


def test_remembered_answer_stays_right(published: SimpleNamespace) -> None:
    path = f"/api/v1/reviews/{published.corrected}/"
    forget_responses()
    before = Client().get(path).content
    change("UPDATE record_publishedreview SET body = replace(body, 'Sai', 'Đúng') WHERE id = %s", published.corrected)
    assert Client().get(path).content == before
    forget_responses()  # as each minute
    assert [Client().get(path).content for _ in range(2)] == [before, before]


def test_operators_learn_it_and_when_it_is_right_again(published, caplog, monkeypatch):
    monkeypatch.setattr(metrics, "_wrong_entry", None)  # what an earlier test has reported
    answers(OF_A_REVIEW, published.corrected)
    assert readiness() == (200, [])
    change("UPDATE record_publishedreview SET body = replace(body, 'Sai', 'Đúng') WHERE id = %s", published.corrected)
    answers(OF_A_REVIEW, published.corrected)
    (sequence,) = LogEntry.objects.filter(subject=published.corrected, number=2).values_list("sequence", flat=True)
    assert f"factcheck_wrong_entry {sequence + 1}.0" in Client().get("/metrics").content.decode()
    said = [each.levelname for each in caplog.records if each.name == "factcheck.record.log.digests"]
    assert said == ["ERROR"]  # once, not for each response
    assert readiness() == (503, ["rows"])
    call_command("rebuild_record")
    assert readiness() == (200, [])


def test_document_that_does_not_hash_is_shown_to_nobody(database: str) -> None:
    """Which takes the owner's role: the application can't change documents (tests/record/test_defences.py)."""
    newsroom = make_newsroom()
    review = newsroom.publish_new()
    newsroom.correct_review(review, summary="Sai. Đã sửa.")
    as_owner("UPDATE record_revisiondocument SET document = set_bit(document, 99, 1 - get_bit(document, 99))")
    as_owner("UPDATE record_publishedreview SET body = replace(body, 'Sai', 'Đúng')")
    found = answers(
        [*OF_A_REVIEW, "/reviews/{id}/revisions/1/proof.json", "/api/v1/reviews/{id}/revisions/1/document/"], review.pk
    )
    assert {path: status for path, (status, *_) in found.items() if status != 500} == {}
    assert readiness() == (503, ["rows"])
