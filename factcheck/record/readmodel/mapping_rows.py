"""The projection of mappings of other publishers' verdicts, and of the columns that are derived from the mappings.

The newest adoption that contains a publisher's words counts. It changes rows and no document, so ten thousand imported
reviews get a verdict in one statement.
"""

from collections.abc import Sequence

from django.db import connection

from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.log.models import LogEntry, Published
from factcheck.record.readmodel.claim_rows import write_claims
from factcheck.record.readmodel.comparable_verdicts import mapping_key, verdict_key
from factcheck.record.readmodel.models import PublishedMapping, PublishedMerge, PublishedReview
from factcheck.record.readmodel.review_rows import Kind, refresh_references
from factcheck.record.readmodel.row_models import original_verdict_of
from factcheck.record.statements.mapping import Adoption
from factcheck.record.statements.output import read


def apply(published: Sequence[Published]) -> None:
    for each in published:
        if each.entry.kind == LogEntry.Kind.MAPPING:
            _adopt(each)


def rebuild() -> None:
    PublishedMapping.objects.all().delete()


def mapping_rows(entry: LogEntry, document: bytes) -> dict[str, PublishedMapping | None]:
    """Return the rows of an adoption by their keys. A withdrawn mapping has no row."""
    adoption = read(Adoption, document)
    by = {"name": adoption.publisher.name, "site": adoption.publisher.site, "sequence": entry.sequence}
    rows: dict[str, PublishedMapping | None] = {}
    for each in adoption.mappings:
        key = mapping_key(each.site, original_verdict_of(each.words))
        rows[key] = None
        if verdict := each.verdict:
            body = canonical_unchecked({**verdict.model_dump(), "mapped_by": by}).decode()
            rows[key] = PublishedMapping(key=key, sequence=entry.sequence, verdict=verdict_key(verdict), body=body)
    return rows


def _adopt(adoption: Published) -> None:
    rows = mapping_rows(adoption.entry, adoption.document)
    PublishedMapping.objects.filter(key__in=rows).delete()
    PublishedMapping.objects.bulk_create(row for row in rows.values() if row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT record_derive_verdicts(%s)", [[*rows]])
        (verdicts,) = cursor.fetchone()
    merges = PublishedMerge.objects.values_list("claim_id", "into_id")
    merged = {claim for pair in merges for claim in pair if claim}
    words = [key.partition(" ")[2] for key in rows]
    concerned = PublishedReview.objects.filter(original_verdict__in=words, claim_id__among=merged)
    write_claims({claim for claim in concerned.values_list("claim_id", flat=True) if claim})
    refresh_references((Kind.VERDICT, verdict) for verdict in verdicts)
