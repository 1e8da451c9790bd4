"""`manage.py rotate_log_key FILE`: makes the key in FILE the public log's new signing key."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.record.errors import RecordError
from factcheck.record.key_rotation import rotate
from factcheck.record.log.notes import NoteError, SigningKey


class Command(BaseCommand):
    help = "Replaces the signing key of the public log with the key in FILE. Set LOG_SIGNING_KEY to FILE afterwards."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="A signing key, made by make_log_key FILE.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entry = rotate(SigningKey.parse(options["file"].read_text()))
        except (OSError, NoteError, RecordError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Entry {entry.sequence}. Now set LOG_SIGNING_KEY={options['file']}, and restart the site and the worker."
        )
