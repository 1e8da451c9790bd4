"""The projection of reviews: rows made from entries and documents, for filters, lists and search.

Reviews show their last
document; claims show what their newest live review says of them; publishers, verdicts, claimants
and topics are as the newest live document that refers to them has them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from factcheck.database.bulk_writes import collect, insert, upsert
from factcheck.record.formats.canonical import respelled
from factcheck.record.formats.urls import address_key, page_url
from factcheck.record.log.models import LogEntry, Published
from factcheck.record.readmodel.claim_merges import Family
from factcheck.record.readmodel.claim_rows import events, project_claims, remake_claims, spans_by_claim
from factcheck.record.readmodel.models import (
    PastClaim,
    PastReview,
    PublishedClaim,
    PublishedCorrection,
    PublishedReference,
    PublishedReview,
)
from factcheck.record.readmodel.row_models import Status, as_past

Kind = PublishedReference.Kind
Reference = tuple[str, str]

_STATUS = {LogEntry.Kind.WITHDRAWAL: Status.WITHDRAWN, LogEntry.Kind.ERASURE: Status.ERASED}


def apply(published: Sequence[Published]) -> None:
    """Brings reviews, claims, references and corrections up to date; at most one entry a review."""
    published = [each for each in published if each.entry.is_of_review]
    if not published:
        return
    until = {each.entry.subject: each.entry.sequence for each in published if each.previous}
    former = {row.id: row for row in PublishedReview.objects.filter(id__among=until)} if until else {}
    erased = [each.entry.subject for each in published if each.entry.kind == LogEntry.Kind.ERASURE]
    orphaned = _erase(erased, former) if erased else set()
    insert(PastReview, [as_past(PastReview, row, until[pk]) for pk, row in former.items() if pk not in erased])
    if former:
        PublishedReview.objects.filter(id__among=former).delete()
    rows: list[PublishedReview] = []
    insert(PublishedReview, collect((review_row(each.entry, each.document) for each in published), rows))
    corrections = [correction_row(each.entry, each.document) for each in published]
    insert(PublishedCorrection, [row for row in corrections if row])
    _project_claims(rows, former, orphaned)
    fresh = {key: row for row in rows for key in references_of(row)}
    upsert(PublishedReference, [reference_row(*key, row) for key, row in fresh.items()], ["kind", "key"])
    _reconsider_references({key for row in former.values() for key in references_of(row)} - fresh.keys())


def rebuild() -> None:
    for model in (
        PublishedReview, PublishedClaim, PublishedReference, PublishedCorrection, PastReview, PastClaim,
    ):  # fmt: skip
        model.objects.all().delete()


def _erase(ids: Sequence[UUID], former: Mapping[UUID, PublishedReview]) -> set[UUID]:
    """Takes away all that was public of these reviews. Returns the claims that they were about."""
    past = PastReview.objects.filter(id__in=ids)
    claims = {*past.values_list("claim_id", flat=True), *(former[pk].claim_id for pk in ids if pk in former)}
    past.delete()
    PublishedCorrection.objects.filter(review_id__in=ids).delete()
    return {claim_id for claim_id in claims if claim_id}


def _project_claims(
    rows: Sequence[PublishedReview], former: Mapping[UUID, PublishedReview], orphaned: set[UUID]
) -> None:
    until = {row.id: row.sequence for row in rows}
    since = min(until.values())
    concerned = {row.claim_id for row in [*rows, *former.values()] if row.claim_id}
    family = Family.of(concerned | orphaned)
    remade = {home.claim_id for claim_id in orphaned for home in family.homes(claim_id)}
    homes = {family.home(claim_id) for claim_id in concerned}
    shown = {row.id: row for row in PublishedClaim.objects.filter(id__among=homes)}
    others: Iterable[PublishedReview] = ()
    if shown:  # a claim that nobody sees yet has no other review
        others = PublishedReview.objects.filter(claim_id__among=family.members, sequence__lt=since)
    ended = [(row, until[pk]) for pk, row in former.items()]
    spans = spans_by_claim([*((row, None) for row in [*others, *rows]), *ended], family)
    changed = {claim_id: found for claim_id, found in spans.items() if claim_id not in remade and events(found, since)}
    project_claims(changed, since, [shown[claim_id] for claim_id in changed if claim_id in shown])
    if remade:
        remake_claims(remade)


def review_body(entry: LogEntry, document: dict[str, Any]) -> dict[str, Any]:
    """What the API sends for a review: the document and what belongs to the serving site."""
    return body_at(page_url("reviews", entry.subject), entry, document)


def body_at(url: str, entry: LogEntry, document: dict[str, Any]) -> dict[str, Any]:
    """The body of a document whose subject is at this address of the site."""
    return {
        **document,
        "url": url,
        "revision": {**document["revision"], "sequence": entry.sequence, "digest": entry.digest},
    }


def review_row(entry: LogEntry, document: dict[str, Any]) -> PublishedReview:
    """The row of a review; a tombstone and an erasure have none of the columns that lists filter by."""
    body = review_body(entry, document)
    row = PublishedReview(
        id=entry.subject,
        claim_id=UUID(document["claim"]["id"]) if "claim" in document else None,
        status=_STATUS.get(LogEntry.Kind(entry.kind), Status.LIVE),
        sequence=entry.sequence,
        body=respelled(body).decode(),
        language=document.get("language", "und").lower(),
        publisher=document["publisher"]["site"] if "publisher" in document else "",
        published_at=datetime.fromisoformat(document["published_at"]),
        updated_at=datetime.fromisoformat(document["updated_at"]),
    )
    row.said = body
    if row.status == Status.LIVE:
        claim, verdict = document["claim"], document["verdict"]
        row.verdict = f"{verdict['scale']}:{verdict['slug']}" if verdict["slug"] else None
        row.claimant = UUID(claim["claimant"]["id"]) if claim["claimant"] else None
        row.topics = [topic["slug"] for topic in document["topics"]]
        row.appearance_keys = appearance_keys(claim)
        row.original_key = address_key(document["original_url"]) if document["original_url"] else None
        row.claimed_on = _date(claim["claimed_on"])
        row.reviewed_on = _date(document["reviewed_on"])
    return row


def correction_row(entry: LogEntry, document: dict[str, Any]) -> PublishedCorrection | None:
    """The row of a correction or update; None for any other entry."""
    if entry.kind not in (LogEntry.Kind.UPDATE, LogEntry.Kind.CORRECTION):
        return None
    said = document["corrections"][-1]
    review = {
        "id": document["id"],
        "url": page_url("reviews", entry.subject),
        "headline": document["headline"],
        "language": document["language"],
    }
    return PublishedCorrection(
        sequence=entry.sequence,
        review_id=entry.subject,
        change_class=said["class"],
        at=entry.at,
        body=respelled({**said, "review": review, "sequence": entry.sequence}).decode(),
    )


def appearance_keys(claim: dict[str, Any]) -> list[str]:
    """The keys of the addresses where a claim was seen, without repetition, in order."""
    return list(dict.fromkeys(address_key(appearance["url"]) for appearance in claim["appearances"]))


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def references_of(row: PublishedReview) -> list[Reference]:
    """What the row of a live review refers to."""
    if row.status != Status.LIVE:
        return []
    found: list[Reference] = [(Kind.PUBLISHER, row.publisher)]
    found += [(Kind.TOPIC, topic) for topic in row.topics]
    if row.verdict:
        found.append((Kind.VERDICT, row.verdict))
    if row.claimant:
        found.append((Kind.CLAIMANT, str(row.claimant)))
    return found


def _referring(kind: str, key: str) -> Q:
    if kind == Kind.TOPIC:
        return Q(topics__contains=[key])
    return Q(**{str(kind): key})


def _reconsider_references(keys: Iterable[Reference]) -> None:
    """Takes these references from the newest live review that still has them; drops those without one."""
    rows = []
    for kind, key in sorted(keys):
        newest = PublishedReview.objects.live().filter(_referring(kind, key)).order_by("-sequence").first()
        if newest:
            rows.append(reference_row(kind, key, newest))
        else:
            PublishedReference.objects.filter(kind=kind, key=key).delete()
    upsert(PublishedReference, rows, ["kind", "key"])


def reference_row(kind: str, key: str, review: PublishedReview) -> PublishedReference:
    document = review.said
    if kind == Kind.PUBLISHER:
        body, name = document["publisher"], document["publisher"]["name"]
    elif kind == Kind.VERDICT:
        verdict = document["verdict"]
        body = {name: value for name, value in verdict.items() if name not in ("label", "original")}
        name = verdict["slug"]
    elif kind == Kind.CLAIMANT:
        body = document["claim"]["claimant"]
        name = body["name"] or body["description"] or ""
    else:
        body = next(topic for topic in document["topics"] if topic["slug"] == key)
        name = key
    name = name[: PublishedReference._meta.get_field("name").max_length]  # a description may have more
    return PublishedReference(kind=kind, key=key, name=name, sequence=review.sequence, body=respelled(body).decode())
