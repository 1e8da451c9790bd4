"""The home page of the desk: everything that needs the person's attention."""

from datetime import timedelta
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.event_texts import EventTexts
from factcheck.editorial.desk.proposal_actions import DECIDE, hold_notice, subject_url
from factcheck.editorial.desk.public_text import show_public_text
from factcheck.editorial.message_encryption import find_key_problem
from factcheck.editorial.models import (
    Authorship,
    Claimant,
    Demand,
    EditorialEvent,
    Job,
    Membership,
    Proposal,
    ReaderMessage,
    Review,
    User,
)
from factcheck.editorial.models.events import ACCOUNT_CHANGES
from factcheck.editorial.models.kinds import Kind
from factcheck.editorial.models.proposal_queries import ProposalQuerySet
from factcheck.webhooks.models import Subscription

MAX_ROWS = 50  # per section. Further rows appear after these have been decided.
MAX_CHANGES = 20
# How long changes of accounts, and returned proposals of kinds without a draft, are listed.
RECENT = timedelta(days=30)
_DRAFTS = (Kind.REVIEW, Kind.DEMAND)


def home_context(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the home page. A person without a newsroom gets no lists of drafts."""
    desk = get_desk(request)
    newsrooms, proposals = list(desk.roles), Proposal.objects
    context: dict[str, Any] = {"desk": desk, "account_changes": account_changes(request)}
    if desk.roles or desk.administers_accounts:
        context |= {
            "returned": _with_urls(desk, proposals.returned_to(desk.user, newsrooms).filter(_is_recent())),
            "to_decide": _to_act_on(desk, proposals.to_decide(desk.user, desk.deciding_newsrooms)),
            "sent": _with_urls(desk, proposals.awaiting_others(desk.user, newsrooms)),
        }
    return {
        **context,
        **(_newsroom_lists(desk, context["returned"]) if desk.roles else {}),
        **(worker_failures() if desk.administers_accounts else {}),
    }


def _newsroom_lists(desk: Desk, returned: list[tuple[Proposal, str]]) -> dict[str, Any]:
    newsrooms = list(desk.roles)
    listed = [proposal.subject_id for proposal, _page in returned if proposal.kind in _DRAFTS]
    drafts = list(my_drafts(desk.user, newsrooms).exclude(pk__in=listed)[:MAX_ROWS])
    show_public_text(desk, (review.claim for review in drafts))
    waiting_messages = ReaderMessage.objects.for_newsrooms(newsrooms).filter(state=ReaderMessage.State.WAITING)
    return {
        "drafts": drafts,
        "demand_drafts": demand_drafts(desk.user, newsrooms).exclude(pk__in=listed)[:MAX_ROWS],
        "to_publish": _to_act_on(desk, Proposal.objects.to_publish(desk.deciding_newsrooms)),
        "from_readers": waiting_messages.exists(),
        "messages_problem": find_key_problem() if desk.deciding_newsrooms else None,
        "unconfirmed": Claimant.objects.filter(newsroom__in=desk.deciding_newsrooms, confirmed=False).exists(),
    }


def account_changes(request: HttpRequest) -> list[tuple[EditorialEvent, Any, Any]]:
    """Recent changes by other people to the person's own account, and to accounts in the newsrooms that they lead.

    Account administrators see the changes of all accounts.
    """
    desk = get_desk(request)
    concerned = Q(subject=f"user:{desk.user.pk}")
    if desk.led_newsrooms:
        members = Membership.objects.filter(publisher__in=desk.led_newsrooms)
        subjects = members.values_list(Concat(Value("user:"), Cast("user_id", CharField())), flat=True)
        concerned |= Q(newsroom__in=desk.led_newsrooms) | Q(subject__in=subjects)
    if desk.administers_accounts:
        concerned = Q()
    events = EditorialEvent.objects.filter(concerned, ACCOUNT_CHANGES, at__gte=timezone.now() - RECENT)
    found = list(events.exclude(actor=desk.user).select_related("actor")[:MAX_CHANGES])
    if not found:
        return []
    texts = EventTexts(request, found)
    return [(event, texts.about(event), texts.details(event)) for event in found]


def worker_failures() -> dict[str, Any]:
    """Failures of the background worker, for account administrators."""
    stopped = Subscription.objects.filter(stopped__in=[Subscription.Stopped.FAILING, Subscription.Stopped.GONE])
    return {"stopped_webhooks": stopped[:MAX_ROWS], "failed_jobs": Job.objects.filter(status="failed").exists()}


def my_drafts(user: User, newsrooms: list[int]) -> QuerySet[Review]:
    """Drafts that the person created or is an author of, newest first."""
    authored = Authorship.objects.filter(review=OuterRef("pk"), user=user)
    return Review.objects.filter(
        Q(created_by=user) | Exists(authored), newsroom__in=newsrooms, state=Review.State.DRAFT
    ).select_related("claim")


def demand_drafts(user: User, newsrooms: list[int]) -> QuerySet[Demand]:
    return Demand.objects.filter(created_by=user, newsroom__in=newsrooms, state=Demand.State.DRAFT)


def _is_recent() -> Q:
    return Q(kind__in=_DRAFTS) | Q(decided_at__gte=timezone.now() - RECENT)


def _with_urls(desk: Desk, queryset: ProposalQuerySet) -> list[tuple[Proposal, str]]:
    """The first of these proposals, each with the URL of its subject's page."""
    subjects = (
        "review__claim", "demand", "claim", "into", "batch", "mapping__verdict", "account", "newsroom",
        "freeze__newsroom",
    )  # fmt: skip
    queryset = queryset.select_related(*subjects, "submitted_by", "decided_by")
    proposals = list(queryset.prefetch_related("mapping__verdict__labels")[:MAX_ROWS])
    claims = [proposal.review.claim for proposal in proposals if proposal.review is not None]
    claims += [claim for proposal in proposals for claim in (proposal.claim, proposal.into) if claim is not None]
    show_public_text(desk, claims)
    return [(proposal, _page(desk, proposal)) for proposal in proposals]


def _to_act_on(desk: Desk, queryset: ProposalQuerySet) -> list[tuple[Proposal, str, str]]:
    """Proposals that the person can decide on or publish, each with the URL and with the notice about its hold.

    The URL of a review is the page of its decision.
    """
    return [
        (
            proposal,
            reverse("admin:editorial_proposal", args=[proposal.pk, DECIDE.name])
            if proposal.kind == Kind.REVIEW
            else page,
            hold_notice(proposal),
        )
        for proposal, page in _with_urls(desk, queryset)
    ]


def _page(desk: Desk, proposal: Proposal) -> str:
    """The page with the proposal's buttons. Chief editors can't open an account, so they open the decision itself."""
    if proposal.kind == Kind.ACCOUNT and not proposal.decision and not desk.administers_accounts:
        return reverse("admin:editorial_proposal", args=[proposal.pk, "approve"])
    return subject_url(desk, proposal)
