"""The read model: rows made from entries and documents, for filters, lists and search.

Derived, so that `manage.py rebuild_record` ends with the same rows. Reviews show their last
document; claims show what their newest live review says of them; publishers, verdicts, claimants
and topics are as the newest live document that refers to them has them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Q

from factcheck.record.addresses import address_key
from factcheck.record.canonical import canonical
from factcheck.record.models import LogEntry, PublishedClaim, PublishedReference, PublishedReview, Status

Kind = PublishedReference.Kind
Reference = tuple[str, str]

_STATUS = {LogEntry.Kind.WITHDRAWAL: Status.WITHDRAWN, LogEntry.Kind.ERASURE: Status.ERASED}
_REVIEW_IN_CLAIM = (
    "id", "url", "original_url", "language", "headline", "verdict",
    "reviewed_on", "published_at", "updated_at",
)  # fmt: skip


def project(published: Sequence[tuple[LogEntry, dict[str, Any]]]) -> None:
    """Brings the read model up to date with the newest entries and their documents (at most one a review)."""
    rows = [review_row(entry, document) for entry, document in published]
    former = PublishedReview.objects.in_bulk([row.id for row in rows])
    upsert(PublishedReview, rows, ["id"])
    _project_claims({row.claim_id for row in [*rows, *former.values()] if row.claim_id})
    fresh = {key: row for row in rows for key in references_of(row)}
    upsert(PublishedReference, [reference_row(*key, row) for key, row in fresh.items()], ["kind", "key"])
    _reconsider_references({key for row in former.values() for key in references_of(row)} - fresh.keys())


def upsert(model: type[Any], rows: Sequence[Any], unique: list[str]) -> None:
    fields = [f.name for f in model._meta.concrete_fields if not f.primary_key and not f.generated]
    update = [name for name in fields if name not in unique]
    model.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=update)


def review_body(entry: LogEntry, document: dict[str, Any]) -> dict[str, Any]:
    """What the API sends for a review: the document and what belongs to the serving site."""
    return body_at("reviews", entry, document)


def body_at(place: str, entry: LogEntry, document: dict[str, Any]) -> dict[str, Any]:
    """The body of a document whose subject has its page under /<place>/."""
    return {
        **document,
        "url": f"{settings.SITE_URL}/{place}/{entry.subject}/",
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
        body=canonical(body).decode(),
        language=document.get("language", "und").lower(),
        publisher=document["publisher"]["site"] if "publisher" in document else "",
        published_at=datetime.fromisoformat(document["published_at"]),
        updated_at=datetime.fromisoformat(document["updated_at"]),
    )
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


def appearance_keys(claim: dict[str, Any]) -> list[str]:
    """The keys of the addresses where a claim was seen, without repetition, in order."""
    return list(dict.fromkeys(address_key(appearance["url"]) for appearance in claim["appearances"]))


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _project_claims(ids: set[UUID]) -> None:
    """Makes the rows of these claims from the rows of their reviews."""
    reviews = reviews_by_claim(ids)
    upsert(PublishedClaim, [claim_row(claim_id, found) for claim_id, found in sorted(reviews.items())], ["id"])
    # A claim whose last review was erased or moved to another claim has nothing left to show.
    PublishedClaim.objects.filter(id__in=ids).exclude(id__in=reviews).delete()


def reviews_by_claim(ids: set[UUID]) -> dict[UUID, list[PublishedReview]]:
    """The rows of these claims' reviews, the oldest entry first."""
    reviews: dict[UUID, list[PublishedReview]] = {}
    for review in PublishedReview.objects.filter(claim_id__in=ids).order_by("sequence"):
        assert review.claim_id is not None
        reviews.setdefault(review.claim_id, []).append(review)
    return reviews


def claim_row(claim_id: UUID, reviews: list[PublishedReview]) -> PublishedClaim:
    live = [(review, orjson.loads(review.body)) for review in reviews if review.status == Status.LIVE]
    url = f"{settings.SITE_URL}/api/v1/claims/{claim_id}/"
    row = PublishedClaim(
        id=claim_id,
        status=Status.LIVE if live else Status.WITHDRAWN,
        sequence=reviews[-1].sequence,
        language="und",
        published_at=min(review.published_at for review in reviews),
        updated_at=max(review.updated_at for review in reviews),
    )
    body: dict[str, Any] = {"id": str(claim_id), "url": url, "reviews": [], "license": settings.LICENSE_URL}
    if live:
        speaker, newest = live[-1]
        claim = newest["claim"]
        row.language = claim["language"].lower()
        row.claimant = speaker.claimant
        row.topics = speaker.topics
        row.appearance_keys = speaker.appearance_keys
        row.claimed_on = speaker.claimed_on
        row.verdicts = sorted({review.verdict for review, _ in live if review.verdict})
        row.publishers = sorted({review.publisher for review, _ in live})
        body |= claim
        body["license"] = newest["license"]
        body["topics"] = newest["topics"]
        body["reviews"] = [
            {key: found[key] for key in _REVIEW_IN_CLAIM}
            | {"publisher": {key: found["publisher"][key] for key in ("name", "site")}}
            for _, found in sorted(live, key=lambda pair: (pair[0].published_at, pair[0].sequence))
        ]
        body["published_at"] = body["reviews"][0]["published_at"]
        body["updated_at"] = max(found["updated_at"] for found in body["reviews"])
    row.body = canonical(body).decode()
    return row


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
        newest = PublishedReview.objects.filter(_referring(kind, key), status=Status.LIVE).order_by("-sequence").first()
        if newest:
            rows.append(reference_row(kind, key, newest))
        else:
            PublishedReference.objects.filter(kind=kind, key=key).delete()
    upsert(PublishedReference, rows, ["kind", "key"])


def reference_row(kind: str, key: str, review: PublishedReview) -> PublishedReference:
    document = orjson.loads(review.body)
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
    return PublishedReference(kind=kind, key=key, name=name, sequence=review.sequence, body=canonical(body).decode())
