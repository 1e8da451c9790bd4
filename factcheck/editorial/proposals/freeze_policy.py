"""Freezes of a newsroom's publishing: a Chief editor freezes at once, and two people end the freeze together."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import AlreadyDone, Frozen, Incomplete, NeedsOtherPerson, NotAllowed
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Freeze, Proposal, Publisher, Review, User
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import Policy, Reasons, require_none
from factcheck.record.statements.parts import Part

HOLD, LONG_HOLD = timedelta(hours=24), timedelta(days=7)  # of a review, by one person and by two


class FreezeEnd(Part):
    """The statement about the end of a freeze."""

    freeze: int
    newsroom: str
    reason: str


class FreezePolicy(Policy[Freeze]):
    """The end of a freeze, for which at least one of the two people must be a Chief editor of the newsroom.

    An account administrator can be the second person, because a newsroom may have no other Editor left.
    """

    kind = Kind.FREEZE
    action = Action.UNFREEZING
    related = ("newsroom", "begun_by")
    explanations: ClassVar = {
        "approve": _(
            "You end the freeze together with the person who proposed this. The newsroom can then publish again."
        ),
        "return": _("Publishing stays frozen. The person who proposed this will see your message."),
        "take-back": _("You proposed this. If you take it back, publishing stays frozen."),
    }
    refusals: ClassVar = Policy.refusals | {
        "no_chief_editor": _("One of the two people who end a freeze must be a Chief editor. Ask a Chief editor.")
    }

    def build_statement(self, proposal: Proposal) -> FreezeEnd:
        freeze = self.subject(proposal)
        return FreezeEnd(freeze=freeze.pk, newsroom=freeze.newsroom.site, reason=freeze.reason)

    def find_missing(self, proposal: Proposal) -> Reasons:
        freeze = self.subject(proposal)
        if freeze.ended_at:
            raise AlreadyDone(_("This freeze is already over."))
        require_none(Proposal.objects.about(freeze).undecided())
        return []

    def require_submitter(self, proposal: Proposal) -> None:
        roles.require_decider(proposal.submitted_by, self.subject(proposal).newsroom)

    def after_approval(self, proposal: Proposal, by: User) -> None:
        freeze = self.subject(proposal)
        freeze.ended_at = timezone.now()
        freeze.save(update_fields=["ended_at"])


@transaction.atomic
def freeze_publishing(*, newsroom: Publisher, by: User, reason: str) -> Freeze:
    """Freeze the newsroom's publishing at once. Publications that have begun finish first.

    Raise EditorialError if the person can't do this, if publishing is already frozen, or without a reason.
    """
    if not roles.ask("editorial_may_freeze", by.pk, newsroom.pk):
        raise NotAllowed(_("Only a Chief editor or an account administrator can freeze publishing. Ask one of them."))
    Publisher.objects.select_for_update().get(pk=newsroom.pk)
    require_not_frozen([newsroom.pk])
    freeze = Freeze(newsroom=newsroom, reason=reason, begun_by=by)
    try:
        freeze.clean_fields(exclude=["newsroom", "begun_by", "ended_at", "review"])
    except ValidationError as problem:
        raise Incomplete(_("Explain why you freeze publishing, in at most 2000 characters.")) from problem
    freeze.save()
    record_event(by, "freeze.begun", freeze, reason=freeze.reason)
    return freeze


@transaction.atomic
def hold_review(*, review: Review, by: User) -> None:
    """Hold changes of the review for 24 hours, or for a week if another person already holds them (`freezes.sql`)."""
    Publisher.objects.select_for_update().get(pk=review.newsroom_id)
    now, is_longer = timezone.now(), Freeze.objects.open().filter(review=review).exists()
    again = Q(ended_at__gt=now) | Q(review=review, begun_at__gt=now - timedelta(days=30))
    if Freeze.objects.filter(again, begun_by=by, review__isnull=False).exists():
        raise NeedsOtherPerson(
            _("You already hold a review, or have held this one in the last 30 days. Ask somebody else to hold it.")
        )
    (roles.require_decider if is_longer else roles.require_member)(by, review.newsroom_id)
    ended_at = now + (LONG_HOLD if is_longer else HOLD)
    reason = _("A demand is being made about “%s”.") % review
    hold = Freeze(newsroom_id=review.newsroom_id, review=review, reason=reason, begun_by=by, ended_at=ended_at)
    hold.save()
    record_event(by, "freeze.held", hold)


def require_not_frozen(newsrooms: Iterable[int | None], reviews: Iterable[UUID | None] = ()) -> None:
    """Raise EditorialError if one of these newsrooms has frozen its publishing, or holds one of these reviews."""
    frozen = Q(review=None, newsroom__in=[key for key in newsrooms if key is not None])
    for freeze in Freeze.objects.open().filter(frozen | Q(review__in=[key for key in reviews if key is not None])):
        if freeze.ended_at:
            until = date_format(timezone.localtime(freeze.ended_at), "DATETIME_FORMAT")
            raise Frozen(_("Changes of this review are held until %s.") % until)
        raise Frozen(
            _(
                "%(newsroom)s has frozen its publishing since %(time)s (%(person)s: %(reason)s). Nothing can be"
                " published, withdrawn or erased until two people end the freeze."
            )
            % {
                "newsroom": freeze.newsroom,
                "time": date_format(timezone.localtime(freeze.begun_at), "DATETIME_FORMAT"),
                "person": freeze.begun_by,
                "reason": freeze.reason,
            }
        )
