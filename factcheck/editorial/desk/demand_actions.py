"""The verbs of the register of demands as pages, as `verbs` for reviews."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, desk
from factcheck.editorial.desk.action_forms import ProseInput
from factcheck.editorial.desk.action_views import Verb, act, ask, by_name, sent, too_late
from factcheck.editorial.desk.preview import changes, digest_of, readable_json
from factcheck.editorial.models import Demand, Proposal
from factcheck.editorial.proposals import demand_policy, workflow

State = Demand.State


class UpdateForm(forms.Form):
    note = ProseInput(
        label=_("what changes"),
        required=False,
        max_length=2000,
        help_text=_("Readers see this. You can still change it while you write the update."),
    )


VERBS: dict[str, Verb[Demand]] = by_name(
    Verb(
        "submit",
        _("Submit for approval"),
        _("Somebody else reads it and decides. Meanwhile nobody can change it; you can take it back."),
        _("Submitted. Somebody else has to decide now."),
        lambda demand, by, _data: workflow.submit(subject=demand, by=by),
    ),
    Verb(
        "update",
        _("Update the entry"),
        _("You can change the entry again. Readers keep what is published until the update is published."),
        _("The entry is open: change it, then submit it."),
        lambda demand, by, data: demand_policy.reopen_demand(demand=demand, by=by, note=data["note"]),
        UpdateForm,
    ),
)


def possible(at: Desk, demand: Demand) -> list[Verb[Demand]]:
    """The verbs that this person may use on this demand now."""
    if demand.newsroom_id not in at.roles or workflow.open_proposal(demand) is not None:
        return []
    return [VERBS["submit"] if demand.state == State.DRAFT else VERBS["update"]]


def verb_page(request: HttpRequest, demand: Demand, verb: Verb[Demand]) -> HttpResponse:
    """Shows what the verb is about; on POST does it, or says why not and keeps what was typed."""
    page = reverse("admin:editorial_demand_change", args=[demand.pk])
    form = verb.form(sent(request))
    if answer := act(request, verb, demand, form, page):
        return answer
    if not form.is_bound and verb not in possible(desk(request), demand):
        return too_late(request, page)
    reasons = demand_policy.find_missing(demand) if verb.name == "submit" and not form.errors else []
    template = "admin/editorial/demand/verb.html"
    return ask(request, verb, demand, form, page, template, reasons=reasons, **shown(demand, None))


def shown(demand: Demand, proposal: Proposal | None) -> dict[str, Any]:
    """The statement that is put forward, the published one before it, and what differs between them."""
    said = json.loads(proposal.statement) if proposal else demand_policy.build_statement(demand)
    published = demand_policy.last_statement(demand)
    return {
        "said": said,
        "published": published,
        "changes": changes(published, said) if published else [],
        "digest": digest_of(said),
        "canonical": readable_json(said),
    }
