"""`manage.py rebuild_record`: rebuilds the read model from the log's entries and documents."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Exists, OuterRef
from tqdm import tqdm

from factcheck.record import projections
from factcheck.record.errors import NoPictureRoom
from factcheck.record.log import entries as log
from factcheck.record.models import LogEntry, PublishedClaim, PublishedDemand, PublishedReview
from factcheck.record.readmodel.address import require_address


class Command(BaseCommand):
    help = "Rebuilds the read model from the log's entries and documents, in one transaction."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--move-to", metavar="URL", help="move the record to a new URL, which must also be in SITE_URL"
        )

    @transaction.atomic
    def handle(self, *args: Any, move_to: str | None = None, verbosity: int, **options: Any) -> None:
        log.lock()
        _require_address(move_to)
        _require_documents()
        entries = LogEntry.objects.with_documents()
        found = entries.iterator(chunk_size=projections.BATCH)
        bar = None if verbosity else True  # None shows the bar only on a terminal
        try:
            projections.rebuild(tqdm(found, total=entries.count(), unit=" entries", disable=bar))
        except NoPictureRoom as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"{PublishedReview.objects.count()} reviews, {PublishedClaim.objects.count()} claims,"
            f" {PublishedDemand.objects.count()} demands."
        )


def _require_address(move_to: str | None) -> None:
    if move_to is None:
        require_address()
    elif move_to.rstrip("/") != settings.SITE_URL:
        raise CommandError(f"The new URL is {move_to}, but SITE_URL is {settings.SITE_URL}. Set SITE_URL first.")


def _require_documents() -> None:
    """Raise CommandError if a document is missing, because the read model would be wrong without it."""
    erased = LogEntry.objects.filter(
        subject=OuterRef("subject"), sequence__gt=OuterRef("sequence"), kind=LogEntry.Kind.ERASURE
    )
    gone = LogEntry.objects.filter(~Exists(erased), revision_document__isnull=True).order_by("sequence").first()
    if gone:
        raise CommandError(
            f"The document of entry {gone.sequence} is gone, and the log has no erasure of it."
            " Restore it from a backup. Run manage.py verify_record to check all other documents."
        )
