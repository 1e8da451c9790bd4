"""The projection of reviews, and of the claims, references and corrections that are derived from reviews.

A review's row contains its last document. A claim's row contains the claim from its newest live review. Publishers,
verdicts, claimants and topics come from the newest live document that refers to them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.db.models import Q

from factcheck.database.bulk_writes import insert
from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.formats.urls import claim_url, link_key, page_url, url_key
from factcheck.record.log.models import LogEntry, Published
from factcheck.record.readmodel.bodies import Erasure, Kept, Review
from factcheck.record.readmodel.claim_rows import write_claims
from factcheck.record.readmodel.comparable_verdicts import compare, derive_verdicts
from factcheck.record.readmodel.correction_models import PublishedCorrection
from factcheck.record.readmodel.correction_rows import correction_rows
from factcheck.record.readmodel.models import PublishedClaim, PublishedReference, PublishedReview
from factcheck.record.readmodel.row_models import Status, original_verdict_of
from factcheck.record.statements.parts import Part
from factcheck.record.statements.review import Appearance, Source

Kind = PublishedReference.Kind
Reference = tuple[str, str]

_STATUS = {LogEntry.Kind.WITHDRAWAL: Status.WITHDRAWN, LogEntry.Kind.ERASURE: Status.ERASED}


def apply(published: Sequence[Published]) -> None:
    """Update reviews, claims, references and corrections. Each review must have at most one entry."""
    published = [each for each in published if each.entry.is_of_review]
    if not published:
        return
    # Reviews come first, because claims and references are derived from the stored reviews. References that a review no
    # longer uses come last, because another review may still use them.
    known = [each.entry.subject for each in published if each.previous]
    replaced = {row.id: row for row in PublishedReview.objects.filter(id__among=known)} if known else {}
    erased = [each.entry.subject for each in published if each.entry.kind == LogEntry.Kind.ERASURE]
    PublishedCorrection.objects.filter(review_id__in=erased).delete()
    if replaced:
        PublishedReview.objects.filter(id__among=replaced).delete()
    rows = [
        review_row(each.entry, body_of(each.entry, each.document), replaced.get(each.entry.subject))
        for each in published
    ]
    derive_verdicts(rows)
    insert(PublishedReview, rows)
    entries = [each.entry for each in published]
    corrections = map(correction_rows, entries, [row.published for row in rows])
    insert(PublishedCorrection, [each for some in corrections for each in some])
    write_claims({row.claim_id for row in [*rows, *replaced.values()] if row.claim_id}, rows)
    references = {key: row for row in rows for key in references_of(row)}
    _save_references([reference_row(*key, row) for key, row in references.items()])
    refresh_references({key for row in replaced.values() for key in references_of(row)} - references.keys())


def rebuild() -> None:
    for model in (PublishedReview, PublishedClaim, PublishedReference, PublishedCorrection):
        model.objects.all().delete()


def body_of(entry: LogEntry, document: bytes) -> bytes:
    """Return the body in the API: the document, the URL of its review, demand or claim, and its position in the log."""
    body = orjson.loads(document)
    body["url"] = claim_url(entry.subject) if entry.is_of_claim else page_url(entry.section, entry.subject)
    body["revision"] |= {"sequence": entry.sequence, "digest": entry.digest}
    return canonical_unchecked(body)


def status_after(kind: str) -> Status:
    """Return the status of a review or demand after an entry of this kind."""
    return _STATUS.get(LogEntry.Kind(kind), Status.LIVE)


def review_row(entry: LogEntry, data: bytes, before: PublishedReview | None = None) -> PublishedReview:
    """Return the row of a review with this body. For a tombstone or an erasure, the columns for filters are empty.

    `before` is the row of the previous revision. Its claims are kept until an erasure. The URLs that a withdrawn review
    cited are kept too, so that it can still be found by them.
    """
    row = row_without_filters(entry, data)
    body = row.published
    row.published_at, row.updated_at = map(datetime.fromisoformat, (body.published_at, body.updated_at))
    if not isinstance(body, Erasure):
        row.claim_id, row.language, row.publisher = UUID(body.claim.id), body.language.lower(), body.publisher.site
        row.original_key = url_key(body.original_url) if body.original_url else None
    row.link_keys = list(dict.fromkeys(map(link_key, cited_urls(body))))
    if before and row.status != Status.ERASED:
        earlier = {*before.earlier_claims, *([before.claim_id] if before.claim_id else [])}
        row.earlier_claims = sorted(earlier - {row.claim_id})
        if row.status == Status.WITHDRAWN:
            row.link_keys = list(dict.fromkeys([*row.link_keys, *before.link_keys]))
    if isinstance(body, Review):
        claim, verdict = body.claim, body.verdict
        row.verdict = f"{verdict.scale}:{verdict.slug}" if verdict.slug else None
        row.original_verdict = original_verdict_of(verdict.original.label) if verdict.original else None
        row.claimant = UUID(claim.claimant.id) if claim.claimant else None
        row.topics = [topic.slug for topic in body.topics]
        row.appearance_keys = list(dict.fromkeys(url_key(url) for url in urls_of(claim.appearances)))
        row.claimed_on = _date(claim.claimed_on)
        row.reviewed_on = _date(body.reviewed_on)
    return row


def row_without_filters(entry: LogEntry, data: bytes) -> PublishedReview:
    """Return the row of a review with this body, but without the columns for filters, because they take long."""
    status = status_after(entry.kind)
    return PublishedReview(id=entry.subject, status=status, sequence=entry.sequence, body=data.decode(), language="und")


def cited_urls(body: Kept | Erasure) -> list[str]:
    """Return the URLs of the review, of the claim's appearances and of the sources, and the URLs of their copies."""
    found = [None if isinstance(body, Erasure) else body.original_url]
    if isinstance(body, Review):
        cited = evidence_of(body)
        found += [*urls_of(cited), body.archive_url, *(each.archive_url for each in cited)]
    return [url for url in found if url]


