"""Publishers: newsrooms, and the publishers of imported reviews.

A change to a publisher gets no entry in the public log. Each published review contains the details that readers see, so
earlier details can't be lost.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import OwnRowsAdmin, get_desk
from factcheck.editorial.desk.action_forms import ProseField
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, by_name
from factcheck.editorial.desk.deciding.proposal_actions import available_actions as available_decisions
from factcheck.editorial.desk.subjects.claimants import UrlLinesField
from factcheck.editorial.desk.subjects.rules import WRITE
from factcheck.editorial.models import Publisher
from factcheck.editorial.proposals.disowning_policy import propose_disowning
from factcheck.record.formats.time_zones import time_zone_names


class PublisherForm(forms.ModelForm[Publisher]):
    time_zone = forms.ChoiceField(
        label=capfirst(_("time zone")),
        choices=[(name, name.replace("_", " ")) for name in time_zone_names()],
        help_text=_("The desk, its e-mails, and the pages of your reviews show times in this zone."),
    )
    same_as = UrlLinesField(
        label=capfirst(_("profiles elsewhere")),
        required=False,
        help_text=_(
            "URLs of the publisher’s other pages, for example on Facebook or Wikidata. Enter one URL per line."
        ),
    )


class DisowningForm(forms.Form):
    entries = forms.CharField(
        label=capfirst(_("entries of the log")),
        max_length=100_000,
        help_text=_("Their numbers, such as 12, 20-25. “History” on the page of a review shows the numbers."),
    )
    since = forms.DateTimeField(
        label=capfirst(_("since")),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("When the newsroom lost control."),
    )
    reason = ProseField(
        label=capfirst(_("reason")),
        max_length=2000,
        help_text=_(
            "Readers see the reason, and the public log keeps it. Don’t write anything that puts a person in danger."
        ),
    )


DISOWN = DeskAction[Publisher](
    "disown",
    _("Disown entries"),
    _(
        "Readers will see on each of these revisions that the newsroom doesn’t vouch for it. Later revisions aren’t"
        " affected."
    ),
    _("Proposed. Readers see nothing until a second person approves."),
    lambda newsroom, by, data: propose_disowning(newsroom=newsroom, by=by, **data),
    DisowningForm,
)


# The checklist with which a new newsroom begins, in the language of the desk.
DEFAULT_CHECKLIST = (
    _("The headline and the summary say what the sources prove, and no more."),
    _("I opened every source, and each source supports what the text says."),
    _("The verdict follows from the text."),
    _("Names, dates, figures and quotations are correct."),
    _("No private person can be identified."),
)


@admin.register(Publisher)
class PublisherAdmin(ActionsAdmin[Publisher], OwnRowsAdmin[Publisher]):
    """The pages of publishers. Chief editors can edit the newsrooms that they lead."""

    desk_actions = by_name(WRITE, DISOWN)
    newsroom_key = "pk"
    administrators_see_all = True
    adders = "administers_accounts"
    recorded = ("added", "changed")
    form = PublisherForm
    change_form_template = "admin/editorial/publisher_form.html"
    list_display = ("name", "site", "type")
    search_fields = ("name", "site")
    search_help_text = _("Part of the name or site")
    fieldsets = (
        (None, {"fields": ("type", "name", "site", "url", "logo_url", "color", "same_as")}),
        (_("How you work"), {"fields": ("language", "time_zone")}),
        (
            _("Public pages about your work"),
            {
                "fields": (
                    "description",
                    "codes",
                    "methodology_url",
                    "corrections_url",
                    "principles_url",
                    "unnamed_sources_url",
                    "feedback_url",
                ),
                "description": _(
                    "Every review that you publish from now on will contain these details. Your newsroom’s page on the"
                    " site shows them, with each change."
                ),
            },
        ),
        (_("Decisions"), {"fields": ("checklist",)}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"checklist": "\n".join(map(str, DEFAULT_CHECKLIST)), **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Publisher | None = None) -> bool:
        desk = get_desk(request)
        return desk.administers_accounts or (bool(desk.led_newsrooms) if obj is None else obj.pk in desk.led_newsrooms)

    def available_actions(self, request: HttpRequest, row: Publisher) -> list[str]:
        decides, waits = row.pk in get_desk(request).deciding_newsrooms, row.proposals.open().exists()
        return [WRITE.name, *([] if waits else [DISOWN.name])] if decides else []

    def status_context(self, request: HttpRequest, row: Publisher) -> dict[str, object]:
        desk = get_desk(request)
        is_newsroom, proposal = row.memberships.exists(), row.proposals.open().first()
        return super().status_context(request, row) | {
            "is_newsroom": is_newsroom,
            "can_freeze": (is_newsroom and desk.administers_accounts) or row.pk in desk.led_newsrooms,
            "proposal": proposal,
            "decisions": available_decisions(desk, proposal),
        }

    def get_readonly_fields(self, request: HttpRequest, obj: Publisher | None = None) -> list[str]:
        """Return the fields that identify the publisher in the API, which only account administrators can change."""
        return [] if get_desk(request).administers_accounts else ["site", "type"]
