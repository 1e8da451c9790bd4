"""The pressure room: a short form for a demand that is being made at this moment, and the strip with running clocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from factcheck.editorial.desk.access import NewsroomAdmin, get_desk
from factcheck.editorial.desk.action_forms import ProseField
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, by_name
from factcheck.editorial.desk.deciding.public_text import ReviewReferencesMixin, show_public_text
from factcheck.editorial.desk.moments import MomentField, MomentInput
from factcheck.editorial.desk.widgets import FORMFIELDS
from factcheck.editorial.desk.writing.autosave import clock_time, over_limit, page_of
from factcheck.editorial.desk.writing.edit_conflicts import ConflictCheckedForm, LockingAdmin
from factcheck.editorial.desk.writing.submissions import CannotKeep, leave_out_invalid
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.messages import incidents
from factcheck.editorial.models import Demand, Incident
from factcheck.editorial.people.account_mail import can_send, editors_addresses
from factcheck.record.statements.statement_labels import choices

HOURS = (1, 3, 24)  # of the buttons for a deadline
OPEN = Demand.Outcome.OPEN.value


class IncidentForm(ConflictCheckedForm[Incident]):
    """The form of an incident. Spans such as “3 hours” count from the time of receipt."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("received_at", "delete_on"):
            self.fields[name].required = False  # they have defaults
        deadline: Any = self.fields["deadline"]
        deadline.ahead, deadline.base, deadline.widget.hours = True, self.instance.received_at, HOURS

    def is_stale(self) -> bool:
        """Return whether another page has saved the row. An answer to this page's own autosave can get lost."""
        return super().is_stale() and str(self.instance.page) != str(self.data.get("page"))


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=capfirst(gettext_lazy("outcome")),
        choices=choices(Demand.Outcome)[1:],
        widget=forms.RadioSelect,
        required=False,
    )
    answered_at = MomentField(
        label=capfirst(gettext_lazy("answered at")),
        required=False,
        help_text=gettext_lazy("Leave this field empty if you answer now."),
    )
    text = ProseField(label=capfirst(gettext_lazy("answer")), required=False, max_length=10_000)


ACTIONS: dict[str, DeskAction[Incident]] = by_name(
    DeskAction(
        "answer",
        gettext_lazy("Record the outcome"),
        gettext_lazy("The clock above every page stops. Nothing becomes public."),
        gettext_lazy("Recorded."),
        lambda incident, by, data: incidents.answer(incident=incident, by=by, **data),
        AnswerForm,
        initial=lambda incident: {"text": incident.answer},
    ),
)


