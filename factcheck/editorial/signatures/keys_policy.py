"""The keys that sign for a newsroom: two people with such keys add one, revoke one, or switch the signatures off.

The log's signer keeps the keys. It checks both signatures on an order, and carries the order out.
"""

from typing import Any, ClassVar

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import NotFound, translate_record_errors
from factcheck.editorial.events import Detail
from factcheck.editorial.models import Proposal, Publisher, User
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.people import account_mail, roles
from factcheck.editorial.proposals.policy import Policy, require_none, submit_statement
from factcheck.editorial.signatures import signing
from factcheck.record.log import checkpoints
from factcheck.record.log import entries as log
from factcheck.record.statements.parts import Part

_TEXTS: dict[Action, Promise] = {
    Action.ENROLMENT: _("Keys that sign for %(newsroom)s: add %(key)s… of %(person)s. It can sign after 24 hours."),
    Action.REVOCATION: _("Keys that sign for %(newsroom)s: revoke %(key)s… of %(person)s at once."),
    Action.OFF: _("Keys that sign for %(newsroom)s: after 24 hours, publications need no signatures any more."),
}


class KeyOrder(Part):
    """The statement for the signer. Without a key, it is about all keys of the newsroom."""

    newsroom: str
    key: str | None = None
    person: str | None = None
    public_key: str | None = None
    decides: bool | None = None


class KeysPolicy(Policy[Publisher]):
    """The rules for all orders. Nothing enters the log."""

    kind = Kind.KEYS
    explanations: ClassVar = {
        "approve": _("You approve and sign exactly what this page shows. The signer of the log then carries it out.")
    }
    events: ClassVar = {
        "submitted": _("proposed a change of the keys that sign"), "approved": _("changed the keys that sign"),
        "returned": _("returned a change of the keys that sign or took it back"),
    }  # fmt: skip

    def title(self, proposal: Proposal) -> str:
        said = proposal.content
        return str(_TEXTS[self.action] % {**said, "newsroom": proposal.keys_of, "key": (said["key"] or "")[:8]})

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher, Publisher]:
        return self.subject(proposal), self.subject(proposal)

    def require_submitter(self, proposal: Proposal) -> None:
        roles.require_decider(proposal.submitted_by, self.subject(proposal))

    def build_statement(self, proposal: Proposal) -> KeyOrder:
        return KeyOrder.model_construct(**proposal.content)

    def event_detail(self, proposal: Proposal) -> Detail:
        return {"purpose": proposal.action, "key": proposal.content["key"]}

    def after_submit(self, proposal: Proposal) -> None:
        account_mail.queue_notice(proposal)

    after_return = after_submit

    def after_approval(self, proposal: Proposal, by: User) -> None:
        carry_out(proposal)
        account_mail.queue_notice(proposal)


KEYS_POLICIES: dict[str, KeysPolicy] = {
    action: type(action, (KeysPolicy,), {"action": action, "is_destructive": action != Action.ENROLMENT})()
    for action in _TEXTS
}


@transaction.atomic
def propose(*, newsroom: Publisher, action: str, by: User, **order: Any) -> Proposal:
    """Propose an order to the signer. `order` are values of KeyOrder. Raise EditorialError if it isn't possible now."""
    proposal = Proposal(kind=Kind.KEYS, action=action, keys_of=newsroom, submitted_by=by)
    policy = KEYS_POLICIES.get(action)
    if policy is None or (not order and action != Action.OFF):
        raise NotFound(_("This key doesn’t exist any more. Reload the page."))
    policy.lock_subject(proposal)
    policy.require_submitter(proposal)
    require_none(Proposal.objects.filter(newsroom=newsroom, keys_of=newsroom).undecided())
    return submit_statement(policy, proposal, KeyOrder(newsroom=newsroom.site, **order))


def open_proposal(newsroom: Publisher) -> Proposal | None:
    """Return the proposal about the newsroom's keys that is waiting for a decision, or None."""
    return Proposal.objects.filter(newsroom=newsroom, keys_of=newsroom).undecided().with_subjects().first()


def carry_out(proposal: Proposal) -> None:
    """Send the order with its two signatures to the signer. Raise EditorialError if the signer refuses."""
    about = {"action": f"{proposal.kind}.{proposal.action}", "subject": str(proposal.subject_id)}
    signed = {"salt": proposal.salt.hex(), "opening": str(signing.opening_of(proposal))}
    with translate_record_errors():
        log.lock_for_append()  # entries that the revoked key has signed are signed first
        checkpoints.send_order(statement=proposal.statement, **about, **signed)
