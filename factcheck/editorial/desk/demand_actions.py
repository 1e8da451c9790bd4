"""Actions on entries in the register of demands, and the pages of these actions."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_forms import ProseField
from factcheck.editorial.desk.action_views import (
    DeskAction,
    by_name,
    confirm_page,
    perform,
    redirect_unavailable,
    submitted_data,
)
from factcheck.editorial.desk.discard_actions import DISCARD_ACTIONS, discard_actions
from factcheck.editorial.desk.readable_statements import digest_of, readable_json
from factcheck.editorial.models import Demand, Proposal
from factcheck.editorial.proposals import demand_policy, workflow
from factcheck.record.statement_changes import compare

State = Demand.State


class UpdateForm(forms.Form):
    note = ProseField(
        label=_("what changes"),
        required=False,
        max_length=2000,
        help_text=_("Readers will see this. You can still edit it while you write the update."),
    )


ACTIONS: dict[str, DeskAction[Demand]] = by_name(
    DeskAction(
        "submit",
        _("Submit for approval"),
        _("Someone else will read this and decide. Until then, nobody can change it, but you can take it back."),
        _("Submitted. Someone else now has to decide."),
        lambda demand, by, _data: workflow.submit(subject=demand, by=by),
    ),
    DeskAction(
        "update",
        _("Update the entry"),
        _("You can edit the entry again. Readers continue to see the published entry until you publish the update."),
        _("You can now edit the entry. When you are finished, submit it for approval."),
        lambda demand, by, data: demand_policy.reopen_demand(demand=demand, by=by, note=data["note"]),
        UpdateForm,
    ),
    *DISCARD_ACTIONS,
)


def available_actions(desk: Desk, demand: Demand) -> list[DeskAction[Demand]]:
    """The actions that the person can currently use on the demand."""
    if demand.newsroom_id not in desk.roles or workflow.open_proposal(demand) is not None:
        return []
    names = {State.DRAFT: ["submit"], State.PUBLISHED: ["update"]}.get(State(demand.state), [])
    decides = demand.newsroom_id in desk.deciding_newsrooms
    names = [*names, *discard_actions(demand, writes=decides or demand.created_by_id == desk.user.pk)]
    return [ACTIONS[name] for name in names]


def action_page(request: HttpRequest, demand: Demand, action: DeskAction[Demand]) -> HttpResponse:
    """Shows the entry. On POST, runs the action, or shows why it was refused and keeps the input."""
    page = reverse("admin:editorial_demand_change", args=[demand.pk])
    form = action.form(submitted_data(request))
    if answer := perform(request, action, demand, form, page):
        return answer
    if not form.is_bound and action not in available_actions(get_desk(request), demand):
        return redirect_unavailable(request, page)
    reasons = demand_policy.find_missing(demand) if action.name == "submit" and not form.errors else []
    template = "admin/editorial/demand/action.html"
    return confirm_page(
        request, action, demand, form, page, template, reasons=reasons, **statement_context(demand, None)
    )


def statement_context(demand: Demand, proposal: Proposal | None) -> dict[str, Any]:
    """The proposed statement, the published statement before it, and the differences between them."""
    statement = json.loads(proposal.statement) if proposal else demand_policy.build_statement(demand)
    published = demand_policy.last_statement(demand)
    return {
        "statement": statement,
        "published": published,
        "changes": compare(published, statement) if published else [],
        "digest": digest_of(statement),
        "canonical": readable_json(statement),
    }
