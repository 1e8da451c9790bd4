"""Reviews: publication, correction, withdrawal, reinstatement and erasure. Each action is decided by two people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure, pictures
from factcheck.editorial.captures.rights import publish_captures, reviews_with_captures
from factcheck.editorial.drafts import review_statements, translations
from factcheck.editorial.drafts.review_statements import last_entry, last_statement
from factcheck.editorial.drafts.saved_states import keep_state
from factcheck.editorial.errors import ChangedSince, Incomplete, NotPublic, Undecided, WrongState, WrongValue
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Claim, ImportBatch, Proposal, Publisher, Review, SavedState, User
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import Policy, Reasons, submit_statement
from factcheck.editorial.proposals.publication import append_approved
from factcheck.editorial.proposals.review_completeness import WAITS, find_missing, find_short_note
from factcheck.record.models import LogEntry
from factcheck.record.statements import review as statements
from factcheck.record.statements.checks import equivalent
from factcheck.record.statements.erasure import Erasure
from factcheck.record.statements.parts import Part
from factcheck.record.statements.tombstone import Tombstone

State = Review.State
LONGEST_HOLD = timedelta(days=366)  # a later time is a slip of the keyboard

_STATE_AFTER = {
    Action.PUBLICATION: State.PUBLISHED,
    Action.WITHDRAWAL: State.WITHDRAWN,
    Action.REINSTATEMENT: State.PUBLISHED,
    Action.ERASURE: State.ERASED,  # erasure.erase_drafts turns a redacted review back into a draft
}
_LOG_KINDS = {
    Action.WITHDRAWAL: LogEntry.Kind.WITHDRAWAL,
    Action.REINSTATEMENT: LogEntry.Kind.REINSTATEMENT,
    Action.ERASURE: LogEntry.Kind.ERASURE,
}


class ReviewPolicy(Policy[Review]):
    """An approved publication is published in a separate step. All other actions take effect on approval."""

    kind = Kind.REVIEW
    waits = True
    keeps_reasons = True
    changed = _(
        "After submission, someone changed the review, its claim, a source, the newsroom’s page, a label or a"
        " byline. Return the review and submit it again."
    )

    def lock_subject(self, proposal: Proposal) -> None:
        claims: set[UUID] = set()
        if proposal.action == Action.ERASURE:  # an erasure also clears claims and messages of imports
            review = self.subject(proposal)
            batches = ImportBatch.objects.filter(pk__in=review.proposals.values("batch"))
            list(batches.select_for_update().order_by("pk").values_list("pk"))
            claims = erasure.claims_of(review)
            list(Claim.objects.select_for_update().filter(pk__in=claims).order_by("pk").values_list("pk"))
        proposal.review = Review.objects.select_for_update().get(pk=proposal.subject_id)
        if proposal.action == Action.ERASURE and not erasure.claims_of(self.subject(proposal)) <= claims:
            raise ChangedSince(_("Someone else changed this at the same time. Try again."))

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher, Publisher]:
        newsroom = self.subject(proposal).newsroom
        return newsroom, newsroom

    def build_statement(self, proposal: Proposal) -> dict[str, Any]:
        return review_statements.build_statement(self.subject(proposal))

    def statement_model(self, proposal: Proposal) -> type[Part]:
        models: dict[str, type[Part]] = {Action.WITHDRAWAL: Tombstone, Action.ERASURE: Erasure}
        return models.get(proposal.action, statements.Review)

    def find_missing(self, proposal: Proposal) -> Reasons:
        review = self.subject(proposal)
        if review.state != State.DRAFT:
            raise WrongState(
                _("Only a draft can be submitted. The status of this review is “%s”.") % review.get_state_display()
            )
        return find_missing(review)

    def copy_note(self, proposal: Proposal) -> None:
        review = self.subject(proposal)
        proposal.change_class, proposal.note = review.change_class, review.change_note

    def require_submitter(self, proposal: Proposal) -> None:
        if proposal._state.adding and proposal.action == Action.PUBLICATION:
            roles.require_writer(proposal.submitted_by, self.subject(proposal))
        else:
            super().require_submitter(proposal)

    def require_unchanged(self, proposal: Proposal) -> dict[str, Any]:
        if proposal.action == Action.PUBLICATION:
            if reason := translations.find_lost_original(self.subject(proposal)):
                raise WrongState(reason)
            return super().require_unchanged(proposal)
        statement = review_statements.extract_statement(proposal.statement.encode())
        if proposal.action == Action.ERASURE:
            erasure.require_decided_imports(self.subject(proposal))
            if statement["notice"]["newsroom"] != erasure.responsible_newsroom(self.subject(proposal)):
                raise ChangedSince(self.changed)
        return statement

    def require_holdable(self, proposal: Proposal, until: datetime) -> None:
        if proposal.action != Action.PUBLICATION:
            super().require_holdable(proposal, until)
        if until <= timezone.now():
            raise WrongValue(_("This time has already passed. Enter a later time, or approve and publish now."))
        if until > timezone.now() + LONGEST_HOLD:
            raise WrongValue(_("This time is more than a year away. Enter an earlier time."))

    def after_submit(self, proposal: Proposal) -> None:
        pictures.adopt_pictures(self.subject(proposal))
        self._set_state(proposal, State.SUBMITTED)

    def after_return(self, proposal: Proposal) -> None:
        self._set_state(proposal, State.DRAFT)

    def after_approval(self, proposal: Proposal, by: User, statement: dict[str, Any]) -> None:
        self._set_state(proposal, State.APPROVED)
        if proposal.action != Action.PUBLICATION:
            append_approved(self, [proposal], [statement], by)

    def log_kind(self, proposal: Proposal) -> LogEntry.Kind | None:
        return _LOG_KINDS.get(Action(proposal.action))

    def after_publication(self, proposals: Sequence[Proposal], by: User) -> None:
        reviews: dict[str, list[UUID]] = {}
        for proposal in proposals:
            reviews.setdefault(proposal.action, []).append(proposal.subject_id)
        for action, some in reviews.items():
            after: dict[str, str] = {"state": _STATE_AFTER[Action(action)]}
            if action == Action.PUBLICATION:
                after |= {"change_class": "", "change_note": ""}
            Review.objects.filter(pk__among=some).update(**after)
        published = [review for some in reviews.values() for review in some]
        publish_captures(reviews_with_captures(published))
        for proposal in proposals:
            if proposal.action == Action.ERASURE:
                erasure.erase_drafts(Review.objects.get(pk=proposal.subject_id), proposal)

    def event(self, proposal: Proposal) -> str:
        return str(proposal.action)

    def _set_state(self, proposal: Proposal, state: Review.State) -> None:
        """Sets the draft's state if the proposal is a publication."""
        review = self.subject(proposal)
        if proposal.action == Action.PUBLICATION:
            review.state = state
            review.save(update_fields=["state"])


