"""The first page of the desk: everything that waits for the person."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from factcheck.editorial.desk.access import Desk, desk
from factcheck.editorial.desk.proposal_actions import page_of
from factcheck.editorial.desk.public_text import put_public_words
from factcheck.editorial.models import Authorship, Claimant, Demand, Job, Proposal, ReaderMessage, Review, User
from factcheck.editorial.models.kinds import Kind
from factcheck.editorial.models.proposals import ProposalQuerySet
from factcheck.webhooks.models import Subscription

MOST = 50  # of each section. The next follow when these are decided.
TOLD = timedelta(days=30)  # of kinds that have no draft, whose next submission would end the notice
_DRAFTS = (Kind.REVIEW, Kind.DEMAND)


def waiting(request: HttpRequest) -> dict[str, Any]:
    """The context of the home page. Empty for a person without a newsroom."""
    at = desk(request)
    if not at.roles:
        return {"desk": at, **(site_troubles() if at.administers_accounts else {})}
    newsrooms, found = list(at.roles), Proposal.objects
    returned = _with_pages(at, found.returned_to(at.user, newsrooms).filter(_still_told()))
    told = [proposal.subject_id for proposal, _page in returned if proposal.kind in _DRAFTS]
    drafts = list(my_drafts(at.user, newsrooms).exclude(pk__in=told)[:MOST])
    put_public_words(at, (review.claim for review in drafts))
    return {
        "desk": at,
        "returned": returned,
        "drafts": drafts,
        "demand_drafts": demand_drafts(at.user, newsrooms).exclude(pk__in=told)[:MOST],
        "to_decide": _with_pages(at, found.to_decide(at.user, at.deciding)),
        "to_publish": _with_pages(at, found.to_publish(at.deciding)),
        "sent": _with_pages(at, found.awaiting_others(at.user, newsrooms)),
        "from_readers": ReaderMessage.objects.for_newsrooms(newsrooms)
        .filter(state=ReaderMessage.State.WAITING)
        .exists(),
        "unconfirmed": Claimant.objects.filter(newsroom__in=at.deciding, confirmed=False).exists(),
    }


def site_troubles() -> dict[str, Any]:
    """Failures of the worker, for the people who look after the site."""
    stopped = Subscription.objects.filter(stopped__in=[Subscription.Stopped.FAILING, Subscription.Stopped.GONE])
    return {"stopped_webhooks": stopped[:MOST], "failed_jobs": Job.objects.filter(status="failed").exists()}


def my_drafts(user: User, newsrooms: list[int]) -> QuerySet[Review]:
    """Drafts that the person began or is an author of, newest first."""
    mine = Authorship.objects.filter(review=OuterRef("pk"), user=user)
    return Review.objects.filter(
        Q(created_by=user) | Exists(mine), newsroom__in=newsrooms, state=Review.State.DRAFT
    ).select_related("claim")


def demand_drafts(user: User, newsrooms: list[int]) -> QuerySet[Demand]:
    return Demand.objects.filter(created_by=user, newsroom__in=newsrooms, state=Demand.State.DRAFT)


def _still_told() -> Q:
    return Q(kind__in=_DRAFTS) | Q(decided_at__gte=timezone.now() - TOLD)


def _with_pages(at: Desk, found: ProposalQuerySet) -> list[tuple[Proposal, str]]:
    """The first of these proposals, each with the page of its subject."""
    subjects = ("review__claim", "demand", "claim", "into", "batch", "mapping__verdict")
    found = found.select_related(*subjects, "submitted_by", "decided_by")
    proposals = list(found.prefetch_related("mapping__verdict__labels")[:MOST])
    shown = [proposal.review.claim for proposal in proposals if proposal.review is not None]
    shown += [claim for proposal in proposals for claim in (proposal.claim, proposal.into) if claim is not None]
    put_public_words(at, shown)
    return [(proposal, page_of(at, proposal)) for proposal in proposals]
