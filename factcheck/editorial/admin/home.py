"""What waits for somebody when they come to the desk."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
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
    back = list(returned(at.user, list(at.roles))[:MOST])
    drafts = my_drafts(at.user, list(at.roles)).exclude(pk__in=[approval.review_id for approval in back])
    return {
        "desk": at,
        "returned": back,
        "drafts": drafts[:MOST],
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
