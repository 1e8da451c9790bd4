"""Reviews: publication, correction, withdrawal, reinstatement and erasure. Two people decide on each action."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

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
from factcheck.editorial.models import Claim, ImportBatch, Proposal, Review, SavedState, User
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import Policy, Reasons, Text, submit_statement
from factcheck.editorial.proposals.publication import LoggedPolicy
from factcheck.record.log import entries
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.revisions import notice_in
from factcheck.record.statements import review as statements
from factcheck.record.statements.parts import Part
from factcheck.record.statements.same_content import has_same_content

State = Review.State
LONGEST_HOLD = timedelta(days=366)  # a later time is probably a typing error
WAITS = _(
    "A request to withdraw, reinstate or erase this review is still open. Have the request decided first, or"
    " take it back."
)
WITHDRAWN = _(
    "This review has been withdrawn. Reinstate the review before you submit a correction, or erase the"
    " published revisions and keep this draft."
)
CONTENT_CHANGED = _(
    "The verdict, the claim or the text has changed, so this isn’t only about details. Choose another kind of"
    " correction."
)


class ReviewPolicy(LoggedPolicy[Review]):
    """The rules for all actions on a review. An approval takes effect at once, except for a publication."""

    kind = Kind.REVIEW
    waits = True
    keeps_reasons = True
    is_named_by_action = True
    has_own_page = True
    approved: ClassVar[Text] = _("Done. Readers can now see the change.")
    changed = _(
        "After submission, someone changed the review, its claim, a source, the newsroom’s page, a label or a"
        " byline. Return the review and submit it again."
    )
    explanations: ClassVar = {
        "approve": _("You approve the change exactly as shown on this page. It takes effect immediately."),
        "take-back": _(
            "You requested this. Nothing has changed yet, and nothing will change if you take the request back."
        ),
    }
    # The columns of the review after the publication.
    after: ClassVar[dict[str, str]] = {"state": State.PUBLISHED}

    def build_statement(self, proposal: Proposal) -> statements.Review:
        return review_statements.build_statement(self.subject(proposal))

    def require_unchanged(self, proposal: Proposal) -> None:
        """Accept every change of the draft, because the statement doesn't depend on the draft."""

    def after_publication(self, proposals: Sequence[Proposal], by: User) -> None:
        published = [proposal.subject_id for proposal in proposals]
        Review.objects.filter(pk__among=published).update(**self.after)
        publish_captures(reviews_with_captures(published))


class Publication(ReviewPolicy):
    """A new review or a correction, which is published in a separate step or at a set time."""

    action = Action.PUBLICATION
    approved: ClassVar = Policy.approved
    approvals = ("approve-and-publish", "hold")
    explanations: ClassVar = {}
    after: ClassVar = {"state": State.PUBLISHED, "change_class": "", "change_note": ""}

    def find_missing(self, proposal: Proposal) -> Reasons:
        review = self.subject(proposal)
        if review.state != State.DRAFT:
            raise WrongState(
                _("Only a draft can be submitted. The status of this review is “%s”.") % review.get_state_display()
            )
        return find_missing(review)

    def checklist(self, proposal: Proposal) -> list[str]:
        lines = proposal.newsroom.checklist.splitlines() if proposal.newsroom else []
        return [line.strip() for line in lines if line.strip()]

    def copy_note(self, proposal: Proposal) -> None:
        review = self.subject(proposal)
        proposal.change_class, proposal.note = review.change_class, review.change_note

    def require_submitter(self, proposal: Proposal) -> None:
        if proposal._state.adding:
            roles.require_writer(proposal.submitted_by, self.subject(proposal))
        else:
            super().require_submitter(proposal)

    def require_unchanged(self, proposal: Proposal) -> None:
        if reason := translations.find_lost_original(self.subject(proposal)):
            raise WrongState(reason)
        Policy.require_unchanged(self, proposal)

    def require_holdable(self, proposal: Proposal, until: datetime) -> None:
        if until <= timezone.now():
            raise WrongValue(_("This time has already passed. Enter a later time, or approve and publish now."))
        if until > timezone.now() + LONGEST_HOLD:
            raise WrongValue(_("This time is more than a year away. Enter an earlier time."))

    def after_submit(self, proposal: Proposal) -> None:
        pictures.adopt_pictures(self.subject(proposal))
        self._set_state(proposal, State.SUBMITTED)

    def after_return(self, proposal: Proposal) -> None:
        self._set_state(proposal, State.DRAFT)

    def after_approval(self, proposal: Proposal, by: User) -> None:
        self._set_state(proposal, State.APPROVED)

    def _set_state(self, proposal: Proposal, state: Review.State) -> None:
        review = self.subject(proposal)
        review.state = state
        review.save(update_fields=["state"])


