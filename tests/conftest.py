"""How tests get a database. Ask for one of two fixtures; pytest-django's own ``db`` and mark are refused.

``database``         a fresh copy of the migrated, empty database for this test alone, dropped afterwards; ``newsroom`` is one in it
``module_database``  one copy for the tests of a module that only read, or whose changes are refused; ``module_newsroom`` is one in it; fill it in a module-scoped fixture of your own::

    @pytest.fixture(scope="module")
    def published(module_database): ...

A fixture of the whole run whose name ends in ``_ground`` makes what many tests begin with, once for all workers. Both fixtures copy the database of
the one that a test takes, directly or through other fixtures, instead of the empty one. ``live`` is a published review of ``newsroom`` on such a ground.
A ground may be some minutes old.

``newsroom`` lives in a database of its own. In a module with the mark ``one_database``, all tests share the module's. Such a test only looks at what
it made, and changes neither the newsroom and its people nor whole tables. A test that does takes ``database`` too.

Both are real: tests commit, there is no wrapping transaction, and the aliases ``default``, ``public`` and ``owner`` connect with
their own roles, also from threads (which close their own connections: ``connections.close_all()``). The value of both fixtures is the database's name. A test that takes ``database`` in a module
with ``module_database`` sees its own copy for its duration.

One throw-away PostgreSQL without fsync serves all workers; it starts when the first test wants it and its folder is removed at
the end. Its migrated files are kept for the next run (kept_server.py). Settings are those of ``make run`` with
``FACTCHECK_VAR`` in a temporary folder. A skipped test is a failed test.

``real_data``        the folder of real data. Where it's missing, the tests that use it, directly or through other fixtures, are deselected;
with ``REQUIRE_DATA=1`` they fail. Take the path from this fixture alone, so that every such test is found.
"""

import atexit
import fcntl
import gc
import io
import math
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.support import kept_server

gc.disable()  # until all tests are collected, and then for what they leave alone: a fifth of the time was spent on this
CONTROLLER = "PYTEST_XDIST_WORKER" not in os.environ
if CONTROLLER:
    # All that a shell may have set, so that no test touches a site's own database, key or dumps; tests/test_settings.py
    # holds the page to what is read.
    page = (Path(__file__).parent.parent / "docs/reference/settings.md").read_text(encoding="utf-8")
    for name in re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE):
        os.environ.pop(name, None)
    # In memory where there is room: a copy of a database is some 500 files, and ext4 is slow to reuse what was just deleted.
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**31
    folder = Path(tempfile.mkdtemp(prefix=f"factcheck-test-{os.getpid()}-", dir=memory if roomy else None))
    kept_server.restore(folder / "postgres")
    os.environ.update(
        FACTCHECK_VAR=str(folder),
        FACTCHECK_TEST="1",
        DATABASE_CONNECTION_AGE="0",
        API_RATE_LIMIT="off",  # tests of the limits set their own
        SEARCH_RATE_LIMIT="off",
        EMBEDDINGS_URL="off",  # tests that need vectors name their own
        DJANGO_SETTINGS_MODULE="factcheck.settings",
    )

import django  # noqa: E402 (the environment comes first)
from django.conf import settings  # noqa: E402

django.setup()

from django.contrib.auth.hashers import PBKDF2PasswordHasher  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import translation  # noqa: E402
from whitenoise.middleware import WhiteNoiseMiddleware  # noqa: E402

from factcheck.clean_room import door  # noqa: E402
from factcheck.database import timeouts  # noqa: E402
from factcheck.database.embedded import Cluster  # noqa: E402
from factcheck.database.remote import Remote  # noqa: E402
from factcheck.database.source import parse_url  # noqa: E402
from factcheck.editorial import claimants  # noqa: E402
from factcheck.editorial.desk.deciding import public_text  # noqa: E402
from factcheck.editorial.models import Review  # noqa: E402
from factcheck.record.lists.counts import forget_counts  # noqa: E402
from factcheck.record.matching import matches  # noqa: E402
from factcheck.record.matching.query_vectors import forget_queries  # noqa: E402
from factcheck.tools.budget import Budget, begin  # noqa: E402
from factcheck.web import rate_limits, request_log  # noqa: E402
from factcheck.web.places import search_places  # noqa: E402
from factcheck.web.response_cache import forget_responses  # noqa: E402
from factcheck.website import queries  # noqa: E402
from tests.support import clean_room, cpu_seconds  # noqa: E402
from tests.support.databases import Ground, fresh_database, ground_fixture, prepare_template  # noqa: E402
from tests.support.drafts import Newsroom, make_newsroom  # noqa: E402

