"""Runs the SQL files of an app in its migrations.

An app's folder ``sql/`` holds the functions, triggers and rights of its tables, each once. A file can run again at any
time. It names two roles as variables of psql, ``:"application"`` and ``:"reading"``, whose names differ by site.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from factcheck.database.roles import identifier

ROLES = {"application": "default", "reading": "public"}
_NO_STATEMENT = re.compile(r"^\s*(--.*)?\n", re.MULTILINE)


class RunSQLFiles(Operation):
    """Runs SQL files of an app in the order given: ``RunSQLFiles("record", documents="<digest>")``.

    The digest is that of the file at the time of the migration. Tests compare the newest one with the file, so that
    nobody changes a file without a migration that runs it again. Backwards, the operation leaves everything as it is.
    """

    reduces_to_sql = True

    def __init__(self, app: str, **digests: str) -> None:
        self.app = app
        self.digests = digests

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for name in self.digests:
            schema_editor.execute(for_this_site(sql_folder(self.app) / f"{name}.sql"), params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        pass

    def describe(self) -> str:
        return f"Run {', '.join(f'{name}.sql' for name in self.digests)}"


def sql_folder(app: str) -> Path:
    return Path(apps.get_app_config(app).path) / "sql"


def for_this_site(file: Path) -> str:
    """The statements of a file with the names that the roles have here."""
    text = file.read_text(encoding="utf-8")
    for variable, alias in ROLES.items():
        text = text.replace(f':"{variable}"', identifier(settings.DATABASES[alias]["USER"]))
    return text


def digest(file: Path) -> str:
    """The first 12 digits of the SHA-256 of a file's statements. Its comments and empty lines don't count."""
    statements = _NO_STATEMENT.sub("", file.read_text(encoding="utf-8"))
    return hashlib.sha256(statements.encode()).hexdigest()[:12]
