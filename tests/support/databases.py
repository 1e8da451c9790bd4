"""The databases of tests: copies of a template, to which every alias points during a test."""

import atexit
import fcntl
import itertools
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache as remembered
from django.core.management import call_command
from django.db import connections

from factcheck.database import roles
from factcheck.database.embedded import DATABASE, Cluster
from tests.support import kept_server

TEMPLATE = "factcheck_template"
_numbers = itertools.count()


@dataclass
class Ground:
    """A database that others are copied from, and the return value of the function that filled it."""

    template: str
    made: Any
    begun: tuple[str, ...] = ()  # the templates of the grounds that this one continues from


def ground_fixture(make: Callable[..., Any], *, after: str = "") -> Any:
    """Return a fixture for the whole test run. Assign it to a name that ends with `_ground`.

    ``after`` is the name of a ground to continue from. Its value is the argument of ``make``.
    """

    @pytest.fixture(scope="session")
    def made(template: str, django_db_blocker: Any, request: pytest.FixtureRequest) -> Ground:
        begun: Ground | None = request.getfixturevalue(after) if after else None
        with django_db_blocker.unblock():
            if begun is None:
                return _ground(make.__name__, template, make)
            ground = _ground(make.__name__, begun.template, partial(make, deepcopy(begun.made)))
            return replace(ground, begun=(*begun.begun, begun.template))

    return made


def _ground(name: str, template: str, make: Callable[[], Any]) -> Ground:
    """Return the database, which the first worker that needs it creates. It is deleted together with the server."""
    database, file = f"ground_{name}", settings.VAR / f"{name}.pickle"
    with open(settings.VAR / f"{name}.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            _copy(database, template)
            before = point_to(database)
            try:
                file.write_bytes(pickle.dumps(make()))
            finally:
                point_to(before)
    return Ground(database, pickle.loads(file.read_bytes()))  # noqa: S301 (a file of our own)


def prepare_template() -> str:
    """Start the server with the migrated database that others are copied from, and keep it for later runs."""
    cluster: Cluster = settings.DATABASE_SERVER
    cluster.prepare()
    if superuser().execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
        return TEMPLATE
    superuser().execute("SET scram_iterations = 1")  # the default of 4,096 takes two thirds of the time of a connection
    for login in vars(cluster.logins()).values():
        superuser().execute(f"ALTER ROLE {roles.identifier(login.name)} PASSWORD {roles.literal(login.password)}")
    call_command("migrate", database="owner", verbosity=0)
    connections.close_all()
    superuser().execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {DATABASE} ALLOW_CONNECTIONS false")
    superuser().close()
    superuser.cache_clear()
    cluster.leave(patience=10)  # stops the server, because the files of a running server can't be copied
    kept_server.keep(cluster.home)
    cluster.prepare()
    return TEMPLATE


@contextmanager
def fresh_database(template: str) -> Iterator[str]:
    """Create a copy of the template, and let every alias point to it until the end of the block."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    _copy(name, template)
    before = point_to(name)
    try:
        yield name
    finally:
        point_to(before)
        superuser().execute(f"DROP DATABASE {name} WITH (FORCE)")


def _copy(name: str, template: str) -> None:
    logins = settings.DATABASE_SERVER.logins()
    # Copying files takes two thirds of the time that PostgreSQL's default strategy takes.
    superuser().execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy OWNER {logins.owner.name}")
    for line in roles.connect_rights(name, logins):  # rights on the database itself aren't copied
        superuser().execute(line)


@cache
def superuser() -> psycopg.Connection:
    """Return one connection for all copies, because a connection costs as much as half a copy."""
    connection = settings.DATABASE_SERVER.superuser()
    atexit.register(connection.close)
    return connection


def point_to(name: str) -> str:
    """Let every alias connect to this database from now on. Return the name of the previous database."""
    connections.close_all()
    before = connections.settings["default"]["NAME"]
    for alias in connections.settings.values():
        alias["NAME"] = name
    ContentType.objects.clear_cache()
    remembered.clear()
    return str(before)