def evidence_of(review: Review) -> list[Appearance | Source]:
    return [*review.claim.appearances, *review.sources]


def urls_of(cited: Iterable[Appearance | Source]) -> list[str]:
    """Return the URLs of these appearances or sources, and the pages to which the URLs led when they were copied.

    A short link can only be compared through its copy. A home page is left out, because many dead links lead there.
    """
    found: list[str | None] = []
    for each in cited:
        final_url = each.capture.final_url if each.capture else None
        found += [each.url, final_url if final_url and urlsplit(final_url).path.strip("/") else None]
    return [url for url in found if url]


def references_of(row: PublishedReview) -> list[Reference]:
    """Return the references of a live review. For any other review, the list is empty."""
    if row.status != Status.LIVE:
        return []
    found: list[Reference] = [(Kind.PUBLISHER, row.publisher)]
    found += [(Kind.TOPIC, topic) for topic in row.topics]
    if row.verdict:
        found.append((Kind.VERDICT, row.verdict))
    if row.claimant:
        found.append((Kind.CLAIMANT, str(row.claimant)))
    return found


def reference_row(kind: str, key: str, review: PublishedReview) -> PublishedReference:
    document, left_out = review.live_body, set[str]()
    if kind == Kind.VERDICT:
        compare([document], "default")
    body: Part
    if kind == Kind.PUBLISHER:
        body, name = document.publisher, document.publisher.name
    elif kind == Kind.VERDICT:
        body, name, left_out = document.verdict, document.verdict.slug or "", {"label", "original", "mapped_by"}
    elif claimant := document.claim.claimant if kind == Kind.CLAIMANT else None:
        body, name = claimant, claimant.name or claimant.description or ""
    else:
        body, name = next(topic for topic in document.topics if topic.slug == key), key
    name = name[: PublishedReference._meta.get_field("name").max_length]  # a description can be longer
    data = canonical_unchecked(body.model_dump(exclude=left_out))
    return PublishedReference(kind=kind, key=key, name=name, sequence=review.sequence, body=data.decode())


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _referring(kind: str, key: str) -> Q:
    if kind == Kind.TOPIC:
        return Q(topics__contains=[key])
    return Q(**{str(kind): key})


def refresh_references(keys: Iterable[Reference]) -> None:
    """Update references from the newest live review that uses them, and delete unused references."""
    rows = []
    for kind, key in sorted(keys):
        newest = PublishedReview.objects.live().filter(_referring(kind, key)).order_by("-sequence").first()
        if newest:
            rows.append(reference_row(kind, key, newest))
        else:
            PublishedReference.objects.filter(kind=kind, key=key).delete()
    _save_references(rows)


def _save_references(rows: Sequence[PublishedReference]) -> None:
    """Replace the rows. ON CONFLICT computes folded names twice, which takes twice as long for an import."""
    same = Q(pk__in=[])
    for kind in {row.kind for row in rows}:
        same |= Q(kind=kind, key__among=[row.key for row in rows if row.kind == kind])
    PublishedReference.objects.filter(same).delete()
    insert(PublishedReference, rows)
