"""What the pages show, read from the record by the role that can do nothing else."""

import time
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from django.db import models
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from factcheck.record.formats.canonical import rfc3339
from factcheck.record.formats.text import MOST_APART, storable
from factcheck.record.models import (
    LogEntry,
    PublishedClaim,
    PublishedCorrection,
    PublishedDemand,
    PublishedReview,
    RevisionDocument,
)
from factcheck.record.readmodel.claim_merges import Family
from factcheck.record.readmodel.review_rows import review_body
from factcheck.record.readmodel.revisions import in_document, in_revision
from factcheck.record.search.query import MAX_QUERY, read_query
from factcheck.record.search.ranking import SECONDS, Search
from factcheck.record.search.spelling import did_you_mean

Body = dict[str, Any]

PAGE_SIZE = 20
LAST_PAGE = 25  # further back leads the API, whose cursors do not slow down
OTHERS = 20


def clean_query(value: str) -> str:
    """The words to search for, as the record spells them; characters that it never holds count as spaces."""
    return storable(value[: MOST_APART * MAX_QUERY])[:MAX_QUERY]


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """`relaxed`: nothing has all the words that were searched for. `meant`: what was probably meant by them.

    Not `whole`: the time was up before everything had been looked through.
    """

    reviews: list[Body]
    more: bool
    relaxed: bool = False
    meant: str | None = None
    whole: bool = True


def newest_reviews(page: int) -> ReviewsPage:
    start = (page - 1) * PAGE_SIZE
    live = PublishedReview.objects.using("public").live().order_by("-published_at", "-id")
    return _page(list(live.values_list("body", flat=True)[start : start + PAGE_SIZE + 1]), page)


def search_reviews(query: str, page: int) -> ReviewsPage:
    """The reviews that match best first."""
    start, deadline = (page - 1) * PAGE_SIZE, time.monotonic() + SECONDS
    found = Search(PublishedReview, read_query(query)).page(start + PAGE_SIZE + 1)
    left = max(0, deadline - time.monotonic())
    meant = did_you_mean(PublishedReview, query, seconds=left) if found.relaxed or not found.hits else None
    listed = _page([hit.body for hit in found.hits[start:]], page)
    return replace(listed, relaxed=found.relaxed, meant=meant, whole=found.whole)


def _page(bodies: list[str], page: int) -> ReviewsPage:
    """Of the bodies from the page's first one on."""
    return ReviewsPage(
        [orjson.loads(body) for body in bodies[:PAGE_SIZE]], len(bodies) > PAGE_SIZE and page < LAST_PAGE
    )


def find_review(review_id: UUID) -> PublishedReview:
    """Raises Http404."""
    return get_object_or_404(PublishedReview.objects.using("public"), pk=review_id)


def other_reviews(review: PublishedReview) -> list[Body]:
    """Other live reviews of the same claim and of those that are merged with it, oldest first."""
    if review.claim_id is None:
        return []
    family = Family.of([review.claim_id], using="public")
    same = family.shown_under(family.home(review.claim_id))
    found = PublishedReview.objects.using("public").live().filter(claim_id__in=same)
    bodies = found.exclude(pk=review.pk).order_by("published_at", "id").values_list("body", flat=True)[:OTHERS]
    return [orjson.loads(body) for body in bodies]


def find_claim(claim_id: UUID) -> Body | None:
    """A claim that has a live review, with its live reviews."""
    claims = PublishedClaim.objects.using("public").live().filter(pk=claim_id)
    body = claims.values_list("body", flat=True).first()
    return orjson.loads(body) if body else None


def home_of(claim_id: UUID) -> UUID:
    """The claim under which this one is shown: another one if it was merged."""
    return Family.of([claim_id], using="public").home(claim_id)


def list_demands(page: int) -> tuple[list[Body], bool]:
    """A page of the register of demands, newest entries first, and whether there are more."""
    start = (page - 1) * PAGE_SIZE
    found = list(_demands().order_by("-published_at", "-id")[start : start + PAGE_SIZE + 1])
    return [_demand(*row) for row in found[:PAGE_SIZE]], len(found) > PAGE_SIZE and page < LAST_PAGE


def find_demand(demand_id: UUID) -> Body:
    """Raises Http404."""
    row = _demands().filter(pk=demand_id).first()
    if row is None:
        raise Http404
    return _demand(*row)


