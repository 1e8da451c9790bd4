"""Buttons for the actions on all kinds of proposals: the buttons' texts, and the people who can use each action."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk
from factcheck.editorial.desk.action_forms import DigestForm, ReasonForm
from factcheck.editorial.desk.action_views import DeskAction, Text, by_name
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Proposal, User
from factcheck.editorial.models.kinds import TAKING, Action, Decision, Kind
from factcheck.editorial.people import accounts
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.import_policy import publish_import
from factcheck.editorial.proposals.policy import Policy

LATE = timedelta(minutes=2)  # after its time, a held review should have been published
PART = 4  # in seconds. A publication that takes longer runs in parts, and the page shows the progress.


def _publish(proposal: Proposal, by: User, _data: dict[str, Any]) -> None:
    if proposal.kind == Kind.IMPORT:
        assert proposal.batch is not None
        publish_import(batch=proposal.batch, by=by, seconds=PART)
    else:
        workflow.publish(proposal=proposal, by=by)


def is_unfinished(proposal: Proposal) -> bool:
    """Whether the import still has reviews that are neither public nor returned."""
    return proposal.kind == Kind.IMPORT and proposal.batch is not None and proposal.batch.members.open().exists()


ACTIONS: dict[str, DeskAction[Proposal]] = by_name(
    DeskAction(
        "approve-and-publish",
        _("Approve and publish"),
        _("After publication, anyone can read this. The revision is kept permanently."),
        _("Approved and published."),
        lambda proposal, by, data: workflow.approve_and_publish(
            proposal=proposal, by=by, digest=data["digest"], checked=data["checked"]
        ),
        is_primary=True,
    ),
    DeskAction(
        "hold",
        _("Approve and hold"),
        _("You approve the review now. It is published automatically at the time that you enter, in your name."),
        _("Approved. The review will be published at the time that you entered."),
        lambda proposal, by, data: workflow.approve(
            proposal=proposal, by=by, digest=data["digest"], hold_until=data["hold_until"], checked=data["checked"]
        ),
    ),
    DeskAction(
        "approve",
        _("Approve"),
        _("You approve the content exactly as shown on this page. It can then be published."),
        _("Approved."),
        lambda proposal, by, data: workflow.approve(proposal=proposal, by=by, digest=data["digest"]),
        DigestForm,
        is_primary=True,
        read_first=True,
    ),
    DeskAction(
        "return",
        _("Return with a message"),
        _("The content is returned to the person who submitted it, together with your message."),
        _("Returned."),
        lambda proposal, by, data: workflow.return_(proposal=proposal, by=by, reason=data["reason"]),
        ReasonForm,
    ),
    DeskAction(
        "take-back",
        _("Take back"),
        _("You submitted this. If you take it back, you can change it and submit it again."),
        _("Taken back."),
        lambda proposal, by, _data: workflow.take_back(proposal=proposal, by=by),
    ),
    DeskAction(
        "undo",
        _("Propose to undo"),
        _("The account gets back what was taken away as soon as a second person approves."),
        _("Proposed. A second person now has to decide."),
        lambda proposal, by, _data: accounts.undo(removal=proposal, by=by),
    ),
    DeskAction(
        "publish",
        _("Publish"),
        _("After publication, anyone can read this. The revision is kept permanently."),
        _("Published."),
        _publish,
        is_primary=True,
        read_first=True,
        has_more=is_unfinished,
    ),
)

ONLY_FOR_REVIEWS = frozenset({"approve-and-publish", "hold"})

# A link, because the page of the decision has the buttons.
DECIDE: DeskAction[Proposal] = DeskAction(
    "decide", _("Read and decide"), "", "", lambda _proposal, _by, _data: None, is_primary=True
)

# Texts that differ between kinds of proposals, or between publications and other actions on a review.
_EXPLANATIONS: dict[tuple[str, str], Text] = {
    ("approve", Kind.DEMAND): _(
        "You approve the entry exactly as shown on this page. If the entry must not be public before a certain"
        " day, it is published automatically on that day, in your name."
    ),
    ("approve", Kind.MERGE): _(
        "This takes effect immediately. The public log permanently records what happened, why, and who is responsible."
    ),
    ("approve", Kind.IMPORT): _(
        "You approve every review in this import exactly as listed. The digest ensures that nobody can change a"
        " review afterwards."
    ),
    ("approve", Kind.MAPPING): _(
        "You approve the mapping exactly as shown on this page. From now on, imports will map these words to"
        " our verdict."
    ),
    ("approve", Kind.FREEZE): _(
        "You end the freeze together with the person who proposed this. The newsroom can then publish again."
    ),
    ("return", Kind.FREEZE): _("Publishing stays frozen. The person who proposed this will see your message."),
    ("take-back", Kind.FREEZE): _("You proposed this. If you take it back, publishing stays frozen."),
    ("approve", Kind.ACCOUNT): _(
        "You approve the change exactly as shown on this page. It takes effect immediately, and the person concerned is"
        " told."
    ),
    ("return", Kind.ACCOUNT): _("Nothing changes. The person who proposed this will see your message."),
    ("take-back", Kind.ACCOUNT): _("You proposed this. If you take it back, nothing changes."),
    ("approve", Action.PAUSE): _("You confirm the pause. The account stays closed until two people reopen it."),
    ("return", Action.PAUSE): _("The pause ends at once. The person who paused the account will see your message."),
    ("take-back", Action.PAUSE): _("You paused this account. If you take this back, the pause ends at once."),
    ("return", Kind.MERGE): _("The claims remain unchanged. The person who proposed this will see your message."),
    ("return", Kind.IMPORT): _(
        "The reviews in this import remain drafts and will not be published, except for reviews that were"
        " approved separately."
    ),
    ("return", Kind.MAPPING): _("Imports will not use this mapping. The person who proposed it will see your message."),
    ("take-back", Kind.MERGE): _("You proposed this. If you take it back, the claims remain unchanged."),
    ("take-back", Kind.IMPORT): _(
        "You ran this import. If you take it back, its reviews remain drafts and will not be published."
    ),
    ("take-back", Kind.MAPPING): _(
        "You proposed this mapping. If you take it back, imports will not use it until it has been proposed"
        " again and approved."
    ),
    ("publish", Kind.IMPORT): _(
        "After publication, anyone can read these reviews. For a large import, the page shows the progress."
    ),
}
_IMPORT_LABELS = {
    "approve": _("Approve all of it"),
    "return": _("Return all of it"),
    "publish": _("Publish all of it"),
}
_AT_ONCE = _("You approve the change exactly as shown on this page. It takes effect immediately.")
_TAKE_BACK_REQUEST = _(
    "You requested this. Nothing has changed yet, and nothing will change if you take the request back."
)


_NOW_POSSIBLE = _("The reason is gone, or the site’s background worker didn’t run. Publish the review yourself.")


def adapt_action(action: DeskAction[Proposal], proposal: Proposal) -> DeskAction[Proposal]:
    """The action with the texts for this proposal. Approving a withdrawal or an erasure is a destructive action."""
    label = _IMPORT_LABELS.get(action.name, action.label) if proposal.kind == Kind.IMPORT else action.label
    explanation = _EXPLANATIONS.get((action.name, proposal.kind), action.explanation)
    explanation = _EXPLANATIONS.get((action.name, proposal.action), explanation)
    message = action.success_message
    if proposal.kind == Kind.REVIEW and proposal.action != Action.PUBLICATION:
        explanation = {"approve": _AT_ONCE, "take-back": _TAKE_BACK_REQUEST}.get(action.name, explanation)
    if action.name == "approve" and proposal.kind == Kind.ACCOUNT:
        message = _("Done. The change is in effect.")
    elif action.name == "publish" and proposal.is_held:
        label, explanation = _("Publish now"), _("The review is held until later. You can publish it now.")
    elif action.name == "approve" and proposal.action not in (Action.PUBLICATION, Action.ADOPTION, Action.UNFREEZING):
        message = _("Done. Readers can now see the change.")
    is_destructive = action.name == "approve" and proposal.action in (Action.WITHDRAWAL, Action.ERASURE, *TAKING)
    return replace(action, label=label, explanation=explanation, success_message=message, is_destructive=is_destructive)


def available_actions(desk: Desk, proposal: Proposal | None) -> list[DeskAction[Proposal]]:
    """The actions that the person can currently use on the proposal."""
    if proposal is None or not may_view(desk, proposal):
        return []
    policy, mine = workflow.POLICIES[proposal.kind], proposal.submitted_by_id == desk.user.pk
    may_approve = policy.find_refusal(proposal, desk.user, approving=True) is None
    decides = may_approve or policy.find_refusal(proposal, desk.user, approving=False) is None
    names = []
    if not proposal.effective_decision and may_approve:
        is_publication = proposal.kind == Kind.REVIEW and proposal.action == Action.PUBLICATION
        names += ["approve-and-publish", "hold"] if is_publication else ["approve"]
    if proposal.kind == Kind.ACCOUNT and Proposal.objects.to_undo(desk.user).filter(pk=proposal.pk).exists():
        names.append("undo")
    if decides and _can_be_published(policy, proposal):
        names.append("publish")
    if not proposal.decision or (policy.waits and proposal.decision == Decision.APPROVED and proposal.entry_id is None):
        if mine and not _is_member(proposal):
            names.append("take-back")
        elif decides:
            names.append("return")
    return [adapt_action(ACTIONS[name], proposal) for name in names]


def decision_buttons(desk: Desk, proposal: Proposal | None) -> list[DeskAction[Proposal]]:
    """The buttons on the page of the proposal's subject. Everything about a review is decided on one page."""
    actions = available_actions(desk, proposal)
    if proposal is None or proposal.kind != Kind.REVIEW:
        return actions
    taken_back = [action for action in actions if action.name == "take-back"]
    return [DECIDE, *taken_back] if len(actions) > len(taken_back) else taken_back


