"""Calls that wait for a lock of this transaction."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import sleep
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def begin_until_it_waits(call: Callable[[], T], alias: str = "default") -> "Future[T]":
    """Begin the call on another connection, and return when it waits for this connection's transaction."""

    def run() -> T:
        try:
            return call()
        finally:
            connections.close_all()

    pool = ThreadPoolExecutor(1)
    future = pool.submit(run)
    pool.shutdown(wait=False)
    while not _is_waited_for(alias):
        assert not future.done(), future.result()
        sleep(0.01)
    return future


def _is_waited_for(alias: str) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"
            " AND transactionid = pg_current_xact_id()::xid)"
        )
        return bool(cursor.fetchone()[0])
