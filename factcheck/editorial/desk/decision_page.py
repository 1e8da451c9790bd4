"""The one page on which proposals are decided and published, whatever their kind."""

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk import demand_actions, imports, merges, review_actions
from factcheck.editorial.desk.access import Desk, desk
from factcheck.editorial.desk.action_views import act, ask, sent, too_late
from factcheck.editorial.desk.proposal_actions import VERBS, may_see, page_of, possible, worded
from factcheck.editorial.models import Proposal
from factcheck.editorial.models.kinds import Kind


def decision_page(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Shows what is decided on. On POST does it, or says why not and keeps what was typed."""
    at = desk(request)
    found = Proposal.objects.select_related("claim__newsroom", "into__newsroom", "newsroom", "submitted_by")
    proposal = get_object_or_404(found, pk=pk)
    if verb not in VERBS or not may_see(at, proposal):
        raise Http404
    asked, page = worded(VERBS[verb], proposal), page_of(at, proposal)
    form = asked.form(sent(request), initial={"digest": proposal.digest})
    if answer := act(request, asked, proposal, form, page):
        return answer
    if form.is_bound:
        proposal = found.get(pk=pk)
    nothing_typed = not form.is_bound or not form.visible_fields()
    if nothing_typed and verb not in [each.name for each in possible(at, proposal)]:
        return too_late(request, page, str(next(iter(form.non_field_errors()), "")))
    template, shown = _SHOWN[Kind(proposal.kind)](request, at, proposal)
    if form.is_valid():  # and so there is more to publish
        template, shown = "admin/editorial/importbatch/publishing.html", _how_far(proposal)
    return ask(request, asked, proposal.subject, form, page, template, **{"proposal": proposal, **shown})


def _how_far(proposal: Proposal) -> dict[str, Any]:
    assert proposal.batch is not None
    public = proposal.batch.members.filter(entry__isnull=False).count()
    return {
        "public": public,
        "whole": public + proposal.batch.members.open().count(),
        "explanation": _(
            "The publication goes on while this page is open. If you stop it or close the page, the published reviews"
            " stay public, and you or somebody else can go on later."
        ),
        "goes_on": True,
        "button": _("Go on"),
    }


# The template for each kind of proposal, and what it shows.
Shown = tuple[str, dict[str, Any]]


def _review(_request: HttpRequest, _at: Desk, proposal: Proposal) -> Shown:
    assert proposal.review is not None
    return "admin/editorial/review/verb.html", review_actions.shown(proposal.review, proposal, "decide")


def _demand(_request: HttpRequest, _at: Desk, proposal: Proposal) -> Shown:
    assert proposal.demand is not None
    return "admin/editorial/demand/verb.html", demand_actions.shown(proposal.demand, proposal)


def _merge(_request: HttpRequest, at: Desk, proposal: Proposal) -> Shown:
    return "admin/editorial/claim/merge.html", {"shown": merges.shown(at, *proposal.claims)}


def _import(request: HttpRequest, _at: Desk, proposal: Proposal) -> Shown:
    assert proposal.batch is not None
    return "admin/editorial/importbatch/verb.html", imports.member_rows(request, proposal.batch)


def _mapping(_request: HttpRequest, _at: Desk, proposal: Proposal) -> Shown:
    assert proposal.mapping is not None
    said = {"said": json.loads(proposal.statement), "verdict": proposal.mapping.verdict}
    return "admin/editorial/verdictmapping/verb.html", said


_SHOWN: dict[Kind, Callable[[HttpRequest, Desk, Proposal], Shown]] = {
    Kind.REVIEW: _review,
    Kind.DEMAND: _demand,
    Kind.MERGE: _merge,
    Kind.IMPORT: _import,
    Kind.MAPPING: _mapping,
}
