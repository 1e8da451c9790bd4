"""The verbs: all that people do with one review, from a draft to what the public reads.

Each takes `by`, checks that person's membership, locks the review, runs in one transaction, and
raises an EditorialError whose text says what to do.
"""

from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import documents, erasure, roles
from factcheck.editorial.checking import require_valid
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Approval, Review, User
from factcheck.editorial.models.approvals import Decision
from factcheck.editorial.publication import append_approved
from factcheck.record import log
from factcheck.record.canonical import canonical, sha256_hex
from factcheck.record.models import LogEntry, RevisionDocument
from factcheck.record.statements import review as statements
from factcheck.record.statements.checks import same

Action = Approval.Action
State = Review.State

WAITS = _("A withdrawal, reinstatement or erasure of this review waits. It has to be decided on or taken back first.")
WITHDRAWN = _(
    "This review is withdrawn: reinstate it before you submit a correction, or erase what is published and keep this"
    " draft."
)


def missing(review: Review) -> list[str | Promise]:
    """What stands between the draft and its submission, each as a sentence for the editor."""
    last = last_entry(review)
    if last is not None and last.kind == LogEntry.Kind.WITHDRAWAL:
        return [WITHDRAWN, *documents.missing(review)]
    if last is not None and open_approval(review):
        return [WAITS]
    reasons = documents.missing(review)
    if last is not None and not (review.change_class and review.change_note):
        reasons.append(_("Say what kind of correction this is, what changed and why."))
    elif short := _too_short(review.change_class, review.change_note):
        reasons.append(short)
    published = last_statement(review)  # none after an erasure
    if published is None:
        return reasons
    said = documents.statement(review)
    if same(said, published, statements.Review):
        reasons.append(
            _(
                "Nothing has changed since the published revision. Change the draft, or leave it: readers keep what is"
                " published."
            )
        )
    if review.change_class == Review.ChangeClass.TYPO and _rating(said) != _rating(published):
        reasons.append(_("The verdict is another one, so this is no typing error: choose another kind of correction."))
    return reasons


@transaction.atomic
def submit(*, review: Review, by: User) -> Approval:
    """Puts the draft before a second person: builds the statement and fixes its digest."""
    review = _locked(review)
    roles.require_writer(by, review)
    if review.state != State.DRAFT:
        raise EditorialError(_("Only a draft can be submitted; this review is: %s.") % review.get_state_display())
    if reasons := missing(review):
        raise EditorialError(*reasons)
    review.state = State.SUBMITTED
    review.save(update_fields=["state"])
    said = documents.statement(review)
    require_valid(said, statements.Review)
    return _put_forward(review, by, Action.PUBLICATION, said, review.change_class, review.change_note)


@transaction.atomic
def return_(*, review: Review, by: User, reason: str = "") -> Approval:
    """Gives the review back, with a reason; whoever submitted it can take it back without one."""
    review = _locked(review)
    approval = _open_approval(review)
    asked = _("Write what is to be changed, so that the author can go on.")
    roles.require_returner(by, approval.submitted_by_id, review.newsroom_id, reason, asked)
    approval.decide(Decision.RETURNED, by, reason)
    if approval.action == Action.PUBLICATION:
        review.state = State.DRAFT
        review.save(update_fields=["state"])
    record_event(by, f"{approval.action}.returned", review, reason=reason)
    return approval


@transaction.atomic
def approve(*, review: Review, by: User, digest: str) -> Approval:
    """Approves what was on the screen, named by its digest. What is no publication takes effect at once."""
    review = _locked(review)
    roles.require_decider(by, review.newsroom_id)
    approval = _open_approval(review)
    if approval.is_approved:
        raise EditorialError(_("This is approved already."))
    if by.pk == approval.submitted_by_id:
        raise NotAllowed(_("You submitted this yourself; somebody else has to decide."))
    if roles.is_author(by, review):
        raise NotAllowed(_("You began this review or are one of its authors; somebody else has to decide."))
    if digest != approval.digest:
        raise EditorialError(_("The review was submitted anew while you read it. Read it again before you decide."))
    _require_unchanged(review, approval)
    if approval.action == Action.ERASURE:
        erasure.require_decided_imports(review)
    approval.decide(Decision.APPROVED, by)
    record_event(by, f"{approval.action}.approved", review, digest=approval.digest)
    if approval.action == Action.PUBLICATION:
        review.state = State.APPROVED
        review.save(update_fields=["state"])
    else:
        append_approved([approval], by, review.newsroom_id)
    return approval


@transaction.atomic
def publish(*, review: Review, by: User) -> LogEntry:
    """Makes the approved statement public: one entry in the log, one revision, the read model."""
    review = _locked(review)
    roles.require_decider(by, review.newsroom_id)
    if review.state != State.APPROVED:
        raise EditorialError(
            _("Only an approved review can be published; this one is: %s.") % review.get_state_display()
        )
    approval = _open_approval(review)
    _require_unchanged(review, approval)
    return append_approved([approval], by, review.newsroom_id)[0]


@transaction.atomic
def open_correction(*, review: Review, by: User, change_class: str, note: str) -> None:
    """Reopens the draft; the public keeps the last revision until the correction is published.

    Of a withdrawn review too, so that it can be redacted without being public again meanwhile.
    """
    review = _locked(review)
    roles.require_writer(by, review)
    if review.state not in (State.PUBLISHED, State.WITHDRAWN):
        raise EditorialError(
            _("Only a published review can be corrected; this one is: %s.") % review.get_state_display()
        )
    if change_class not in Review.ChangeClass.values:
        raise EditorialError(_("Say what kind of correction this is."))
    if not note.strip():
        raise EditorialError(_("Write what changed and why; readers will see it."))
    if short := _too_short(change_class, note):
        raise EditorialError(short)
    if open_approval(review):
        raise EditorialError(WAITS)
    review.change_class, review.change_note, review.state = change_class, note, State.DRAFT
    # With `changed_at`: a form that was opened before is told, and does not overwrite what was written here.
    review.save(update_fields=["change_class", "change_note", "state", "changed_at"])
    record_event(by, "correction.opened", review, change_class=change_class, note=note)


