"""Lists of proposals: what a person can decide on, publish or continue with."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils import timezone

from factcheck.editorial.models.demands import Demand
from factcheck.editorial.models.kinds import SETTLED_AFTER, SUBJECTS, TAKING, Action, Decision, Kind, kind_of
from factcheck.editorial.models.people import User
from factcheck.editorial.models.reviews import Authorship, Review
from factcheck.editorial.rights import DecidesOnAccount, MayDecide

if TYPE_CHECKING:
    from factcheck.editorial.models.proposals import Proposal  # noqa: F401 - the type of the rows

# The kinds whose proposers and deciders don't depend on the proposal's newsroom.
WITHOUT_NEWSROOM = (Kind.MAPPING, Kind.ACCOUNT)
OPEN = Q(entry__isnull=True) & ~Q(decision=Decision.RETURNED)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def about(self, subject: models.Model) -> Self:
        """The proposals of this subject."""
        kind = kind_of(subject)
        return self.filter(**{SUBJECTS[kind][0]: subject, "kind": kind})

    def undecided(self) -> Self:
        """Proposals that are waiting for a decision, without imported reviews, which are decided with their import."""
        return self.filter(decision="").exclude(kind=Kind.REVIEW, batch__isnull=False)

    def open(self) -> Self:
        """Proposals that haven't been returned or published."""
        return self.filter(OPEN)

    def published(self) -> Self:
        """Published proposals, newest first, each with its log entry and the person who approved it."""
        found = self.filter(entry__isnull=False).select_related("entry", "decided_by", "submitted_by")
        return found.order_by("-entry__number")

    def to_decide(self, user: User) -> Self:
        """Other people's proposals that this person can approve, oldest first."""
        return self.undecided().exclude(submitted_by=user).filter(MayDecide(Value(user.pk), F("pk"))).order_by("pk")

    def to_undo(self, user: User) -> Self:
        """Removals of the last 24 hours that this person can propose to undo, newest first."""
        decides = DecidesOnAccount(Value(user.pk), F("account"), F("newsroom"), Value(Action.UNDOING))
        recent = Q(decision=Decision.APPROVED, decided_at__gt=timezone.now() - SETTLED_AFTER)
        later = self.model._default_manager.filter(account=OuterRef("account"), pk__gt=OuterRef("pk"))
        undone = later.filter(action=Action.UNDOING).exclude(decision=Decision.RETURNED)
        found = self.filter(recent, decides, kind=Kind.ACCOUNT, action__in=[*TAKING, Action.PAUSE])
        return found.exclude(Exists(undone)).order_by("-pk")

    def awaiting_others(self, user: User, newsrooms: list[int]) -> Self:
        """This person's proposals that somebody else has to decide on, oldest first."""
        found = self.undecided().filter(submitted_by=user)
        return found.filter(Q(newsroom__in=newsrooms) | Q(kind__in=WITHOUT_NEWSROOM)).order_by("pk")

    def to_publish(self, newsrooms: list[int]) -> Self:
        """Approved proposals that are waiting to be published, without reviews that were approved with their import.

        Demands with a publication day come last.
        """
        waits = Q(kind=Kind.REVIEW, review__state=Review.State.APPROVED) | Q(kind=Kind.DEMAND)
        rest = self.model._default_manager.filter(OPEN, batch=OuterRef("batch"), kind=Kind.REVIEW)
        found = self.filter(decision=Decision.APPROVED, entry__isnull=True, newsroom__in=newsrooms)
        found = found.filter(waits | Q(kind=Kind.IMPORT) & Exists(rest))
        return found.order_by(F("demand__publish_after").asc(nulls_first=True), "pk")

    def returned_to(self, user: User, newsrooms: list[int]) -> Self:
        """Returned proposals that this person submitted, wrote or created, unless there is a newer proposal."""
        wrote = Authorship.objects.filter(review=OuterRef("review"), user=user)
        involved = Q(submitted_by=user) | Q(review__created_by=user) | Exists(wrote) | Q(demand__created_by=user)
        in_newsrooms = Q(newsroom__in=newsrooms) | Q(kind__in=WITHOUT_NEWSROOM)
        found = self.filter(involved, in_newsrooms, decision=Decision.RETURNED)
        found = found.exclude(kind=Kind.REVIEW, batch__isnull=False).exclude(decided_by=F("submitted_by"))
        for column in ("review", "demand", "claim", "mapping", "freeze", "account"):
            later = self.model._default_manager.filter(**{column: OuterRef(column)}, pk__gt=OuterRef("pk"))
            found = found.exclude(Exists(later))
        draft = Q(review__state=Review.State.DRAFT) | Q(demand__state=Demand.State.DRAFT)
        kinds = [Kind.MERGE, Kind.IMPORT, Kind.FREEZE, *WITHOUT_NEWSROOM]
        return found.filter(draft | Q(kind__in=kinds)).order_by("-pk")
