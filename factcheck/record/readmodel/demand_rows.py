"""The projection of demands to change or remove reviews."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from factcheck.record.log.models import LogEntry, Published
from factcheck.record.readmodel.bodies import DemandDocument
from factcheck.record.readmodel.models import PublishedDemand
from factcheck.record.readmodel.review_rows import body_of
from factcheck.record.statements.output import read


def apply(published: Sequence[Published]) -> None:
    rows = [demand_row(each.entry, each.document) for each in published if each.entry.is_of_demand]
    columns = [field.name for field in PublishedDemand._meta.fields if not field.primary_key]
    PublishedDemand.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=columns)


def rebuild() -> None:
    PublishedDemand.objects.all().delete()


def demand_row(entry: LogEntry, document: bytes) -> PublishedDemand:
    demand = read(DemandDocument, document)
    return PublishedDemand(
        id=entry.subject,
        sequence=entry.sequence,
        body=body_of(entry, document).decode(),
        publisher=demand.publisher.site,
        review=UUID(demand.review.id) if demand.review else None,
        from_type=demand.from_.type,
        outcome=demand.outcome,
        received_on=date.fromisoformat(demand.received_on),
        published_at=datetime.fromisoformat(demand.published_at),
        updated_at=datetime.fromisoformat(demand.updated_at),
    )
