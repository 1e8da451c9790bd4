"""The rules that differ between kinds of proposals, as methods that the workflow calls."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import errors
from factcheck.editorial.drafts.validation import require_valid
from factcheck.editorial.events import Detail, record_event
from factcheck.editorial.models import Proposal, Publisher, User
from factcheck.editorial.models.kinds import SHAPES, Action, Kind
from factcheck.editorial.people import roles
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.models import LogEntry
from factcheck.record.statements.parts import Part

Reasons = list[str | Promise]


S = TypeVar("S")


Text = str | Promise


class Policy(ABC, Generic[S]):
    """The rules and texts for one action.

    Even an unsaved `proposal` has a kind, an action, a subject and a submitter. The template
    `admin/editorial/<model>/action.html` shows the subject to the person who decides.

    **Lock order.** Always lock imports first, each with its own proposal. Then lock claims, reviews, demands, mappings
    or accounts, the proposal, the log, and public claims. Rows of one table are locked in primary-key order. A fixed
    order prevents deadlocks.
    """

    kind: ClassVar[Kind]
    action: ClassVar[Action]
    # The related rows that the statement needs, which are loaded with the locked subject.
    related: ClassVar[tuple[str, ...]] = ()
    entry_kind: ClassVar[LogEntry.Kind | None] = None  # None: the log chooses original, update or correction
    # Whether lists and events use the name of the action. Otherwise, they use the name of the kind.
    is_named_by_action: ClassVar[bool] = False
    # The labels and explanations of buttons, by the button's name, where this action needs texts of its own.
    labels: ClassVar[dict[str, Text]] = {}
    explanations: ClassVar[dict[str, Text]] = {}
    approved: ClassVar[Text] = _("Approved.")
    # The texts of the audit log. Texts in `models/events.py` take precedence.
    events: ClassVar[dict[str, Promise]] = {
        "submitted": _("proposed"), "approved": _("approved"), "returned": _("returned or taken back"),
    }  # fmt: skip
    # The names of the buttons that approve, and whether an approval removes something.
    approvals: ClassVar[tuple[str, ...]] = ("approve",)
    is_destructive: ClassVar[bool] = False
    # Whether the proposal has a page with all buttons. The subject's page then only links to this page.
    has_own_page: ClassVar[bool] = False
    # Whether an approved proposal is published in a separate step, and can be returned until then.
    waits: ClassVar[bool] = False
    # Whether the approved proposal is published although the newsroom has frozen its publishing (`sql/entries.sql`).
    despite_freeze: ClassVar[bool] = False
    # Whether events keep the reason for a return. This is allowed only for events that an erasure clears.
    keeps_reasons: ClassVar[bool] = False
    changed: ClassVar[str | Promise] = _(
        "The content was changed after it was submitted. Return the submission, then submit it again."
    )

    # Sentences for the words with which `editorial_decision_refusal` (`sql/proposals.sql`) refuses a person's decision.
    refusals: ClassVar[dict[str, str | Promise]] = {
        "not_editor": _("Only an Editor or Chief editor of this newsroom can do this. Ask one of them."),
        "submitter": _("You submitted this yourself. Someone else has to decide."),
        "author": _("You started this or are one of its authors. Someone else has to decide."),
    }

    def title(self, proposal: Proposal) -> str:
        """Return the proposal in words, for lists."""
        return str(proposal.subject)

    def deadline_note(self, proposal: Proposal) -> str:
        """Return a sentence about the time until which people can act, or "" without such a time."""
        return ""

    def subject(self, proposal: Proposal) -> S:
        return cast("S", proposal.subject)

    def lock_subject(self, proposal: Proposal) -> None:
        """Lock and reload the proposal's subject. The lock lasts until the transaction ends."""
        shape = SHAPES[self.kind]
        rows = shape.subject._default_manager.select_for_update(of=("self",)).select_related(*self.related)
        setattr(proposal, shape.columns[0], rows.get(pk=proposal.subject_id))

    @abstractmethod
    def build_statement(self, proposal: Proposal) -> Part:
        """Return the statement for the second person, built from the current drafts."""

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher | None, Publisher | None]:
        """Return the newsroom that proposes, and the newsroom whose Editors decide."""
        newsroom = proposal.subject.newsroom
        return newsroom, newsroom

    def find_missing(self, proposal: Proposal) -> Reasons:
        """Return everything that has to be done before the submission, as sentences for the editor."""
        return []

    def copy_note(self, proposal: Proposal) -> None:
        """Copy the public note and the kind of correction from the draft."""

    def require_submitter(self, proposal: Proposal) -> None:
        """Raise NotAllowed unless the submitter is allowed to submit the proposal."""
        newsroom, _deciding = self.newsrooms(proposal)
        assert newsroom is not None
        roles.require_member(proposal.submitted_by, newsroom)

    def find_refusal(self, proposal: Proposal, by: User, *, approving: bool) -> errors.NotAllowed | None:
        """Return why the person can't approve the proposal, or can't return or publish it. Return None if they can."""
        word = roles.call_function("editorial_decision_refusal", by.pk, proposal.pk, approving)
        kinds = {"not_editor": errors.NotAllowed, "no_chief_editor": errors.NeedsChiefEditor}
        return kinds.get(word, errors.NeedsOtherPerson)(self.refusals[word]) if word else None

    def require_decider(self, proposal: Proposal, by: User, *, approving: bool = False) -> None:
        """Raise NotAllowed unless the person can return or publish the proposal, or approve it if `approving`."""
        if (refusal := self.find_refusal(proposal, by, approving=approving)) is not None:
            raise refusal

    def checklist(self, proposal: Proposal) -> list[str]:
        """Return the sentences that the second person must tick."""
        return []

    def require_unchanged(self, proposal: Proposal) -> None:
        """Raise EditorialError if the drafts have changed since the submission."""
        if canonical(self.build_statement(proposal).to_json_object()).decode() != proposal.statement:
            raise errors.ChangedSince(self.changed)

    def require_ready(self, proposal: Proposal) -> None:
        """Raise EditorialError if an approved proposal can't be published yet."""

    def require_holdable(self, proposal: Proposal, until: datetime) -> None:
        """Raise EditorialError unless the approved proposal can wait until this time for its publication."""
        raise errors.WrongValue(_("Only a review can be held until a time. Approve this without a time."))

    def publish_part(self, proposal: Proposal, by: User, *, seconds: float) -> bool:
        """Publish for this number of seconds.

        Return False, and publish nothing, if the proposal is published in one transaction.
        """
        return False

    def is_unfinished(self, proposal: Proposal) -> bool:
        """Return whether a part of the approved proposal still has to be published."""
        return False

    def progress(self, proposal: Proposal) -> tuple[int, int]:
        """Return how many parts of the proposal are public, and how many parts the proposal has."""
        return 0, 0

    def can_be_undone(self, proposal: Proposal, by: User) -> bool:
        """Return whether the person can propose to undo what was approved."""
        return False

    def takes_away(self, proposal: Proposal) -> bool:
        """Return whether an approval takes something from a person, so that the approver has to confirm it."""
        return False

    def after_submit(self, proposal: Proposal) -> None:
        """React to the submission, for example by changing the state of the subject."""

    def after_return(self, proposal: Proposal) -> None:
        """React to the return of the proposal."""

    def after_approval(self, proposal: Proposal, by: User) -> None:
        """React to the approval.

        The statement takes effect now, or is published in a later step.
        """

    def log_kind(self, proposal: Proposal) -> LogEntry.Kind | None:
        return self.entry_kind

    def after_publication(self, proposals: Sequence[Proposal], by: User) -> None:
        """React to the publication. Each proposal then refers to its log entry."""

    def event_detail(self, proposal: Proposal) -> Detail:
        """Return details of a submission or publication for the audit log, in addition to digest and sequence."""
        return {}

    def event(self, proposal: Proposal) -> str:
        """Return the first part of the names of this proposal's events in the audit log."""
        return str(self.action if self.is_named_by_action else self.kind)


def require_none(waiting: QuerySet[Proposal]) -> None:
    """Raise Undecided if there are such proposals."""
    if waiting.exists():
        raise errors.Undecided(
            _("A proposal about this is already waiting for a decision. Have it decided, or take it back.")
        )


def submit_statement(policy: Policy[Any], proposal: Proposal, statement: Part) -> Proposal:
    """Save the proposal for this statement. The subject must be locked. Raise WrongValue for an invalid statement."""
    require_valid(statement)
    data = canonical(statement.to_json_object())
    proposal.statement, proposal.digest = data.decode(), sha256_hex(data)
    return save_proposal(policy, proposal, proposal.submitted_by, "submitted")


def save_proposal(policy: Policy[Any], proposal: Proposal, by: User, act: str) -> Proposal:
    """Save a proposal whose digest is set, and record the action in the audit log."""
    proposal.newsroom, proposal.deciding = policy.newsrooms(proposal)
    proposal.save()
    policy.after_submit(proposal)
    detail = {"digest": proposal.digest, **policy.event_detail(proposal)}
    record_event(by, f"{policy.event(proposal)}.{act}", proposal.subject, **detail)
    return proposal
