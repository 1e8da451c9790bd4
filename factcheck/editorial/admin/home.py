"""What waits for somebody when they come to the desk."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from factcheck.editorial.admin.access import Desk, desk
from factcheck.editorial.admin.imports import reason_of_return
from factcheck.editorial.admin.merges import page_of
from factcheck.editorial.admin.public_words import put_public_words
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
    VerdictMapping,
)
from factcheck.editorial.models.approvals import Decision
from factcheck.webhooks.models import Subscription

MOST = 20  # of each kind; the lists have the rest
# How long a returned proposal or import is told of: neither has a draft that is submitted again, which would end it.
TOLD = timedelta(days=30)


def waiting(request: HttpRequest) -> dict[str, Any]:
    """The context of the home page. Nothing for who works in no newsroom."""
    at = desk(request)
    if not at.roles:
        return {"desk": at, **(site_troubles() if at.administers_accounts else {})}
    mine = at.user, list(at.roles)
    back, demands_back = _named(at, returned(*mine)), list(demands_returned(*mine)[:MOST])
    drafts = list(my_drafts(*mine).exclude(pk__in=[approval.review_id for approval in back])[:MOST])
    put_public_words(at, (review.claim for review in drafts))
    other_drafts = demand_drafts(*mine).exclude(pk__in=[approval.demand_id for approval in demands_back])
    return {
        "desk": at,
        "returned": back,
        "demands_returned": demands_back,
        "merges_returned": _with_pages(at, merges_returned(*mine)[:MOST]),
        "imports_returned": imports_returned(*mine)[:MOST],
        "drafts": drafts,
        "to_decide": _named(at, to_decide(at.user, at.deciding)),
        "to_publish": _named(at, to_publish(at.deciding)),
        "sent": _named(at, sent(*mine)),
        "demands_sent": demands_sent(*mine)[:MOST],
        "merges_sent": _with_pages(at, merges_sent(*mine)[:MOST]),
        "imports_sent": imports_sent(*mine)[:MOST],
        "imports_to_decide": imports_to_decide(at.user, at.deciding)[:MOST],
        "imports_to_publish": imports_to_publish(at.deciding)[:MOST],
        "demand_drafts": other_drafts[:MOST],
        "demands_to_decide": demands_to_decide(at.user, at.deciding)[:MOST],
        "demands_to_publish": demands_to_publish(at.deciding)[:MOST],
        "merges_to_decide": _with_pages(at, merges_to_decide(at.user, at.deciding)[:MOST]) if at.deciding else [],
        "from_readers": messages_for(list(at.roles)).filter(state=ReaderMessage.State.WAITING).exists(),
        "unconfirmed": Claimant.objects.filter(newsroom__in=at.deciding, confirmed=False).exists(),
        "mappings": bool(at.deciding) and mappings_to_approve(at.user).exists(),
    }


def mappings_to_approve(user: User) -> QuerySet[VerdictMapping]:
    """The whole site's: whoever decides anywhere may approve one that somebody else proposed."""
    return VerdictMapping.objects.filter(approved_by=None).exclude(proposed_by=user)


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
    """That which no import brought, by the index approval_open; imports are decided as a whole."""
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


def imports_returned(user: User, newsrooms: list[int]) -> QuerySet[ImportBatch]:
    """What this person imported and somebody else returned lately, each with the reason as `reason`."""
    found = ImportBatch.objects.filter(
        submitted_by=user, newsroom__in=newsrooms, decision=Decision.RETURNED, decided_at__gte=_lately()
    )
    found = found.exclude(decided_by=user).annotate(reason=reason_of_return())
    return found.select_related("decided_by").order_by("-decided_at", "-pk")


def imports_sent(user: User, newsrooms: list[int]) -> QuerySet[ImportBatch]:
    """Finished imports of this person on which nobody has decided."""
    found = ImportBatch.objects.filter(submitted_by=user, newsroom__in=newsrooms, decision="").exclude(digest="")
    return found.order_by("pk")


def imports_to_decide(user: User, newsrooms: list[int]) -> QuerySet[ImportBatch]:
    """Finished imports that this person may decide on, the oldest first."""
    found = ImportBatch.objects.filter(newsroom__in=newsrooms, decision="").exclude(digest="")
    return found.exclude(submitted_by=user).select_related("submitted_by").order_by("pk")