def hold_notice(proposal: Proposal) -> str:
    """Until when an approved review is held, or why it wasn't published at that time."""
    if proposal.hold_until is None or proposal.decision != Decision.APPROVED or proposal.entry_id is not None:
        return ""
    time = date_format(timezone.localtime(proposal.hold_until), "DATETIME_FORMAT")
    if proposal.is_held:
        return _("Held until %s. It is then published automatically.") % time
    if proposal.hold_until > timezone.now() - LATE:
        return _("Held until %s. It is being published.") % time
    obstacle = workflow.find_obstacle(proposal)
    reasons = obstacle.reasons if obstacle else [_NOW_POSSIBLE]
    return _("Held until %(time)s, but not published. %(reason)s") % {
        "time": time, "reason": " ".join(str(reason) for reason in reasons),
    }  # fmt: skip


def may_view(desk: Desk, proposal: Proposal) -> bool:
    """Whether the person is a member of a newsroom that the proposal concerns. Every newsroom can see
    mappings, and account administrators can see freezes."""
    if proposal.kind == Kind.MAPPING:
        return bool(desk.roles)
    if proposal.kind == Kind.FREEZE and desk.administers_accounts:
        return True
    if proposal.kind == Kind.ACCOUNT:
        policy = workflow.POLICIES[proposal.kind]
        return desk.administers_accounts or policy.find_refusal(proposal, desk.user, approving=False) is None
    return not desk.roles.keys().isdisjoint({proposal.newsroom_id, proposal.deciding_id})


def subject_url(desk: Desk, proposal: Proposal) -> str:
    """The URL of the subject's page. For a merge, this is the page of the claim that the person's newsroom logged.

    Chief editors decide on accounts, but can't open the pages of accounts.
    """
    subject: Any = proposal.subject
    if proposal.kind == Kind.ACCOUNT and not desk.administers_accounts:
        return reverse("admin:index")
    if proposal.kind == Kind.MERGE and proposal.into is not None and subject.newsroom_id not in desk.roles:
        subject = proposal.into
    return reverse(f"admin:editorial_{subject._meta.model_name}_change", args=[subject.pk])


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
