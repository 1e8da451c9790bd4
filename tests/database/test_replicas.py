"""A primary, two standbys and two web processes on one machine, killed in turn while people read and publish."""

import http.client
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections

from factcheck.database import replicas
from factcheck.database.replicas import Replicas
from factcheck.database.source import parse_url, source
from factcheck.operations import worker
from tests.support.postgresql import Server, create, environment, free_port, servers, wait

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("/api/v1/reviews/", "/api/v1/changes/", "/en/")


class Connection:
    """A connection to a server that has replayed this much, or to the primary."""

    autocommit = True

    def __init__(self, host: str, replayed: int | None) -> None:
        self.info = type("Info", (), {"host": host, "port": 5432})
        self.replayed, self.closed = replayed, False

    def execute(self, sql: str) -> Any:
        if self.replayed == -1:
            raise psycopg.OperationalError("gone")
        return type("Cursor", (), {"fetchone": lambda _: (self.replayed,)})()

    def close(self) -> None:
        self.closed = True


def test_lagging_replica_is_left_out(monkeypatch: pytest.MonkeyPatch):
    now = [100.0]
    monkeypatch.setattr(replicas.time, "monotonic", lambda: now[0])
    watched = Replicas(threading.Event().wait, lag=10)  # the primary never answers
    made: list[Connection] = []
    replayed: dict[str, int | None] = {"a": 40, "b": -1, "c": 60}

    def connect(parameters: dict[str, Any]) -> Connection:
        host = parameters["host"].split(",")[0]
        made.append(Connection(host, replayed[host]))
        return made[-1]

    parameters = {"host": "a,b,c", "port": "5432,,5432"}
    assert watched.connect(connect, parameters).info.host == "a"  # nothing is known of the primary yet
    watched.note(50)
    now[0] += 9
    watched.note(70)
    assert watched.connect(connect, parameters).info.host == "a"
    now[0] += 1
    assert watched.required() == 50
    made.clear()
    assert watched.connect(connect, parameters).info.host == "c"
    assert [each.closed for each in made] == [True, True, False]
    now[0] += 9
    assert watched.connect(connect, parameters).info.host == "c"  # the last one is taken, even if it lags
    replayed["b"] = None
    assert watched.connect(connect, parameters).info.host == "b"  # the primary itself
    watched.note(20)  # another primary after a failover
    assert watched.required() == 0


def test_several_hosts_in_each_url(tmp_path: Path):
    hosts = "db1.example:5432,db2.example:5433"
    urls = {name: f"postgresql://{name}:p@{hosts}/facts" for name in ("app", "reader", "owner")}
    server = source(
        {
            "DATABASE_URL": urls["app"],
            "PUBLIC_DATABASE_URL": f"{urls['reader']}?target_session_attrs=any",
            "OWNER_DATABASE_URL": urls["owner"],
        },
        tmp_path,
    )
    assert {(each["HOST"], each["PORT"]) for each in server.databases.values()} == {
        ("db1.example,db2.example", "5432,5433")
    }
    writing = {"target_session_attrs": "read-write"}
    assert server.databases["default"]["OPTIONS"] == server.databases["owner"]["OPTIONS"] == writing
    assert server.databases["public"]["OPTIONS"] == {
        "target_session_attrs": "any", "load_balance_hosts": "random",
    }  # fmt: skip
    assert server.replicas is not None
    assert parse_url("X", "postgresql://me@/facts?host=/a,/b&port=1,2")["HOST"] == "/a,/b"


def test_one_host_has_no_replicas(tmp_path: Path):
    url = "postgresql://a:b@127.0.0.1:1/facts"
    server = source({"DATABASE_URL": url, "PUBLIC_DATABASE_URL": url}, tmp_path)
    assert server.replicas is None
    server.prepare("public")  # reading doesn't ask the primary


def test_jobs_read_from_the_primary(monkeypatch: pytest.MonkeyPatch):
    default = {"HOST": "a,b", "PORT": "1,2", "OPTIONS": {"target_session_attrs": "read-write"}, "USER": "app"}
    public = {"HOST": "b", "PORT": "2", "OPTIONS": {}, "USER": "reader"}
    monkeypatch.setattr(connections, "settings", {"default": default, "public": public})
    worker.read_from_primary()
    assert public == {**default, "USER": "reader"}


