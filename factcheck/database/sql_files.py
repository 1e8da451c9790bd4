"""Runs an app's SQL files in its migrations.

An app's folder ``sql/`` contains the functions, triggers and rights of the app's tables. Files can be run again
at any time. The variables ``:"application"`` and ``:"reading"`` (psql) are two roles whose names differ between sites.
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
    """Runs an app's SQL files in the given order: ``RunSQLFiles("record", documents="<digest>")``.

    The digest is the file's digest at the time of the migration. Tests compare the newest digest with the file, so
    every change to a file requires a migration that runs the file again. The reverse operation does nothing.
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
    """Return the file's statements, with the names of this site's roles."""
    text = file.read_text(encoding="utf-8")
    for variable, alias in ROLES.items():
        text = text.replace(f':"{variable}"', identifier(settings.DATABASES[alias]["USER"]))
    return text


def digest(file: Path) -> str:
    """Return the first 12 digits of the SHA-256 of a file's statements. Comments and empty lines are ignored."""
    statements = _NO_STATEMENT.sub("", file.read_text(encoding="utf-8"))
    return hashlib.sha256(statements.encode()).hexdigest()[:12]
