"""The verbs of the register of demands as pages, as `verbs` for reviews."""

import json

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import demands
from factcheck.editorial.admin.access import Desk, desk
from factcheck.editorial.admin.acting import Verb, act, ask, by_name, sent, too_late
from factcheck.editorial.admin.preview import changes, digest_of, readable_json
from factcheck.editorial.admin.verb_forms import DigestForm, ProseInput, ReasonForm
from factcheck.editorial.models import Demand, Membership

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
        lambda demand, by, _data: demands.submit_demand(demand=demand, by=by),
    ),
    Verb(
        "take-back",
        _("Take back"),
        _("You submitted this; taking it back lets you go on with it."),
        _("Taken back."),
        lambda demand, by, _data: demands.return_demand(demand=demand, by=by),
    ),
    Verb(
        "return",
        _("Return with a message"),
        _("The entry goes back to whoever wrote it, with your message."),
        _("Returned."),
        lambda demand, by, data: demands.return_demand(demand=demand, by=by, reason=data["reason"]),
        ReasonForm,
    ),
    Verb(
        "approve",
        _("Approve"),
        _(
            "You approve exactly what stands here. An entry that must wait for a day is published on that day "
            "by itself, in your name."
        ),
        _("Approved."),
        lambda demand, by, data: demands.approve_demand(demand=demand, by=by, digest=data["digest"]),
        DigestForm,
        leads=True,
    ),
    Verb(
        "publish",
        _("Publish"),
        _("Once it is published everybody can read it, and this revision is kept for ever."),
        _("Published."),
        lambda demand, by, _data: demands.publish_demand(demand=demand, by=by),
        leads=True,
    ),
    Verb(
        "update",
        _("Update the entry"),
        _("You can change the entry again. Readers keep what is published until the update is published."),
        _("The entry is open: change it, then submit it."),
        lambda demand, by, data: demands.reopen_demand(demand=demand, by=by, note=data["note"]),
        UpdateForm,
    ),
)


def possible(at: Desk, demand: Demand) -> list[Verb[Demand]]:
    """The verbs that this person may use on this demand now."""
    role = at.roles.get(demand.newsroom_id)
    if role is None:
        return []
    decides, approval = role in Membership.DECIDING, demands.open_approval(demand)
    if approval is None:
        return [VERBS["submit"] if demand.state == State.DRAFT else VERBS["update"]]
    mine = approval.submitted_by_id == at.user.pk
    names = []
    if decides and not mine and not approval.decision:
        names.append("approve")
    if decides and approval.decision and (demand.publish_after is None or demand.publish_after <= demands.today()):
        names.append("publish")
    if mine or decides:
        names.append("take-back" if mine else "return")
    return [VERBS[name] for name in names]


def verb_page(request: HttpRequest, demand: Demand, verb: Verb[Demand]) -> HttpResponse:
    """Shows what the verb is about; on POST does it, or says why not and keeps what was typed."""
    page = reverse("admin:editorial_demand_change", args=[demand.pk])
    approval = demands.open_approval(demand)
    form = verb.form(sent(request), initial={"digest": approval.digest if approval else ""})
    if answer := act(request, verb, demand, form, page):
        return answer
    if not form.is_bound and verb not in possible(desk(request), demand):
        return too_late(request, page)
    said = json.loads(approval.statement) if approval else demands.statement(demand)
    published = demands.last_statement(demand)
    return ask(
        request,
        verb,
        demand,
        form,
        page,
        "admin/editorial/demand/verb.html",
        approval=approval,
        reasons=demands.missing(demand) if verb.name == "submit" and not form.errors else [],
        said=said,
        published=published,
        changes=changes(published, said) if published else [],
        digest=digest_of(said),
        canonical=readable_json(said),
    )
