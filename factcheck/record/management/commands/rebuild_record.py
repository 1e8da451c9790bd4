"""`manage.py rebuild_record`: makes the read model anew from entries and documents."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from tqdm import tqdm

from factcheck.record.log import LOCK
from factcheck.record.merges import project_merges
from factcheck.record.models import (
    LogEntry,
    PastClaim,
    PastReview,
    PublishedClaim,
    PublishedCorrection,
    PublishedDemand,
    PublishedMerge,
    PublishedReference,
    PublishedReview,
    Word,
)
from factcheck.record.readmodel import project
from factcheck.record.register import newest_documents, project_demands

BATCH = 1000
MODELS: tuple[type[Any], ...] = (
    PublishedReview, PublishedClaim, PublishedReference, PublishedDemand, PublishedCorrection, PublishedMerge,
    PastReview, PastClaim, Word,
)  # fmt: skip


class Command(BaseCommand):
    help = "Makes the read model anew from the log's entries and documents, in one transaction."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            _require_documents()
            for model in MODELS:
                model.objects.all().delete()
            entries = LogEntry.objects.of_reviews_and_claims()
            progress = iter(
                tqdm(entries.iterator(chunk_size=BATCH), total=entries.count(), unit=" entries", disable=None)
            )
            for batch in _batches(progress):
                published = [(entry, json.loads(bytes(entry.revision_document.document))) for entry in batch]
                if batch and batch[0].is_of_claim:
                    project_merges(published)
                else:
                    project(published)
            demands = newest_documents()
            while register := list(islice(demands, BATCH)):
                project_demands(register)
        self.stdout.write(
            f"{PublishedReview.objects.count()} reviews, {PublishedClaim.objects.count()} claims,"
            f" {PublishedDemand.objects.count()} demands."
        )


def _require_documents() -> None:
    """Without a document the read model would lack what is public, or show an earlier revision as the last."""
    erased = LogEntry.objects.filter(
        subject=OuterRef("subject"), sequence__gt=OuterRef("sequence"), kind=LogEntry.Kind.ERASURE
    )
    gone = LogEntry.objects.filter(~Exists(erased), revision_document__isnull=True).order_by("sequence").first()
    if gone:
        raise CommandError(
            f"The document of entry {gone.sequence} is gone, and the log does not say that it was erased."
            " Put it back from a backup; manage.py verify_record looks at all others."
        )


def _batches(entries: Iterable[LogEntry]) -> Iterator[list[LogEntry]]:
    """In the log's order, each with at most one entry about a review; a merge or split of claims by itself."""
    batch: dict[UUID, LogEntry] = {}
    for entry in entries:
        if entry.subject in batch or len(batch) == BATCH or entry.is_of_claim:
            yield list(batch.values())
            batch = {}
        if entry.is_of_claim:
            yield [entry]
        else:
            batch[entry.subject] = entry
    yield list(batch.values())
