"""The worker: what is due is done, a killed worker's job is taken up again, and who may touch the queue."""

import asyncio
import signal
import time
from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from typing import Any

import psycopg.errors
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import ProgrammingError, connections
from django.utils import timezone
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.contrib.django.utils import connector_params
from psycopg_pool import AsyncConnectionPool

from factcheck.database.embedded import Cluster
from factcheck.editorial.models import Session
from factcheck.operations import tasks, worker
from tests.support.working import leave_a_line, work_off, working


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_schedule_names_commands_and_their_times():
    assert tasks.SCHEDULE["publish_due_demands"] == "0 * * * *"
    assert tasks.SCHEDULE["verify_record"] == "30 3 * * *"
    scheduled = {key: task.configure_kwargs for key, task in app.periodic_registry.periodic_tasks.items()}
    assert scheduled["command", "verify_record"]["task_kwargs"]["command"] == "verify_record"
    assert scheduled["command", "verify_record"]["lock"] == "verify_record"


def test_scheduled_command_is_run(database: str):
    Session.objects.create(session_key="over", session_data="", expire_date=timezone.now())
    tasks.run_command.defer(timestamp=0, command="clearsessions")
    work_off("default")
    assert not Session.objects.exists()
    assert ProcrastinateJob.objects.get(args__command="clearsessions", args__timestamp=0).status == "succeeded"


def test_command_that_fails_fails_its_job(database: str):
    with pytest.raises(CommandError):  # there is no log yet to verify, and no key
        tasks.run_command(timestamp=0, command="no_such_command")
    tasks.run_command.defer(timestamp=0, command="no_such_command")
    work_off("default")
    assert ProcrastinateJob.objects.get(args__command="no_such_command").status == "failed"


def test_vectors_are_computed_until_none_is_missing(database: str, monkeypatch: pytest.MonkeyPatch):
    batches = [[32, 32], [5], []]
    monkeypatch.setattr(tasks, "get_embeddings", lambda **_: None)
    monkeypatch.setattr(tasks, "compute_missing", lambda embeddings, seconds: iter(batches.pop(0)))
    monkeypatch.setattr(tasks, "prepare_vectors", lambda embeddings, seconds: iter(()))
    monkeypatch.setattr(tasks.draft_rows, "compute_vectors", lambda embeddings, seconds: iter(()))
    tasks.embed_claims.defer(timestamp=0)
    while batches:
        left = len(batches)
        work_off("vectors")
        assert len(batches) < left
    work_off("vectors")
    jobs = ProcrastinateJob.objects.filter(task_name="embed_claims", args__timestamp=0)
    assert [job.status for job in jobs] == ["succeeded"] * 3


def test_vectors_have_a_queue_that_delays_no_other_job():
    assert worker.QUEUES["vectors"] == 1
    assert tasks.embed_claims.queue == tasks.embed_claims.queueing_lock == "vectors"
    assert tasks.RUN_SECONDS <= 20  # the worker finishes its jobs before it stops


