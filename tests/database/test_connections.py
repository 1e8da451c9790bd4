"""A connection that a thread keeps: its server is asked only when the socket says that something came."""

import os
import resource
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection, connections

from factcheck.database.rows import run_prepared, run_public


@pytest.fixture
def many_files() -> Iterator[None]:
    """The next file gets a descriptor of 1024 or more, as in a process with many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2048), hard))
    taken = [os.open(os.devnull, os.O_RDONLY)]
    while taken[-1] < 1023:
        taken.append(os.dup(taken[0]))
    yield
    for descriptor in taken:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_connection_with_a_high_descriptor_is_usable(database: str, many_files: None):
    connection.close()
    connection.ensure_connection()
    assert connection.connection.fileno() >= 1024
    assert connection.is_usable()
    connection.close()


def test_server_plans_the_statements_of_every_request_only_once(database: str):
    for sequence in (-1, 5):
        assert run_prepared("SELECT sequence FROM record_logentry WHERE sequence > %s", [sequence]) == []
    kept = run_public("SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements")
    assert ("SELECT sequence FROM record_logentry WHERE sequence > $1", 2) in kept
    assert not connections["public"].connection._prepared._counts  # psycopg keeps no text of ordinary statements


def test_prepared_statement_of_a_new_request_needs_no_open_connection(database: str):
    assert run_prepared("SELECT 1") == [(1,)]
    reader = connections["public"]
    reader.close_at = None  # the thread keeps its connection for the next request
    with settings.DATABASE_SERVER.superuser() as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [reader.connection.info.backend_pid])
    reader.close_if_unusable_or_obsolete()  # as at the start of a request
    assert run_prepared("SELECT 1") == [(1,)]
    reader.close()