class Withdrawal(ReviewPolicy):
    action = Action.WITHDRAWAL
    is_destructive = True
    entry_kind = LogEntry.Kind.WITHDRAWAL
    after: ClassVar = {"state": State.WITHDRAWN}


class Reinstatement(ReviewPolicy):
    action = Action.REINSTATEMENT
    entry_kind = LogEntry.Kind.REINSTATEMENT


class Erasure(ReviewPolicy):
    """The erasure of everything published. A redaction keeps the draft (`erasure.erase_drafts`)."""

    action = Action.ERASURE
    is_destructive = True
    entry_kind = LogEntry.Kind.ERASURE
    after: ClassVar = {"state": State.ERASED}

    def lock_subject(self, proposal: Proposal) -> None:
        """Lock the review, the claims that an erasure clears, and the imports whose messages it clears."""
        review = self.subject(proposal)
        batches = ImportBatch.objects.filter(pk__in=review.proposals.values("batch"))
        list(batches.select_for_update().order_by("pk").values_list("pk"))
        claims = erasure.claims_of(review)
        list(Claim.objects.select_for_update().filter(pk__in=claims).order_by("pk").values_list("pk"))
        super().lock_subject(proposal)
        # While this function waited for the locks, another person may have moved the draft to another claim.
        if not erasure.claims_of(self.subject(proposal)) <= claims:
            raise ChangedSince(_("Someone else changed this at the same time. Try again."))

    def require_unchanged(self, proposal: Proposal) -> None:
        erasure.require_decided_imports(self.subject(proposal))
        if notice_in(proposal.statement).newsroom != erasure.responsible_newsroom(self.subject(proposal)):
            raise ChangedSince(self.changed)

    def after_publication(self, proposals: Sequence[Proposal], by: User) -> None:
        super().after_publication(proposals, by)
        for proposal in proposals:
            erasure.erase_drafts(Review.objects.get(pk=proposal.subject_id), proposal)


