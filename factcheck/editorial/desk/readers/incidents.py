"""The pressure room: a short form for a demand that is being made at this moment, and the strip with running clocks."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import DateTimeField, Q, QuerySet
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, by_name
from factcheck.editorial.desk.deciding.public_text import ReviewReferencesMixin
from factcheck.editorial.desk.lists.finding import IN_MEMORY
from factcheck.editorial.desk.moments import MomentField
from factcheck.editorial.desk.widgets import FORMFIELDS
from factcheck.editorial.desk.writing.autosave import AutosaveAdmin
from factcheck.editorial.desk.writing.edit_conflicts import ConflictCheckedForm
from factcheck.editorial.events import record_event
from factcheck.editorial.messages import incidents
from factcheck.editorial.models import Claim, Demand, Incident, Review
from factcheck.editorial.people.account_mail import can_send, editors_addresses
from factcheck.editorial.proposals.freeze_policy import hold_review

HOURS = (1, 3, 24)  # of the buttons for a deadline


class IncidentForm(ConflictCheckedForm[Incident]):
    """The form of an incident. Spans such as “3 hours” count from the time of receipt."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deadline: Any = self.fields["deadline"]
        deadline.ahead, deadline.base, deadline.widget.hours = True, self.instance.received_at, HOURS


_TOLD = ("from_type", "from_name", "from_description", "asked", "withheld_reason", "publish_after")
EntryForm: Any = modelform_factory(Demand, fields=_TOLD)
ACTIONS: dict[str, DeskAction[Incident]] = by_name(
    DeskAction(
        "entry",
        _("Start the public entry"),
        _("Delete everything that readers must not see. Only what is left here becomes part of the public draft."),
        _("The draft of the public entry is ready. Complete it, and submit it for approval."),
        lambda incident, by, data: incidents.begin_entry(incident=incident, by=by, values=data),
        EntryForm,
        initial=lambda incident: {"from_name": incident.caller, "asked": incident.said},
    ),
    DeskAction(
        "hold",
        _("Hold changes of the review"),
        _(
            "For 24 hours, nobody can publish, withdraw or erase anything of this review. If a second person presses"
            " this button too, the hold lasts for a week."
        ),
        _("Changes of the review are held."),
        lambda incident, by, _data: hold_review(review=Review.objects.get(pk=str(incident.review_id)), by=by),
        is_destructive=True,
    ),
)


@admin.register(Incident)
class IncidentAdmin(ReviewReferencesMixin, ActionsAdmin[Incident], AutosaveAdmin[Incident]):
    """Incidents, which only Editors and the person who entered them can read. They are saved while somebody writes."""

    form = IncidentForm
    desk_actions = ACTIONS
    add_title = _("A demand is being made")
    change_form_template = "admin/editorial/incident/change_form.html"
    list_display = ("__str__", "newsroom", "created_by", "deadline", "outcome", "delete_on")
    list_filter = ("outcome",)
    suggested = (Review, Claim)
    textarea_rows: ClassVar = {"said": 3, "answer": 5}
    formfield_overrides: ClassVar[Any] = {
        **FORMFIELDS,
        DateTimeField: {"form_class": MomentField, "widget": MomentField.widget},
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        return super().get_queryset(request) & Incident.objects.seen_by(get_desk(request).user)

    def has_view_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        mine = obj is None or Incident.objects.seen_by(get_desk(request).user).filter(pk=obj.pk).exists()
        return mine and super().has_view_permission(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Incident | None = None) -> Any:
        first = [*(["newsroom"] if self.chooses_newsroom(request, obj) else []), "caller", "said", "deadline"]
        answer = {"fields": ["answer", "outcome", "answered_at"], "classes": [] if obj else ["collapse"]}
        more = ["number", "principal", "channel", "received_at", "review", "claim", "delete_on"]
        later = (_("Number, subject and date of deletion"), {"fields": more, "classes": ["collapse"]})
        return [(None, {"fields": first}), (_("Answer"), answer), later]

    def available_actions(self, request: HttpRequest, row: Incident) -> list[str]:
        return [*([] if row.demand_id else ["entry"]), *(["hold"] if row.review_id else [])]

    def save_model(self, request: HttpRequest, obj: Incident, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "outcome" in form.changed_data:
            record_event(get_desk(request).user, "incident.answered", obj, outcome=obj.outcome)

    def redirect_after_save(self, request: HttpRequest, row: Incident) -> HttpResponse | None:
        """Alarm the Editors if the person pressed the button, and say who still has to be called."""
        if "_alarm" in request.POST:
            incidents.alarm(incident=row, by=get_desk(request).user)
            told = len(editors_addresses(row.newsroom)) if can_send() else 0
            text = _("The Editors are alarmed: at the desk, and %s of them by e-mail. If nobody answers, call one.")
            messages.success(request, text % told)
        return redirect("admin:editorial_incident_change", row.pk)


TEXTS = ("caller", "said", "number", "principal", "answer")
IN_MEMORY[Incident] = lambda desk: (
    (row, "\n".join(getattr(row, name) for name in TEXTS)) for row in Incident.objects.seen_by(desk.user)[:300]
)


def strip_for(request: HttpRequest) -> list[tuple[str, str, datetime | None]]:
    """Return the incidents that the person may read, and demands of the person's newsrooms, without an outcome."""
    desk, page = get_desk(request), "admin:editorial_{}_change"
    if not desk.roles:
        return []
    still_open = Q(outcome=incidents.OPEN) & (Q(demand=None) | Q(demand__outcome=incidents.OPEN))
    lines: list[tuple[str, str, datetime | None]] = [
        (reverse(page.format("incident"), args=[row.pk]), _("Demand entered by %s") % row.created_by, row.deadline)
        for row in Incident.objects.seen_by(desk.user).filter(still_open).select_related("created_by")
    ]
    demands = desk.own(Demand.objects.filter(outcome=incidents.OPEN, hours_given__gt=0, incident=None))
    for row in demands.exclude(received_at="").exclude(state=Demand.State.DISCARDED):
        until = datetime.fromisoformat(row.received_at) + timedelta(hours=row.hours_given or 0)
        lines.append((reverse(page.format("demand"), args=[row.pk]), str(row), until))
    return sorted(lines, key=lambda line: str(line[2] and line[2].astimezone(UTC)))
