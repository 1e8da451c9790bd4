"""The embedded server: where it lives, who may connect, and that it ends with its last user."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from factcheck.database import DatabaseProblem, data_directory, source
from factcheck.database.embedded import Cluster
from factcheck.database.roles import Login

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import sys
from pathlib import Path
from factcheck.database.embedded import Cluster
cluster = Cluster(Path(sys.argv[1]), durable=False)
cluster.prepare()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder with a space, a quote and a dollar in its path."""
    top = Path(os.environ["FACTCHECK_VAR"]) / f"a b's $c {os.getpid()} {time.monotonic_ns()}"
    data_directory.make_folder(top, 0o755)
    yield top / "var"
    Cluster(top / "var", durable=False).destroy()


@pytest.fixture
def again(var: Path) -> Iterator[Callable[..., Cluster]]:
    """Makes objects for the cluster of ``var``, as another start of the site would."""
    made: list[Cluster] = []

    def make(*, durable: bool = False) -> Cluster:
        made.append(Cluster(var, durable=durable))
        return made[-1]

    yield make
    for cluster in made:
        cluster.leave()


@pytest.fixture
def cluster(again: Callable[..., Cluster]) -> Cluster:
    """A cluster that runs."""
    cluster = again()
    cluster.prepare()
    return cluster