@admin.register(Incident)
class IncidentAdmin(LockingAdmin[Incident], ReviewReferencesMixin, ActionsAdmin[Incident], NewsroomAdmin[Incident]):
    """Incidents, which only Editors and the person who entered them can read. They are saved while somebody writes."""

    form = IncidentForm
    desk_actions = ACTIONS
    add_title = gettext_lazy("A demand is being made")
    change_form_template = "admin/editorial/incident/change_form.html"
    list_display = ("__str__", "newsroom", "entered_by", "deadline", "outcome", "delete_on")
    list_filter = ("outcome",)
    autocomplete_fields = ("claim",)
    textarea_rows: ClassVar = {"said": 3, "answer": 5}
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        **FORMFIELDS,
        models.DateTimeField: {"form_class": MomentField, "widget": MomentInput},
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        return super().get_queryset(request) & Incident.objects.seen_by(get_desk(request).user)

    def has_view_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        desk = get_desk(request)
        mine = obj is None or obj.newsroom_id in desk.deciding_newsrooms or obj.entered_by_id == desk.user.pk
        return mine and super().has_view_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Incident | None = None) -> Any:
        first = ["caller", "said", "deadline"]
        if self.chooses_newsroom(request, obj):
            first.insert(0, "newsroom")
        more = ["number", "principal", "channel", "received_at", "review", "claim", "answer", "delete_on"]
        later = gettext_lazy("Number, subject, answer and date of deletion")
        return [(None, {"fields": first}), (later, {"fields": more, "classes": ["collapse"]})]

    def get_urls(self) -> list[URLPattern]:
        save = self.admin_site.admin_view(require_POST(self.autosave))
        return [
            path("add/autosave/", save, name="editorial_incident_add_autosave"),
            path("<uuid:pk>/autosave/", save, name="editorial_incident_autosave"),
            *super().get_urls(),
        ]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Incident | None:
        incident = super().get_object(request, object_id, from_field)
        if incident is not None:
            reviewed = incident.review.claim if incident.review else None
            show_public_text(get_desk(request), [claim for claim in (incident.claim, reviewed) if claim])
        return incident

    def show_public_text(self, request: HttpRequest, rows: Iterable[Incident]) -> None:
        """Show the names of incidents unchanged, because the names contain no text."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Save to the incident that this page has already created. Say why an incident can't be read."""
        if request.method == "POST" and object_id is None and (created := self._created_by_page(request)):
            object_id = str(created)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except KeyProblem as problem:
            messages.error(request, str(problem))
            return redirect("admin:editorial_incident_changelist")

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        incident = super().save_form(request, form, change)
        incident.page = page_of(request)
        if not change:
            incident.entered_by = get_desk(request).user
        return incident

    def autosave(self, request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
        """Save what can be saved of the form, and return the result as JSON for autosave.js."""
        if limit := over_limit(request):
            return limit
        with transaction.atomic():
            pk = pk or self._created_by_page(request)
            row = self.get_object(request, str(pk)) if pk else None
            if (pk and row is None) or not self.has_add_permission(request):
                raise Http404
            fields = flatten_fieldsets(self.get_fieldsets(request, row))
            form: Any = self.get_form(request, row, change=row is not None, fields=fields)(request.POST, instance=row)
            if row is not None and form.is_stale():
                return self._conflict(row)
            form.checks_conflict = False
            try:
                left_out = leave_out_invalid(form)
            except CannotKeep as refusal:
                return JsonResponse({"status": ", ".join(refusal.labels), "problems": refusal.labels}, status=422)
            saved = self.save_form(request, form, change=row is not None)
            saved.save()
            saved.refresh_from_db(fields=["version"])
        status = _("Saved %s") % clock_time(saved, saved.changed_at)
        if left_out:
            status = _("Saved %(time)s, except: %(fields)s") % {
                "time": clock_time(saved, saved.changed_at), "fields": ", ".join(left_out),
            }  # fmt: skip
        url, own = (reverse(f"admin:editorial_incident_{name}", args=[saved.pk]) for name in ("change", "autosave"))
        answer = {"status": status, "version": saved.version, "problems": left_out, "rows": {}}
        return JsonResponse({**answer, "url": url, "autosave_url": own, "open_url": ""})

    def _conflict(self, row: Incident) -> JsonResponse:
        status = _("Not saved: somebody else has changed this incident. Your text is still on this page.")
        html = forms.utils.ErrorList([ValidationError(status)], error_class="errornote conflict")
        return JsonResponse({"status": status, "version": row.version, "html": str(html)}, status=409)

    def _created_by_page(self, request: HttpRequest) -> UUID | None:
        page = page_of(request)
        created = (
            Incident.objects.filter(page=page, entered_by=get_desk(request).user) if page else Incident.objects.none()
        )
        return created.values_list("pk", flat=True).first()

    def form_context(self, request: HttpRequest, form: Any, row: Incident | None) -> dict[str, object]:
        url = reverse("admin:editorial_incident_autosave", args=[row.pk]) if row else ""
        context = {"autosave_url": url or reverse("admin:editorial_incident_add_autosave"), "incident": row}
        return {**super().form_context(request, form, row), **context}

    def available_actions(self, request: HttpRequest, row: Incident) -> list[str]:
        return ["answer"] if row.outcome == OPEN else []

    def redirect_after_save(self, request: HttpRequest, row: Incident) -> HttpResponse | None:
        """Alarm the Editors if the person pressed the button, and say who has to be called."""
        if "_alarm" in request.POST:
            incidents.alarm(incident=row, by=get_desk(request).user)
            told = len(editors_addresses(row.newsroom)) if can_send() else 0
            if told:
                messages.success(request, _("The Editors are alarmed at the desk, and %s of them by e-mail.") % told)
            else:
                messages.warning(request, _("Nobody is alarmed by e-mail. Call an Editor. The desk shows the demand."))
        else:
            messages.success(request, _("Saved."))
        return redirect("admin:editorial_incident_change", row.pk)


@dataclass(frozen=True)
class Running:
    """A line of the strip: a demand without an outcome, and the moment until which the newsroom has time."""

    url: str
    text: str
    deadline: datetime | None

    @property
    def is_late(self) -> bool:
        return self.deadline is not None and self.deadline <= timezone.now()


def strip_for(request: HttpRequest) -> list[Running]:
    """Return the incidents that the person may read, and demands of the person's newsrooms, without an outcome."""
    desk = get_desk(request)
    if not desk.roles:
        return []
    empty = {"until": Value(None, models.DateTimeField()), "received": Value(""), "hours": Value(0)}
    columns = ("kind", "pk", "until", "received", "hours", "who")
    entered = Incident.objects.seen_by(desk.user).open().order_by()
    entered = entered.annotate(**{**empty, "until": F("deadline")}, kind=Value("incident"), who=F("entered_by__byline"))
    demands = desk.own(Demand.objects.filter(outcome=OPEN, hours_given__gt=0, incident=None)).exclude(received_at="")
    given = {"received": F("received_at"), "hours": F("hours_given"), "who": F("from_name")}
    demands = demands.exclude(state=Demand.State.DISCARDED).annotate(**{**empty, **given}, kind=Value("demand"))
    lines = []
    for row in entered.values(*columns).union(demands.order_by().values(*columns)):
        received = parse_datetime(row["received"]) if row["received"] else None
        until = received + timedelta(hours=row["hours"]) if received else row["until"]
        text = _("Demand entered by %s") if row["kind"] == "incident" else _("Demand from %s")
        page = reverse(f"admin:editorial_{row['kind']}_change", args=[row["pk"]])
        lines.append(Running(page, text % (row["who"] or "…"), until))
    return sorted(lines, key=lambda line: (line.deadline is None, line.deadline))
