"""The rows of corrections, updates, withdrawals, reinstatements and erasures of published reviews."""

from datetime import datetime
from uuid import UUID

from factcheck.record.formats.canonical import canonical_unchecked, rfc3339
from factcheck.record.formats.urls import page_url
from factcheck.record.log.models import ChangeClass, LogEntry
from factcheck.record.readmodel.bodies import ChangedReview, CorrectionOfReview, Erasure, Kept
from factcheck.record.readmodel.correction_models import PublishedCorrection

Kind = LogEntry.Kind


def correction_rows(entry: LogEntry, body: Kept | Erasure) -> list[PublishedCorrection]:
    """Return the rows of an entry. Original publications and changes of metadata have no row.

    An erasure also has rows for the review's earlier changes. These rows keep only the kind and the time.
    """
    if entry.kind == Kind.ORIGINAL or body.revision.class_ == ChangeClass.METADATA:
        return []
    began = datetime.fromisoformat(body.published_at)
    if isinstance(body, Erasure):
        notice = body.notice
        site, kept = notice.newsroom.site, LogEntry.objects.exclude(kind=Kind.ORIGINAL)
        earlier = kept.filter(subject=entry.subject, sequence__lt=entry.sequence)
        rows = [_row(began, _change(each, site, erased=True)) for each in earlier]
        return [*rows, _row(began, _change(entry, site, notice.text, ground=notice.ground))]
    change = _change(entry, body.publisher.site, body.revision.note, body.headline, body.language)
    if entry.kind in (Kind.UPDATE, Kind.CORRECTION):
        last = body.corrections[-1]
        change.class_, change.note, change.publisher = last.class_, last.note, last.publisher
        change.verdict_before, change.verdict_after = last.verdict_before, last.verdict_after
    return [_row(began, change)]


def _change(
    entry: LogEntry,
    publisher: str,
    note: str | None = None,
    headline: str | None = None,
    language: str = "und",
    ground: str | None = None,
    erased: bool = False,
) -> CorrectionOfReview:
    """Return the change of an entry, without a class and without verdicts."""
    review = ChangedReview(
        id=str(entry.subject), url=page_url("reviews", entry.subject), headline=headline, language=language
    )
    return CorrectionOfReview(
        revision=entry.number,
        at=rfc3339(entry.at),
        kind=entry.kind.partition(".")[2],
        class_=None,
        note=note,
        publisher=publisher,
        verdict_before=None,
        verdict_after=None,
        ground=ground,
        erased=erased,
        sequence=entry.sequence,
        review=review,
    )


def _row(began: datetime, change: CorrectionOfReview) -> PublishedCorrection:
    at = datetime.fromisoformat(change.at)
    return PublishedCorrection(
        sequence=change.sequence,
        review_id=UUID(change.review.id),
        kind=change.kind,
        change_class=change.class_,
        publisher=change.publisher,
        language=change.review.language.lower(),
        at=at,
        days=(at - began).days,
        body=canonical_unchecked(change.model_dump()).decode(),
    )
