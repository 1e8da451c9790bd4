"""The page where proposals of all kinds are decided and published."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_views import confirm_page, perform, redirect_unavailable, submitted_data
from factcheck.editorial.desk.deciding.proposal_actions import (
    ACTIONS,
    APPROVALS,
    adapt_action,
    ask_for_passkey,
    available_actions,
    hold_notice,
    subject_url,
)
from factcheck.editorial.models import Proposal
from factcheck.editorial.people import roles
from factcheck.editorial.proposals import workflow

_GOES_ON = _(
    "Publication continues while this page is open. If you stop it or close the page, reviews that are already"
    " published remain public. You or someone else can continue later."
)


def decision_page(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Show a proposal. On POST, run the action, or say why it was refused and keep the input."""
    desk = get_desk(request)
    proposals = Proposal.objects.with_subjects()
    proposal = get_object_or_404(proposals, pk=pk)
    if not roles.rights_on(pk, desk.user)[0]:
        raise Http404
    subject_admin: Any = admin.site.get_model_admin(type(proposal.subject))
    if answer := subject_admin.decision_view(request, proposal, name):
        return answer  # type: ignore[no-any-return]
    if name not in ACTIONS or name in APPROVALS.difference(workflow.policy_of(proposal).approvals):
        raise Http404
    action, page = adapt_action(ACTIONS[name], proposal), subject_url(request, proposal) or reverse("admin:index")
    form = action.form(submitted_data(request), initial={"digest": proposal.digest})
    if answer := perform(request, action, proposal, form, page):
        return answer
    if form.is_bound:
        proposal = proposals.get(pk=pk)
    names = [available.name for available in available_actions(desk, proposal)]
    nothing_typed = not form.is_bound or not form.visible_fields() or not proposal.statement
    if nothing_typed and name not in names:
        return redirect_unavailable(request, page, str(next(iter(form.non_field_errors()), hold_notice(proposal))))
    ask_for_passkey(request, form, proposal, {name} & {*names})
    folder = f"admin/editorial/{proposal.subject._meta.model_name}"
    template: str | list[str] = [f"{folder}/action.html", "admin/editorial/proposal.html"]
    context = subject_admin.decision_context(request, proposal)
    if form.is_valid():  # this part succeeded, and the publication has further parts
        template, (public, whole) = f"{folder}/publishing.html", workflow.policy_of(proposal).progress(proposal)
        context = {"public": public, "whole": whole, "explanation": _GOES_ON, "goes_on": True, "button": _("Go on")}
    return confirm_page(request, action, proposal.subject, form, page, template, **{"proposal": proposal, **context})
