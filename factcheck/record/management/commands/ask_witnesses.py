"""`manage.py ask_witnesses`: requests cosignatures for the newest checkpoint. The worker runs this command."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.record.log import witnesses
from factcheck.record.log.notes import NoteError


class Command(BaseCommand):
    help = "Asks the witnesses of LOG_WITNESSES to cosign the newest checkpoint. Fails if one of them does not."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        try:
            for witness, outcome in witnesses.request_cosignatures():
                failed += outcome.startswith("did not")
                self.stdout.write(f"{witness.key.name} {outcome}")
        except NoteError as problem:
            raise CommandError(f"LOG_WITNESSES is wrong: {problem}.") from problem
        if failed:
            raise CommandError(f"{failed} of the witnesses did not cosign.")
