"""The one page on which proposals are decided, whatever their kind."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.admin.access import Desk, desk
from factcheck.editorial.admin.acting import Verb, act, ask, by_name, sent, too_late
from factcheck.editorial.admin.verb_forms import DigestForm, ReasonForm
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.models import Proposal, User
from factcheck.editorial.models.proposals import Action, Decision, Kind
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.imports import publish_import
from factcheck.editorial.proposals.policy import Policy

PART = 4  # seconds; what takes longer to publish is published in parts, and the page says how far it is


def _publish(proposal: Proposal, by: User, _data: dict[str, Any]) -> None:
    if proposal.kind == Kind.IMPORT:
        assert proposal.batch is not None
        publish_import(batch=proposal.batch, by=by, seconds=PART)
    else:
        workflow.publish(proposal=proposal, by=by)


def _is_unfinished(proposal: Proposal) -> bool:
    return proposal.batch is not None and proposal.kind == Kind.IMPORT and proposal.batch.members.open().exists()


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
        _("You submitted this. Nothing has happened yet, and nothing will if you take it back."),
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
        left=_is_unfinished,
    ),
)
_AT_ONCE = _("You approve exactly what is shown here. It takes effect at once.")
_ADOPT = _("You approve exactly what is shown here. From now on imports give these words this verdict of ours.")


def possible(at: Desk, proposal: Proposal | None) -> list[Verb[Proposal]]:
    """The verbs that this person may use on this proposal now."""
    if proposal is None or not may_see(at, proposal):
        return []
    policy, mine = workflow.POLICIES[proposal.kind], proposal.submitted_by_id == at.user.pk
    decides = bool(at.deciding) if proposal.kind == Kind.MAPPING else proposal.deciding_id in at.deciding
    names = []
    if not proposal.standing and decides and not mine and _is_outsider(policy, proposal, at.user):
        names.append("approve")
    if decides and _can_be_published(policy, proposal):
        names.append("publish")
    if not proposal.decision or (policy.waits and proposal.decision == Decision.APPROVED and not proposal.entry_id):
        if mine and not _is_member(proposal):
            names.append("take-back")
        elif decides:
            names.append("return")
    return [_worded(VERBS[name], policy, proposal) for name in names]


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


def decision_page(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Shows what is decided on. On POST does it, or says why not and keeps what was typed."""
    at = desk(request)
    found = Proposal.objects.select_related("claim__newsroom", "into__newsroom", "newsroom", "submitted_by")
    proposal = get_object_or_404(found, pk=pk)
    if verb not in VERBS or not may_see(at, proposal):
        raise Http404
    asked, page = _worded(VERBS[verb], workflow.POLICIES[proposal.kind], proposal), page_of(at, proposal)
    form = asked.form(sent(request), initial={"digest": proposal.digest})
    if answer := act(request, asked, proposal, form, page):
        return answer
    if not form.is_bound and verb not in [each.name for each in possible(at, proposal)]:
        return too_late(request, page)
    template, shown = _SHOWN[Kind(proposal.kind)](request, proposal)
    if form.is_valid() and _is_unfinished(proposal):  # and so there is more to publish
        template, shown = "admin/editorial/importbatch/publishing.html", how_far(proposal)
    return ask(request, asked, proposal.subject, form, page, template, **{"proposal": proposal, **shown})


def how_far(proposal: Proposal) -> dict[str, Any]:
    assert proposal.batch is not None
    public = proposal.batch.members.filter(entry__isnull=False).count()
    return {
        "public": public,
        "whole": public + proposal.batch.members.open().count(),
        "explanation": _(
            "This page goes on while it is open. If you stop it or close it, the published reviews stay public, and"
            " you or somebody else can go on later."
        ),
        "goes_on": True,
        "button": _("Go on"),
    }


def _worded(verb: Verb[Proposal], policy: Policy[Any], proposal: Proposal) -> Verb[Proposal]:
    """What an approval leads to differs. To approve a withdrawal or an erasure takes something away."""
    if verb.name != "approve" or proposal.kind == Kind.IMPORT:
        return verb
    if proposal.kind == Kind.MAPPING:
        return replace(verb, explanation=_ADOPT)
    if proposal.action == Action.PUBLICATION:
        return verb
    removes = proposal.action in (Action.WITHDRAWAL, Action.ERASURE)
    return replace(verb, explanation=_AT_ONCE, removes=removes)


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
    return policy.waits or _is_unfinished(proposal)


def _show_review(request: HttpRequest, proposal: Proposal) -> tuple[str, dict[str, Any]]:
    from factcheck.editorial.admin.verbs import shown

    assert proposal.review is not None
    return "admin/editorial/review/verb.html", shown(proposal.review, proposal, "decide")


def _show_demand(request: HttpRequest, proposal: Proposal) -> tuple[str, dict[str, Any]]:
    from factcheck.editorial.admin.demand_verbs import shown

    assert proposal.demand is not None
    return "admin/editorial/demand/verb.html", shown(proposal.demand, proposal)


def _show_merge(request: HttpRequest, proposal: Proposal) -> tuple[str, dict[str, Any]]:
    from factcheck.editorial.admin.merges import shown

    return "admin/editorial/claim/merge.html", {"shown": shown(desk(request), *proposal.claims)}


def _show_import(request: HttpRequest, proposal: Proposal) -> tuple[str, dict[str, Any]]:
    from factcheck.editorial.admin.imports import member_rows

    assert proposal.batch is not None
    return "admin/editorial/importbatch/verb.html", member_rows(request, proposal.batch)


def _show_mapping(request: HttpRequest, proposal: Proposal) -> tuple[str, dict[str, Any]]:
    return "admin/editorial/verdictmapping/verb.html", {"said": json.loads(proposal.statement)}


_SHOWN: dict[Kind, Callable[[HttpRequest, Proposal], tuple[str, dict[str, Any]]]] = {
    Kind.REVIEW: _show_review,
    Kind.DEMAND: _show_demand,
    Kind.MERGE: _show_merge,
    Kind.IMPORT: _show_import,
    Kind.MAPPING: _show_mapping,
}
