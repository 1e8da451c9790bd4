"""Refuse migrations that lock a large table for long. `make check` runs this file.

squawk reads the SQL of each migration. It doesn't know Python code and long changes of rows, so they are checked here.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import django
import sqlparse

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
django.setup()

from django.apps import apps
from django.db import NotSupportedError, connections
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from factcheck.database.roles import MINIMUM_VERSION

# The newest migrations of the first release. No site has had data before them.
FIRST_RELEASE = [("record", "0001_initial"), ("editorial", "0001_initial"), ("webhooks", "0001_initial")]
# Rules about style, about limits that `migrate` sets, and about short changes that remove no data.
EXCLUDED = [
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "require-lock-timeout",
    "require-statement-timeout",
    "ban-drop-constraint",
    "ban-drop-default",
    "ban-drop-function",
    "ban-drop-not-null",
    "ban-drop-view",
]
_ALONE = "in its own migration with `atomic = False`"
_IN_BATCHES = f"Change the rows in batches, with RunPython {_ALONE}."
_UNUSED = "Wait for a release after the last one that uses it. Then drop it in RunSQL below"
_NEW_COLUMN = f"Add a new column, and remove the old column in a later release. {_IN_BATCHES}"
# The remedy for each of squawk's rules in Django's words. For other rules, squawk's own remedy is printed.
REMEDIES = {
    "adding-field-with-default": f"Add a nullable column or use a constant default. {_IN_BATCHES}",
    "adding-foreign-key-constraint": "Use `db_constraint=False` and `db_index=False`. Add the constraint with NOT"
    " VALID in RunSQL, validate it in a later migration, and add the index concurrently.",
    "adding-not-nullable-field": "Add CHECK (column IS NOT NULL) with AddConstraintNotValid, and validate it in a"
    " later migration. Then set NOT NULL in RunSQL below `-- squawk-ignore adding-not-nullable-field`.",
    "adding-required-field": "Make the column nullable, or use a constant `db_default`.",
    "adding-serial-primary-key-field": f"Build a unique index concurrently {_ALONE}. Then add the key USING INDEX.",
    "ban-concurrent-index-creation-in-transaction": "Set `atomic = False`.",
    "ban-drop-column": f"{_UNUSED} `-- squawk-ignore ban-drop-column`.",
    "ban-drop-table": f"{_UNUSED} `-- squawk-ignore ban-drop-table`.",
    "changing-column-type": _NEW_COLUMN,
    "constraint-missing-not-valid": "Use AddConstraintNotValid, or NOT VALID in RunSQL. Validate the constraint in a"
    " later migration.",
    "disallowed-unique-constraint": f"Build a unique index concurrently {_ALONE}. Then add the constraint USING INDEX.",
    "renaming-column": "Keep the name with `db_column`.",
    "renaming-table": "Keep the name with `db_table`.",
    "require-concurrent-index-creation": f"Use AddIndexConcurrently {_ALONE}.",
    "require-concurrent-index-deletion": f"Use RemoveIndexConcurrently {_ALONE}.",
}


def find_problems() -> list[str]:
    """Return a sentence on each problem of our migrations since the first release."""
    graph = MigrationLoader(None, replace_migrations=False).graph
    released = {node for last in FIRST_RELEASE for node in graph.forwards_plan(last)}
    new = [node for node in sorted(graph.nodes) if node not in released and _is_ours(node[0])]
    return [f"{app}.{name}: {finding}" for app, name in new for finding in check(graph.nodes[app, name])]


def _is_ours(app: str) -> bool:
    return apps.get_app_config(app).name.startswith("factcheck.")


def check(migration: Migration) -> Iterator[str]:
    """Yield a sentence on each problem and what to do instead."""
    yield from _check_operations(migration)
    loader = MigrationLoader(connections["owner"], replace_migrations=False)
    try:
        statements = loader.collect_sql([(migration, False)])
    except NotSupportedError as error:  # Django refuses concurrent operations in a transaction itself
        yield str(error)
        return
    for statement in sqlparse.parse("\n".join(statements)):
        if (kind := str(statement.get_type())) in ("UPDATE", "DELETE"):  # type: ignore[no-untyped-call]
            yield f"{kind} locks all rows that it changes until it ends. {_IN_BATCHES}"
    yield from _ask_squawk(statements, in_transaction=migration.atomic)


def _check_operations(migration: Migration) -> Iterator[str]:
    if not migration.atomic and len(migration.operations) > 1:
        yield "If an operation fails, earlier operations stay. With `atomic = False`, use one operation a migration."
    for operation in _with_inner(migration.operations):
        if not operation.reduces_to_sql and (migration.atomic or operation.atomic):
            yield f"{type(operation).__name__} keeps its locks until the migration ends. {_IN_BATCHES}"


def _with_inner(operations: Sequence[Operation]) -> Iterator[Operation]:
    for operation in operations:
        yield operation
        yield from _with_inner(getattr(operation, "database_operations", ()))


def _ask_squawk(statements: Sequence[str], *, in_transaction: bool) -> Iterator[str]:
    sql = "\n".join(["BEGIN;", *statements, "COMMIT;"] if in_transaction else statements)
    program = Path(sys.executable).with_name("squawk")
    arguments = [f"--pg-version={MINIMUM_VERSION}", "--reporter=json", *(f"--exclude={rule}" for rule in EXCLUDED)]
    try:
        answer = subprocess.run([program, *arguments], input=sql, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise SystemExit("squawk isn't installed. Run `make check`, which installs it.") from None
    if answer.returncode not in (0, 1):
        raise SystemExit(answer.stderr)
    for found in json.loads(answer.stdout or "[]"):
        remedy = REMEDIES.get(found["rule_name"], found["help"] or "")
        yield f"{sql.splitlines()[found['line']].strip()}\n  {found['message']} ({found['rule_name']})\n  {remedy}"


if __name__ == "__main__":
    sys.exit("\n".join(find_problems()) or 0)