if TYPE_CHECKING:
    from tests.support.schemaorg import SchemaOrg

# Beside the project's folder, since the files may not be copied into it.
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
WITHOUT_DATA = pytest.StashKey[int]()
SERVER = pytest.StashKey[float]()

# Requests of a test don't count in tests of other processes. Its servers read the environment.
settings.REQUEST_COUNTS = Path(os.environ["FACTCHECK_VAR"], f"request-counts-{os.getpid()}")
os.environ["REQUEST_COUNTS"] = str(settings.REQUEST_COUNTS)
# The same examples on every run; `make prove` looks further.
hypothesis.settings.register_profile("test", deadline=None, derandomize=True, max_examples=100, database=None)
hypothesis.settings.register_profile("prove", deadline=None, max_examples=2000, database=None, print_blob=True)


# A busy machine takes longer than readers should wait. Tests of these limits set their own.
search_places.seconds *= 20
matches.SECONDS *= 20
for searching in (public_text, claimants, request_log):
    searching.SEARCH_SECONDS *= 20
door._exchange = clean_room.exchange_here
PBKDF2PasswordHasher.iterations = 1_000  # a site's million takes a third of a second for each password

list_static_files = WhiteNoiseMiddleware.add_files_from_finders
static_files: dict[str, Any] = {}


def add_static_files(self: WhiteNoiseMiddleware) -> None:
    """Each new `Client` makes the middleware, which would look for the same files for 15 ms."""
    if not static_files:
        list_static_files(self)
        static_files.update(self.files)
    self.files = static_files


WhiteNoiseMiddleware.add_files_from_finders = add_static_files


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("prove" if config.option.markexpr == "prove" else "test")


def _remove_cluster() -> None:
    """In the controller, when the workers have gone; also what a killed run left behind."""
    settings.DATABASE_SERVER.destroy()
    shutil.rmtree(folder)
    for left in folder.parent.glob("factcheck-test-*-*"):
        with suppress(PermissionError):  # somebody else's
            if not _alive(int(left.name.split("-")[2])):
                Cluster(left, durable=False).destroy()
                shutil.rmtree(left)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _terminate(number: int, _frame: Any) -> None:
    """End the run at SIGTERM as at Ctrl-C: tests are left, fixtures are torn down, and the server is removed.

    A process that a test has forked only ends itself.
    """
    if os.getpid() != STARTED:
        signal.signal(number, EARLIER)
        os.kill(os.getpid(), number)
        return
    signal.signal(number, signal.SIG_IGN)  # a second signal would interrupt the teardown
    for worker in settings.VAR.glob("worker-*") if CONTROLLER else ():
        with suppress(ProcessLookupError):
            os.kill(int(worker.name.removeprefix("worker-")), number)
    pytest.exit("The run was terminated.", returncode=128 + number)


STARTED, EARLIER = os.getpid(), signal.signal(signal.SIGTERM, _terminate)
if CONTROLLER:
    atexit.register(_remove_cluster)
else:
    (settings.VAR / f"worker-{STARTED}").touch()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"{item.nodeid} was skipped: {report.longrepr[-1]}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    report = yield
    if report.skipped:
        report.outcome, report.longrepr = "failed", f"{collector.nodeid} was skipped: {report.longrepr[-1]}"
    return report


def pytest_itemcollected(item: pytest.Item) -> None:
    """Choose the database of a test with a newsroom. Set up its own database before anything is made in it."""
    names: list[str] = getattr(item, "fixturenames", [])
    if "database" in names:
        names.remove("database")
        names.insert(0, "database")
    elif "newsroom" in names and "module_database" not in names:
        names.insert(0, "module_database" if item.get_closest_marker("one_database") else "database")


