"""What the database holds is what the SQL files say, and they run again without changing anything."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from factcheck.database.sql_files import RunSQLFiles, digest, for_this_site, sql_folder

APPS = ("record", "editorial", "webhooks")
FUNCTION = re.compile(
    r"^CREATE OR REPLACE FUNCTION (?:public\.)?(\w+)\(.*? AS \$\$(.*?)\$\$;$", re.MULTILINE | re.DOTALL
)
TRIGGER = re.compile(r"^CREATE (?:OR REPLACE|CONSTRAINT) TRIGGER (\w+) [^;]*? ON (\w+)\s", re.MULTILINE)
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
    found = [file for app in APPS for file in sorted(sql_folder(app).glob("*.sql"))]
    assert len(found) > 20
    return found


def rows(sql: str) -> list[Any]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_each_function_is_in_one_file_as_the_database_has_it(module_database: str) -> None:
    written = [found.groups() for file in files() for found in FUNCTION.finditer(file.read_text(encoding="utf-8"))]
    assert sorted(written) == sorted(rows(FUNCTIONS))


def test_each_trigger_is_in_one_file_and_always_enabled(module_database: str) -> None:
    written = [found.groups() for file in files() for found in TRIGGER.finditer(file.read_text(encoding="utf-8"))]
    assert sorted((*trigger, "A") for trigger in written) == sorted(rows(TRIGGERS))


def test_files_hold_functions_of_their_own_app() -> None:
    for file in files():
        for name, _ in FUNCTION.findall(file.read_text(encoding="utf-8")):
            assert name.startswith(f"{file.parent.parent.name}_"), file


def test_files_run_again_and_change_nothing(database: str) -> None:
    def everything() -> list[Any]:
        return [sorted(rows(sql), key=repr) for sql in EVERYTHING]

    before = everything()
    for file in files():
        with connections["owner"].cursor() as cursor:
            cursor.execute(for_this_site(file))
    assert everything() == before


@pytest.mark.parametrize("app", APPS)
def test_changed_file_comes_with_a_migration(app: str) -> None:
    graph = MigrationLoader(None).graph
    run: dict[str, str] = {}
    for node in graph.forwards_plan(graph.leaf_nodes(app)[0]):
        for operation in graph.nodes[node].operations:
            if isinstance(operation, RunSQLFiles) and operation.app == app:
                run.update(operation.digests)
    for file in sql_folder(app).glob("*.sql"):
        assert run.get(file.stem) == digest(file), (
            f"{file.name} has changed since the last migration that runs it: add a migration with "
            f'RunSQLFiles("{app}", {file.stem}="{digest(file)}").'
        )


def test_digest_leaves_comments_and_empty_lines_aside(tmp_path: Path) -> None:
    file = tmp_path / "rights.sql"
    file.write_text('-- Readers read.\nGRANT SELECT ON word TO :"reading";\n')
    before = digest(file)
    file.write_text('-- The public reads.\n\n    -- For ever.\nGRANT SELECT ON word TO :"reading";\n')
    assert digest(file) == before
    file.write_text('GRANT SELECT, INSERT ON word TO :"reading";\n')
    assert digest(file) != before
