"""What waits for somebody when they come to the desk."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from factcheck.editorial.admin.access import desk
from factcheck.editorial.models import Approval, Authorship, Claimant, ImportBatch, Review, User
from factcheck.editorial.models.approvals import Decision

MOST = 20  # of each kind; the lists have the rest


def waiting(request: HttpRequest) -> dict[str, Any]:
    """The context of the home page. Nothing for who works in no newsroom."""
    at = desk(request)
    if not at.roles:
        return {"desk": at}
    drafts = list(my_drafts(at.user, list(at.roles))[:MOST])
    back = returned(drafts)
    return {
        "desk": at,
        "returned": list(back.values()),
        "drafts": [review for review in drafts if review.pk not in back],
        "to_decide": to_decide(at.user, at.deciding)[:MOST],
        "to_publish": to_publish(at.deciding)[:MOST],
        "sent": sent(at.user, list(at.roles))[:MOST],
        "imports": imports_to_decide(at.user, at.deciding)[:MOST] if at.deciding else [],
        "unconfirmed": Claimant.objects.filter(newsroom__in=at.deciding, confirmed=False).exists(),
    }


def my_drafts(user: User, newsrooms: list[int]) -> QuerySet[Review]:
    """Drafts that the person began or is an author of, newest first."""
    mine = Authorship.objects.filter(review=OuterRef("pk"), user=user)
    return Review.objects.filter(
        Q(created_by=user) | Exists(mine), newsroom__in=newsrooms, state=Review.State.DRAFT
    ).select_related("claim")


def returned(drafts: list[Review]) -> dict[Any, Approval]:
    """By review: how it came back, if somebody else returned it and it was not submitted again."""
    last = (
        Approval.objects.filter(review__in=drafts)
        .order_by("review_id", "-pk")
        .distinct("review_id")
        .select_related("decided_by", "review__claim")
    )
    return {
        approval.review_id: approval
        for approval in last
        if approval.decision == Decision.RETURNED and approval.decided_by_id != approval.submitted_by_id
    }


def _open() -> QuerySet[Approval]:
    """What is neither returned nor published, by the index approval_waiting; imports are decided as a whole."""
    return (
        Approval.objects.filter(entry__isnull=True, batch__isnull=True)
        .exclude(decision=Decision.RETURNED)
        .select_related("review__claim", "submitted_by", "decided_by")
        .order_by("pk")
    )


def to_decide(user: User, newsrooms: list[int]) -> QuerySet[Approval]:
    """What this person may decide on: in a newsroom where they decide, neither submitted nor written by them."""
    author = Authorship.objects.filter(review=OuterRef("review"), user=user)
    return (
        _open().filter(decision="", review__newsroom__in=newsrooms).exclude(submitted_by=user).exclude(Exists(author))
    )


def to_publish(newsrooms: list[int]) -> QuerySet[Approval]:
    return _open().filter(decision=Decision.APPROVED, review__newsroom__in=newsrooms)


def sent(user: User, newsrooms: list[int]) -> QuerySet[Approval]:
    """What this person put forward and nobody has decided on."""
    return _open().filter(decision="", submitted_by=user, review__newsroom__in=newsrooms)


def imports_to_decide(user: User, newsrooms: list[int]) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(newsroom__in=newsrooms, decision="").exclude(submitted_by=user)
