"""What the log's documents say of revisions, for lists of them and for what was erased."""

from typing import Any
from uuid import UUID

import orjson
from django.db.models import F, Func, TextField

from factcheck.record.log.models import LogEntry


def in_document(*path: str) -> Func:
    """What an entry's document has at the path, as text; null when the document was erased."""
    return Func(
        F("revision_document__document"),
        template=f"(convert_from(%(expressions)s, 'UTF8')::jsonb #>> '{{{','.join(path)}}}')",
        output_field=TextField(),
    )


def in_revision(key: str) -> Func:
    """What an entry's document says of its revision under the key."""
    return in_document("revision", key)


def notice_in(erasure: str | bytes) -> dict[str, Any]:
    """What the body or document of an erasure tells the public."""
    notice: dict[str, Any] = orjson.loads(erasure)["notice"]
    return notice


def last_notice(review_id: UUID) -> dict[str, Any] | None:
    """That of the review's last erasure, which a redacted revision may have followed; none where the log has none."""
    erasures = LogEntry.objects.using("public").filter(subject=review_id, kind=LogEntry.Kind.ERASURE)
    document = erasures.order_by("-number").values_list("revision_document__document", flat=True).first()
    return notice_in(bytes(document)) if document else None
