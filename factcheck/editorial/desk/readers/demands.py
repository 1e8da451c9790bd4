"""The register of demands at the desk: a form for the draft of an entry, and buttons for its actions."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_forms import ProseField
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, by_name
from factcheck.editorial.desk.deciding import proposal_actions
from factcheck.editorial.desk.deciding.draft_actions import DISCARD_ACTIONS, SUBMIT, discard_actions
from factcheck.editorial.desk.deciding.public_text import ReviewReferencesMixin, show_public_text
from factcheck.editorial.desk.deciding.readable_statements import exact_data
from factcheck.editorial.desk.languages import DetectedLanguageForm
from factcheck.editorial.desk.lists.filters import OwnNewsroomFilter
from factcheck.editorial.desk.lists.large_lists import DraftStateFilter
from factcheck.editorial.desk.moments import MomentInput, ZonedMomentField
from factcheck.editorial.desk.widgets import FORMFIELDS
from factcheck.editorial.desk.writing.autosave import AutosaveAdmin
from factcheck.editorial.drafts.statement_columns import remaining_fields
from factcheck.editorial.models import Demand, Proposal
from factcheck.editorial.models.demands import ReceivedAtField
from factcheck.editorial.proposals import demand_policy, workflow
from factcheck.record.statements import demand as statements
from factcheck.record.statements.demand import Demand as Statement
from factcheck.record.statements.output import read
from factcheck.record.statements.statement_changes import compare_statements

State = Demand.State


class UpdateForm(forms.Form):
    note = ProseField(
        label=_("what changes"),
        required=False,
        max_length=2000,
        help_text=_("Readers will see this. You can still edit it while you write the update."),
    )


ACTIONS: dict[str, DeskAction[Demand]] = by_name(
    SUBMIT,
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


def statement_context(demand: Demand, proposal: Proposal | None) -> dict[str, object]:
    """Return template variables: the proposed statement, the published statement and their differences."""
    statement = read(Statement, proposal.statement) if proposal else demand_policy.build_statement(demand)
    published, (digest, content) = demand_policy.last_statement(demand), exact_data(statement)
    return {
        "statement": statement,
        "published": published,
        "changes": compare_statements(published, statement) if published else [],
        "digest": digest,
        "canonical": content,
    }


class DemandForm(DetectedLanguageForm[Demand]):
    detected_from = ("asked", "done")
    correction_fields = ("change_note",)


@admin.register(Demand)
class DemandAdmin(ReviewReferencesMixin, ActionsAdmin[Demand], AutosaveAdmin[Demand]):
    form = DemandForm
    desk_actions = ACTIONS
    action_template = "admin/editorial/demand/action.html"
    not_a_draft = _(
        "Not saved: the entry is no longer a draft. Your browser still has the text that you typed, so that you can"
        " copy it."
    )
    change_form_template = "admin/editorial/demand/change_form.html"
    list_display = ("__str__", "state", "outcome", "changed_at")
    list_filter = (("state", DraftStateFilter), "outcome", OwnNewsroomFilter)
    textarea_rows: ClassVar = {"asked": 5, "done": 5, "legal_basis": 2, "withheld_reason": 3, "change_note": 3}
    formfield_overrides: ClassVar[Any] = {
        **FORMFIELDS,
        ReceivedAtField: {"form_class": ZonedMomentField, "widget": MomentInput},
    }
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

    def available_actions(self, request: HttpRequest, row: Demand) -> list[str]:
        desk = get_desk(request)
        if row.newsroom_id not in desk.roles or workflow.open_proposal(row) is not None:
            return []
        writes = row.newsroom_id in desk.deciding_newsrooms or row.created_by_id == desk.user.pk
        names = {State.DRAFT: ["submit"], State.PUBLISHED: ["update"]}.get(State(row.state), [])
        return [*names, *discard_actions(row, writes=writes)]

    def action_context(
        self, request: HttpRequest, row: Demand, action: DeskAction[Demand], form: forms.Form
    ) -> dict[str, object]:
        reasons = demand_policy.find_missing(row) if action.name == "submit" and not form.errors else []
        return {"reasons": reasons, **statement_context(row, None)}

    def decision_context(self, request: HttpRequest, proposal: Proposal) -> dict[str, object]:
        assert proposal.demand is not None
        return statement_context(proposal.demand, proposal)

    def status_context(self, request: HttpRequest, row: Demand) -> dict[str, object]:
        if request.method != "GET":
            return {}
        proposal = workflow.open_proposal(row)
        return super().status_context(request, row) | {
            "demand": row,
            "reasons": demand_policy.find_missing(row) if row.state == State.DRAFT else [],
            "proposal": proposal,
            "decisions": proposal_actions.available_actions(get_desk(request), proposal),
            "last_proposal": row.proposals.select_related("submitted_by", "decided_by").first(),
            "revisions": row.proposals.published(),
        }

    def redirect_after_save(self, request: HttpRequest, row: Demand) -> HttpResponse | None:
        return redirect("admin:editorial_demand_action", row.pk, "submit") if "_submit" in request.POST else None
