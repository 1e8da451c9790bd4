"""The projection of demands to change or remove reviews."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.log.models import LogEntry, Published
from factcheck.record.readmodel.models import PublishedDemand
from factcheck.record.readmodel.review_rows import body_of


def apply(published: Sequence[Published]) -> None:
    rows = [demand_row(each.entry, each.document) for each in published if each.entry.is_of_demand]
    columns = [field.name for field in PublishedDemand._meta.fields if not field.primary_key]
    PublishedDemand.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=columns)


def rebuild() -> None:
    PublishedDemand.objects.all().delete()


def demand_row(entry: LogEntry, document: dict[str, Any]) -> PublishedDemand:
    return PublishedDemand(
        id=entry.subject,
        sequence=entry.sequence,
        body=canonical_unchecked(body_of(entry, document)).decode(),
        publisher=document["publisher"]["site"],
        review=UUID(document["review"]["id"]) if document["review"] else None,
        from_type=document["from"]["type"],
        outcome=document["outcome"],
        received_on=date.fromisoformat(document["received_on"]),
        published_at=datetime.fromisoformat(document["published_at"]),
        updated_at=datetime.fromisoformat(document["updated_at"]),
    )