def imports_to_publish(newsrooms: list[int]) -> QuerySet[ImportBatch]:
    """Approved imports of which something is not yet public."""
    unpublished = Approval.objects.filter(batch=OuterRef("pk"), entry__isnull=True).exclude(decision=Decision.RETURNED)
    found = ImportBatch.objects.filter(Exists(unpublished), newsroom__in=newsrooms, decision=Decision.APPROVED)
    return found.select_related("decided_by").order_by("pk")


def merges_to_decide(user: User, newsrooms: list[int]) -> list[ClaimMerge]:
    """Proposals to join or part claims that this person may decide on."""
    own = Q(claim__newsroom__in=newsrooms) | Q(into__newsroom__in=newsrooms)
    found = ClaimMerge.objects.filter(own, decision="").exclude(submitted_by=user)
    return [
        row for row in found.select_related("claim", "into", "submitted_by").order_by("pk") if row.deciding in newsrooms
    ]


def merges_returned(user: User, newsrooms: list[int]) -> QuerySet[ClaimMerge]:
    """Proposals of this person that somebody else returned lately, unless there is a newer one about the claim."""
    later = ClaimMerge.objects.filter(claim=OuterRef("claim"), pk__gt=OuterRef("pk"))
    found = ClaimMerge.objects.filter(
        submitted_by=user, newsroom__in=newsrooms, decision=Decision.RETURNED, decided_at__gte=_lately()
    )
    found = found.exclude(decided_by=user).exclude(Exists(later))
    return found.select_related("claim", "into", "decided_by").order_by("-pk")


def merges_sent(user: User, newsrooms: list[int]) -> QuerySet[ClaimMerge]:
    """Proposals of this person on which nobody has decided."""
    found = ClaimMerge.objects.filter(submitted_by=user, newsroom__in=newsrooms, decision="")
    return found.select_related("claim", "into").order_by("pk")


def _lately() -> datetime:
    return timezone.now() - TOLD


def _named(at: Desk, found: QuerySet[Approval]) -> list[Approval]:
    approvals = list(found[:MOST])
    put_public_words(at, (approval.review.claim for approval in approvals))
    return approvals


def _with_pages(at: Desk, found: Iterable[ClaimMerge]) -> list[tuple[ClaimMerge, str]]:
    merges = list(found)
    put_public_words(at, (claim for merge in merges for claim in (merge.claim, merge.into)))
    return [(merge, page_of(at, merge.claim, merge.into)) for merge in merges]


def demand_drafts(user: User, newsrooms: list[int]) -> QuerySet[Demand]:
    return Demand.objects.filter(created_by=user, newsroom__in=newsrooms, state=Demand.State.DRAFT)


def demands_returned(user: User, newsrooms: list[int]) -> QuerySet[DemandApproval]:
    """Entries that somebody else returned and nobody has submitted again, as `returned`."""
    later = DemandApproval.objects.filter(demand=OuterRef("demand"), pk__gt=OuterRef("pk"))
    found = DemandApproval.objects.filter(
        Q(submitted_by=user) | Q(demand__created_by=user),
        demand__newsroom__in=newsrooms,
        demand__state=Demand.State.DRAFT,
        decision=Decision.RETURNED,
    )
    found = found.exclude(Exists(later)).exclude(decided_by=F("submitted_by"))
    return found.select_related("demand", "decided_by").order_by("-pk")


def demands_sent(user: User, newsrooms: list[int]) -> QuerySet[DemandApproval]:
    """Entries that this person put forward and nobody has decided on."""
    found = DemandApproval.objects.filter(entry__isnull=True, decision="", demand__newsroom__in=newsrooms)
    return found.filter(submitted_by=user).select_related("demand").order_by("pk")


def demands_to_decide(user: User, newsrooms: list[int]) -> QuerySet[DemandApproval]:
    """Entries of the register that this person may decide on, the oldest first."""
    found = DemandApproval.objects.filter(entry__isnull=True, decision="", demand__newsroom__in=newsrooms)
    return found.exclude(submitted_by=user).select_related("demand", "submitted_by").order_by("pk")


def demands_to_publish(newsrooms: list[int]) -> QuerySet[DemandApproval]:
    """Approved entries; those that wait for their day come last."""
    approved = {"entry__isnull": True, "decision": Decision.APPROVED}
    found = DemandApproval.objects.filter(demand__newsroom__in=newsrooms, **approved)
    return found.select_related("demand", "decided_by").order_by(F("demand__publish_after").asc(nulls_first=True), "pk")
