"""The pressure room: a short form for a demand that is being made at this moment, and the strip with running clocks."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_forms import ProseField
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction
from factcheck.editorial.desk.deciding.public_text import ReviewReferencesMixin, show_public_text
from factcheck.editorial.desk.moments import MomentField
from factcheck.editorial.desk.widgets import FORMFIELDS
from factcheck.editorial.desk.writing.autosave import AutosaveAdmin
from factcheck.editorial.desk.writing.edit_conflicts import ConflictCheckedForm
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.messages import incidents
from factcheck.editorial.models import Demand, Incident
from factcheck.editorial.people.account_mail import can_send, editors_addresses
from factcheck.record.statements.statement_labels import choices

HOURS = (1, 3, 24)  # of the buttons for a deadline


class IncidentForm(ConflictCheckedForm[Incident]):
    """The form of an incident. Spans such as “3 hours” count from the time of receipt."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deadline: Any = self.fields["deadline"]
        deadline.ahead, deadline.base, deadline.widget.hours = True, self.instance.received_at, HOURS


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=capfirst(_("outcome")), choices=choices(Demand.Outcome)[1:], widget=forms.RadioSelect, required=False
    )
    answered_at = MomentField(
        label=capfirst(_("answered at")), required=False, help_text=_("Leave this field empty if you answer now.")
    )
    text = ProseField(label=capfirst(_("answer")), required=False, max_length=10_000)


ANSWER = DeskAction[Incident](
    "answer",
    _("Record the outcome"),
    _("The clock above every page stops. Nothing becomes public."),
    _("Recorded."),
    lambda incident, by, data: incidents.answer(incident=incident, by=by, **data),
    AnswerForm,
    initial=lambda incident: {"text": incident.answer},
)


@admin.register(Incident)
class IncidentAdmin(ReviewReferencesMixin, ActionsAdmin[Incident], AutosaveAdmin[Incident]):
    """Incidents, which only Editors and the person who entered them can read. They are saved while somebody writes."""

    form = IncidentForm
    desk_actions: ClassVar = {ANSWER.name: ANSWER}
    add_title = _("A demand is being made")
    change_form_template = "admin/editorial/incident/change_form.html"
    list_display = ("__str__", "newsroom", "created_by", "deadline", "outcome", "delete_on")
    list_filter = ("outcome",)
    autocomplete_fields = ("claim",)
    textarea_rows: ClassVar = {"said": 3, "answer": 5}
    formfield_overrides: ClassVar[Any] = {
        **FORMFIELDS,
        DateTimeField: {"form_class": MomentField, "widget": MomentField.widget},
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        return super().get_queryset(request) & Incident.objects.seen_by(get_desk(request).user)

    def has_view_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        desk = get_desk(request)
        mine = obj is None or obj.newsroom_id in desk.deciding_newsrooms or obj.created_by_id == desk.user.pk
        return mine and super().has_view_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Incident | None = None) -> Any:
        first = [*(["newsroom"] if self.chooses_newsroom(request, obj) else []), "caller", "said", "deadline"]
        more = ["number", "principal", "channel", "received_at", "review", "claim", "answer", "delete_on"]
        later = _("Number, subject, answer and date of deletion")
        return [(None, {"fields": first}), (later, {"fields": more, "classes": ["collapse"]})]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Incident | None:
        incident = super().get_object(request, object_id, from_field)
        if incident is not None:
            reviewed = incident.review.claim if incident.review else None
            show_public_text(get_desk(request), [claim for claim in (incident.claim, reviewed) if claim])
        return incident

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except KeyProblem as problem:
            messages.error(request, str(problem))
            return redirect("admin:editorial_incident_changelist")

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        incident = super().save_form(request, form, change)
        if not change:
            incident.created_by = get_desk(request).user
        return incident

    def available_actions(self, request: HttpRequest, row: Incident) -> list[str]:
        return [ANSWER.name] if row.outcome == incidents.OPEN else []

    def redirect_after_save(self, request: HttpRequest, row: Incident) -> HttpResponse | None:
        """Alarm the Editors if the person pressed the button, and say who still has to be called."""
        if "_alarm" in request.POST:
            incidents.alarm(incident=row, by=get_desk(request).user)
            if can_send() and (told := len(editors_addresses(row.newsroom))):
                text = _("The Editors are alarmed at the desk, and %s of them by e-mail.")
                messages.success(request, text % told)
            else:
                text = _("Nobody is alarmed by e-mail. Call an Editor. The desk shows the demand.")
                messages.warning(request, text)
        return redirect("admin:editorial_incident_change", row.pk)


def strip_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the incidents that the person may read, and demands of the person's newsrooms, without an outcome."""
    desk, now = get_desk(request), timezone.now()
    if not desk.roles:
        return []
    entered = Incident.objects.seen_by(desk.user).filter(outcome=incidents.OPEN).select_related("created_by")
    texts = ("caller", "said", "number", "principal", "answer")
    rows: Any = [(row, _("Demand entered by %s") % row.created_by, row.deadline) for row in entered.defer(*texts)]
    demands = desk.own(Demand.objects.filter(outcome=incidents.OPEN, hours_given__gt=0, incident=None))
    for row in demands.exclude(received_at="").exclude(state=Demand.State.DISCARDED):
        received = parse_datetime(row.received_at)
        rows.append((row, str(row), received and received + timedelta(hours=row.hours_given or 0)))
    rows.sort(key=lambda each: (each[2] is None, each[2] or now))
    return [
        {
            "url": reverse(f"admin:editorial_{row._meta.model_name}_change", args=[row.pk]),
            "text": text, "deadline": deadline, "late": deadline and deadline <= now,
        }
        for row, text, deadline in rows
    ]  # fmt: skip
