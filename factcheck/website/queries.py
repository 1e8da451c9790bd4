"""Queries for the pages. They use the reading role, which can only SELECT from the record."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
from django.db import connections, models
from django.db.models import QuerySet
from django.db.models.functions import Cast
from django.http import Http404
from django.shortcuts import get_object_or_404

from factcheck.record.models import (
    LogCheckpoint,
    LogEntry,
    PublicCapture,
    PublishedClaim,
    PublishedDemand,
    PublishedReference,
    PublishedReview,
    RevisionDocument,
)
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.public_state import find_state
from factcheck.record.readmodel.review_rows import body_of, review_row
from factcheck.record.readmodel.revisions import in_revision

Body = dict[str, Any]

PAGE_SIZE = 20
LAST_PAGE = 25  # of a list. For older entries, readers can use the API, whose pages all take the same time.
OTHERS = 20


def find_review(review_id: UUID) -> PublishedReview:
    """Return the review's row, as the log gives it. Raise Http404 if nothing has been published under the id."""
    state = find_state("review", review_id)
    if state is None:
        raise Http404
    return review_row(state.entry, orjson.loads(state.body))


# This is SQL, because each page of a review needs this query and Django takes 1.3 ms to compile it.
PAGE_VERSION = """
(SELECT max(sequence) FROM record_logentry),
(SELECT max(checked_at) FROM record_sourcecheck WHERE review_id = %s),
(SELECT max(id) FROM record_publiccapture WHERE review_id = %s),
(SELECT count(*) FROM record_publiccapture WHERE review_id = %s)
"""


def page_version(review_id: UUID) -> tuple[Any, ...]:
    """Return the log's newest entry, the newest check of the review's sources, and its public captures.

    The page of a review must be rendered again when one of these values changes. Checks and captures aren't in the log.
    """
    with connections["public"].cursor() as cursor:
        cursor.execute(f"SELECT {PAGE_VERSION}", [review_id] * 3)
        version: tuple[Any, ...] = cursor.fetchone()
        return version


def find_claim(claim_id: UUID) -> Body | None:
    """Return a claim with the bodies of its live reviews, or None if it doesn't have a live review."""
    claims = PublishedClaim.objects.using("public").live().filter(pk=claim_id)
    if (body := claims.values_list("body", flat=True).first()) is None:
        return None
    claim: Body = orjson.loads(body)
    return {**claim, "reviews": bodies_of((review["id"] for review in claim["reviews"]), limit=None)}


def home_of(claim_id: UUID) -> UUID:
    """Return the claim that shows this claim's reviews: the claim itself, unless it has been merged."""
    return MergeGroup.of([claim_id], using="public").root(claim_id)


def list_demands(page: int) -> tuple[list[Body], bool]:
    """Return a page of the register of demands, newest first, and whether there are more demands."""
    start = (page - 1) * PAGE_SIZE
    review = PublishedReview.objects.filter(pk=models.OuterRef("review"))
    demands = PublishedDemand.objects.using("public").annotate(about=models.Subquery(review.values("body")))
    rows = demands.order_by("-published_at", "-id").values_list("body", "about")
    found = list(rows[start : start + PAGE_SIZE + 1])
    listed = [_demand(orjson.loads(body), about) for body, about in found[:PAGE_SIZE]]
    return listed, len(found) > PAGE_SIZE and page < LAST_PAGE


def find_demand(demand_id: UUID) -> Body:
    """Return the demand. Raise Http404 if there is no such demand."""
    state = find_state("demand", demand_id)
    if state is None:
        raise Http404
    demand = orjson.loads(state.body)
    about = demand["review"] and find_state("review", UUID(demand["review"]["id"]))
    return _demand(demand, about and about.body)


def _demand(demand: Body, about: str | bytes | None) -> Body:
    """Add the title of its review to a demand, and the title's language, unless the review has been erased."""
    if about:
        demand["review"] |= current_title(orjson.loads(about))
    return demand