def _demands() -> QuerySet[PublishedDemand, tuple[str, str | None]]:
    """The bodies of demands, each with that of the review that it is about."""
    review = PublishedReview.objects.filter(pk=models.OuterRef("review"))
    demands = PublishedDemand.objects.using("public").annotate(about=models.Subquery(review.values("body")))
    return demands.values_list("body", "about")


def _demand(body: str, about: str | None) -> Body:
    """Its review has `title` and `language`, too, unless it was erased."""
    demand: Body = orjson.loads(body)
    if about:
        demand["review"] |= titled(orjson.loads(about))
    return demand


def titled(review: Body) -> Body:
    """What a review is called now, the claim's words in place of a missing headline, and the language of that.

    Nothing for one that was erased, or withdrawn and has no headline.
    """
    claim = review.get("claim", {})
    if title := review.get("headline"):
        return {"title": title, "language": review["language"]}
    return {"title": claim["text"], "language": claim["language"]} if "text" in claim else {}


def demands_about(review_id: UUID) -> list[Body]:
    """Demands that were made about a review, oldest first."""
    demands = PublishedDemand.objects.using("public").filter(review=review_id).order_by("received_on", "id")
    return [orjson.loads(body) for body in demands.values_list("body", flat=True)[:OTHERS]]


def list_revisions(subject: UUID) -> QuerySet[LogEntry]:
    """The log's entries about a review or demand, newest first, with `note`, `change_class` and whether each is `kept`.

    What was erased has no document and so neither note nor class.
    """
    return _told(LogEntry.objects.using("public").filter(subject=subject).order_by("-number"))


def _told(entries: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
    """The entries with what their documents say of them."""
    kept = models.ExpressionWrapper(models.Q(revision_document__isnull=False), output_field=models.BooleanField())
    return entries.annotate(note=in_revision("note"), change_class=in_revision("class"), kept=kept)


def list_corrections(page: int) -> tuple[list[Body], bool]:
    """A page of what became of published reviews, newest first, and whether there is more."""
    start = (page - 1) * PAGE_SIZE
    entries = LogEntry.objects.using("public")
    # By themselves first, so that no document is read of those that stand on pages before.
    here = list(entries.corrections().values_list("pk", flat=True)[start : start + PAGE_SIZE + 1])
    review = PublishedReview.objects.filter(pk=models.OuterRef("subject"))
    verdicts = PublishedCorrection.objects.filter(pk=models.OuterRef("pk"))
    found = _told(entries.filter(pk__in=here[:PAGE_SIZE]).order_by("-sequence")).annotate(
        review=models.Subquery(review.values("body")),
        verdicts=models.Subquery(verdicts.values("body")),
        notice=in_document("notice"),
    )
    return [_correction(entry) for entry in found], len(here) > PAGE_SIZE and page < LAST_PAGE


def _correction(entry: Any) -> Body:
    """As a review's `corrections` have it, with `kept` as in `list_revisions`, an erasure's `notice`, and the review.

    The review is called what it is called now, whatever it was called then (`titled`).
    """
    review: Body = orjson.loads(entry.review)
    verdicts: Body = orjson.loads(entry.verdicts) if entry.verdicts else {}
    notice: Body | None = orjson.loads(entry.notice) if entry.notice else None
    standing = review["revision"]
    return {
        "kind": entry.kind.partition(".")[2],
        "at": rfc3339(entry.at),
        "class": entry.change_class,
        "note": None if notice else entry.note,  # which repeats the notice
        "verdict_before": verdicts.get("verdict_before"),
        "verdict_after": verdicts.get("verdict_after"),
        "kept": entry.kept,
        "notice": notice,
        "language": review.get("language", "und"),
        "review": {"id": review["id"], "now": standing["kind"], **titled(review)},
        "withdrawn_since": standing["kind"] == "withdrawal" and standing["sequence"] != entry.sequence,
        "newsroom": review["publisher"] if "publisher" in review else review["notice"]["newsroom"],
    }


def find_revision(review_id: UUID, number: int) -> tuple[LogEntry, Body | None]:
    """An entry about a review with its body as it was published then, None when it was erased. Raises Http404."""
    entries = LogEntry.objects.using("public").select_related("revision_document")
    found = get_object_or_404(entries, subject=review_id, number=number)
    try:
        document = found.revision_document.document
    except RevisionDocument.DoesNotExist:
        return found, None
    return found, review_body(found, orjson.loads(bytes(document)))
