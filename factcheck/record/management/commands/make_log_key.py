"""`manage.py make_log_key`: creates a signing key for the public log."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from factcheck.record.log.tree import make_signing_key


class Command(BaseCommand):
    help = "Makes a signing key for the public log, writes it to a file (mode 0600) and prints the verifier key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file",
            nargs="?",
            default=str(settings.VAR / "log-key"),
            help="New file for the key. It must not exist yet.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file = Path(options["file"])
        try:
            key = make_signing_key(file)
        except FileExistsError:
            raise CommandError(f"{file} already exists, and a key is never overwritten. Name another file.") from None
        self.stdout.write(str(key.verifier()))
