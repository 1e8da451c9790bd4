"""`manage.py rotate_log_key`: makes the next key the public log's signing key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.record.audit.key_rotation import rotate
from factcheck.record.errors import RecordError
from factcheck.record.statements.rotation import KeyRotation


class Command(BaseCommand):
    help = "Replaces the signing key of the public log with the next key. First run make_log_key --next."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entry = rotate()
        except RecordError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Entry {entry.sequence}. The log's key is now {entry.revision_document.read(KeyRotation).new_key}."
        )
