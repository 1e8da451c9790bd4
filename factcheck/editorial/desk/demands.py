"""The register of demands at the desk: a form for the draft of an entry, and buttons for its actions."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk import proposal_actions
from factcheck.editorial.desk.access import OwnNewsroomFilter, get_desk
from factcheck.editorial.desk.autosave import AutosaveAdmin
from factcheck.editorial.desk.demand_actions import ACTIONS, action_page, available_actions
from factcheck.editorial.desk.languages import DetectedLanguageAdmin, DetectedLanguageForm
from factcheck.editorial.desk.lists import DraftStateFilter
from factcheck.editorial.desk.public_text import ReviewReferencesMixin, show_public_text
from factcheck.editorial.models import Demand
from factcheck.editorial.proposals import demand_policy, workflow
from factcheck.editorial.statement_columns import remaining_fields
from factcheck.record.statements import demand as statements

State = Demand.State


class DemandForm(DetectedLanguageForm[Demand]):
    detected_from = ("asked", "done")
    correction_fields = ("change_note",)


@admin.register(Demand)
class DemandAdmin(ReviewReferencesMixin, AutosaveAdmin[Demand], DetectedLanguageAdmin[Demand]):
    form = DemandForm
    change_form_template = "admin/editorial/demand/change_form.html"
    list_display = ("__str__", "state", "outcome", "changed_at")
    list_filter = (("state", DraftStateFilter), "outcome", OwnNewsroomFilter)
    textarea_rows: ClassVar = {"asked": 5, "done": 5, "legal_basis": 2, "withheld_reason": 3, "change_note": 3}
    radio_fields = {"from_type": admin.VERTICAL, "outcome": admin.VERTICAL}

    def get_fieldsets(self, request: HttpRequest, obj: Demand | None = None) -> Any:
        sender = ["received_on", "from_type", "from_name", "from_description"]
        if self.chooses_newsroom(request, obj):
            sender.insert(0, "newsroom")
        sets: list[Any] = [
            (_("Sender"), {"fields": sender}),
            (_("What was asked"), {"fields": ["review", "asked", "legal_basis", "language"]}),
            (_("Outcome"), {"fields": ["outcome", "done", "done_on"]}),
            (_("Omissions and delay"), {"fields": ["withheld_reason", "publish_after"]}),
        ]
        placed = [name for _title, options in sets for name in options["fields"]]
        if rest := remaining_fields(Demand, statements.Demand, placed):
            sets.insert(2, (_("How the demand arrived"), {"fields": rest}))
        # Every update of a published entry needs a note, because submitting an update requires one.
        updates = self.changes_row(request, obj) and obj is not None and obj.proposals.published().exists()
        if updates or (obj is not None and obj.change_note):
            sets.insert(0, (_("Update"), {"fields": ["change_note"]}))
        return sets

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Demand | None:
        demand = super().get_object(request, object_id, from_field)
        if demand is not None and demand.review:
            show_public_text(get_desk(request), [demand.review.claim])
        return demand

    def has_change_permission(self, request: HttpRequest, obj: Demand | None = None) -> bool:
        return self.has_view_permission(request, obj) and (obj is None or obj.state == State.DRAFT)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        demand = super().save_form(request, form, change)
        if not change:
            demand.created_by = get_desk(request).user
        return demand

    def reason_not_saved(self, row: Demand) -> Any:
        if row.state == State.DRAFT:
            return None
        return _(
            "Not saved: the entry is no longer a draft. Your browser still has the text that you typed, so that you"
            " can copy it."
        )

    def status_context(self, request: HttpRequest, row: Demand) -> dict[str, Any]:
        if request.method != "GET":
            return {}
        proposal = workflow.open_proposal(row)
        return {
            "demand": row,
            "actions": available_actions(get_desk(request), row),
            "reasons": demand_policy.find_missing(row) if row.state == State.DRAFT else [],
            "proposal": proposal,
            "decisions": proposal_actions.available_actions(get_desk(request), proposal),
            "last_proposal": row.proposals.select_related("submitted_by", "decided_by").first(),
            "revisions": row.proposals.published(),
        }

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.action_view)
        return [path("<uuid:pk>/do/<slug:name>/", view, name="editorial_demand_action"), *super().get_urls()]

    def action_view(self, request: HttpRequest, pk: Any, name: str) -> HttpResponse:
        if name not in ACTIONS:
            raise Http404
        demand = get_object_or_404(self.get_queryset(request).select_related("newsroom", "review"), pk=pk)
        return action_page(request, demand, ACTIONS[name])

    def redirect_after_save(self, request: HttpRequest, row: Demand) -> HttpResponse | None:
        return redirect("admin:editorial_demand_action", row.pk, "submit") if "_submit" in request.POST else None