@transaction.atomic
def open_correction(*, review: Review, by: User, change_class: str, note: str, **detail: str) -> None:
    """Reopen the draft. Readers still see the last revision until the correction is published.

    A withdrawn review can be reopened too, so that it can be redacted before it is public again. `detail` goes into the
    event. Raise EditorialError if the person can't write the review, or the review can't be corrected now.
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
    # Saving `changed_at` lets a form that was opened earlier detect this change. The form then doesn't overwrite it.
    review.save(update_fields=["change_class", "change_note", "state", "changed_at"])
    keep_state(review, by)
    record_event(by, "correction.opened", review, change_class=change_class, note=note, **detail)


@transaction.atomic
def withdraw(*, review: Review, by: User, reason: str) -> Proposal:
    """Propose a withdrawal, which takes effect when a second person approves it. The reason is public.

    Raise EditorialError if the review isn't public or the person isn't a member of its newsroom.
    """
    review = Review.objects.select_for_update().get(pk=review.pk)
    roles.require_member(by, review.newsroom_id)
    last = last_entry(review)
    if last is None or last.kind in (LogEntry.Kind.WITHDRAWAL, LogEntry.Kind.ERASURE):
        raise NotPublic(_("This review is not public, so it can’t be withdrawn."))
    published = last_statement(review)
    assert published is not None
    return _propose(review, by, Withdrawal(), review_statements.build_tombstone(published), reason)


@transaction.atomic
def reinstate(*, review: Review, by: User, reason: str) -> Proposal:
    """Propose to reinstate a withdrawn review unchanged. This takes effect when a second person approves it.

    Raise EditorialError if the review isn't withdrawn or the person isn't a member of its newsroom.
    """
    review = Review.objects.select_for_update().get(pk=review.pk)
    roles.require_member(by, review.newsroom_id)
    last, published = last_entry(review), last_statement(review)
    if last is None or last.kind != LogEntry.Kind.WITHDRAWAL or published is None:
        raise WrongState(_("This review has not been withdrawn, so it can’t be reinstated."))
    return _propose(review, by, Reinstatement(), published, reason)


@transaction.atomic
def erase(*, review: Review, by: User, ground: str, notice: str, redact: bool = False) -> Proposal:
    """Propose to erase everything published from the review. This takes effect when a second person approves it.

    The draft is erased too, unless `redact` is true. The open correction is then kept and can be published, so editors
    must first remove the content to be erased from it. `ground` is a value of erasure.Ground. `notice` is public.

    Raise EditorialError if nothing is public, if the person isn't an Editor, or if a redaction would keep the published
    text.
    """
    review = Review.objects.select_for_update().get(pk=review.pk)
    roles.require_decider(by, review.newsroom_id)
    published = last_statement(review)
    if published is None:
        raise NotPublic(_("No revision of this review is public, so there is nothing to erase."))
    if redact and (review.state != State.DRAFT or review_statements.build_statement(review) == published):
        raise WrongState(
            _(
                "A redaction keeps the draft. First open a correction and delete the content to be erased from the"
                " draft."
            )
        )
    erasure.require_decided_imports(review)
    statement = erasure.build_notice(review, ground, notice, redact=redact)
    return _propose(review, by, Erasure(), statement, statement.notice.text)


def _propose(review: Review, by: User, policy: ReviewPolicy, statement: Part, reason: str) -> Proposal:
    if not reason.strip():
        raise Incomplete(_("Enter the reason. Readers will see it."))
    if Proposal.objects.about(review).open().exists():
        raise Undecided(
            _(
                "A submitted draft or another request about this review is already waiting for a decision. Have"
                " it decided first, or take it back."
            )
        )
    proposal = Proposal(kind=policy.kind, action=policy.action, review=review, note=reason, submitted_by=by)
    return submit_statement(policy, proposal, statement)


def find_missing(review: Review) -> Reasons:
    """Return everything that has to be done before the submission, as sentences for the editor."""
    last = last_entry(review)
    reasons: Reasons = [*review_statements.find_missing(review), *translations.find_missing(review)]
    if last is not None and last.kind == LogEntry.Kind.WITHDRAWAL:
        return [WITHDRAWN, *reasons]
    if last is not None and Proposal.objects.about(review).open().exists():
        return [WAITS]
    if last is not None and not (review.change_class and review.change_note):
        reasons.append(_("Choose the kind of correction, and explain what changed and why."))
    elif short := find_short_note(review.change_class, review.change_note):
        reasons.append(short)
    published = last_statement(review)  # an erasure leaves no published statement
    metadata = review.change_class == Review.ChangeClass.METADATA
    if published is None:
        return [*reasons, CONTENT_CHANGED] if last is not None and metadata else reasons
    statement = review_statements.build_statement(review)
    if statement == published:
        reasons.append(_("Nothing has changed since the published revision. Change the draft before you submit it."))
    # The label of a verdict may have changed since then, so only the verdict itself is compared.
    was, now = ((each.verdict.scale, each.verdict.slug) for each in (published, statement))
    if review.change_class == Review.ChangeClass.TYPO and was != now:
        reasons.append(_("The verdict has changed, so this isn’t a typing error. Choose another kind of correction."))
    if metadata and not has_same_content(published, statement):
        reasons.append(CONTENT_CHANGED)
    return reasons


def find_short_note(change_class: str, note: str) -> str | None:
    """Return a sentence for the editor if the reason for a substantive correction is too short, or None."""
    if change_class != Review.ChangeClass.SUBSTANTIVE or len(note.strip()) >= entries.MIN_SUBSTANTIVE_NOTE:
        return None
    return _(
        "Explain what was wrong and how you know, because readers will see your explanation. Write at least"
        " %(least)s characters. Your text has %(count)s."
    ) % {"least": entries.MIN_SUBSTANTIVE_NOTE, "count": len(note.strip())}
