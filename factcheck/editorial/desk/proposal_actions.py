"""The verbs of a proposal as buttons, whatever its kind: who is offered which, and what is said of each."""

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk
from factcheck.editorial.desk.action_forms import DigestForm, ReasonForm
from factcheck.editorial.desk.action_views import Text, Verb, by_name
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.models import Proposal, User
from factcheck.editorial.models.kinds import Action, Decision, Kind
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.import_policy import publish_import
from factcheck.editorial.proposals.policy import Policy

PART = 4  # seconds. A longer publication is done in parts, and the page says how far it is.


def _publish(proposal: Proposal, by: User, _data: dict[str, Any]) -> None:
    if proposal.kind == Kind.IMPORT:
        assert proposal.batch is not None
        publish_import(batch=proposal.batch, by=by, seconds=PART)
    else:
        workflow.publish(proposal=proposal, by=by)


def is_unfinished(proposal: Proposal) -> bool:
    """Whether a part of the import is neither public nor returned."""
    return proposal.kind == Kind.IMPORT and proposal.batch is not None and proposal.batch.members.open().exists()


VERBS: dict[str, Verb[Proposal]] = by_name(
    Verb(
        "approve",
        _("Approve"),
        _("You approve exactly what is shown here. Afterwards it can be published."),
        _("Approved."),
        lambda proposal, by, data: workflow.approve(proposal=proposal, by=by, digest=data["digest"]),
        DigestForm,
        leads=True,
        read_first=True,
    ),
    Verb(
        "return",
        _("Return with a message"),
        _("It goes back to the person who submitted it, with your message."),
        _("Returned."),
        lambda proposal, by, data: workflow.return_(proposal=proposal, by=by, reason=data["reason"]),
        ReasonForm,
    ),
    Verb(
        "take-back",
        _("Take back"),
        _("You submitted this. If you take it back, you can change it and submit it again."),
        _("Taken back."),
        lambda proposal, by, _data: workflow.take_back(proposal=proposal, by=by),
    ),
    Verb(
        "publish",
        _("Publish"),
        _("Once it is published everybody can read it, and this revision is kept for ever."),
        _("Published."),
        _publish,
        leads=True,
        read_first=True,
        left=is_unfinished,
    ),
)

# Texts that differ between the kinds, and between a publication and the other actions on a review.
_EXPLANATIONS: dict[tuple[str, str], Text] = {
    ("approve", Kind.DEMAND): _(
        "You approve exactly what is shown here. An entry that has to wait for a day is published on that day"
        " automatically, in your name."
    ),
    ("approve", Kind.MERGE): _(
        "It takes effect at once. The log keeps for ever what happened, why, and who answers for it."
    ),
    ("approve", Kind.IMPORT): _(
        "You approve every review of this import exactly as listed. The digest makes sure that none is changed"
        " afterwards."
    ),
    ("approve", Kind.MAPPING): _(
        "You approve exactly what is shown here. From now on imports give these words this verdict of ours."
    ),
    ("return", Kind.MERGE): _("Nothing happens to the claims. The person who proposed it reads your message."),
    ("return", Kind.IMPORT): _(
        "Its reviews stay as drafts and are not published, except those that were approved one by one."
    ),
    ("return", Kind.MAPPING): _("Imports do not use it. The person who proposed it reads your message."),
    ("take-back", Kind.MERGE): _("You proposed this. Nothing happens to the claims."),
    ("take-back", Kind.IMPORT): _("You imported this. Its reviews stay as drafts and are not published."),
    ("take-back", Kind.MAPPING): _("You proposed this. Imports do not use it until it is proposed again and approved."),
    ("publish", Kind.IMPORT): _(
        "Everybody can read these reviews from now on. While a large import is published, this page shows how far"
        " it is."
    ),
}
_OF_IMPORTS = {
    "approve": _("Approve all of it"),
    "return": _("Return all of it"),
    "publish": _("Publish all of it"),
}
_AT_ONCE = _("You approve exactly what is shown here. It takes effect at once.")
_NOT_ASKED = _("You asked for this. Nothing has happened yet, and nothing happens if you take it back.")


def worded(verb: Verb[Proposal], proposal: Proposal) -> Verb[Proposal]:
    """The verb as it is said of this proposal. To approve a withdrawal or an erasure takes something away."""
    label = _OF_IMPORTS.get(verb.name, verb.label) if proposal.kind == Kind.IMPORT else verb.label
    explanation, done = _EXPLANATIONS.get((verb.name, proposal.kind), verb.explanation), verb.done
    if proposal.kind == Kind.REVIEW and proposal.action != Action.PUBLICATION:
        explanation = {"approve": _AT_ONCE, "take-back": _NOT_ASKED}.get(verb.name, explanation)
    if verb.name == "approve" and proposal.action not in (Action.PUBLICATION, Action.ADOPTION):
        done = _("Done. Readers see it from now on.")
    removes = verb.name == "approve" and proposal.action in (Action.WITHDRAWAL, Action.ERASURE)
    return replace(verb, label=label, explanation=explanation, done=done, removes=removes)


def possible(at: Desk, proposal: Proposal | None) -> list[Verb[Proposal]]:
    """The verbs that this person may use on this proposal now."""
    if proposal is None or not may_see(at, proposal):
        return []
    policy, mine = workflow.POLICIES[proposal.kind], proposal.submitted_by_id == at.user.pk
    decides = bool(at.deciding) if proposal.kind == Kind.MAPPING else proposal.deciding_id in at.deciding
    names = []
    if not proposal.effective_decision and decides and not mine and _is_outsider(policy, proposal, at.user):
        names.append("approve")
    if decides and _can_be_published(policy, proposal):
        names.append("publish")
    if not proposal.decision or (policy.waits and proposal.decision == Decision.APPROVED and not proposal.entry_id):
        if mine and not _is_member(proposal):
            names.append("take-back")
        elif decides:
            names.append("return")
    return [worded(VERBS[name], proposal) for name in names]


def may_see(at: Desk, proposal: Proposal) -> bool:
    """Members of both newsrooms, and every newsroom for a mapping."""
    if proposal.kind == Kind.MAPPING:
        return bool(at.roles)
    return not at.roles.keys().isdisjoint({proposal.newsroom_id, proposal.deciding_id})


def page_of(at: Desk, proposal: Proposal) -> str:
    """The page of the subject. Of two claims it is the one that the person's newsroom logged."""
    subject: Any = proposal.subject
    if proposal.kind == Kind.MERGE and proposal.into is not None and subject.newsroom_id not in at.roles:
        subject = proposal.into
    return reverse(f"admin:editorial_{subject._meta.model_name}_change", args=[subject.pk])


def _is_outsider(policy: Policy[Any], proposal: Proposal, user: User) -> bool:
    try:
        policy.require_outsider(proposal, user)
    except NotAllowed:
        return False
    return True


def _is_member(proposal: Proposal) -> bool:
    return proposal.kind == Kind.REVIEW and proposal.batch_id is not None


def _can_be_published(policy: Policy[Any], proposal: Proposal) -> bool:
    if proposal.decision != Decision.APPROVED or proposal.entry_id is not None:
        return False
    try:
        policy.require_ready(proposal)
    except EditorialError:
        return False
    return policy.waits or is_unfinished(proposal)
