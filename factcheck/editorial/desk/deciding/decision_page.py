"""The page where all kinds of proposals are decided and published."""

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_views import confirm_page, perform, redirect_unavailable, submitted_data
from factcheck.editorial.desk.deciding import imports, review_actions
from factcheck.editorial.desk.deciding.proposal_actions import (
    ACTIONS,
    ONLY_FOR_REVIEWS,
    adapt_action,
    available_actions,
    may_view,
    subject_url,
)
from factcheck.editorial.desk.deciding.review_decision import REVIEW_DECISIONS, review_decision
from factcheck.editorial.desk.people.account_actions import link_note
from factcheck.editorial.desk.readers import demands as demand_actions
from factcheck.editorial.desk.subjects import merges
from factcheck.editorial.models import Proposal
from factcheck.editorial.models.kinds import TAKING, Kind
from factcheck.editorial.proposals.account_policy import is_first_hour, sends_link


def decision_page(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Shows the proposal. On POST, runs the action, or shows why it was refused and keeps the input."""
    desk = get_desk(request)
    proposals = Proposal.objects.select_related("claim__newsroom", "into__newsroom", "newsroom", "submitted_by")
    proposal = get_object_or_404(proposals, pk=pk)
    if not may_view(desk, proposal):
        raise Http404
    if proposal.kind == Kind.REVIEW and name in REVIEW_DECISIONS:
        return review_decision(request, desk, proposal, name)
    if name not in ACTIONS or name in ONLY_FOR_REVIEWS:
        raise Http404
    action, page = adapt_action(ACTIONS[name], proposal), subject_url(desk, proposal)
    form = action.form(submitted_data(request), initial={"digest": proposal.digest})
    if answer := perform(request, action, proposal, form, page):
        return answer
    if form.is_bound:
        proposal = proposals.get(pk=pk)
    nothing_typed = not form.is_bound or not form.visible_fields()
    if nothing_typed and name not in [available.name for available in available_actions(desk, proposal)]:
        return redirect_unavailable(request, page, str(next(iter(form.non_field_errors()), "")))
    template, context = _PAGES[Kind(proposal.kind)](request, desk, proposal)
    if form.is_valid():  # the action succeeded, but a part of the publication is still to be done
        template, context = "admin/editorial/importbatch/publishing.html", _progress(proposal)
    return confirm_page(request, action, proposal.subject, form, page, template, **{"proposal": proposal, **context})


def _progress(proposal: Proposal) -> dict[str, Any]:
    assert proposal.batch is not None
    public = proposal.batch.members.filter(entry__isnull=False).count()
    return {
        "public": public,
        "whole": public + proposal.batch.members.open().count(),
        "explanation": _(
            "Publication continues while this page is open. If you stop it or close the page, reviews that are"
            " already published remain public. You or someone else can continue later."
        ),
        "goes_on": True,
        "button": _("Go on"),
    }


# The template for a kind of proposal, and the template's variables.
Page = tuple[str, dict[str, Any]]


def _review(_request: HttpRequest, _at: Desk, proposal: Proposal) -> Page:
    assert proposal.review is not None
    return "admin/editorial/review/action.html", review_actions.statement_context(proposal.review, proposal, "decide")


def _demand(_request: HttpRequest, _at: Desk, proposal: Proposal) -> Page:
    assert proposal.demand is not None
    return "admin/editorial/demand/action.html", demand_actions.statement_context(proposal.demand, proposal)


def _merge(_request: HttpRequest, desk: Desk, proposal: Proposal) -> Page:
    return "admin/editorial/claim/merge.html", {"claims": merges.with_public_pages(desk, *proposal.claims)}


def _import(request: HttpRequest, _at: Desk, proposal: Proposal) -> Page:
    assert proposal.batch is not None
    return "admin/editorial/importbatch/action.html", imports.member_rows(request, proposal.batch)


def _mapping(_request: HttpRequest, _at: Desk, proposal: Proposal) -> Page:
    assert proposal.mapping is not None
    context = {"statement": json.loads(proposal.statement), "verdict": proposal.mapping.verdict}
    return "admin/editorial/verdictmapping/action.html", context


def _freeze(_request: HttpRequest, _at: Desk, proposal: Proposal) -> Page:
    return "admin/editorial/freeze/action.html", {"freeze": proposal.freeze}


def _account(_request: HttpRequest, desk: Desk, proposal: Proposal) -> Page:
    account = proposal.account
    assert account is not None
    mine = proposal.submitted_by_id == desk.user.pk
    return "admin/editorial/user/action.html", {
        "account": account,
        "memberships": account.memberships.select_related("publisher"),
        "link_note": link_note(account) if sends_link(account, proposal.action) else "",
        "alone": mine and proposal.action not in TAKING and is_first_hour(desk.user),
        "others": []
        if desk.administers_accounts
        else [action for action in available_actions(desk, proposal) if action.name == "return"],
    }


_PAGES: dict[Kind, Callable[[HttpRequest, Desk, Proposal], Page]] = {
    Kind.REVIEW: _review,
    Kind.DEMAND: _demand,
    Kind.MERGE: _merge,
    Kind.IMPORT: _import,
    Kind.MAPPING: _mapping,
    Kind.FREEZE: _freeze,
    Kind.ACCOUNT: _account,
}