def current_title(review: Body) -> Body:
    """Return the review's current title and the title's language. The claim's text replaces a missing headline.

    For an erased review, or a withdrawn review without a headline, the result is empty.
    """
    claim = review.get("claim", {})
    if title := review.get("headline"):
        return {"title": title, "language": review["language"]}
    return {"title": claim["text"], "language": claim["language"]} if "text" in claim else {}


def references(kind: PublishedReference.Kind) -> QuerySet[PublishedReference]:
    """Return the publishers, topics or claimants that have a page. Private persons don't have a page.

    A person in an imported review has a page only after an editor has confirmed the name.
    """
    found = PublishedReference.objects.using("public").filter(kind=kind)
    if kind != PublishedReference.Kind.CLAIMANT:
        return found
    public = models.Q(parsed__type="organization") | models.Q(parsed__type="person", parsed__confirmed=True)
    return found.alias(parsed=Cast("body", models.JSONField())).filter(public)


def bodies_of(reviews: Iterable[UUID | str], limit: int | None = OTHERS) -> list[Body]:
    """Return the bodies of the live reviews among these reviews, oldest first."""
    rows = PublishedReview.objects.using("public").live().filter(pk__in=reviews).order_by("published_at", "id")
    return [orjson.loads(body) for body in rows.values_list("body", flat=True)[:limit]]


def public_captures(body: Body) -> set[str]:
    """Return the hashes of the captures that the review or claim cites and that readers can see."""
    claim = body.get("claim", body)
    rows = [*body.get("sources", ()), *claim.get("appearances", ())]
    cited = {row["capture"]["sha256"] for row in rows if row.get("capture")}
    if not cited:
        return set()
    public = PublicCapture.objects.using("public").live().filter(sha256__in=cited)
    if claim is not body:
        public = public.filter(review_id=body["id"])
    return set(public.values_list("sha256", flat=True))


def list_revisions(subject: UUID | str) -> QuerySet[LogEntry]:
    """Return the log's entries about a review or demand, newest first.

    The entries have `note`, `change_class`, `has_document` and `is_signed`. An erased revision doesn't have a document,
    so its note and class are None.
    """
    return _with_notes(LogEntry.objects.using("public").filter(subject=subject).order_by("-number"))


def comparable(entries: Sequence[Any]) -> dict[int, int]:
    """Return the number of the previous revision with text, for each revision with text.

    The entries are from `list_revisions`.
    """
    without = (LogEntry.Kind.WITHDRAWAL, LogEntry.Kind.ERASURE)
    return dict(pairwise(entry.number for entry in entries if entry.has_document and entry.kind not in without))


def _with_notes(entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
    """Add the values from the entries' documents."""
    exists = models.Q(revision_document__isnull=False)
    has_document = models.ExpressionWrapper(exists, output_field=models.BooleanField())
    signed = models.Exists(LogCheckpoint.objects.filter(size__gt=models.OuterRef("sequence")))
    return entries.annotate(
        note=in_revision("note"), change_class=in_revision("class"), has_document=has_document, is_signed=signed
    )


def find_entry(section: str, subject: UUID | str, number: int | str) -> LogEntry:
    """Return the log's entry of a revision of a review or demand, or of a claim's merge or split.

    Raise Http404 if there is no such entry.
    """
    entries = list_revisions(subject).filter(kind__startswith=f"{section.removesuffix('s')}.")
    return get_object_or_404(entries, number=number)


def find_revision(review_id: UUID, number: int) -> tuple[LogEntry, Body | None]:
    """Return an entry about a review, with the body as of this entry, or None if the body has been erased.

    Raise Http404 if there is no such entry.
    """
    entries = LogEntry.objects.using("public").select_related("revision_document")
    found = get_object_or_404(entries, subject=review_id, number=number)
    try:
        row = found.revision_document
    except RevisionDocument.DoesNotExist:
        return found, None
    return found, body_of(found, row.parsed())
