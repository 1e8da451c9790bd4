"""The cards of the board. Other modules link to a card with `url_of`, and change a card with `change`.

A card gives nobody a right and makes nobody an author. Every member of the newsroom can change its cards.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import ChangedSince, NotFound, WrongValue
from factcheck.editorial.events import record_events
from factcheck.editorial.file_quotas import require_room_for_action
from factcheck.editorial.models import Card, Claim, Membership, Proposal, Review, User, WatchedSource
from factcheck.editorial.models.kinds import Action, Decision, Kind
from factcheck.editorial.people import roles

Cards = QuerySet[Card]

# People change these fields by hand. A form changes only the fields that it sends.
FIELDS = ("stage", "owner", "due_on", "urgent", "check_again_on")
AGAIN_AHEAD = timedelta(days=7)  # a published claim comes back to the board this long before its day


def of(newsroom: int, claim: UUID) -> Card:
    """Return the claim's card. If the claim has none, return an unsaved card that is off the board, with version 0.

    Raise NotFound if the newsroom can't review the claim.
    """
    if card := Card.objects.select_related("claim", "owner").filter(newsroom=newsroom, claim=claim).first():
        return card
    if (found := Claim.objects.reviewable_by([newsroom]).filter(pk=claim).first()) is None:
        raise NotFound(_("This claim doesn’t exist, or it isn’t public."))
    return Card(newsroom_id=newsroom, claim=found, stage=Card.Stage.OFF, version=0)


def url_of(newsroom: int, claim: UUID) -> str:
    """Return the URL of the card's page at the desk."""
    return reverse("admin:editorial_card", args=[newsroom, claim])


@transaction.atomic
def change(*, newsroom: int, claim: UUID, by: User, version: int | None = None, **values: Any) -> Card:
    """Change some of FIELDS, and return the card. `version` is the version that the person saw.

    Raise ChangedSince if somebody changed the card after that version. Without a version, nothing is compared.
    """
    roles.require_member(by, newsroom)
    if not of(newsroom, claim).version:
        Card.objects.bulk_create([Card(newsroom_id=newsroom, claim_id=claim, stage="off")], ignore_conflicts=True)
    locked = Card.objects.select_for_update(of=("self",)).select_related("claim", "owner")
    found = locked.get(newsroom=newsroom, claim=claim)
    if version not in (None, found.version) and (version, found.version) != (0, 1):
        raise ChangedSince(_("Someone else changed this card first. To keep your change, save it again."))
    before = {name: found.serializable_value(name) for name in FIELDS}
    for name, value in values.items():
        setattr(found, name, value)
    if found.stage == Card.Stage.OFF:
        found.due_on, found.urgent = None, False
    after = {name: found.serializable_value(name) for name in FIELDS}
    detail = {name: value for name, value in after.items() if value != before[name]}
    if not detail:
        return found
    members = Membership.objects.filter(publisher=newsroom, user__is_active=True)
    if "owner" in detail and found.owner and not members.filter(user=found.owner).exists():
        raise WrongValue(_("%s isn’t a member of this newsroom. Choose a member.") % found.owner)
    require_room_for_action(by=by)
    found.save(update_fields=list(detail))
    record_events(by, newsroom, [("card.changed", claim, detail)])
    found.refresh_from_db(fields=["version", "changed_at"])
    return found


def on_board(newsrooms: list[int]) -> Cards:
    """Return the newsrooms' cards with their claims and owners, urgent cards and early days first."""
    return Card.objects.filter(newsroom__in=newsrooms).select_related("claim", "owner", "newsroom")


def waiting(cards: Cards) -> Cards:
    """Return the cards with a review that was submitted, approved or returned, and isn't published."""
    return cards.filter(_WAITS)


def in_stage(cards: Cards, stage: str) -> Cards:
    """Return the cards that people moved to this column, without the cards that wait for a decision."""
    return cards.filter(~_WAITS, stage=stage)


def to_check_again(cards: Cards, newsrooms: list[int]) -> tuple[Cards, Cards]:
    """Return the cards off the board whose day has come, and the others of which a published source has changed."""
    cards, due = in_stage(cards, Card.Stage.OFF), Q(check_again_on__lte=timezone.localdate() + AGAIN_AHEAD)
    changed = WatchedSource.objects.to_check_again(newsrooms).filter(
        review__claim=OuterRef("claim"), review__newsroom=OuterRef("newsroom")
    )
    return cards.filter(due).order_by("check_again_on", "-pk"), cards.exclude(due).filter(Exists(changed.order_by()))


def late(cards: Cards) -> Cards:
    """Return the cards whose day is over."""
    return cards.filter(
        Q(due_on__lt=timezone.localdate()) | Q(stage=Card.Stage.OFF, check_again_on__lt=timezone.localdate())
    )


# A returned review waits for its author until somebody submits the review again. A submission that its own author took
# back doesn't wait.
_later = Proposal.objects.filter(review=OuterRef("review"), pk__gt=OuterRef("pk"))
_returned = Q(decision=Decision.RETURNED, review__state=Review.State.DRAFT) & ~Q(decided_by=F("submitted_by"))
_open = Q(decision="") | Q(decision=Decision.APPROVED, entry__isnull=True)
_WAITS = Exists(
    Proposal.objects.filter(
        _open | _returned & ~Exists(_later),
        kind=Kind.REVIEW,
        action=Action.PUBLICATION,
        batch__isnull=True,
        newsroom=OuterRef("newsroom"),
        review__claim=OuterRef("claim"),
    )
)
