"""The rules that differ between kinds of proposals, as methods that the workflow calls."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.drafts.validation import require_valid
from factcheck.editorial.errors import ChangedSince, NeedsChiefEditor, NeedsOtherPerson, NotAllowed, WrongValue
from factcheck.editorial.events import record_event
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
    """The rules and texts for one action. Even an unsaved `proposal` has a kind, an action, a subject and a submitter.

    The template `admin/editorial/<model>/action.html` shows the subject to the person who decides.

    **Lock order.** Always lock imports first, each with its own proposal. Then lock claims, reviews, demands,
    mappings or accounts, the proposal, the log, and public claims. Rows of one table are locked in primary-key order.
    A fixed order prevents deadlocks.
    """

    kind: ClassVar[Kind]
    action: ClassVar[Action]
    # The rows that the statement needs, loaded with the locked subject.
    related: ClassVar[tuple[str, ...]] = ()
    # The model that validates the statement, or None if the statement isn't published, and the kind of the log entry.
    # Without that kind, the log chooses between original, update and correction.
    model: ClassVar[type[Part] | None] = None
    entry_kind: ClassVar[LogEntry.Kind | None] = None
    # Whether lists and events name the action, and not the kind.
    is_named_by_action: ClassVar[bool] = False
    # The texts of buttons, where this action has its own: labels, and what each button does.
    labels: ClassVar[dict[str, Text]] = {}
    explanations: ClassVar[dict[str, Text]] = {}
    approved: ClassVar[Text] = _("Approved.")
    # The texts of the audit log, unless `models/events.py` says more.
    events: ClassVar[dict[str, Promise]] = {
        "submitted": _("proposed"), "approved": _("approved"), "returned": _("returned or taken back"),
    }  # fmt: skip
    # The buttons that approve, and whether an approval removes something.
    approvals: ClassVar[tuple[str, ...]] = ("approve",)
    is_destructive: ClassVar[bool] = False
    # Whether one page has all buttons, so that the subject's page only links to it.
    has_own_page: ClassVar[bool] = False
    # Whether an approved proposal is published in a separate step, and can be returned until then.
    waits: ClassVar[bool] = False
    # Whether events keep the reason for a return. This is allowed only for events that an erasure clears.
    keeps_reasons: ClassVar[bool] = False
    changed: ClassVar[str | Promise] = _(
        "The content was changed after it was submitted. Return the submission, then submit it again."
    )

    # Why the database refuses a person's decision, by the words of `editorial_decision_refusal` (`sql/proposals.sql`).
    refusals: ClassVar[dict[str, str | Promise]] = {
        "not_editor": _("Only an Editor or Chief editor of this newsroom can do this. Ask one of them."),
        "submitter": _("You submitted this yourself. Someone else has to decide."),
        "author": _("You started this or are one of its authors. Someone else has to decide."),
    }

    def title(self, proposal: Proposal) -> str:
        """The proposal in words, for lists."""
        return str(proposal.subject)

    def deadline_note(self, proposal: Proposal) -> str:
        """Until when people can act, or "" if there is no such time."""
        return ""

    def subject(self, proposal: Proposal) -> S:
        return cast("S", proposal.subject)

    def lock_subject(self, proposal: Proposal) -> None:
        """Locks and reloads the proposal's subject. The lock lasts until the transaction ends."""
        shape = SHAPES[self.kind]
        rows = shape.subject._default_manager.select_for_update(of=("self",)).select_related(*self.related)
        setattr(proposal, shape.columns[0], rows.get(pk=proposal.subject_id))

    @abstractmethod
    def build_statement(self, proposal: Proposal) -> dict[str, Any]:
        """Builds the statement for the second person from the current drafts."""

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher | None, Publisher | None]:
        """The newsroom that proposes, and the newsroom whose Editors decide."""
        newsroom = proposal.subject.newsroom
        return newsroom, newsroom

    def find_missing(self, proposal: Proposal) -> Reasons:
        """Everything that has to be done before the submission. Each reason is a sentence for the editor."""
        return []

    def copy_note(self, proposal: Proposal) -> None:
        """Copies the public note and the kind of correction from the draft."""

    def require_submitter(self, proposal: Proposal) -> None:
        """Raises NotAllowed unless the submitter is allowed to submit the proposal."""
        newsroom, _deciding = self.newsrooms(proposal)
        assert newsroom is not None
        roles.require_member(proposal.submitted_by, newsroom)

    def find_refusal(self, proposal: Proposal, by: User, *, approving: bool) -> NotAllowed | None:
        """Why the person can't approve the proposal, or can't return or publish it. None if they can."""
        word = roles.answer("editorial_decision_refusal", by.pk, proposal.pk, approving)
        kinds = {"not_editor": NotAllowed, "no_chief_editor": NeedsChiefEditor}
        return kinds.get(word, NeedsOtherPerson)(self.refusals[word]) if word else None

    def require_decider(self, proposal: Proposal, by: User, *, approving: bool = False) -> None:
        """Raises NotAllowed unless the person can return or publish the proposal, or approve it."""
        if (refusal := self.find_refusal(proposal, by, approving=approving)) is not None:
            raise refusal

    def require_unchanged(self, proposal: Proposal) -> dict[str, Any]:
        """Returns the submitted statement. Raises EditorialError if the drafts have changed since the submission."""
        statement = self.build_statement(proposal)
        if canonical(statement).decode() != proposal.statement:
            raise ChangedSince(self.changed)
        return statement

    def require_ready(self, proposal: Proposal) -> None:
        """Raises EditorialError if an approved proposal can't be published yet."""

    def require_holdable(self, proposal: Proposal, until: datetime) -> None:
        """Raises EditorialError unless the approved proposal can wait until this time for its publication."""
        raise WrongValue(_("Only a review can be held until a time. Approve this without a time."))

    def publish_part(self, proposal: Proposal, by: User, *, seconds: float) -> bool:
        """Publishes for so many seconds. Returns False if the proposal is published in one transaction instead."""
        return False

    def is_unfinished(self, proposal: Proposal) -> bool:
        """Whether a part of the approved proposal still has to be published."""
        return False

    def progress(self, proposal: Proposal) -> tuple[int, int]:
        """How many parts of the proposal are public, and how many it has."""
        return 0, 0

    def can_be_undone(self, proposal: Proposal, by: User) -> bool:
        """Whether the person can propose to undo what was approved."""
        return False

    def takes_away(self, proposal: Proposal) -> bool:
        """Whether an approval takes something from a person, so that the approver has to confirm it."""
        return False

    def after_submit(self, proposal: Proposal) -> None:
        """Runs after the submission."""

    def after_return(self, proposal: Proposal) -> None:
        """Runs after the proposal has been returned."""

    def after_approval(self, proposal: Proposal, by: User, statement: dict[str, Any]) -> None:
        """Runs after the approval. The statement takes effect now, or is published in a later step."""

    def log_kind(self, proposal: Proposal) -> LogEntry.Kind | None:
        return self.entry_kind

    def after_publication(self, proposals: Sequence[Proposal], by: User) -> None:
        """Runs after the publication. Each proposal then refers to its log entry."""

    def event_detail(self, proposal: Proposal) -> dict[str, Any]:
        """Details for the audit log about a submission or publication, in addition to digest and sequence."""
        return {}

    def event(self, proposal: Proposal) -> str:
        """The first part of the names of this proposal's events in the audit log."""
        return str(self.action if self.is_named_by_action else self.kind)


def submit_statement(policy: Policy[Any], proposal: Proposal, statement: dict[str, Any]) -> Proposal:
    """Saves the proposal for this statement. The subject must be locked."""
    if policy.model is not None:
        require_valid(statement, policy.model)
    data = canonical(statement)
    proposal.statement, proposal.digest = data.decode(), sha256_hex(data)
    return save_proposal(policy, proposal, proposal.submitted_by, "submitted")


def save_proposal(policy: Policy[Any], proposal: Proposal, by: User, act: str) -> Proposal:
    """Saves a proposal whose digest is set, and records the action in the audit log."""
    proposal.newsroom, proposal.deciding = policy.newsrooms(proposal)
    proposal.save()
    policy.after_submit(proposal)
    detail = {"digest": proposal.digest, **policy.event_detail(proposal)}
    record_event(by, f"{policy.event(proposal)}.{act}", proposal.subject, **detail)
    return proposal