@pytest.hookimpl(trylast=True)  # after -m and -k, so that only tests are counted that would have run
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if DATA.is_dir() or os.environ.get("REQUIRE_DATA") == "1":
        return
    without = [item for item in items if "real_data" in getattr(item, "fixturenames", ())]
    items[:] = [item for item in items if item not in without]
    config.hook.pytest_deselected(items=without)
    config.stash[WITHOUT_DATA] = len(without)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 10, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    timeouts._guard = None  # modules and earlier tests that serve made this a process that answers requests


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not CONTROLLER:  # all workers collect the same tests
        session.config.workeroutput["without_data"] = session.config.stash.get(WITHOUT_DATA, 0)  # type: ignore[attr-defined]
        session.config.workeroutput["server"] = cpu_seconds.of_server()  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    sent = getattr(node, "workeroutput", {})
    node.config.stash[WITHOUT_DATA] = sent.get("without_data", 0)
    node.config.stash[SERVER] = max(node.config.stash.get(SERVER, 0.0), sent.get("server", 0.0))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if count := config.stash.get(WITHOUT_DATA, 0):
        terminalreporter.write_line(f"{count} tests were left out: they read {DATA}, which is missing.")
    server = config.stash.get(SERVER, 0.0) or cpu_seconds.of_server()  # the last worker has stopped it
    terminalreporter.write_line(f"{cpu_seconds.of_python():.0f} CPU seconds of Python, {server:.0f} of PostgreSQL")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data."""
    if not DATA.is_dir():
        pytest.fail(f"REQUIRE_DATA is set, and the folder {DATA} is missing.")
    return DATA


@pytest.fixture(scope="session")
def schemaorg(real_data: Path) -> "SchemaOrg":
    from tests.support.schemaorg import SchemaOrg  # loads rdflib, which takes a second

    return SchemaOrg(real_data / "schemaorg")


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    pytest.fail(
        "Take the fixture `database` or `module_database` (tests/conftest.py) instead of `db` or the mark `django_db`."
    )


@pytest.fixture(scope="session")
def template(django_db_blocker: pytest.FixtureRequest) -> str:
    """The migrated database that the others are copied from, made by the first worker that wants it."""
    with open(settings.VAR / "template.lock", "a") as lock, django_db_blocker.unblock():
        fcntl.flock(lock, fcntl.LOCK_EX)
        return prepare_template()


def load_demo() -> tuple[str, str]:
    """Load the demo newsrooms. Return what their command prints, and its file of logins, which other tests may overwrite."""
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue(), (settings.VAR / "demo-logins.json").read_text()


newsroom_ground, demo_ground = ground_fixture(make_newsroom), ground_fixture(load_demo)
live_ground = ground_fixture(Newsroom.publish_new, after="newsroom_ground")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request in Vietnamese leaves its language active in the thread, where the next test would read it."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """A process has one log for all its life, and a test has its own."""
    begin(Budget())
    forget_responses()
    forget_counts()
    forget_queries()
    counters = rate_limits._counters(settings.REQUEST_COUNTS).memory.content
    counters[:] = bytes(len(counters))
    # As on a site in its second week, so that pages keep their number of queries.
    queries._first_hour[:] = [(math.inf, None)]


@pytest.fixture
def database(template: str, django_db_blocker, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh, migrated database for this test. It's empty, unless the test takes a ground."""
    begun = _ground_of(request, [request.node])
    with django_db_blocker.unblock(), fresh_database(begun or template) as name:
        yield name


@pytest.fixture(scope="module")
def module_database(template: str, django_db_blocker, request: pytest.FixtureRequest) -> Iterator[str]:
    """One database for the tests of a module that leave no trace."""
    readers = [
        item for item in request.session.items if item.path == request.path and "database" not in item.fixturenames
    ]
    begun = _ground_of(request, readers)
    with django_db_blocker.unblock(), fresh_database(begun or template) as name:
        yield name


@pytest.fixture
def newsroom(newsroom_ground: Ground) -> Newsroom:
    """One with its people, in a database of its own, or in the module's with the mark ``one_database``."""
    return deepcopy(newsroom_ground.made)


@pytest.fixture
def live(live_ground: Ground, database: str) -> Review:
    """A published review of the newsroom, in a database of its own."""
    return deepcopy(live_ground.made)


@pytest.fixture(scope="module")
def module_newsroom(newsroom_ground: Ground, module_database: str) -> Newsroom:
    """One with its people, for the tests of a module that leave no trace: they read, or what they try is refused."""
    return deepcopy(newsroom_ground.made)


@pytest.fixture
def away_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that was started while the named server does not answer: it has made no connection yet."""
    account = parse_url("DATABASE_URL", "postgresql://a:b@127.0.0.1:1/facts")
    server = Remote(account)
    monkeypatch.setattr(type(settings.DATABASE_SERVER), "prepare", server.prepare)
    connections.close_all()
    for alias in connections.settings.values():
        for key in ("HOST", "PORT"):
            monkeypatch.setitem(alias, key, account[key])


def _ground_of(request: pytest.FixtureRequest, items: list[Any]) -> str | None:
    """Return the database that these tests begin with if they take a ground, or several that continue one another."""
    names = {name for item in items for name in getattr(item, "fixturenames", ()) if name.endswith("_ground")}
    grounds = sorted((request.getfixturevalue(name) for name in names), key=lambda ground: len(ground.begun))
    for ground in grounds[:-1]:
        assert ground.template in grounds[-1].begun, (
            f"{request.node.nodeid} takes grounds that exclude each other: {names}"
        )
    return grounds[-1].template if grounds else None
