"""What waits for somebody when they come to the desk."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest

from factcheck.editorial.admin.access import desk
from factcheck.editorial.messages import messages_for
from factcheck.editorial.models import (
    Approval,
    Authorship,
    Claimant,
    ClaimMerge,
    Demand,
    DemandApproval,
    ImportBatch,
    Job,
    ReaderMessage,
    Review,
    User,
)
from factcheck.editorial.models.approvals import Decision
from factcheck.webhooks.models import Subscription

MOST = 20  # of each kind; the lists have the rest


def waiting(request: HttpRequest) -> dict[str, Any]:
    """The context of the home page. Nothing for who works in no newsroom."""
    at = desk(request)
    if not at.roles:
        return {"desk": at, **(site_troubles() if at.administers_accounts else {})}
    back = list(returned(at.user, list(at.roles))[:MOST])
    drafts = my_drafts(at.user, list(at.roles)).exclude(pk__in=[approval.review_id for approval in back])
    demands = open_demands(at.deciding) if at.deciding else []
    imports = open_imports(at.deciding) if at.deciding else []
    return {
        "desk": at,
        "returned": back,
        "drafts": drafts[:MOST],
        "to_decide": to_decide(at.user, at.deciding)[:MOST],
        "to_publish": to_publish(at.deciding)[:MOST],
        "sent": sent(at.user, list(at.roles))[:MOST],
        "imports_to_decide": [row for row in imports if not row.decision and row.submitted_by_id != at.user.pk],
        "imports_to_publish": [row for row in imports if row.decision],
        "demand_drafts": demand_drafts(at.user, list(at.roles))[:MOST],
        "demands_to_decide": [row for row in demands if not row.decision and row.submitted_by_id != at.user.pk],
        "demands_to_publish": [row for row in demands if row.decision],
        "merges_to_decide": merges_to_decide(at.user, at.deciding)[:MOST] if at.deciding else [],
        "from_readers": messages_for(list(at.roles)).filter(state=ReaderMessage.State.WAITING).exists(),
        "unconfirmed": Claimant.objects.filter(newsroom__in=at.deciding, confirmed=False).exists(),
    }


def site_troubles() -> dict[str, Any]:
    """What the worker could not do, for who looks after the site."""
    stopped = Subscription.objects.filter(stopped__in=[Subscription.Stopped.FAILING, Subscription.Stopped.GONE])
    return {"stopped_webhooks": stopped[:MOST], "failed_jobs": Job.objects.filter(status="failed").exists()}


def my_drafts(user: User, newsrooms: list[int]) -> QuerySet[Review]:
    """Drafts that the person began or is an author of, newest first."""
    mine = Authorship.objects.filter(review=OuterRef("pk"), user=user)
    return Review.objects.filter(
        Q(created_by=user) | Exists(mine), newsroom__in=newsrooms, state=Review.State.DRAFT
    ).select_related("claim")


def returned(user: User, newsrooms: list[int]) -> QuerySet[Approval]:
    """What somebody else returned and nobody has submitted again. The index approval_returned is for this."""
    later = Approval.objects.filter(review=OuterRef("review"), pk__gt=OuterRef("pk"))
    author = Authorship.objects.filter(review=OuterRef("review"), user=user)
    return (
        Approval.objects.filter(
            Q(submitted_by=user) | Q(review__created_by=user) | Exists(author),
            decision=Decision.RETURNED,
            batch__isnull=True,
            review__newsroom__in=newsrooms,
            review__state=Review.State.DRAFT,
        )
        .exclude(Exists(later))
        .exclude(decided_by=F("submitted_by"))
        .select_related("review__claim", "decided_by")
        .order_by("-pk")
    )


def _unpublished() -> QuerySet[Approval]:
    """What is neither returned nor published."""
    found = Approval.objects.filter(entry__isnull=True).exclude(decision=Decision.RETURNED).order_by("pk")
    return found.select_related("review__claim", "submitted_by", "decided_by")


def _open() -> QuerySet[Approval]:
    """That which no import brought, by the index approval_waiting; imports are decided as a whole."""
    return _unpublished().filter(batch__isnull=True)


def to_decide(user: User, newsrooms: list[int]) -> QuerySet[Approval]:
    """What this person may decide on: in a newsroom where they decide, neither submitted nor written by them."""
    author = Authorship.objects.filter(review=OuterRef("review"), user=user)
    begun = Q(review__import_key__isnull=True, review__created_by=user)
    waiting = _open().filter(decision="", review__newsroom__in=newsrooms)
    return waiting.exclude(submitted_by=user).exclude(Exists(author)).exclude(begun)


def to_publish(newsrooms: list[int]) -> QuerySet[Approval]:
    """What is approved by itself, out of an import too. By the reviews, which review_newsroom_state finds."""
    return _unpublished().filter(
        decision=Decision.APPROVED, review__newsroom__in=newsrooms, review__state=Review.State.APPROVED
    )


def sent(user: User, newsrooms: list[int]) -> QuerySet[Approval]:
    """What this person put forward and nobody has decided on."""
    return _open().filter(decision="", submitted_by=user, review__newsroom__in=newsrooms)


def open_imports(newsrooms: list[int]) -> list[ImportBatch]:
    """Finished imports that wait for a decision, and approved ones of which something is not yet public."""
    unpublished = Approval.objects.filter(batch=OuterRef("pk"), entry__isnull=True).exclude(decision=Decision.RETURNED)
    found = ImportBatch.objects.filter(newsroom__in=newsrooms).exclude(digest="")
    found = found.filter(Q(decision="") | Q(Exists(unpublished), decision=Decision.APPROVED))
    return list(found.select_related("submitted_by", "decided_by").order_by("pk")[: 2 * MOST])


def merges_to_decide(user: User, newsrooms: list[int]) -> list[ClaimMerge]:
    """Proposals to join or part claims that this person may decide on."""
    own = Q(claim__newsroom__in=newsrooms) | Q(into__newsroom__in=newsrooms)
    found = ClaimMerge.objects.filter(own, decision="").exclude(submitted_by=user)
    return [
        row for row in found.select_related("claim", "into", "submitted_by").order_by("pk") if row.deciding in newsrooms
    ]


def demand_drafts(user: User, newsrooms: list[int]) -> QuerySet[Demand]:
    return Demand.objects.filter(created_by=user, newsroom__in=newsrooms, state=Demand.State.DRAFT)


def open_demands(newsrooms: list[int]) -> list[DemandApproval]:
    """Entries of the register that wait for a decision, and approved ones, those that wait for their day among them."""
    found = DemandApproval.objects.filter(entry__isnull=True, demand__newsroom__in=newsrooms)
    found = found.exclude(decision=Decision.RETURNED).select_related("demand", "submitted_by", "decided_by")
    return list(found.order_by("pk")[: 2 * MOST])