@dataclass
class Readers:
    """People who read all the time. A request that fails is sent once more."""

    ports: list[int]
    answers: int = 0
    retries: Counter[int] = field(default_factory=Counter)  # by the status of the first answer
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @contextmanager
    def reading(self) -> Iterator[None]:
        stopped = threading.Event()
        threads = [threading.Thread(target=self._read, args=(number, stopped)) for number in range(4)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopped.set()
            for thread in threads:
                thread.join()

    def _read(self, number: int, stopped: threading.Event) -> None:
        for turn in itertools.count(number):
            if stopped.is_set():
                return
            page, port = PAGES[turn % len(PAGES)], self.ports[turn % len(self.ports)]
            begun = time.monotonic()
            status, _ = self.get(port, page)
            if status != 200:
                self.retries[status] += 1
                # As a proxy does it: another process is asked if the first doesn't answer at all.
                port = port if status else self.ports[(turn + 1) % len(self.ports)]
                status, body = self.get(port, page)
                if status != 200:
                    self.failures.append(f"{page} {status} {body}")
            self.answers += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)
            time.sleep(0.01)

    def get(self, port: int, page: str) -> tuple[int, str]:
        """The status and the body. The status is 0 if there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", page)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except (OSError, http.client.HTTPException) as problem:
            return 0, repr(problem)
        finally:
            connection.close()


class Publisher:
    """A process that publishes all the time, and the publications that were acknowledged."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.acknowledged: dict[str, int] = {}
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(ROOT / "tests/support/publishing.py"), "0.1"],
            cwd=ROOT, env={**environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            subject, sequence = line.split()
            self.acknowledged[subject] = int(sequence)

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.thread.join()


def start_web(environ: dict[str, str], port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--http", "1", "factcheck.wsgi:application"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environ, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def manage(environ: dict[str, str], *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def three() -> Iterator[list[Server]]:
    with servers(3) as made:
        primary, *standbys = made
        hosts, ports = ",".join(["127.0.0.1"] * 3), ",".join(str(server.port) for server in made)
        create(primary)
        for number, standby in enumerate(standbys, 1):
            standby.copy_from(primary)
            standby.write("standby.signal")
            standby.start(
                f"primary_conninfo=host={hosts} port={ports} user=postgres target_session_attrs=read-write"
                f" connect_timeout=2 application_name=standby{number}"
            )
        for server in made:  # a promoted standby waits for the other one, too
            server.write("postgresql.conf", "synchronous_standby_names = 'ANY 1 (standby1, standby2)'\n")
            server.execute("SELECT pg_reload_conf()")
        yield made


@pytest.mark.prove
def test_everything_is_killed_in_turn(three: list[Server], tmp_path: Path):
    primary, *standbys = three
    ports = [free_port(), free_port()]
    environ = environment(tmp_path, *three, REPLICA_LAG="1", DATABASE_CONNECTION_AGE="600")
    manage(environ, "migrate", "--database", "owner", "--verbosity", "0")
    readers = Readers(ports)
    publisher = Publisher(environ)
    environ["WEB_THREADS"] = "4"
    webs = [start_web(environ, port) for port in ports]
    try:
        wait(lambda: len(publisher.acknowledged) > 3 and all(readers.get(port, "/en/")[0] == 200 for port in ports), 60)
        with readers.reading():
            _leave_out_a_lagging_replica(standbys[0], readers, publisher)
            _kill_a_standby(standbys[0], readers, publisher)
            _kill_a_web_process(webs, environ, ports, readers)
            _kill_the_primary(primary, standbys, readers)
            _kill_a_web_process(webs, environ, ports, readers)  # the new process starts without a primary
            _promote(standbys, readers, publisher)
    finally:
        publisher.stop()
        for web in webs:
            with suppress(ProcessLookupError):
                web.terminate()
            web.wait(20)
    promoted = next(server for server in standbys if not server.value("SELECT pg_is_in_recovery()"))
    stored = {
        str(subject): sequence
        for subject, sequence in promoted.execute("SELECT subject, sequence FROM record_logentry", "facts")
    }
    assert publisher.acknowledged.items() <= stored.items()
    manage(environ, "sign_log")  # the publisher may have been killed before the last signature
    assert "are correct" in manage(environ, "verify_record", "--verbosity", "0")
    print(f"{readers.answers} answers, retries by status {dict(readers.retries)}, slowest {readers.slowest:.2f} s, "
          f"{len(publisher.acknowledged)} publications")  # fmt: skip


def _leave_out_a_lagging_replica(standby: Server, readers: Readers, publisher: Publisher) -> None:
    standby.execute("SELECT pg_wal_replay_pause()")
    time.sleep(6)
    newest = max(publisher.acknowledged.values())
    time.sleep(2)
    sizes = [int(readers.get(port, "/api/v1/log/checkpoint")[1].split("\n")[1]) for port in readers.ports * 10]
    standby.execute("SELECT pg_wal_replay_resume()")
    assert min(sizes) > newest
    assert readers.failures == []


def _kill_a_standby(standby: Server, readers: Readers, publisher: Publisher) -> None:
    before = len(publisher.acknowledged)
    standby.kill()
    time.sleep(4)
    assert readers.failures == []
    assert len(publisher.acknowledged) > before


def _kill_a_web_process(
    webs: list[subprocess.Popen[bytes]], environ: dict[str, str], ports: list[int], readers: Readers
) -> None:
    os.killpg(webs[0].pid, signal.SIGKILL)
    webs[0].wait()
    time.sleep(1)
    webs[0] = start_web(environ, ports[0])
    wait(lambda: readers.get(ports[0], "/en/")[0] == 200)
    assert readers.failures == []


def _kill_the_primary(primary: Server, standbys: list[Server], readers: Readers) -> None:
    standbys[0].start()
    wait(lambda: primary.value("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'quorum'") == 2)
    primary.kill()
    time.sleep(4)
    assert readers.failures == []


def _promote(standbys: list[Server], readers: Readers, publisher: Publisher) -> None:
    # A publication was acknowledged when one of the standbys had it, so the one that received more has all of them.
    received = "SELECT pg_last_wal_receive_lsn() - '0/0'::pg_lsn"
    promoted = max(standbys, key=lambda server: server.value(received))
    promoted.execute("SELECT pg_promote()")
    before = len(publisher.acknowledged)
    wait(lambda: len(publisher.acknowledged) > before + 3, 30)
    assert readers.failures == []
