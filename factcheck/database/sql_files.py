"""Runs the SQL files of an app in its migrations.

An app's ``sql/`` folder contains the functions, triggers and rights for its tables. A file can be run again at any
time. Its variables ``:"application"`` and ``:"reading"`` (psql) are roles whose names differ between sites.
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
    """Runs SQL files of an app in the given order: ``RunSQLFiles("record", documents="<digest>")``.

    The digest is the digest of the file when the migration was written. Tests compare the newest digest with the file,
    so a changed file always needs a migration that runs the file again. Reversing the operation changes nothing.
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
    """Return a file's statements with the names of this site's roles."""
    text = file.read_text(encoding="utf-8")
    for variable, alias in ROLES.items():
        text = text.replace(f':"{variable}"', identifier(settings.DATABASES[alias]["USER"]))
    return text


def digest(file: Path) -> str:
    """Return the first 12 digits of the SHA-256 of a file's statements, without comments and empty lines."""
    statements = _NO_STATEMENT.sub("", file.read_text(encoding="utf-8"))
    return hashlib.sha256(statements.encode()).hexdigest()[:12]
