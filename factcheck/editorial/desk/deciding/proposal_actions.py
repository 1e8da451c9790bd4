"""Buttons for the actions on proposals of all kinds: their texts, and the people who can use each button."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_forms import DigestForm, ReasonForm, SignatureForm
from factcheck.editorial.desk.action_views import DeskAction, by_name
from factcheck.editorial.drafts.prepared_vectors import prepare_vector
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Proposal, User
from factcheck.editorial.models.kinds import SHAPES, Decision, Kind
from factcheck.editorial.people import accounts, roles
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.policy import Policy
from factcheck.editorial.sign_in.passkeys import read_signature, signing_options
from factcheck.editorial.signatures import signing

LATE = timedelta(minutes=2)  # if a held review is later than this, the desk says why it wasn't published
PART = 4  # seconds. A publication that takes longer runs in parts, and the page shows the progress.


def _publish(proposal: Proposal, by: User, _data: dict[str, Any]) -> None:
    if not workflow.policy_of(proposal).publish_part(proposal, by, seconds=PART):
        prepare_vector(proposal)
        workflow.publish(proposal=proposal, by=by)


def _approve_and_publish(proposal: Proposal, by: User, data: dict[str, Any]) -> None:
    prepare_vector(proposal)
    workflow.approve_and_publish(proposal=proposal, by=by, digest=data["digest"], checked=data.get("checked", ()))


ACTIONS: dict[str, DeskAction[Proposal]] = by_name(
    DeskAction(
        "approve-and-publish",
        _("Approve and publish"),
        _("After publication, anyone can read this. The revision is kept permanently."),
        _("Approved and published."),
        _approve_and_publish,
        DigestForm,
        is_primary=True,
        read_first=True,
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
        "sign",
        _("Sign with your passkey"),
        _("Your passkey signs exactly what this page shows. Then a second person can approve and sign it."),
        _("Signed. Someone else now has to decide."),
        lambda proposal, by, _data: signing.require_signed(proposal, by),
        SignatureForm,
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
        has_more=lambda proposal: workflow.policy_of(proposal).is_unfinished(proposal),
    ),
)

APPROVALS = frozenset({"approve", "approve-and-publish", "hold"})


def _signed(action: DeskAction[Proposal]) -> DeskAction[Proposal]:
    """Return the action, which first stores the signature that the form contains."""

    def run(proposal: Proposal, by: User, data: dict[str, Any]) -> Any:
        if data["signature"]:
            workflow.sign(proposal=proposal, by=by, signature=read_signature(data["signature"]))
        return action.run(proposal, by, data)

    return replace(action, run=run)


SIGNING = APPROVALS | {"sign"}
ACTIONS |= {name: _signed(ACTIONS[name]) for name in SIGNING}

# This is only a link. The page of the decision has the buttons.
DECIDE: DeskAction[Proposal] = DeskAction(
    "decide", _("Read and decide"), "", "", lambda _proposal, _by, _data: None, is_primary=True
)

_NO_KEY = _("None of your passkeys can sign for the newsroom. Open “Keys that sign” on the newsroom’s page.")
_NOW_POSSIBLE = _("The reason is gone, or the site’s background worker didn’t run. Publish the review yourself.")


def adapt_action(action: DeskAction[Proposal], proposal: Proposal) -> DeskAction[Proposal]:
    """Return the action with the texts for this proposal."""
    policy, approves = workflow.policy_of(proposal), action.name == "approve"
    label = policy.labels.get(action.name, action.label)
    explanation = policy.explanations.get(action.name, action.explanation)
    if action.name == "publish" and proposal.is_held:
        label, explanation = _("Publish now"), _("The review is held until later. You can publish it now.")
    message = policy.approved if approves else action.success_message
    is_destructive = approves and policy.is_destructive
    return replace(action, label=label, explanation=explanation, success_message=message, is_destructive=is_destructive)


def available_actions(desk: Desk, proposal: Proposal | None) -> list[DeskAction[Proposal]]:
    """Return the actions that the person can currently use on the proposal."""
    if proposal is None:
        return []
    sees, decides, may_approve = roles.rights_on(proposal.pk, desk.user)
    if not sees:
        return []
    policy, mine = workflow.policy_of(proposal), proposal.submitted_by_id == desk.user.pk
    waits = signing.why_waiting(proposal)
    names = ["sign"] if waits and mine else []
    if not proposal.effective_decision and may_approve and not waits:
        names += policy.approvals
    if policy.can_be_undone(proposal, desk.user):
        names.append("undo")
    if decides and _can_be_published(policy, proposal):
        names.append("publish")
    if not proposal.decision or (policy.waits and proposal.decision == Decision.APPROVED and proposal.entry_id is None):
        if mine and (proposal.review_id is None or proposal.batch_id is None):
            names.append("take-back")
        elif decides:
            names.append("return")
    return [adapt_action(ACTIONS[name], proposal) for name in names]


def decision_buttons(desk: Desk, proposal: Proposal | None) -> list[DeskAction[Proposal]]:
    """Return the buttons on the page of the proposal's subject.

    If the proposal is decided on a page of its own, a link to this page replaces most buttons.
    """
    actions = available_actions(desk, proposal)
    if proposal is None or not workflow.policy_of(proposal).has_own_page:
        return actions
    own = [action for action in actions if action.name in ("sign", "take-back")]
    return [DECIDE, *own] if len(actions) > len(own) else own


def hold_notice(proposal: Proposal) -> str:
    """Return a sentence about the signature that a proposal waits for, or about how long an approved review is held."""
    if waits := signing.why_waiting(proposal):
        return waits
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


def ask_for_passkey(request: HttpRequest, form: Form, proposal: Proposal, names: Iterable[str]) -> None:
    """Have the page ask for the person's passkey if one of its actions signs. Otherwise, drop the field."""
    user, needs = get_desk(request).user, False
    with suppress(EditorialError):  # why_waiting has told the person
        needs = bool(SIGNING.intersection(names)) and signing.needs_signatures(proposal)
    if not needs:
        form.fields.pop("signature", None)
    elif keys := signing.usable_keys(user):
        options = signing_options(request, user, keys, proposal.challenge())
        form.fields["signature"].widget.attrs["data-passkey"] = options
    else:
        messages.warning(request, str(_NO_KEY))


def subject_url(request: HttpRequest, proposal: Proposal) -> str | None:
    """Return the URL of the subject's page, or None if the person can't open it.

    The pages of both claims show a merge, so the first claim that the person can open is used. People who decide on
    accounts can't always open the account's page.
    """
    for column in SHAPES[Kind(proposal.kind)].columns:
        row: Any = getattr(proposal, column)
        row_admin: Any = admin.site.get_model_admin(type(row))
        if row_admin.has_view_permission(request, row):
            return reverse(f"admin:editorial_{row._meta.model_name}_change", args=[row.pk])
    return None


def _can_be_published(policy: Policy[Any], proposal: Proposal) -> bool:
    if proposal.decision != Decision.APPROVED or proposal.entry_id is not None:
        return False
    try:
        policy.require_ready(proposal)
    except EditorialError:
        return False
    return policy.waits or policy.is_unfinished(proposal)
