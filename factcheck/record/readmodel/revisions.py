"""Query expressions for lists of revisions, and the notices of erasures from the log's documents."""

from collections.abc import Iterable
from uuid import UUID

import orjson
from django.db.models import BigIntegerField, F, Func, JSONField, TextField
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from factcheck.database.rows import run_prepared
from factcheck.record.log.models import LogEntry
from factcheck.record.statements.erasure import ErasureNotice
from factcheck.record.statements.output import construct

# The document in which the newsroom of an entry or row disowned it, and this document's entry. Both are usually null.
DISOWNED = {"disowned": Func(F("sequence"), function="record_disowning", output_field=JSONField())}
DISOWNED_BY = {"disowned_by": Cast(KeyTransform("sequence", DISOWNED["disowned"]), BigIntegerField())}


def disowned_among(sequences: Iterable[int]) -> set[int]:
    """Return which of these entries of the log have been disowned by their newsroom."""
    sql = "SELECT sequence FROM unnest(%s::bigint[]) AS sequence WHERE record_disowning(sequence) IS NOT NULL"
    return {sequence for (sequence,) in run_prepared(sql, [list(sequences)])}


def in_document(*path: str) -> Func:
    """Return an expression for the value at a path in an entry's document, as text.

    The value is null if the document has been erased.
    """
    return Func(
        F("revision_document__document"),
        template=f"(convert_from(%(expressions)s, 'UTF8')::jsonb #>> '{{{','.join(path)}}}')",
        output_field=TextField(),
    )


def in_revision(key: str) -> Func:
    """Return an expression for the value of a key of `revision` in an entry's document, as text."""
    return in_document("revision", key)


def notice_in(erasure: str | bytes) -> ErasureNotice:
    """Return the public notice, from the body or document of an erasure."""
    return construct(ErasureNotice, orjson.loads(erasure)["notice"])


def last_notice(review_id: UUID) -> ErasureNotice | None:
    """Return the notice of the review's last erasure, even if a redacted revision followed, or None."""
    erasures = LogEntry.objects.using("public").filter(subject=review_id, kind=LogEntry.Kind.ERASURE)
    newest = erasures.with_documents().last()
    return notice_in(newest.revision_document.checked()) if newest else None
