"""Actions on reviews, and the statement that each action shows.

`available_actions` decides which buttons are shown. The workflow checks the permission again.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure
from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_forms import CorrectionForm, ErasureForm, PublicReasonForm
from factcheck.editorial.desk.action_views import DeskAction, by_name
from factcheck.editorial.desk.deciding.draft_actions import DISCARD_ACTIONS, SUBMIT, discard_actions
from factcheck.editorial.desk.deciding.readable_statements import exact_data
from factcheck.editorial.drafts import review_statements
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Membership, Proposal, Review
from factcheck.editorial.models.kinds import Action
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.models import LogEntry
from factcheck.record.statements.erasure import Erasure, Ground
from factcheck.record.statements.output import read
from factcheck.record.statements.parts import Part
from factcheck.record.statements.review import Review as Statement
from factcheck.record.statements.statement_changes import Change, compare_statements
from factcheck.record.statements.statement_labels import label
from factcheck.record.statements.tombstone import Tombstone

State = Review.State

ACTIONS: dict[str, DeskAction[Review]] = by_name(
    SUBMIT,
    DeskAction(
        "correct",
        _("Open a correction"),
        _("You can edit the review again. Readers won’t see any change until you publish the correction."),
        _("You can now edit the draft. Correct the mistakes."),
        lambda review, by, data: review_policy.open_correction(
            review=review, by=by, change_class=data["change_class"], note=data["note"]
        ),
        CorrectionForm,
    ),
    DeskAction(
        "withdraw",
        _("Withdraw"),
        _(
            "When someone else approves this, the review’s page will show that the review was withdrawn, and"
            " why. Readers can still read earlier revisions."
        ),
        _("The withdrawal is waiting for someone else’s decision."),
        lambda review, by, data: review_policy.withdraw(review=review, by=by, reason=data["reason"]),
        PublicReasonForm,
        is_destructive=True,
    ),
    DeskAction(
        "reinstate",
        _("Reinstate"),
        _("When someone else approves this, the review will be public again as before, together with your reason."),
        _("The reinstatement is waiting for someone else’s decision."),
        lambda review, by, data: review_policy.reinstate(review=review, by=by, reason=data["reason"]),
        PublicReasonForm,
        is_primary=True,
    ),
    DeskAction(
        "redact",
        _("Erase what is published, keep this draft…"),
        _(
            "Use this to comply with a court order or to protect a private person. When someone else approves"
            " this, everything published is permanently erased. First remove the content that must be erased"
            " from this draft. You can then publish the draft in place of the erased revisions."
        ),
        _("The erasure of the published revisions is waiting for someone else’s decision."),
        lambda review, by, data: review_policy.erase(
            review=review, by=by, ground=data["ground"], notice=data["notice"], redact=True
        ),
        ErasureForm,
        is_destructive=True,
    ),
    DeskAction(
        "erase",
        _("Erase…"),
        _(
            "Use this to comply with a court order or to protect a private person. When someone else approves"
            " this, the review is permanently erased and its page shows your notice. To fix a mistake, open a"
            " correction instead. If you no longer support the review, withdraw it."
        ),
        _("The erasure is waiting for someone else’s decision."),
        lambda review, by, data: review_policy.erase(
            review=review, by=by, ground=data["ground"], notice=data["notice"]
        ),
        ErasureForm,
        is_destructive=True,
    ),
    *DISCARD_ACTIONS,
)


def available_actions(desk: Desk, review: Review) -> list[str]:
    """Return the names of the actions that the person can currently use on the review."""
    if review.newsroom_id not in desk.roles:
        return []
    last = review_statements.last_entry(review)
    if workflow.open_proposal(review) is not None:
        return []
    decides, writes = desk.roles[review.newsroom_id] in Membership.DECIDING, desk.may_write(review)
    withdrawn = last is not None and last.kind == LogEntry.Kind.WITHDRAWAL
    names: list[str] = []
    if review.state == State.DRAFT and writes and not withdrawn:
        names.append("submit")
    if review.state in (State.PUBLISHED, State.WITHDRAWN) and writes:
        names.append("correct")
    if withdrawn:
        names.append("reinstate")
    elif last is not None and last.kind != LogEntry.Kind.ERASURE:
        names.append("withdraw")
    if last is not None and last.kind != LogEntry.Kind.ERASURE and decides:
        names += ["redact", "erase"] if review.state == State.DRAFT else ["erase"]
    return names + discard_actions(review, writes=writes)


def submit_saved(request: HttpRequest, review: Review) -> HttpResponse:
    """Submit the draft that was just saved, or show the page that says what is missing."""
    action = ACTIONS["submit"]
    try:
        action.run(review, get_desk(request).user, {})
    except EditorialError:
        return redirect("admin:editorial_review_action", review.pk, action.name)
    messages.success(request, str(action.success_message))
    return redirect("admin:editorial_review_change", review.pk)


class ShownStatement(NamedTuple):
    """The statement of an action, the published statement and their differences, as template variables."""

    statement: Part
    published: Statement | None
    changes: list[Change] = []
    digest: str = ""
    canonical: str = ""
    warnings: Sequence[str | Promise] = ()
    is_tombstone: bool = False
    is_notice: bool = False
    ground: str | Promise = ""
    draft: Statement | None = None


def statement_context(review: Review, proposal: Proposal | None, action: str) -> ShownStatement:
    published = review_statements.last_statement(review)
    statement: Part
    if action == "withdraw" and published is not None:
        statement = review_statements.build_tombstone(published)
    elif action == "reinstate" and published is not None:
        statement = published
    elif action in ("correct", "erase") and published is not None:
        warnings = erasure.warnings(review, redact=False) if action == "erase" else []
        return ShownStatement(published, None, warnings=warnings)
    elif proposal is not None and proposal.action == Action.ERASURE:
        return _erasure_context(review, read(Erasure, proposal.statement))
    elif proposal is not None:
        is_withdrawal = proposal.action == Action.WITHDRAWAL
        statement = read(Tombstone if is_withdrawal else Statement, proposal.statement)
    else:
        statement = review_statements.build_statement(review)
    is_tombstone = isinstance(statement, Tombstone)
    return ShownStatement(
        statement,
        published,
        compare_statements(published, statement) if published and not is_tombstone else [],
        *exact_data(statement),
        erasure.warnings(review, redact=True) if action == "redact" else [],
        is_tombstone=is_tombstone,
    )


def _erasure_context(review: Review, statement: Erasure) -> ShownStatement:
    """Return template variables: the proposed notice and the content that will be lost.

    For a redaction, the draft that stays is included.
    """
    redact = statement.notice.redaction
    draft, published = review_statements.build_statement(review), review_statements.last_statement(review)
    return ShownStatement(
        statement,
        published,
        compare_statements(published, draft) if published and redact else [],
        *exact_data(statement),
        erasure.warnings(review, redact=redact),
        is_notice=True,
        ground=label(Ground(statement.notice.ground).label),
        draft=draft if redact else None,
    )
