"""The projection of reviews, and of the claims, references and corrections that are derived from reviews.

A review's row contains its last document. A claim's row contains the claim from its newest live review. Publishers,
verdicts, claimants and topics come from the newest live document that refers to them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Q

from factcheck.database.bulk_writes import collect, insert
from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.formats.urls import claim_url, link_key, page_url, url_key
from factcheck.record.log.models import LogEntry, Published
from factcheck.record.readmodel.claim_rows import write_claims
from factcheck.record.readmodel.correction_models import PublishedCorrection
from factcheck.record.readmodel.correction_rows import correction_rows
from factcheck.record.readmodel.models import (
    PublishedClaim,
    PublishedReference,
    PublishedReview,
)
from factcheck.record.readmodel.row_models import Status, original_verdict_of

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
    rows: list[PublishedReview] = []
    made = (review_row(each.entry, each.document, replaced.get(each.entry.subject)) for each in published)
    insert(PublishedReview, collect(made, rows))
    insert(PublishedCorrection, [row for each in published for row in correction_rows(each.entry, each.document)])
    write_claims({row.claim_id for row in [*rows, *replaced.values()] if row.claim_id}, rows)
    references = {key: row for row in rows for key in references_of(row)}
    _save_references([reference_row(*key, row) for key, row in references.items()])
    _refresh_references({key for row in replaced.values() for key in references_of(row)} - references.keys())


def rebuild() -> None:
    for model in (PublishedReview, PublishedClaim, PublishedReference, PublishedCorrection):
        model.objects.all().delete()


def body_of(entry: LogEntry, document: dict[str, Any]) -> dict[str, Any]:
    """Return the body in the API: the document, the URL of its review, demand or claim, and its position in the log."""
    return {
        **document,
        "url": claim_url(entry.subject) if entry.is_of_claim else page_url(entry.section, entry.subject),
        "revision": {**document["revision"], "sequence": entry.sequence, "digest": entry.digest},
    }


def status_after(kind: str) -> Status:
    """Return the status of a review or demand after an entry of this kind."""
    return _STATUS.get(LogEntry.Kind(kind), Status.LIVE)


def review_row(entry: LogEntry, document: dict[str, Any], before: PublishedReview | None = None) -> PublishedReview:
    """Return the row of a review. For a tombstone or an erasure, the columns for filters are empty.

    `before` is the row of the previous revision. Its claims are kept until an erasure. The URLs that a withdrawn review
    cited are kept too, so that it can still be found by them.
    """
    body = body_of(entry, document)
    row = PublishedReview(
        id=entry.subject,
        claim_id=UUID(document["claim"]["id"]) if "claim" in document else None,
        status=status_after(entry.kind),
        sequence=entry.sequence,
        body=canonical_unchecked(body).decode(),
        language=document.get("language", "und").lower(),
        publisher=document["publisher"]["site"] if "publisher" in document else "",
        published_at=datetime.fromisoformat(document["published_at"]),
        updated_at=datetime.fromisoformat(document["updated_at"]),
    )
    row.parsed_body = body
    row.link_keys = list(dict.fromkeys(map(link_key, cited_urls(body))))
    if before and row.status != Status.ERASED:
        earlier = {*before.earlier_claims, *([before.claim_id] if before.claim_id else [])}
        row.earlier_claims = sorted(earlier - {row.claim_id})
        if row.status == Status.WITHDRAWN:
            row.link_keys = list(dict.fromkeys([*row.link_keys, *before.link_keys]))
    if row.status == Status.LIVE:
        claim, verdict = document["claim"], document["verdict"]
        row.verdict = f"{verdict['scale']}:{verdict['slug']}" if verdict["slug"] else None
        row.original_verdict = original_verdict_of(verdict["original"]["label"]) if verdict["original"] else None
        row.claimant = UUID(claim["claimant"]["id"]) if claim["claimant"] else None
        row.topics = [topic["slug"] for topic in document["topics"]]
        row.appearance_keys = appearance_keys(claim)
        row.original_key = url_key(document["original_url"]) if document["original_url"] else None
        row.claimed_on = _date(claim["claimed_on"])
        row.reviewed_on = _date(document["reviewed_on"])
    return row


def appearance_keys(claim: dict[str, Any]) -> list[str]:
    """Return the keys of the URLs where the claim appeared, in order and without duplicates."""
    seen = claim["appearances"]
    return list(dict.fromkeys(url_key(url) for each in seen for url in (each["url"], redirected_to(each)) if url))


def redirected_to(cited: dict[str, Any]) -> str | None:
    """Return the page to which the URL of an appearance or a source led when it was copied, or None.

    A short link can only be compared through its copy. A home page is left out, because many dead links lead there.
    """
    final_url: str | None = (cited.get("capture") or {}).get("final_url")
    return final_url if final_url and urlsplit(final_url).path.strip("/") else None


def cited_urls(body: dict[str, Any]) -> list[str]:
    """Return the URLs in a body: the URLs of the review, the claim's appearances and the sources, and of their copies.

    The body can be of a review, a tombstone or an erasure.
    """
    cited = [body, *body.get("claim", {}).get("appearances", ()), *body.get("sources", ())]
    found = [body.get("original_url"), *(url for each in cited[1:] for url in (each.get("url"), redirected_to(each)))]
    return [url for url in (*found, *(each.get("archive_url") for each in cited)) if url]


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
    document = review.parsed_body
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
    name = name[: PublishedReference._meta.get_field("name").max_length]  # a description can be longer
    return PublishedReference(
        kind=kind, key=key, name=name, sequence=review.sequence, body=canonical_unchecked(body).decode()
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _referring(kind: str, key: str) -> Q:
    if kind == Kind.TOPIC:
        return Q(topics__contains=[key])
    return Q(**{str(kind): key})


def _refresh_references(keys: Iterable[Reference]) -> None:
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
