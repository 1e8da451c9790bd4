"""The rules that differ between the kinds of proposals. The workflow calls these methods and does all the rest."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import roles
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Proposal, Publisher, User
from factcheck.editorial.models.kinds import Kind
from factcheck.editorial.validation import require_valid
from factcheck.record.formats.canonical import canonical, sha256_hex
from factcheck.record.models import LogEntry
from factcheck.record.statements.parts import Part

Reasons = list[str | Promise]


S = TypeVar("S")


class Policy(ABC, Generic[S]):
    """The rules of one kind. `proposal` may be unsaved: it names its kind, action, subject and submitter.

    **Lock order.** Always lock imports first, each with its own proposal. Then lock claims, reviews, demands or
    mappings, the proposal, the log, and public claims. Rows of one table are locked in primary-key order. A fixed order
    prevents deadlocks.
    """

    kind: ClassVar[Kind]
    # Whether an approved proposal waits for its publication, and can be returned until then.
    waits: ClassVar[bool] = False
    # Whether events may keep the reason of a return: only where an erasure reaches them.
    keeps_reasons: ClassVar[bool] = False
    changed: ClassVar[str | Promise] = _("This was changed after it was submitted. Return it and submit it again.")

    def subject(self, proposal: Proposal) -> S:
        return cast("S", proposal.subject)

    @abstractmethod
    def lock_subject(self, proposal: Proposal) -> None:
        """Locks the subject until the transaction ends and gives the proposal the subject as it is now."""

    @abstractmethod
    def build_statement(self, proposal: Proposal) -> dict[str, Any]:
        """The statement for the second person, from the drafts as they are now."""

    @abstractmethod
    def newsrooms(self, proposal: Proposal) -> tuple[Publisher | None, Publisher | None]:
        """The newsroom that proposes, and the one whose Editors decide."""

    def statement_model(self, proposal: Proposal) -> type[Part] | None:
        """The typed statement that this one must be valid by. None for what isn't published."""
        return None

    def find_missing(self, proposal: Proposal) -> Reasons:
        """Everything that has to be done before the submission, each as a sentence for the editor."""
        return []

    def copy_note(self, proposal: Proposal) -> None:
        """Takes the public note and the kind of correction from the draft."""

    def require_submitter(self, proposal: Proposal) -> None:
        """Raises NotAllowed unless the submitter may put this forward."""
        newsroom, _deciding = self.newsrooms(proposal)
        assert newsroom is not None
        roles.require_member(proposal.submitted_by, newsroom)

    def require_decider(self, proposal: Proposal, by: User) -> None:
        """Raises NotAllowed unless the person decides there."""
        assert proposal.deciding_id is not None
        roles.require_decider(by, proposal.deciding_id)

    def require_outsider(self, proposal: Proposal, by: User) -> None:
        """Raises NotAllowed if the person wrote or began what they would approve."""

    def require_unchanged(self, proposal: Proposal) -> dict[str, Any]:
        """The statement that was submitted. Raises EditorialError unless the drafts still give it."""
        said = self.build_statement(proposal)
        if canonical(said).decode() != proposal.statement:
            raise EditorialError(self.changed)
        return said

    def require_ready(self, proposal: Proposal) -> None:
        """Raises EditorialError if an approved proposal cannot be published yet."""

    def after_submit(self, proposal: Proposal) -> None:
        """Follows the submission."""

    def after_return(self, proposal: Proposal) -> None:
        """Follows the return."""

    def after_approval(self, proposal: Proposal, by: User, said: dict[str, Any]) -> None:
        """Follows the approval of this statement: it takes effect, or waits for its publication."""

    def log_kind(self, proposal: Proposal) -> LogEntry.Kind | None:
        """The kind of the log's entry. None lets the log choose between original, update and correction."""
        return None

    def after_publication(self, proposals: Sequence[Proposal], by: User) -> None:
        """Follows the publication. Each proposal has its entry."""

    def event_detail(self, proposal: Proposal) -> dict[str, Any]:
        """Details in the audit log of a submission or publication of this kind, beyond digest and sequence."""
        return {}

    def event(self, proposal: Proposal) -> str:
        """The first word of this proposal's events in the audit log."""
        return str(proposal.kind)


def submit_statement(policy: Policy[Any], proposal: Proposal, said: dict[str, Any]) -> Proposal:
    """Saves the proposal of this statement. The subject is locked by the caller."""
    if (model := policy.statement_model(proposal)) is not None:
        require_valid(said, model)
    data = canonical(said)
    proposal.statement, proposal.digest = data.decode(), sha256_hex(data)
    return save_proposal(policy, proposal, proposal.submitted_by, "submitted")


def save_proposal(policy: Policy[Any], proposal: Proposal, by: User, act: str) -> Proposal:
    """Saves a proposal that has its digest, and writes the event of this person's act."""
    proposal.newsroom, proposal.deciding = policy.newsrooms(proposal)
    proposal.save()
    policy.after_submit(proposal)
    detail = {"digest": proposal.digest, **policy.event_detail(proposal)}
    record_event(by, f"{policy.event(proposal)}.{act}", proposal.subject, **detail)
    return proposal


def author_refusal() -> NotAllowed:
    return NotAllowed(_("You began this or are one of its authors. Someone else has to decide."))
