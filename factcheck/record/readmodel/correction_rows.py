"""The rows of corrections, updates, withdrawals, reinstatements and erasures of published reviews."""

from datetime import datetime

from factcheck.record.formats.canonical import canonical_unchecked, rfc3339
from factcheck.record.formats.urls import page_url
from factcheck.record.log.models import ChangeClass, LogEntry
from factcheck.record.readmodel.bodies import CorrectionOfReview, Erasure, Kept
from factcheck.record.readmodel.correction_models import PublishedCorrection
from factcheck.record.statements.output import construct

Kind = LogEntry.Kind


def correction_rows(entry: LogEntry, body: Kept | Erasure) -> list[PublishedCorrection]:
    """Return the rows of an entry. Original publications and changes of metadata have no row.

    An erasure also has rows for the review's earlier changes. These rows keep only the kind and the time.
    """
    if entry.kind == Kind.ORIGINAL or body.revision.class_ == ChangeClass.METADATA:
        return []
    began = datetime.fromisoformat(body.published_at)
    if isinstance(body, Erasure):
        notice, kept = body.notice, LogEntry.objects.exclude(kind=Kind.ORIGINAL)
        site, earlier = notice.newsroom.site, kept.filter(subject=entry.subject, sequence__lt=entry.sequence)
        rows = [_row(each, began, publisher=site, erased=True) for each in earlier]
        return [*rows, _row(entry, began, publisher=site, note=notice.text, ground=notice.ground)]
    change = {"publisher": body.publisher.site, "note": body.revision.note}
    if entry.kind in (Kind.UPDATE, Kind.CORRECTION):
        change = body.corrections[-1].to_json_object()
    return [_row(entry, began, body.headline, body.language, **change)]


def _row(
    entry: LogEntry, began: datetime, headline: str | None = None, language: str = "und", **change: object
) -> PublishedCorrection:
    kind, subject = entry.kind.partition(".")[2], str(entry.subject)
    url = page_url("reviews", entry.subject)
    review = {"id": subject, "url": url, "headline": headline, "language": language}
    own = {"revision": entry.number, "at": rfc3339(entry.at), "kind": kind, "sequence": entry.sequence}
    body = construct(CorrectionOfReview, {"erased": False, **change, **own, "review": review})
    return PublishedCorrection(
        sequence=entry.sequence,
        review_id=entry.subject,
        kind=kind,
        change_class=body.class_,
        publisher=body.publisher,
        language=language.lower(),
        at=entry.at,
        days=(entry.at - began).days,
        body=canonical_unchecked(body.model_dump()).decode(),
    )
