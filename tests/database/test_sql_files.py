"""The database holds the rules of the SQL files, whether it's new or upgraded, and after a migration that fails."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.db.migrations import RunSQL

from factcheck.database import sql_files
from tests.support.migrating import add_migration

FUNCTION = re.compile(
    r"^CREATE OR REPLACE FUNCTION (?:public\.)?(\w+)\(.*? AS \$\$(.*?)\$\$;$", re.MULTILINE | re.DOTALL
)
# Whatever an extension or the queue's own migrations have brought is not ours.
FUNCTIONS = """
SELECT proname, prosrc FROM pg_proc
WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'procrastinate%'
AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
"""
TRIGGERS = """
SELECT tgname, relname, tgenabled FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND relname NOT LIKE 'procrastinate%'
"""
EVERYTHING = [
    "SELECT pg_get_functiondef(oid), proacl FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'",
    "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT oid, array(SELECT unnest(relacl)::text ORDER BY 1), reloptions FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace",
    "SELECT attrelid, attname, array(SELECT unnest(attacl)::text ORDER BY 1), attstorage FROM pg_attribute",
    "SELECT defaclrole, defaclobjtype, array(SELECT unnest(defaclacl)::text ORDER BY 1) FROM pg_default_acl",
    "SELECT id, name FROM auth_group",
]


def files() -> list[Path]:
    found = [*sql_files.sql_files("first"), *sql_files.sql_files()]
    assert len(found) > 30
    return found


def rows(sql: str) -> list[Any]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_each_function_is_in_one_file_as_the_database_has_it(module_database: str) -> None:
    texts = (sql_files.for_this_site(file.read_text(encoding="utf-8")) for file in files())
    written = [found.groups() for text in texts for found in FUNCTION.finditer(text)]
    assert sorted(written) == sorted(rows(FUNCTIONS))


def test_every_trigger_is_always_enabled(module_database: str) -> None:
    triggers = rows(TRIGGERS)
    assert len(triggers) > 80
    assert {enabled for _name, _table, enabled in triggers} == {"A"}


def test_files_hold_functions_of_their_own_app() -> None:
    for file in files():
        for name, _ in FUNCTION.findall(file.read_text(encoding="utf-8")):
            assert file.parts[file.parts.index("sql") - 1] == name.partition("_")[0], file


def everything() -> list[Any]:
    return [sorted(rows(sql), key=repr) for sql in EVERYTHING]


def migrate() -> None:
    call_command("migrate", database="owner", verbosity=0)


def test_rules_are_made_again_without_a_change(database: str) -> None:
    before = everything()
    with connections["owner"].cursor() as cursor:
        cursor.execute("COMMENT ON TABLE django_migrations IS 'rules of an earlier release'")
    migrate()
    assert everything() == before


def test_rules_of_an_earlier_release_go(database: str) -> None:
    before = everything()
    with connections["owner"].cursor() as cursor:
        cursor.execute("""
            CREATE FUNCTION record_earlier() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
            CREATE TRIGGER earlier BEFORE INSERT ON record_logentry FOR EACH ROW EXECUTE FUNCTION record_earlier();
            COMMENT ON TABLE django_migrations IS 'rules of an earlier release'
        """)
        cursor.execute(sql_files.for_this_site('GRANT UPDATE ON record_logentry TO :"application"'))
    migrate()
    assert everything() == before


def test_trigger_can_use_the_column_of_a_new_migration(database, monkeypatch, tmp_path):
    """As in a release that adds a column together with the rule about the column."""
    add_migration(monkeypatch, RunSQL("ALTER TABLE record_logentry ADD COLUMN made_up bigint"))
    add_file(monkeypatch, tmp_path, """
        CREATE OR REPLACE TRIGGER made_up_kept BEFORE UPDATE ON record_logentry
        FOR EACH ROW WHEN (NEW.made_up IS DISTINCT FROM OLD.made_up) EXECUTE FUNCTION record_refuse()
    """)  # fmt: skip
    migrate()
    assert ("made_up_kept", "record_logentry", "A") in rows(TRIGGERS)


@pytest.mark.parametrize("broken", ["migration", "file"])
def test_migration_that_fails_leaves_every_rule_in_force(database, monkeypatch, tmp_path, broken):
    before = everything()
    add_migration(monkeypatch, RunSQL("SELECT 1 / 0" if broken == "migration" else "CREATE TABLE made_up (id bigint)"))
    add_file(monkeypatch, tmp_path, "SELECT 1" if broken == "migration" else "CREATE TRIGGER without a table")
    with pytest.raises(DatabaseError):
        migrate()
    assert everything() == before
    with pytest.raises(DatabaseError), transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM record_logentry")


def test_migration_without_a_transaction_runs_after_the_rules(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    add_migration(monkeypatch, RunSQL("CREATE INDEX CONCURRENTLY made_up ON record_logentry (at)"), atomic=False)
    migrate()
    assert rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'made_up'::regclass") == [(True,)]


def add_file(monkeypatch: pytest.MonkeyPatch, folder: Path, sql: str) -> None:
    file = folder / "made_up.sql"
    file.write_text(sql)
    shipped = sql_files.sql_files
    monkeypatch.setattr(sql_files, "sql_files", lambda name="": [*shipped(name), *([] if name else [file])])


def test_migration_locks_all_tables_so_that_an_autovacuum_cannot_wait_for_it(module_database: str) -> None:
    with transaction.atomic(using="owner"):
        sql_files.drop_rules(connections["owner"])
        unlocked = rows(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT EXISTS"
            " (SELECT FROM pg_locks WHERE relation = pg_class.oid AND pid = pg_backend_pid()"
            "  AND mode = 'ShareUpdateExclusiveLock')"
        )
        transaction.set_rollback(True, using="owner")
    assert unlocked == []
