"""`manage.py verify_record`: checks the log, its documents, tiles and checkpoints, and the read model."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from tqdm import tqdm

from factcheck.record.audit.checkpoint_comparison import UnreadableError, compare, read_checkpoints
from factcheck.record.audit.verification import DiscrepancyError, check_log, check_read_model
from factcheck.record.errors import RecordError
from factcheck.record.log import checkpoints
from factcheck.record.models import LogEntry, PublishedReview
from factcheck.record.readmodel.address import require_address


class Command(BaseCommand):
    help = "Checks the public log and everything derived from it. Exits with code 1 at the first discrepancy."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--checkpoint",
            metavar="FILE|URL",
            help="a checkpoint or a state file that someone else kept. The log must contain its entries",
        )

    def handle(self, *args: Any, checkpoint: str | None = None, verbosity: int, **options: Any) -> None:
        bars = None if verbosity else True  # None shows the bars only on a terminal
        compared = ""
        try:
            require_address()
            key = checkpoints.current_own_key()
            kept = read_checkpoints(checkpoint, key) if checkpoint else []
            # A single snapshot, so that publications during the check don't look like discrepancies.
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                entries, reviews = LogEntry.objects.count(), PublishedReview.objects.count()
                with tqdm(total=entries, unit=" entries", disable=bars) as bar:
                    check_log(key, lambda done: bar.update(done))
                with tqdm(total=reviews, unit=" reviews", disable=bars) as bar:
                    check_read_model(lambda done: bar.update(done))
                if checkpoint:
                    compared = f" {compare(checkpoint, kept)}"
        except (DiscrepancyError, RecordError, UnreadableError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{entries} entries and {reviews} reviews are correct.{compared}")
