"""ERROR means that an operator has to act, and a traceback means a fault of the program."""

import io
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.editorial.captures import fetching, source_checks
from factcheck.editorial.captures.requests import request_capture
from factcheck.editorial.models import Capture, WatchedSource
from factcheck.monitoring import middleware
from factcheck.operations import tasks
from factcheck.record.errors import SetupError
from factcheck.record.matching.embeddings import EmbeddingError
from factcheck.tools.http_client import FetchError, Problem
from tests.support.working import work_off

Lines = Callable[[], list[str]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The lines of the site's own handler, without their times."""
    (handler,) = (each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler)
    before = handler.setStream(out := io.StringIO())
    yield lambda: re.sub(r"(?m)^\d{4}-\S+ \S+ ", "", out.getvalue()).splitlines()
    handler.setStream(before)


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_arguments: Any, **_options: Any) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (SetupError("The key is wrong."), "ERROR"),
        (EmbeddingError("Nobody answers."), "ERROR"),
        (OperationalError("server closed the connection\nunexpectedly"), "WARNING"),
    ],
)
def test_failed_job_is_one_line(database, lines, monkeypatch, error, level):
    monkeypatch.setattr(tasks, "get_embeddings", failing(error))
    tasks.embed_claims.defer(timestamp=0)
    work_off("vectors")
    (line,) = lines()
    assert line.startswith(f"{level} procrastinate.worker: Job embed_claims[")
    assert str(error).partition("\n")[0] in line
    assert ProcrastinateJob.objects.get(task_name="embed_claims", args__timestamp=0).status == "failed"


def test_fault_of_the_program_has_its_traceback(database: str, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "get_embeddings", failing(KeyError("model")))
    tasks.embed_claims.defer(timestamp=0)
    work_off("vectors")
    assert lines()[0].startswith("ERROR procrastinate.worker: Job embed_claims[")
    assert "KeyError: 'model'" in lines()[-1]


def test_page_that_stays_unreachable_is_no_failed_job(newsroom, lines, monkeypatch):
    """Its editor reads at the desk that there is no copy."""
    monkeypatch.setattr(fetching, "fetch", failing(FetchError(Problem.UNKNOWN_HOST)))
    capture = request_capture(url="https://gone.example/", newsroom=newsroom.publisher, by=newsroom.reporter)
    runs = 0
    while (job := ProcrastinateJob.objects.get(task_name="editorial.capture_page")).status == "todo":
        with connections["owner"].cursor() as cursor:  # half a minute later
            cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = %s", [job.pk])
        work_off("captures")
        runs += 1
    capture.refresh_from_db()
    assert (runs, job.status, capture.failure) == (3, "succeeded", Capture.Failure.UNKNOWN_HOST)
    assert lines() == []


def test_source_of_a_review_that_is_withdrawn_meanwhile(live, lines, monkeypatch):
    source = WatchedSource.objects.create(review=live, url="https://a.example/", next_at=timezone.now(), sequence=0)
    monkeypatch.setattr(source_checks, "_cited", lambda _source: [{"quote": None, "capture": None}])
    monkeypatch.setattr(source_checks, "_find_state", lambda *_arguments: WatchedSource.objects.all().delete() and None)
    source_checks.check_source(source)
    assert lines() == []


def test_refused_and_busy_requests_are_warnings(database: str, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    Client().get("/en/", headers={"Host": "scanner.example"})
    monkeypatch.setattr(middleware, "JsonResponse", lambda *_arguments, **_options: HttpResponse(status=503))
    Client().get("/readyz")
    assert [line.partition(" ")[0] for line in lines()] == ["WARNING", "WARNING"]


def test_refusals_beyond_a_limit_are_not_logged(database: str, lines: Lines, settings: Any) -> None:
    settings.API_RATE_LIMIT = settings.SEARCH_RATE_LIMIT = "1/hour"
    for path, status in (("/api/v1/", 429), ("/en/search/?q=a", 429)):
        assert [Client().get(path, REMOTE_ADDR="192.0.2.78").status_code for _ in range(2)][1] == status
    assert lines() == []
    Client().get("/api/v1/nothing/", REMOTE_ADDR="192.0.2.79")
    assert [line.partition(":")[0] for line in lines()] == ["WARNING django.request"]
