"""``manage.py run``, as ``make run`` calls it: from nothing to answers, and everything stopped at the end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import OperationalError

from factcheck.database import DatabaseProblem
from factcheck.database.embedded import DATABASE, Cluster
from factcheck.operations.management.commands import run
from tests.support.postgresql import free_port
from tests.support.processes import children

Start = Callable[..., subprocess.Popen[str]]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A folder of its own for everything that the site makes, as in a new checkout."""
    folder = Path(os.environ["FACTCHECK_VAR"]) / f"run {os.getpid()}"
    yield folder
    for each in (folder, folder.with_name(f"{folder.name} too")):
        Cluster(each, durable=False).destroy()


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture
def start(var: Path, port: int) -> Iterator[Start]:
    """Starts the command; what a failed test left running is killed."""
    started: list[subprocess.Popen[str]] = []

    def run(**environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env={**os.environ, "FACTCHECK_VAR": str(var), "PORT": str(port), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a process group of its own, as a terminal gives
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def get(
    port: int, path: str, method: str = "GET", body: str | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def half_a_request(port: int) -> socket.socket:
    """A connection whose request never ends."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.send(b"GET / HTTP/1.1\r\n")
    return connection


def wait_for(port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        try:
            get(port, "/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    process.kill()
    pytest.fail("\n".join(process.communicate()))


@pytest.mark.prove
def test_first_start_shows_the_demo_and_ctrl_c_stops_everything(var: Path, port: int, start: Start):
    process = start(EMBEDDINGS_URL="")  # with the model, as everybody's first start
    wait_for(port, process)
    assert get(port, "/en/")[0] == 200
    status, headers, body = get(port, "/api/v1/reviews/?page_size=3", Origin="https://elsewhere.example")
    assert (status, headers["access-control-allow-origin"]) == (200, "*")
    assert len(json.loads(body)["results"]) == 3
    logins = json.loads((var / "demo-logins.json").read_text())
    assert (var / "demo-logins.json").stat().st_mode & 0o777 == 0o600
    assert log_in(port, logins[0]["username"], logins[0]["password"]) == 302
    done_by_the_worker(var, "verify_record", "make_dumps", "make_feed", "embed_claims")
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as kept, half_a_request(port):
        kept.request("GET", "/")
        kept.getresponse().read()  # a browser keeps its connection open
        asked = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the worker too
        said, complained = process.communicate(timeout=30)
    assert time.monotonic() - asked < 6  # two seconds where nothing else runs
    assert process.returncode == 0
    [sign_in] = complained.splitlines()
    assert sign_in.endswith("by password from 127.0.0.0/24")
    for word in (f"http://localhost:{port}/admin/", logins[0]["username"], logins[0]["password"], "Stopped."):
        assert word in said
    assert [re.fullmatch(r"(.*)… \d+\.\d s", line)[1] for line in said.splitlines()[:3]] == [
        "Starting the database",
        "Creating and updating the tables",
        "Loading the demo newsrooms",
    ]
    assert not (var / "postgres" / "data" / "postmaster.pid").exists()


def done_by_the_worker(var: Path, *names: str) -> None:
    """Waits until it has run these commands; on its first start, what was due in the last day."""
    cluster = Cluster(var, durable=False)
    deadline = time.monotonic() + 300
    done = set[str]()
    while not done.issuperset(names):
        assert time.monotonic() < deadline, set(names) - done
        time.sleep(0.2)
        with cluster.superuser(DATABASE) as superuser:
            done = {
                name
                for (name,) in superuser.execute(
                    "SELECT coalesce(args ->> 'command', task_name) FROM procrastinate_jobs WHERE status = 'succeeded'"
                )
            }


def log_in(port: int, username: str, password: str) -> int:
    """The status of the editors' login form: 302 leads in."""
    _, headers, page = get(port, "/admin/login/")
    cookie = headers["set-cookie"].strip().partition(";")[0]
    token = page.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = urlencode({"username": username, "password": password, "csrfmiddlewaretoken": token, "next": "/admin/"})
    return get(
        port, "/admin/login/", "POST", form, **{"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    )[0]


@pytest.mark.prove
def test_second_start_keeps_the_data_and_sigterm_stops_it(var: Path, port: int, start: Start):
    process = start()  # the first one, where the test before this runs in another process
    wait_for(port, process)
    process.terminate()
    process.communicate(timeout=30)
    process = start()
    wait_for(port, process)
    assert refusal(start(FACTCHECK_VAR=f"{var} too")) == (
        f"CommandError: 127.0.0.1:{port} can't be used (Address already in use). "
        f"Choose another port, for example: make run PORT={port + 1}\n"
    )
    assert refusal(start(PORT=str(port + 1))) == (
        f"CommandError: Another make run already uses the folder {var}. Stop that run first, "
        "or set FACTCHECK_VAR to another folder and PORT to another port.\n"
    )
    process.terminate()
    said, complained = process.communicate(timeout=30)
    assert (process.returncode, complained) == (0, "")
    assert "Loading the demo newsrooms" not in said
    assert not (var / "postgres" / "data" / "postmaster.pid").exists()


def refusal(process: subprocess.Popen[str]) -> str:
    """The complaint of a start that fails."""
    _, complained = process.communicate(timeout=60)
    assert (process.returncode, "Traceback" in complained) == (1, False)
    return complained


@pytest.mark.prove
def test_folder_keeps_its_port_and_another_port_moves_the_record(var: Path, port: int, start: Start):
    def address(number: int) -> str:
        url: str = json.loads(get(number, "/api/v1/reviews/?page_size=1")[2])["results"][0]["url"]
        return url.partition("/reviews/")[0]

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = probe.getsockname()[1]
    for number, environment in ((port, {}), (other, {"PORT": str(other)}), (other, {"PORT": ""})):
        process = start(**environment)
        wait_for(number, process)
        assert address(number) == f"http://127.0.0.1:{number}"
        own = {**os.environ, "FACTCHECK_VAR": str(var)}
        subprocess.run([sys.executable, "manage.py", "verify_record"], cwd=ROOT, env=own, check=True)
        process.terminate()
        said, _ = process.communicate(timeout=30)
        moved = "Moving the record from" in said
        assert moved is bool(environment.get("PORT"))


@pytest.mark.prove
def test_of_two_starts_at_once_one_serves(var: Path, port: int, start: Start):
    first, second = start(), start()
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and first.poll() is None and second.poll() is None:
        time.sleep(0.05)
    refused, serving = (first, second) if first.poll() is not None else (second, first)
    assert refusal(refused).startswith(f"CommandError: Another make run already uses the folder {var}. Stop that run")
    wait_for(port, serving)
    serving.terminate()
    assert serving.wait(30) == 0


@pytest.mark.prove
def test_children_and_database_end_with_a_killed_parent(var: Path, port: int, start: Start):
    process = start()
    wait_for(port, process)
    done_by_the_worker(var, "verify_record")
    with half_a_request(port):
        process.kill()
        process.communicate(timeout=30)  # comes back when the last child has closed its output
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        probe.listen()
    assert not (var / "postgres" / "data" / "postmaster.pid").exists()


@pytest.mark.prove
def test_ctrl_c_while_the_worker_waits_for_a_server_that_does_not_answer(var: Path, port: int, start: Start):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(300)
        process = start(EMBEDDINGS_URL=f"http://127.0.0.1:{silent.getsockname()[1]}/v1", EMBEDDINGS_MODEL="silent")
        asking, _ = silent.accept()
        wait_for(port, process)
        asked = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        _, complained = process.communicate(timeout=30)
        asking.close()
    assert (process.returncode, complained) == (0, "")
    assert time.monotonic() - asked < 6  # two seconds where nothing else runs


@pytest.mark.prove
def test_killed_web_worker_is_replaced(var: Path, port: int, start: Start):
    process = start()
    assert process.stdout is not None
    while "Press Ctrl-C" not in process.stdout.readline():
        assert process.poll() is None
    assert get(port, "/")[0] in (200, 302)  # when the URLs are printed, the site answers
    os.kill(children(process.pid)[-1], signal.SIGKILL)  # started after the other worker, which runs jobs
    time.sleep(0.1)
    wait_for(port, process)
    process.terminate()
    assert process.wait(30) == 0


def test_full_disk_is_a_sentence_and_stops_the_database(monkeypatch: pytest.MonkeyPatch):
    """While the tables are made: the error is PostgreSQL's, in Django's clothes."""

    def fail(*_: object) -> None:
        raise OperationalError('could not extend file "base/1/2": No space left on device')

    left: list[bool] = []
    monkeypatch.setattr(run, "MigrationExecutor", fail)
    monkeypatch.setattr(Cluster, "leave", lambda cluster, *, at_once: left.append(at_once))
    with pytest.raises(DatabaseProblem, match=r"^The disk of .* is full\. Free some space and start again\.$"):
        run.Command(stdout=StringIO()).prepare()
    assert left == [True]


@pytest.mark.prove
def test_ctrl_c_while_starting_stops_the_database(var: Path, port: int, start: Start):
    process = start()
    assert process.stdout is not None
    begun = "Starting the database…"
    assert process.stdout.read(len(begun)) == begun
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert not (var / "postgres" / "data" / "postmaster.pid").exists()


@pytest.mark.prove
def test_start_after_the_site_and_its_database_were_killed(var: Path, port: int, start: Start):
    process = start()
    wait_for(port, process)
    server = int((var / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    os.killpg(process.pid, signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    process.communicate(timeout=30)
    again = start()
    wait_for(port, again)
    assert json.loads(get(port, "/api/v1/reviews/?page_size=1")[2])["results"]
    again.terminate()
    assert again.wait(30) == 0
    again.communicate()
