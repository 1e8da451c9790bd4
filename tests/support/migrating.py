"""A made-up migration, as if it were in an app's folder."""

import pytest
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

NAME = "9999_made_up"


def add_migration(monkeypatch: pytest.MonkeyPatch, *operations: Operation, atomic: bool = True) -> None:
    """Add a migration with these operations to the app `record`."""
    newest = MigrationLoader(None).graph.leaf_nodes("record")
    load_disk = MigrationLoader.load_disk

    def load_with_migration(loader: MigrationLoader) -> None:
        load_disk(loader)
        migration = Migration(NAME, "record")
        migration.operations, migration.dependencies, migration.atomic = list(operations), newest, atomic
        loader.disk_migrations["record", NAME] = migration

    monkeypatch.setattr(MigrationLoader, "load_disk", load_with_migration)
