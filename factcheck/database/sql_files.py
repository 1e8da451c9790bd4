"""The rules that the database enforces: functions, triggers and rights, in the SQL files of our apps.

The files belong to no migration. ``migrate`` drops what earlier files made, runs the migrations, and runs today's
files, all in one transaction. So new and upgraded databases have the same rules, and a migration that fails changes
nothing.

``sql/first/`` contains what the tables need, such as functions of generated columns. These files run before the
migrations. The variables ``:"application"`` and ``:"reading"`` (psql) are two roles whose names differ between sites.
``:'drafts_kept'`` is the time of the setting DRAFTS_DAYS.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from factcheck.database.roles import identifier

_UNKNOWN = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
ROLES = {"application": "default", "reading": "public"}
# Queries that return statements about our triggers and functions. Triggers and functions of extensions and of the
# queue's own migrations are left out.
_OUR_TRIGGERS = """
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal AND relname NOT LIKE 'procrastinate%'
"""
_DROP_TRIGGERS = "SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)" + _OUR_TRIGGERS
_ENABLE_TRIGGERS = "SELECT format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', tgrelid::regclass, tgname)" + _OUR_TRIGGERS
# A function that a column, an index or a constraint uses can't be dropped. Its file replaces the function.
_DROP_FUNCTIONS = """
    SELECT format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'procrastinate%'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE deptype = 'e' AND classid = 'pg_proc'::regclass AND objid = pg_proc.oid)
    AND NOT EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_proc'::regclass AND refobjid = pg_proc.oid)
"""
# A changed right is a changed row of pg_class. An autovacuum that holds the table's lock would wait for this row, and
# the migration for the lock. So the migration takes the locks first.
_LOCK = """
    SELECT format('LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE', string_agg(oid::regclass::text, ', ' ORDER BY oid))
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace HAVING count(*) > 0
"""
_REVOKE = """
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"application", :"reading";
    REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM :"application", :"reading";
"""


def drop_rules(connection: BaseDatabaseWrapper) -> None:
    """Drop the functions, triggers and rights of all SQL files, then create the functions that the tables need."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with pending triggers can't be altered
        _execute_all(cursor, _LOCK)
        _execute_all(cursor, _DROP_TRIGGERS)
        _execute_all(cursor, _DROP_FUNCTIONS)
        cursor.execute(for_this_site(_REVOKE))
        for file in sql_files("first"):
            cursor.execute(for_this_site(file.read_text(encoding="utf-8")))


def make_rules(connection: BaseDatabaseWrapper, *, early: bool = False) -> None:
    """Run the SQL files, and enable their triggers for sessions that replicate too.

    If this is early, migrations follow. A file about a table or column of these migrations is then left out.
    """
    with connection.cursor() as cursor:
        # Without this setting, a function couldn't use a function from a later file.
        cursor.execute("SET LOCAL check_function_bodies = off")
        for file in sql_files():
            try:
                with transaction.atomic(using=connection.alias):
                    cursor.execute(for_this_site(file.read_text(encoding="utf-8")))
            except ProgrammingError as error:
                if not (early and isinstance(error.__cause__, _UNKNOWN)):
                    raise
        _execute_all(cursor, _ENABLE_TRIGGERS)
        cursor.execute(f"COMMENT ON TABLE django_migrations IS 'rules {rules_digest()}'")


def has_todays_rules(connection: BaseDatabaseWrapper) -> bool:
    """Return whether the database's rules come from these files."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass('public.django_migrations'), 'pg_class')")
        return bool(cursor.fetchone() == (f"rules {rules_digest()}",))


def rules_digest() -> str:
    files = [*sql_files("first"), *sql_files(), Path(__file__)]
    roles = [settings.DATABASES[alias]["USER"] for alias in ROLES.values()]
    return hashlib.sha256(
        b"\0".join([*(file.read_bytes() for file in files), repr((roles, _kept())).encode()])
    ).hexdigest()


def sql_files(folder: str = "") -> Iterator[Path]:
    """Yield the SQL files of all our apps, in the order of INSTALLED_APPS and then of the files' names."""
    for app in apps.get_app_configs():
        if app.name.startswith("factcheck."):
            yield from sorted((Path(app.path) / "sql" / folder).glob("*.sql"))


def for_this_site(sql: str) -> str:
    """Return the statements with the names of this site's roles, and with its time for drafts."""
    for variable, alias in ROLES.items():
        sql = sql.replace(f':"{variable}"', identifier(settings.DATABASES[alias]["USER"]))
    return sql.replace(":'drafts_kept'", _kept())


def _kept() -> str:
    return f"'{settings.DRAFTS_DAYS} days'"


def _execute_all(cursor: Any, query: str) -> None:
    """Run the statements that the query returns."""
    cursor.execute(query)
    cursor.execute(";".join(statement for (statement,) in cursor.fetchall()))
