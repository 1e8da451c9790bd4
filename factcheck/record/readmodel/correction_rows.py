"""The rows of corrections, updates, withdrawals, reinstatements and erasures of published reviews."""

from datetime import datetime
from typing import Any

from factcheck.record.formats.canonical import canonical_unchecked, rfc3339
from factcheck.record.formats.urls import page_url
from factcheck.record.log.models import ChangeClass, LogEntry
from factcheck.record.readmodel.correction_models import PublishedCorrection

Kind = LogEntry.Kind
_ERASED = {"publisher": None, "class": None, "note": None, "verdict_before": None, "verdict_after": None}


def correction_rows(entry: LogEntry, document: dict[str, Any]) -> list[PublishedCorrection]:
    """Return the rows of an entry. Original publications and changes of metadata have no row.

    An erasure also has rows for the review's earlier changes. These rows keep only the kind and the time.
    """
    if entry.kind == Kind.ORIGINAL or document["revision"].get("class") == ChangeClass.METADATA:
        return []
    began = datetime.fromisoformat(document["published_at"])
    if entry.kind != Kind.ERASURE:
        return [_row(entry, began, _texts(entry, document), document["headline"], document["language"])]
    notice = document["notice"]
    site = {"publisher": notice["newsroom"]["site"]}
    earlier = LogEntry.objects.filter(subject=entry.subject, sequence__lt=entry.sequence).exclude(kind=Kind.ORIGINAL)
    texts = {**_ERASED, **site, "note": notice["text"]}
    rows = [_row(each, began, _ERASED | site, erased=True) for each in earlier]
    return [*rows, _row(entry, began, texts, ground=notice["ground"])]


def _texts(entry: LogEntry, document: dict[str, Any]) -> dict[str, Any]:
    if entry.kind in (Kind.UPDATE, Kind.CORRECTION):
        change: dict[str, Any] = document["corrections"][-1]
        return change
    return {**_ERASED, "publisher": document["publisher"]["site"], "note": document["revision"]["note"]}


def _row(
    entry: LogEntry,
    began: datetime,
    texts: dict[str, Any],
    headline: str | None = None,
    language: str = "und",
    ground: str | None = None,
    erased: bool = False,
) -> PublishedCorrection:
    kind = entry.kind.partition(".")[2]
    review = {
        "id": str(entry.subject),
        "url": page_url("reviews", entry.subject),
        "headline": headline,
        "language": language,
    }
    own = {"revision": entry.number, "at": rfc3339(entry.at), "kind": kind, "sequence": entry.sequence}
    body = {**texts, **own, "review": review, "ground": ground, "erased": erased}
    return PublishedCorrection(
        sequence=entry.sequence,
        review_id=entry.subject,
        kind=kind,
        change_class=texts["class"],
        publisher=texts["publisher"],
        language=language.lower(),
        at=entry.at,
        days=(entry.at - began).days,
        body=canonical_unchecked(body).decode(),
    )
