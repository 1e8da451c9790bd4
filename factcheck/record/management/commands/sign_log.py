"""`manage.py sign_log`: signs entries that were published while the log's signer didn't respond.

It also stores what readers see about newsrooms' keys.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.record.errors import RecordError
from factcheck.record.files.newsroom_keys import write_keys
from factcheck.record.log import checkpoints
from factcheck.record.publish import sign_log


class Command(BaseCommand):
    help = "Signs published entries that don't have a signature yet, for example because the signer was stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            checkpoint = sign_log()
            write_keys(checkpoints.protected_newsrooms())
        except RecordError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{checkpoint.size if checkpoint else 0} entries are signed.")