def test_ended_jobs_are_forgotten_after_two_weeks(database: str):
    tasks.run_command.defer(timestamp=1, command="clearsessions")
    work_off("default")
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '15 days'")
    tasks.run_command.defer(timestamp=2, command="clearsessions")
    app.configure_task("forget_old_jobs").defer(timestamp=3)
    work_off("default")
    mine = ProcrastinateJob.objects.filter(args__timestamp__lt=10)
    assert sorted(mine.values_list("args__timestamp", "status")) == [(2, "succeeded"), (3, "succeeded")]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM procrastinate_jobs",
        "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'command')",
        "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'command', 0, NULL, NULL, '{}', NULL)]"
        "::procrastinate_job_to_defer_v1[])",
        "DELETE FROM procrastinate_events",
        "SELECT * FROM procrastinate_workers",
    ],
)
def test_reading_role_cannot_touch_the_queue(database: str, statement: str):
    with connections["public"].cursor() as cursor, pytest.raises(ProgrammingError) as refusal:
        cursor.execute(statement)
    assert isinstance(refusal.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_application_does_not_own_the_queue(database: str):
    with connections["default"].cursor() as cursor, pytest.raises(ProgrammingError, match="must be owner"):
        cursor.execute("DROP TABLE procrastinate_jobs")


@pytest.mark.prove
def test_sigterm_stops_the_worker_when_it_is_idle(database: str):
    with working(database) as process:
        leave = ProcrastinateJob.objects.filter(args__command="verify_record")
        wait_until(lambda: not leave.exclude(status="succeeded").exists())
        wait_until(lambda: _workers() == len(worker.QUEUES))
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        assert (process.returncode, said) == (0, "")
        assert _workers() == 0


def test_worker_tries_again_however_long_the_database_is_gone(database, monkeypatch, caplog):
    """Nobody listens there; the pool gives up after half a second, not after thirty."""
    there, asked = connector_params("default"), list[str]()

    def somewhere_else(alias: str) -> dict[str, Any]:
        asked.append(alias)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return {**there, "host": "127.0.0.1", "port": 1}

    monkeypatch.setattr(worker, "connector_params", somewhere_else)
    monkeypatch.setattr(worker, "PAUSE", 0)
    monkeypatch.setattr(AsyncConnectionPool, "open", partialmethod(AsyncConnectionPool.open, timeout=0.5))
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(worker.work())
    said = [record.getMessage() for record in caplog.records if record.name == "factcheck.operations.worker"]
    assert said == 2 * ["The queue isn't reachable (pool initialization incomplete after 0.5 sec). Trying again."]


@pytest.mark.prove
def test_job_of_a_killed_worker_is_taken_up_again(database: str, tmp_path: Path):
    file = tmp_path / "lines"
    leave_a_line.defer(file=str(file))
    with working(database) as first:
        wait_until(file.exists)
        first.kill()  # SIGKILL
        first.wait()
    job = ProcrastinateJob.objects.get(task_name="test.leave_a_line")
    assert job.status == "doing"
    with working(database) as second:
        wait_until(lambda: ProcrastinateJob.objects.get(pk=job.pk).status == "succeeded")
        assert file.read_text().split() == [str(first.pid), str(second.pid)]


def restart(before: set[int | None]) -> set[int | None]:
    """The worker's action every ten seconds with jobs whose worker has no heartbeat."""

    async def run() -> set[int | None]:
        with app.replace_connector(PsycopgConnector(kwargs=connector_params("default"))):
            async with app.open_async():
                return await worker._restart_stalled(30, before)

    return asyncio.run(run())


def test_job_is_restarted_if_its_worker_stays_without_a_heartbeat(database: str):
    """A worker on a machine that slept sends its heartbeat before the second look."""
    job = ProcrastinateJob.objects.get(pk=tasks.run_command.defer(timestamp=0, command="clearsessions"))
    _begin(job.pk)
    assert restart(set()) == {job.pk}
    job.refresh_from_db()
    assert job.status == "doing"
    restart({job.pk})
    job.refresh_from_db()
    assert job.status == "todo"


def test_equal_job_that_waits_replaces_the_job_of_a_killed_worker(database: str):
    """The queue allows one waiting job of a kind. A second one was an error that stopped the whole worker."""
    first = tasks.embed_claims.defer(timestamp=1)
    _begin(first)
    second = tasks.embed_claims.defer(timestamp=2)
    restart({first})
    jobs = ProcrastinateJob.objects.filter(task_name="embed_claims").order_by("pk")
    assert [(job.pk, job.status) for job in jobs] == [(first, "aborted"), (second, "todo")]


def _begin(job: int) -> None:
    """As a worker that is gone now has begun it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job])


@pytest.mark.prove
def test_worker_outlives_a_restart_of_the_database(database: str, tmp_path: Path):
    file = tmp_path / "lines"
    file.write_text("begun before\n")
    cluster: Cluster = settings.DATABASE_SERVER
    with working(database) as process:
        wait_until(lambda: _workers() == len(worker.QUEUES))
        with cluster.superuser() as superuser:
            superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
        connections["default"].close()
        leave_a_line.defer(file=str(file))
        wait_until(lambda: len(file.read_text().splitlines()) == 2, seconds=60)
        assert process.poll() is None


def _workers() -> int:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        count: int = cursor.fetchone()[0]
    return count
