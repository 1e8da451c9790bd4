"""`manage.py rebuild_record`: rebuilds the read model from the log's entries and documents."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Exists, OuterRef
from tqdm import tqdm

from factcheck.record import projections
from factcheck.record.log import entries as log
from factcheck.record.models import LogEntry, PublishedClaim, PublishedDemand, PublishedReview


class Command(BaseCommand):
    help = "Rebuilds the read model from the log's entries and documents, in one transaction."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        log.lock()
        _require_documents()
        entries = LogEntry.objects.with_documents()
        found = entries.iterator(chunk_size=projections.BATCH)
        projections.rebuild(tqdm(found, total=entries.count(), unit=" entries", disable=None))
        self.stdout.write(
            f"{PublishedReview.objects.count()} reviews, {PublishedClaim.objects.count()} claims,"
            f" {PublishedDemand.objects.count()} demands."
        )


def _require_documents() -> None:
    """Raises CommandError if a document is missing, because the read model would be wrong without it."""
    erased = LogEntry.objects.filter(
        subject=OuterRef("subject"), sequence__gt=OuterRef("sequence"), kind=LogEntry.Kind.ERASURE
    )
    gone = LogEntry.objects.filter(~Exists(erased), revision_document__isnull=True).order_by("sequence").first()
    if gone:
        raise CommandError(
            f"The document of entry {gone.sequence} is gone, and the log has no erasure of it."
            " Restore it from a backup. Run manage.py verify_record to check all other documents."
        )
