"""`manage.py make_log_key`: creates a signing key for the public log."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from factcheck.record.log.notes import NoteError
from factcheck.record.log.tree import add_next_key, make_signing_key


class Command(BaseCommand):
    help = "Makes a signing key for the public log, writes it to a file (mode 0600) and prints the verifier key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            nargs="?",
            default=str(settings.VAR / "log-key"),
            help="New file for the key. It must not exist yet.",
        )
        parser.add_argument(
            "--next", action="store_true", help="Add the key to an existing file with one key, for rotate_log_key."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file = Path(options["file"])
        try:
            key = add_next_key(file) if options["next"] else make_signing_key(file)
        except FileExistsError:
            raise CommandError(
                f"{file} already exists, and a key is never overwritten. Name another file, or use --next."
            ) from None
        except (OSError, NoteError) as problem:
            raise CommandError(f"{file} can't be changed: {problem}.") from problem
        self.stdout.write(str(key.verifier()))
