"""Freezes of publishing at the desk: their list, the page that begins a freeze, and the banner on every page."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk import action_views
from factcheck.editorial.desk.access import Desk, OwnRowsAdmin, get_desk
from factcheck.editorial.desk.action_forms import NewsroomForm, ProseField
from factcheck.editorial.desk.deciding.proposal_actions import available_actions
from factcheck.editorial.models import Freeze, Publisher
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.freeze_policy import freeze_publishing


class FreezeForm(NewsroomForm):
    reason = ProseField(
        label=capfirst(_("reason")),
        max_length=2000,
        help_text=_("Everybody in the newsroom sees the reason. Don’t write anything that puts a person in danger."),
    )


PROPOSE = action_views.DeskAction[Freeze](
    "propose",
    _("Propose to end the freeze"),
    _("Publishing stays frozen until a second person approves. One of you must be a Chief editor."),
    _("Proposed. Publishing stays frozen until a second person approves."),
    lambda freeze, by, _data: workflow.submit(subject=freeze, by=by),
)


@admin.register(Freeze)
class FreezeAdmin(action_views.ActionsAdmin[Freeze], OwnRowsAdmin[Freeze]):
    administrators_see_all = True
    desk_actions = {PROPOSE.name: PROPOSE}
    change_form_template = "admin/editorial/freeze/change_form.html"
    list_display = fields = ("newsroom", "reason", "begun_by", "begun_at", "ended_at")
    list_select_related = ("newsroom", "begun_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        desk = get_desk(request)
        return bool(desk.led_newsrooms or newsrooms_to_freeze(desk))  # the home page calls this too

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the page where a freeze begins, with the newsroom of `?newsroom=` preselected."""
        desk, listed = get_desk(request), reverse("admin:editorial_freeze_changelist")
        newsrooms = newsrooms_to_freeze(desk)
        if not newsrooms:
            raise PermissionDenied
        form = FreezeForm(newsrooms, action_views.submitted_data(request))
        form.initial["newsroom"] = request.GET.get("newsroom") or newsrooms[0].pk
        if form.is_valid():
            newsroom = next(row for row in newsrooms if row.pk == form.cleaned_data["newsroom"])
            with action_views.refusals_on_form(form):
                freeze = freeze_publishing(newsroom=newsroom, by=desk.user, reason=form.cleaned_data["reason"])
                messages.success(request, str(_("Publishing is frozen.")))
                return redirect("admin:editorial_freeze_change", freeze.pk)
        explanation = _(
            "From now on, nothing of the newsroom can be published, withdrawn or erased. Two people have to end the"
            " freeze, and one of them must be a Chief editor."
        )
        title, subtitle = _("Freeze publishing"), capfirst(Freeze._meta.verbose_name_plural)
        context: dict[str, Any] = {"form": form, "explanation": explanation, "subtitle": subtitle}
        return action_views.subject_page(request, newsrooms[0], listed, title, is_destructive=True, **context)

    def may_act(self, request: HttpRequest, row: Freeze) -> bool:
        return row.newsroom_id in get_desk(request).deciding_newsrooms

    def available_actions(self, request: HttpRequest, row: Freeze) -> list[str]:
        waits = row.proposals.undecided().exists()
        return [PROPOSE.name] if row.ended_at is None and not waits and self.may_act(request, row) else []

    def status_context(self, request: HttpRequest, row: Freeze) -> dict[str, object]:
        proposal = row.proposals.select_related("submitted_by", "decided_by").first()
        decisions = available_actions(get_desk(request), None if proposal and proposal.decision else proposal)
        return super().status_context(request, row) | {"proposal": proposal, "decisions": decisions}


def newsrooms_to_freeze(desk: Desk) -> list[Publisher]:
    """Return the newsrooms whose publishing the person can freeze."""
    if desk.administers_accounts:
        return list(Publisher.objects.newsrooms())
    return list(Publisher.objects.filter(pk__in=desk.led_newsrooms))


def freezes_for(request: HttpRequest) -> list[Freeze]:
    """Return the freezes that every page of the desk shows to the person."""
    desk = get_desk(request)
    if desk.administers_accounts:
        return list(Freeze.objects.open())
    return list(desk.own(Freeze.objects.open()))