@transaction.atomic
def open_correction(*, review: Review, by: User, change_class: str, note: str) -> None:
    """Reopens the draft. Readers still see the last revision until the correction is published.

    A withdrawn review can be reopened too, so that it can be redacted before it is public again.
    """
    review = Review.objects.select_for_update().get(pk=review.pk)
    roles.require_writer(by, review)
    if review.state not in (State.PUBLISHED, State.WITHDRAWN):
        raise WrongState(
            _("Only a published review can be corrected. The status of this review is “%s”.")
            % review.get_state_display()
        )
    if change_class not in Review.ChangeClass.values:
        raise Incomplete(_("Choose the kind of correction."))
    if not note.strip():
        raise Incomplete(_("Explain what changed and why. Readers will see your explanation."))
    if short := find_short_note(change_class, note):
        raise Incomplete(short)
    if Proposal.objects.about(review).open().exists():
        raise Undecided(WAITS)
    keep_state(review, by, SavedState.Kind.OPENED)
    review.change_class, review.change_note, review.state = change_class, note, State.DRAFT
    # With `changed_at`, a form that was opened earlier detects this change instead of overwriting it.
    review.save(update_fields=["change_class", "change_note", "state", "changed_at"])
    keep_state(review, by)
    record_event(by, "correction.opened", review, change_class=change_class, note=note)


@transaction.atomic
def withdraw(*, review: Review, by: User, reason: str) -> Proposal:
    """Proposes a withdrawal, which takes effect when a second person approves it. The reason is public."""
    review = Review.objects.select_for_update().get(pk=review.pk)
    roles.require_member(by, review.newsroom_id)
    last = last_entry(review)
    if last is None or last.kind in (LogEntry.Kind.WITHDRAWAL, LogEntry.Kind.ERASURE):
        raise NotPublic(_("This review is not public, so it can’t be withdrawn."))
    published = last_statement(review)
    assert published is not None
    return _propose(review, by, Action.WITHDRAWAL, review_statements.build_tombstone(published), reason)


@transaction.atomic
def reinstate(*, review: Review, by: User, reason: str) -> Proposal:
    """Proposes to reinstate a withdrawn review unchanged. This takes effect when a second person approves it."""
    review = Review.objects.select_for_update().get(pk=review.pk)
    roles.require_member(by, review.newsroom_id)
    last, published = last_entry(review), last_statement(review)
    if last is None or last.kind != LogEntry.Kind.WITHDRAWAL or published is None:
        raise WrongState(_("This review has not been withdrawn, so it can’t be reinstated."))
    return _propose(review, by, Action.REINSTATEMENT, published, reason)


@transaction.atomic
def erase(*, review: Review, by: User, ground: str, notice: str, redact: bool = False) -> Proposal:
    """Proposes to erase everything published from the review. This takes effect when a second person approves it.

    The draft is erased too, unless `redact` is true. In that case the open correction is kept and can be published, so
    editors must first remove the parts that have to be erased. `ground` is a value of erasure.Ground, and `notice` is
    public.
    """
    review = Review.objects.select_for_update().get(pk=review.pk)
    roles.require_decider(by, review.newsroom_id)
    published = last_statement(review)
    if published is None:
        raise NotPublic(_("No revision of this review is public, so there is nothing to erase."))
    if redact and (
        review.state != State.DRAFT
        or equivalent(review_statements.build_statement(review), published, statements.Review)
    ):
        raise WrongState(
            _(
                "A redaction keeps the draft. First open a correction and delete the content to be erased from the"
                " draft."
            )
        )
    erasure.require_decided_imports(review)
    statement = erasure.build_notice(review, ground, notice, redact=redact)
    return _propose(review, by, Action.ERASURE, statement, statement["notice"]["text"])


def _propose(review: Review, by: User, action: Action, statement: dict[str, Any], reason: str) -> Proposal:
    if not reason.strip():
        raise Incomplete(_("Enter the reason. Readers will see it."))
    if Proposal.objects.about(review).open().exists():
        raise Undecided(
            _(
                "A submitted draft or another request about this review is already waiting for a decision. Have"
                " it decided first, or take it back."
            )
        )
    proposal = Proposal(kind=Kind.REVIEW, action=action, review=review, note=reason, submitted_by=by)
    return submit_statement(ReviewPolicy(), proposal, statement)