@transaction.atomic
def withdraw(*, review: Review, by: User, reason: str) -> Approval:
    """Asks for the withdrawal; it happens when a second person approves. The reason is public."""
    review = _locked(review)
    roles.require_member(by, review.newsroom_id)
    last = last_entry(review)
    if last is None or last.kind in (LogEntry.Kind.WITHDRAWAL, LogEntry.Kind.ERASURE):
        raise EditorialError(_("Only what is public can be withdrawn."))
    published = last_statement(review)
    assert published is not None
    return _ask(review, by, Action.WITHDRAWAL, documents.tombstone(published), reason)


@transaction.atomic
def reinstate(*, review: Review, by: User, reason: str) -> Approval:
    """Asks for the reinstatement of what was withdrawn, as it was; happens when a second person approves."""
    review = _locked(review)
    roles.require_member(by, review.newsroom_id)
    last, published = last_entry(review), last_statement(review)
    if last is None or last.kind != LogEntry.Kind.WITHDRAWAL or published is None:
        raise EditorialError(_("Only a withdrawn review can be reinstated."))
    return _ask(review, by, Action.REINSTATEMENT, published, reason)


@transaction.atomic
def erase(*, review: Review, by: User, ground: str, notice: str, redact: bool = False) -> Approval:
    """Asks for the erasure of all that was published of the review; happens when a second person approves.

    The draft goes with it, unless `redact`: then an open correction, from which was taken out what has to
    go, stays and can be published in its place. `ground` is a value of erasure.Ground; `notice` is public.
    """
    review = _locked(review)
    roles.require_decider(by, review.newsroom_id)
    published = last_statement(review)
    if published is None:
        raise EditorialError(_("Only what was published can be erased."))
    if redact and (review.state != State.DRAFT or same(documents.statement(review), published, statements.Review)):
        raise EditorialError(_("Open a correction first and take out of the draft what has to go."))
    erasure.require_decided_imports(review)
    said = erasure.notice(review, ground, notice, redact=redact)
    return _ask(review, by, Action.ERASURE, said, said["notice"]["text"])


def open_approval(review: Review) -> Approval | None:
    """What waits for a decision, or is approved and waits for publication."""
    return review.approvals.filter(entry__isnull=True).exclude(decision=Decision.RETURNED).first()


def last_entry(review: Review) -> LogEntry | None:
    """The newest entry of the log about the review."""
    return LogEntry.objects.filter(subject=review.pk).order_by("-number").first()


def last_statement(review: Review) -> dict[str, Any] | None:
    """The statement of the newest revision that says something, tombstones passed over."""
    found = (
        RevisionDocument.objects.filter(entry__subject=review.pk)
        .exclude(entry__kind__in=[LogEntry.Kind.WITHDRAWAL, LogEntry.Kind.ERASURE])
        .order_by("-entry__number")
        .first()
    )
    return documents.statement_of(bytes(found.document)) if found else None


def _locked(review: Review) -> Review:
    """The review as it is now, held until the transaction ends, so that a double click waits its turn."""
    Review.objects.select_for_update().get(pk=review.pk)
    return documents.for_statements(Review.objects.filter(pk=review.pk)).get()


def _open_approval(review: Review) -> Approval:
    approval = open_approval(review)
    if approval is None:
        raise EditorialError(_("Nothing of this review waits for a decision."))
    return approval


def _ask(review: Review, by: User, action: Approval.Action, said: dict[str, Any], reason: str) -> Approval:
    if not reason.strip():
        raise EditorialError(_("Write the reason; readers will see it."))
    if open_approval(review):
        raise EditorialError(
            _(
                "This review has something waiting already, a submitted draft or a request: have it decided on"
                " or taken back first."
            )
        )
    return _put_forward(review, by, action, said, "", reason)


def _rating(said: dict[str, Any]) -> tuple[str | None, str | None]:
    """The verdict itself, whatever its scale calls it by now."""
    return said["verdict"]["scale"], said["verdict"]["slug"]


def _too_short(change_class: str, note: str) -> str | None:
    """What is said of the reason of a substantive correction that says too little."""
    if change_class != Review.ChangeClass.SUBSTANTIVE or len(note.strip()) >= log.MIN_SUBSTANTIVE_NOTE:
        return None
    return _(
        "Something was wrong, so say what and how you know: at least %(least)s characters, and there are"
        " %(count)s. Readers will see it."
    ) % {"least": log.MIN_SUBSTANTIVE_NOTE, "count": len(note.strip())}


def _put_forward(
    review: Review, by: User, action: Approval.Action, said: dict[str, Any], change_class: str, note: str
) -> Approval:
    data = canonical(said)
    approval = Approval.objects.create(
        review=review,
        action=action,
        statement=data.decode(),
        digest=sha256_hex(data),
        change_class=change_class,
        note=note,
        submitted_by=by,
    )
    record_event(by, f"{action}.submitted", review, digest=approval.digest)
    return approval


def _require_unchanged(review: Review, approval: Approval) -> None:
    """The statement is rebuilt and must be the one that was submitted."""
    if approval.action == Action.PUBLICATION and canonical(documents.statement(review)).decode() != approval.statement:
        raise EditorialError(
            _(
                "The review, its claim or its sources were changed after submission, or what is published with it: the"
                " newsroom’s page, the label of a verdict or topic, an author’s byline. Return it and submit it anew."
            )
        )
