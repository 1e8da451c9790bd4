"""Queries for the pages. They use the reading role, which can only SELECT from the record."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db import Error, models
from django.db.models import QuerySet
from django.db.models.functions import Cast
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language

from factcheck.database.rows import run_prepared, run_public
from factcheck.record.evidence.public_captures import ON_PAGES
from factcheck.record.lists.pages import Sql, join
from factcheck.record.models import (
    LogCheckpoint,
    LogEntry,
    PublicCapture,
    PublishedClaim,
    PublishedReference,
    PublishedReview,
    RevisionDocument,
)
from factcheck.record.readmodel.bodies import Claim, Demand, Erasure, Kept, Review, any_review
from factcheck.record.readmodel.comparable_verdicts import compare, shown_reviews
from factcheck.record.readmodel.public_state import find_state
from factcheck.record.readmodel.review_rows import body_of, row_without_filters
from factcheck.record.readmodel.revisions import DISOWNED, in_revision
from factcheck.record.readmodel.translated_reviews import ListedReview, share_wordings
from factcheck.record.statements.output import read
from factcheck.record.statements.values import same_language


class WholeClaim(Claim):
    """A claim with its live reviews in full."""

    live_reviews: list[ListedReview] = []


class AnsweredDemand(Demand):
    """A demand, with the review that it is about."""

    about: Any = None


PAGE_SIZE = 20
OTHERS = 20
FIRST_HOUR_SECONDS = 60  # for which a process remembers the end of first-hour mode
_first_hour: list[tuple[float, datetime | None]] = []


def first_hour_end() -> datetime | None:
    """Return the time until which one person decides alone who gets a role, or None if the mode is over."""
    if not _first_hour or time.monotonic() - _first_hour[0][0] > FIRST_HOUR_SECONDS:
        try:
            ((end,),) = run_public("SELECT editorial_first_hour_ends()")
        except Error:
            return None  # the page itself says that the database can't be reached
        _first_hour[:] = [(time.monotonic(), end)]
    return _first_hour[0][1]


def find_review(review_id: UUID) -> PublishedReview:
    """Return the review's row, as the log gives it. Raise Http404 if nothing has been published under the id."""
    state = find_state("review", review_id)
    if state is None:
        raise Http404
    row = row_without_filters(state.entry, state.body)
    compare([row.published])
    return row


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
    return tuple(run_prepared(f"SELECT {PAGE_VERSION}", [review_id] * 3)[0])


def find_claim(claim_id: UUID) -> WholeClaim | None:
    """Return a claim with the bodies of its live reviews, or None if it doesn't have a live review."""
    claims = PublishedClaim.objects.using("public").live().filter(pk=claim_id)
    if (body := claims.values_list("body", flat=True).first()) is None:
        return None
    claim = read(WholeClaim, body)
    claim.live_reviews = live_reviews((review.id for review in claim.reviews), limit=None)
    return claim


def find_demand(demand_id: UUID) -> AnsweredDemand:
    """Return the demand. Raise Http404 if there is no such demand."""
    state = find_state("demand", demand_id)
    if state is None:
        raise Http404
    review = read(Demand, state.body).review
    about = find_state("review", UUID(review.id)) if review else None
    return answered_demands([(state.body, about and about.body)])[0]


def answered_demands(rows: Sequence[tuple[str | bytes, str | bytes | None]]) -> list[AnsweredDemand]:
    """Return the demands, each from its body and the body of the review that it is about."""
    demands = [read(AnsweredDemand, body) for body, _ in rows]
    for demand, (_, about) in zip(demands, rows, strict=True):
        demand.about = any_review(about) if about else None
    add_wordings(demand.about for demand in demands)
    return demands


def add_wordings(reviews: Iterable[Kept | Erasure | None]) -> None:
    """Give the claims of live reviews the wordings of translations, unless they are in the reader's language."""
    language = get_language() or ""
    live = [each for each in reviews if isinstance(each, Review)]
    foreign = [each for each in live if not same_language(each.claim.worded(language).language, language)]
    share_wordings([*foreign, *(other for other, _ in read_same_claims(foreign))])


def read_same_claims(reviews: Iterable[Review], conditions: Sequence[Sql] = ()) -> list[tuple[ListedReview, bool]]:
    """Return the newsrooms' other live reviews of the same claims, oldest first, and whether they meet the conditions.

    Imported reviews have no translations, so their claims are left out.
    """
    own = [each for each in reviews if not each.original_url]
    if not own:
        return []
    where, values = join(" AND ", conditions)
    sql = _SAME_CLAIMS.format(where or "true")
    rows = run_public(sql, [*values, [each.claim.id for each in own], [each.id for each in own]])
    return [(read(ListedReview, body), meets) for body, meets in rows]


_SAME_CLAIMS = """
SELECT body, {} FROM record_publishedreview
WHERE status = 'live' AND original_key IS NULL AND claim_id = ANY (%s::uuid[]) AND NOT id = ANY (%s::uuid[])
ORDER BY published_at, id
"""


def references(kind: PublishedReference.Kind) -> QuerySet[PublishedReference]:
    """Return the publishers, topics or claimants that have a page. Private persons don't have a page.

    A person in an imported review has a page only after an editor has confirmed the name.
    """
    found = PublishedReference.objects.using("public").filter(kind=kind)
    if kind != PublishedReference.Kind.CLAIMANT:
        return found
    public = models.Q(parsed__type="organization") | models.Q(parsed__type="person", parsed__confirmed=True)
    return found.alias(parsed=Cast("body", models.JSONField())).filter(public)


def live_reviews(reviews: Iterable[UUID | str], limit: int | None = OTHERS) -> list[ListedReview]:
    """Return the live reviews among these reviews, oldest first."""
    rows = PublishedReview.objects.using("public").live().filter(pk__in=reviews).order_by("published_at", "id")
    return shown_reviews(ListedReview, rows.values_list("body", flat=True)[:limit])


def public_captures(claim: Claim) -> dict[str, dict[str, Any]]:
    """Return the captures that the claim cites and that readers can see, by their hashes."""
    cited = {each.capture.sha256 for each in claim.appearances if each.capture}
    public = PublicCapture.objects.using("public").live().filter(sha256__in=cited)
    return {each["sha256"]: each for each in public.values(*ON_PAGES)}


def list_revisions(subject: UUID | str) -> QuerySet[LogEntry]:
    """Return the log's entries about a review or demand, newest first.

    The entries have `note`, `change_class`, `has_document`, `is_signed` and `disowned`. An erased revision doesn't have
    a document, so its note and class are None.
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
    ).annotate(**DISOWNED)


def find_entry(section: str, subject: UUID | str, number: int | str) -> LogEntry:
    """Return the log's entry of a revision of a review or demand, of a claim's merge or split, or of a key's rotation.

    Raise Http404 if there is no such entry.
    """
    entries = list_revisions(subject).filter(kind__startswith=f"{section.removesuffix('s')}.")
    return get_object_or_404(entries, number=number)


def find_revision(review_id: UUID, number: int) -> tuple[LogEntry, Kept | Erasure | None]:
    """Return an entry about a review, with the body as of this entry, or None if the body has been erased.

    Raise Http404 if there is no such entry.
    """
    entries = LogEntry.objects.using("public").select_related("revision_document")
    found = get_object_or_404(entries, subject=review_id, number=number)
    try:
        row = found.revision_document
    except RevisionDocument.DoesNotExist:
        return found, None
    return found, any_review(body_of(found, row.checked()))
