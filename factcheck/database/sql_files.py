"""Runs the SQL files of an app in its migrations.

An app's folder ``sql/`` holds the functions, triggers and rights of its tables, each once. A file can run again at any
time. It names two roles as variables of psql, ``:"application"`` and ``:"reading"``, whose names differ by site.
"""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from factcheck.database.roles import identifier


class RunSQLFiles(Operation):
    """Runs ``sql/<name>.sql`` of the app for each name, in this order. Backwards it leaves everything as it is."""

    reduces_to_sql = True

    def __init__(self, app: str, *names: str) -> None:
        self.app = app
        self.names = names

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for name in self.names:
            schema_editor.execute(statements(sql_folder(self.app) / f"{name}.sql"), params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        pass

    def describe(self) -> str:
        return f"Run {', '.join(f'{name}.sql' for name in self.names)}"


def sql_folder(app: str) -> Path:
    return Path(apps.get_app_config(app).path) / "sql"


def statements(file: Path) -> str:
    """The file's text with the names of this site's roles."""
    text = file.read_text(encoding="utf-8")
    for alias, variable in (("default", "application"), ("public", "reading")):
        text = text.replace(f':"{variable}"', identifier(settings.DATABASES[alias]["USER"]))
    return text
