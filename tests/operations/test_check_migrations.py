"""A migration that locks a large table for long is refused, with a sentence on what to do instead."""

from typing import Any

import check_migrations  # in `.ci`
import pytest
from check_migrations import find_problems
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import models
from django.db.migrations import AddConstraint, AddField, AddIndex, AlterField, RemoveField, RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader

from tests.support.migrating import add_migration

INDEX = models.Index(fields=["at"], name="made_up")
CONSTRAINT = models.CheckConstraint(condition=models.Q(sequence__gte=0), name="made_up")
NOT_NULL = "ALTER TABLE record_logentry ALTER COLUMN subject SET NOT NULL;"


FIRST_RELEASE = check_migrations.FIRST_RELEASE


@pytest.fixture(autouse=True)
def only_the_made_up_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out our own migrations, because each of them takes a process."""
    monkeypatch.setattr(check_migrations, "FIRST_RELEASE", MigrationLoader(None).graph.leaf_nodes())


def test_our_migrations_have_short_locks(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a database, Django also writes the SQL that depends on the tables' constraints."""
    monkeypatch.setattr(check_migrations, "FIRST_RELEASE", FIRST_RELEASE)
    assert find_problems() == []


def nothing(apps: Any, schema_editor: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("operation", "atomic", "finding"),
    [
        (AddIndex("logentry", INDEX), True, "Use AddIndexConcurrently in its own migration with `atomic = False`."),
        (AddIndexConcurrently("logentry", INDEX), True, "set atomic = False on the migration"),
        (AddConstraint("logentry", CONSTRAINT), True, "Use AddConstraintNotValid, or NOT VALID in RunSQL."),
        (
            AlterField("logentry", "sequence", models.TextField(primary_key=True)),
            True,
            "Add a new column, and remove the old column in a later release.",
        ),
        (
            AddField("logentry", "made_up", models.ForeignKey("record.LogEntry", models.PROTECT, null=True)),
            True,
            "Use `db_constraint=False` and `db_index=False`.",
        ),
        (
            RunSQL("ALTER TABLE record_logentry ADD COLUMN made_up timestamptz NOT NULL DEFAULT clock_timestamp()"),
            True,
            "Add a nullable column or use a constant default.",
        ),
        (RunSQL("ALTER TABLE record_logentry ADD COLUMN made_up bigint NOT NULL"), True, "Make the column nullable"),
        (RunSQL(NOT_NULL), True, "Add CHECK (column IS NOT NULL) with AddConstraintNotValid"),
        (RemoveField("logentry", "at"), True, "Then drop it in RunSQL below `-- squawk-ignore ban-drop-column`."),
        (
            RunSQL("UPDATE record_logentry SET made_up = 1"),
            True,
            "UPDATE locks all rows that it changes until it ends.",
        ),
        (RunPython(nothing), True, "RunPython keeps its locks until the migration ends."),
        (RunPython(nothing, atomic=True), False, "RunPython keeps its locks until the migration ends."),
    ],
)
def test_migration_with_a_long_lock_is_refused(module_database, monkeypatch, operation, atomic, finding):
    add_migration(monkeypatch, operation, atomic=atomic)
    found = find_problems()
    assert found[0].startswith("record.9999_made_up: ")
    assert finding in "\n".join(found)


def test_several_operations_without_a_transaction_are_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure, the migration would run again from its first operation, which then fails."""
    add_migration(monkeypatch, RunPython(nothing), AddIndexConcurrently("logentry", INDEX), atomic=False)
    assert "use one operation a migration" in find_problems()[0]


@pytest.mark.parametrize(
    ("operation", "atomic"),
    [
        (AddField("logentry", "made_up", models.BigIntegerField(default=3)), True),
        (AddField("logentry", "made_up", models.TextField(null=True)), True),
        (AddIndexConcurrently("logentry", INDEX), False),
        (AddConstraintNotValid("logentry", CONSTRAINT), True),
        (RunPython(nothing), False),
        (RunSQL(f"-- squawk-ignore adding-not-nullable-field\n{NOT_NULL}"), True),
    ],
)
def test_migration_with_short_locks_passes(module_database, monkeypatch, operation, atomic):
    add_migration(monkeypatch, operation, atomic=atomic)
    assert find_problems() == []


def test_constraint_is_validated_in_a_later_migration(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    both = AddConstraintNotValid("logentry", CONSTRAINT), ValidateConstraint("logentry", "made_up")
    add_migration(monkeypatch, *both)
    assert "in the same transaction" in "\n".join(find_problems())
