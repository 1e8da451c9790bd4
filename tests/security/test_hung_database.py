"""A PostgreSQL that hangs takes nothing with it that needs no database, and costs each reader a bounded time."""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connections, transaction
from django.templatetags.static import static
from django.test import Client

from factcheck.database import hang_guard, timeouts
from factcheck.database.embedded import Cluster
from factcheck.database.hang_guard import HangGuard
from factcheck.website.browse import home_views
from tests.security.hanging import get, silent_server, site, stopped
from tests.support.drafts import make_scale
from tests.support.waiting import begin_until_it_waits

WITHOUT_DATABASE = (
    "/en/docs/", "/en/docs/reference/api/", "/robots.txt", "/llms.txt", "/.well-known/api-catalog", "/api/docs/",
    "/api/schema/", "/api/problems/unavailable/", "/admin/login/", "/en/tips/",
)  # fmt: skip


@pytest.fixture
def serving() -> Iterator[None]:
    """This process answers requests, as one with eight threads."""
    connections.close_all()
    timeouts.serve_requests(8)
    yield
    connections.close_all()


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the database was asked")

    connections.close_all()
    for alias in ("default", "public", "owner"):
        monkeypatch.setattr(connections[alias], "connect", refuse)


@pytest.mark.parametrize("path", [*WITHOUT_DATABASE, static("website/site.css")])
def test_page_without_data_never_asks_the_database(no_database: None, path: str):
    assert Client().head(path).status_code == 200


def test_unknown_address_never_asks_the_database(no_database: None):
    assert [Client().get(path).status_code for path in ("/nothing/", "/api/v1/nothing/")] == [404, 404]


def test_threads_beyond_the_slots_are_refused_when_nothing_is_answered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hang_guard, "PATIENCE", 0.05)
    guard, inside, leave = HangGuard(2), threading.Barrier(3), threading.Event()

    def hang() -> None:
        with guard:
            inside.wait()
            leave.wait()

    threads = [threading.Thread(target=hang) for _ in range(2)]
    for thread in threads:
        thread.start()
    inside.wait()
    with pytest.raises(psycopg.OperationalError, match="isn't responding"), guard:
        pass
    leave.set()
    for thread in threads:
        thread.join()
    with guard:  # everything is answered again
        pass


def test_thread_beyond_the_slots_waits_while_others_are_answered():
    guard, inside, leave = HangGuard(1), threading.Event(), threading.Event()

    def answered() -> None:
        with guard:
            inside.set()
            leave.wait()

    thread = threading.Thread(target=answered)
    thread.start()
    inside.wait()
    threading.Timer(0.1, leave.set).start()
    with guard:
        assert leave.is_set()
    thread.join()


@pytest.mark.parametrize("error", [psycopg.errors.ConnectionTimeout, hang_guard.StatementTimeout])
def test_nothing_is_tried_for_a_while_after_a_timeout(monkeypatch: pytest.MonkeyPatch, error: type[Exception]):
    guard = HangGuard(2)
    with pytest.raises(error), guard:
        raise error
    with pytest.raises(psycopg.OperationalError, match="isn't responding"), guard:
        pass
    later = hang_guard.time.monotonic() + hang_guard.PAUSE
    monkeypatch.setattr(hang_guard.time, "monotonic", lambda: later)
    with guard:
        pass


def test_error_from_the_server_is_an_answer():
    guard = HangGuard(2)
    with pytest.raises(psycopg.errors.UniqueViolation), guard:
        raise psycopg.errors.UniqueViolation
    with guard:
        pass


@pytest.mark.parametrize(("alias", "limits"), [("public", ("5s", "2s", "1min")), ("default", ("1min", "15s", "1min"))])
def test_requests_have_limits_by_role(database: str, serving: None, alias: str, limits: tuple[str, ...]):
    with connections[alias].cursor() as cursor:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        found = [cursor.execute(f"SHOW {name}").fetchone()[0] for name in names]
        parameters = connections[alias].connection.info.get_parameters()
    assert tuple(found) == limits
    assert (parameters["connect_timeout"], parameters["tcp_user_timeout"]) == ("3", "30000")


@pytest.mark.parametrize("alias", ["public", "default", "owner"])
def test_commands_can_take_as_long_as_they_need(database: str, alias: str):
    connections.close_all()
    with connections[alias].cursor() as cursor:
        assert cursor.execute("SHOW statement_timeout").fetchone()[0] == "0"
        assert connections[alias].connection.info.get_parameters()["keepalives_idle"] == "20"