def user_of(var: Path, stderr: int | None = None) -> subprocess.Popen[str]:
    """Another process that uses the cluster until its standard input closes."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(var)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def running(cluster: Cluster) -> bool:
    return (cluster.data / "postmaster.pid").exists()


def test_start_in_a_path_with_space_quote_and_dollar(cluster: Cluster):
    with cluster.superuser() as connection:
        assert connection.execute("SHOW data_directory").fetchone() == (str(cluster.data),)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


def test_data_survive_and_keep_passwords(cluster: Cluster, again: Callable[..., Cluster]):
    before = cluster.logins()
    with cluster.superuser("factcheck") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    cluster.leave()
    assert not running(cluster)
    later = again()
    started = time.monotonic()
    later.prepare()
    assert time.monotonic() - started < 30
    with later.superuser("factcheck") as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert later.logins() == before


def test_durable_cluster_has_fsync_and_checksums(again: Callable[..., Cluster]):
    cluster = again(durable=True)
    cluster.prepare()
    with cluster.superuser() as connection:
        shown = connection.execute("SELECT current_setting('fsync'), current_setting('data_checksums')").fetchone()
    assert shown == ("on", "on")


def test_everybody_needs_a_password(cluster: Cluster):
    place = {"host": str(cluster.directory.socket), "dbname": "factcheck"}
    for user in ("postgres", "factcheck_owner", "factcheck_app", "factcheck_public"):
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(**place, user=user)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**place, user=user, password="guess")


def test_what_is_kept_is_private(cluster: Cluster):
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in cluster.home.iterdir()}
    modes["socket"] = oct(cluster.directory.socket.stat().st_mode & 0o777)
    assert {name: modes[name] for name in ("data", "socket", "passwords.json", "server.log")} == {
        "data": "0o700",
        "socket": "0o700",
        "passwords.json": "0o600",
        "server.log": "0o600",
    }


def test_log_of_the_server_keeps_nothing_that_was_asked(cluster: Cluster):
    with cluster.superuser() as connection:
        connection.execute("CREATE TEMPORARY TABLE review (headline text CHECK (headline <> 'a draft'))")
        for statement in (
            "SET LOCAL statement_timeout = 20; SELECT 'asked', pg_sleep(9)",
            "INSERT INTO review VALUES ('a draft')",
        ):
            with pytest.raises(psycopg.Error), connection.transaction():
                connection.execute(statement)
    log = (cluster.home / "server.log").read_text()
    assert "canceling statement due to statement timeout" in log
    assert 'new row for relation "review" violates check constraint' in log
    assert ("asked" in log, "a draft" in log) == (False, False)


@pytest.mark.prove
def test_last_user_stops_the_server(var: Path, cluster: Cluster):
    other = user_of(var)
    cluster.leave()
    assert running(cluster)
    other.communicate("", timeout=30)
    assert other.returncode == 0
    assert not running(cluster)


@pytest.mark.prove
def test_user_that_started_the_server_leaves_it_to_another_without_a_word(var, again, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "always")
    first = user_of(var, stderr=subprocess.PIPE)
    cluster = again()
    cluster.prepare()
    assert (first.communicate("", timeout=30), first.returncode) == (("", ""), 0)
    assert running(cluster)


@pytest.mark.prove
def test_server_of_a_killed_process_is_taken_over(var: Path, again: Callable[..., Cluster]):
    killed = user_of(var)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=30)
    cluster = again()
    assert running(cluster)
    left = (cluster.data / "postmaster.pid").read_text()
    cluster.prepare()
    assert (cluster.data / "postmaster.pid").read_text() == left
    cluster.leave()
    assert not running(cluster)


@pytest.mark.prove
def test_stale_pid_of_another_program_is_no_obstacle(cluster: Cluster, again: Callable[..., Cluster]):
    cluster.leave()
    stale = cluster.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{cluster.data}\n1\n5432\n\n\n\nready\n")
    again().prepare()
    assert stale.read_text().split()[0] != str(os.getpid())


@pytest.mark.prove
def test_first_starts_at_once_give_one_server(var: Path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(var)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate("", timeout=60)[0] for process in processes]
    assert said == ["ready\n"] * 3
    assert [process.returncode for process in processes] == [0, 0, 0]


@pytest.mark.prove
def test_interrupted_first_start_is_begun_anew(again: Callable[..., Cluster]):
    cluster = again()
    cluster.logins()
    (cluster.home / "data.new").mkdir()
    (cluster.home / "data.new" / "half").write_text("")
    cluster.prepare()
    assert not (cluster.home / "data.new").exists()


def test_lost_passwords_are_a_sentence(cluster: Cluster, var: Path):
    cluster.leave()
    kept = (cluster.home / "passwords.json").rename(cluster.home / "elsewhere")
    with pytest.raises(DatabaseProblem, match=r"passwords.json is missing, but the database exists. Restore the file"):
        source({}, var)
    kept.rename(cluster.home / "passwords.json")


@pytest.mark.prove
def test_server_that_cannot_start_shows_its_last_words(cluster: Cluster, again: Callable[..., Cluster]):
    cluster.leave()
    with open(cluster.data / "postgresql.conf", "a") as conf:
        conf.write("no_such_setting = 1\n")
    with pytest.raises(DatabaseProblem, match=r"PostgreSQL didn't start: .*no_such_setting"):
        again().prepare()


@pytest.mark.prove
def test_stop_without_a_checkpoint_loses_nothing(again: Callable[..., Cluster]):
    cluster = again(durable=True)
    cluster.prepare()
    with cluster.superuser("factcheck") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    cluster.leave(at_once=True)
    assert not running(cluster)
    later = again(durable=True)
    later.prepare()
    with later.superuser("factcheck") as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


@pytest.mark.prove
@pytest.mark.parametrize(
    "words",
    [
        'FATAL:  could not write to file "pg_wal/xlogtemp.7": No space left on device',
        'FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes\nHINT:  Check free disk space.',
        "initdb: error: could not create directory: Disk quota exceeded",
    ],
)
def test_full_disk_at_the_first_start_is_a_sentence(again, var, monkeypatch, words):
    programs = var.parent / "bin"
    data_directory.make_folder(programs, 0o755)
    (programs / "initdb").write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n")
    (programs / "initdb").chmod(0o755)
    monkeypatch.setattr(data_directory, "binaries", lambda: programs)
    cluster = again()
    with pytest.raises(DatabaseProblem) as refusal:
        cluster.prepare()
    assert str(refusal.value) == f"The disk of {cluster.home} is full. Free some space and start again."


@pytest.mark.prove
@pytest.mark.parametrize(
    "problem", [psycopg.errors.DiskFull("could not extend file: No space left on device"), KeyboardInterrupt()]
)
def test_server_stops_when_its_start_is_cut_short(again, monkeypatch, problem):
    def fail(*arguments: object) -> None:
        raise problem

    monkeypatch.setattr(Cluster, "create_contents", fail)
    cluster = again()
    with pytest.raises(type(problem) if isinstance(problem, KeyboardInterrupt) else DatabaseProblem):
        cluster.prepare()
    assert not running(cluster)
    monkeypatch.undo()
    cluster.prepare()
    assert running(cluster)


@pytest.mark.prove
def test_server_that_broke_down_says_in_its_log_that_the_disk_is_full(cluster: Cluster):
    error = psycopg.OperationalError("server closed the connection unexpectedly")
    assert cluster.full_disk(error) is None
    with open(cluster.home / "server.log", "a") as log:
        log.write("PANIC:  could not write to file: No space left on device\n")
    assert "is full" in str(cluster.full_disk(error))


def test_start_takes_back_what_a_role_has_given_itself(cluster: Cluster, again: Callable[..., Cluster]):
    """PostgreSQL lets every role change its own settings and password, so its next connections would fail."""
    for login in (cluster.logins().application, cluster.logins().reading):
        with connection_of(cluster, login) as connection:
            connection.execute("ALTER ROLE CURRENT_USER SET statement_timeout = 1000")
            connection.execute("ALTER ROLE CURRENT_USER PASSWORD 'of the attacker'")
        with pytest.raises(psycopg.OperationalError):
            connection_of(cluster, login)
    cluster.leave()
    later = again()
    later.prepare()
    for login in (later.logins().application, later.logins().reading):
        with connection_of(later, login) as connection:
            assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
            assert connection.execute("SHOW log_error_verbosity").fetchone() == ("terse",)


def connection_of(cluster: Cluster, login: Login) -> psycopg.Connection:
    socket = str(cluster.directory.socket)
    return psycopg.connect(host=socket, dbname="factcheck", user=login.name, password=login.password, autocommit=True)


def test_application_and_reading_roles_cannot_rise(cluster: Cluster):
    logins = cluster.logins()
    for login in (logins.application, logins.reading):
        with connection_of(cluster, login) as connection:
            for statement in (
                "CREATE TABLE mine (id int)",
                "CREATE TEMPORARY TABLE mine (id int)",
                "CREATE SCHEMA mine",
                "CREATE ROLE mine",
                "SET ROLE factcheck_owner",
                "SELECT pg_read_file('postgresql.conf')",
                "COPY (SELECT 1) TO PROGRAM 'true'",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
        with pytest.raises(psycopg.OperationalError, match='permission denied for database "postgres"'):
            psycopg.connect(
                host=str(cluster.directory.socket), dbname="postgres", user=login.name, password=login.password
            )
