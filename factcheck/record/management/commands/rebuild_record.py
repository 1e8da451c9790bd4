"""`manage.py rebuild_record`: makes the read model anew from entries and documents."""

import json
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction
from tqdm import tqdm

from factcheck.record.log import LOCK
from factcheck.record.models import LogEntry, PublishedClaim, PublishedDemand, PublishedReference, PublishedReview
from factcheck.record.readmodel import project
from factcheck.record.register import newest_documents, project_demands

BATCH = 1000


class Command(BaseCommand):
    help = "Makes the read model anew from the log's entries and documents, in one transaction."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            for model in (PublishedReview, PublishedClaim, PublishedReference, PublishedDemand):
                model.objects.all().delete()
            entries = LogEntry.objects.filter(kind__startswith="review.").newest_of_each_subject()
            entries = entries.select_related("revision_document")
            progress = iter(
                tqdm(entries.iterator(chunk_size=BATCH), total=entries.count(), unit=" reviews", disable=None)
            )
            while batch := list(islice(progress, BATCH)):
                project([(entry, json.loads(bytes(entry.revision_document.document))) for entry in batch])
            demands = newest_documents()
            while register := list(islice(demands, BATCH)):
                project_demands(register)
        self.stdout.write(
            f"{PublishedReview.objects.count()} reviews, {PublishedClaim.objects.count()} claims,"
            f" {PublishedDemand.objects.count()} demands."
        )