def test_statement_without_an_answer_ends_its_connection(database: str, serving: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(timeouts, "GRACE", -4.5)  # before the server ends the statement itself
    connection = connections["public"]
    with pytest.raises(OperationalError, match="didn't answer"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
    assert connection.connection.closed


def test_transaction_goes_on_while_others_wait_for_its_locks(database: str, serving: None):
    """Otherwise threads that wait for a lock would keep its owner from letting it go."""
    timeouts.serve_requests(1)
    connection = connections["default"]
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        with timeouts.request_guard():  # the only slot
            cursor.execute("SELECT 2")
    connection.rollback()
    connection.set_autocommit(True)


def test_transaction_that_waits_for_a_lock_first_leaves_its_slot(database: str, serving: None):
    """Otherwise a few publications at once would look like a server that hangs."""
    timeouts.serve_requests(1)
    scale = make_scale()

    def wait_for_the_lock() -> None:
        with transaction.atomic():
            type(scale).objects.select_for_update().get(pk=scale.pk)

    with transaction.atomic():
        scale.save()
        waits = begin_until_it_waits(wait_for_the_lock)
        with timeouts.request_guard():  # the only slot
            pass
    waits.result(timeout=30)


@pytest.mark.parametrize("path", ["/en/", "/api/v1/reviews/", "/v1alpha1/claims:search?query=a", "/feeds/reviews.atom"])
def test_outage_is_one_line_in_the_journal(database, path, monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise OperationalError("connection failed\nmore about it")

    for alias in ("default", "public"):
        connections.close_all()
        monkeypatch.setattr(connections[alias], "connect", fail)
    with caplog.at_level(logging.ERROR, "django.request"):
        assert Client(raise_request_exception=False).get(path).status_code == 503
    (record,) = caplog.records
    written = logging.Formatter().format(record)
    assert written == f"Service Unavailable: {path.partition('?')[0]}: connection failed"


def test_other_errors_keep_their_traceback(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(home_views, "newest_first", fail)
    with caplog.at_level(logging.ERROR, "django.request"):
        assert Client(raise_request_exception=False).get("/en/").status_code == 500
    assert "Traceback" in caplog.text


def urls(cluster: Cluster, name: str) -> dict[str, str]:
    logins = cluster.logins()
    host = cluster.directory.socket
    return {
        variable: f"postgresql://{login.name}:{login.password}@/{name}?host={host}"
        for variable, login in (("DATABASE_URL", logins.application), ("PUBLIC_DATABASE_URL", logins.reading))
    }


def answers_beside(pool: ThreadPoolExecutor, port: int, hanging: Callable[[], object], count: int) -> None:
    """Asks for pages without data while more requests hang than the site has threads."""
    pending = {pool.submit(hanging) for _ in range(count)}
    wait(pending, return_when=FIRST_COMPLETED, timeout=0.5)
    for path in (static("website/site.css"), "/en/docs/", "/robots.txt", "/api/problems/unavailable/"):
        assert get(port, path)[0] == 200
        # It didn't wait until those that hang were given up.
        assert any(not each.done() for each in pending), path
    for each in pending:
        assert each.result() == (503, "10")


@pytest.mark.prove
def test_server_that_never_answers():
    with silent_server() as silent, ThreadPoolExecutor(32) as pool:
        server = f"postgresql://a:b@127.0.0.1:{silent}/facts"
        with site(4, DATABASE_URL=server, PUBLIC_DATABASE_URL=server) as (port, log):
            answers_beside(pool, port, lambda: get(port, "/en/"), 4)
            assert get(port, "/api/v1/reviews/") == (503, "10")
            lines = log.read_text().splitlines()
            assert len(lines) == 5
            assert all("Service Unavailable" in line for line in lines)


@pytest.mark.prove
def test_server_that_is_stopped_and_continues(database: str):
    cluster = settings.DATABASE_SERVER
    connections.close_all()
    with site(4, **urls(cluster, database)) as (port, _), ThreadPoolExecutor(32) as pool:
        for future in [pool.submit(get, port, "/en/") for _ in range(16)]:  # every thread has its connection
            assert future.result() == (200, None)
        postmaster = int((Path(cluster.data) / "postmaster.pid").read_text().split()[0])
        with stopped(postmaster):
            answers_beside(pool, port, lambda: get(port, "/en/"), 4)
            assert get(port, "/api/v1/reviews/") == (503, "10")
        deadline = 20
        while get(port, "/en/")[0] != 200 and deadline:
            threading.Event().wait(0.5)
            deadline -= 1
        assert deadline
