"""A limit on the time that a migration waits for a lock.

Most statements that change a table wait until no transaction uses the table. All new queries on this table then wait
behind the statement. A migration therefore gives up after a few seconds.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

from factcheck.database.problems import DatabaseProblem
from factcheck.database.timeouts import MIGRATION_LOCK


@contextmanager
def lock_limit(connection: BaseDatabaseWrapper, seconds: float = MIGRATION_LOCK) -> Iterator[None]:
    """Limit the time for which statements in the block wait for a lock, then close the connection.

    A `lock_timeout` in the database's URL takes precedence. Raise `DatabaseProblem` when the limit is reached.
    """
    with connection.cursor() as cursor:
        cursor.callproc("current_setting", ["lock_timeout"])
        limited = cursor.fetchone() == ("0",)
        if limited:
            _set(cursor.execute, seconds)

    def wait_if_harmless(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        # Nobody waits behind a concurrent build, and a build that gives up leaves an invalid index.
        if not limited or "INDEX CONCURRENTLY" not in sql:
            return execute(sql, parameters, many, context)
        _set(execute, 0, None, False, context)
        try:
            return execute(sql, parameters, many, context)
        finally:
            _set(execute, seconds, None, False, context)

    try:
        with connection.execute_wrapper(wait_if_harmless):
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise DatabaseProblem(
                f"The migration waited {seconds:g} seconds for a lock and gave up, because readers would have waited "
                "behind it. Stop the services, or wait until backups and imports have ended. Then run migrate again."
            ) from error
        raise
    finally:
        connection.close()


def _set(execute: Callable[..., Any], seconds: float, *arguments: Any) -> None:
    execute(f"SET lock_timeout = {int(1000 * seconds)}", *arguments)
