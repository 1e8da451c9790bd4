"""Newsrooms' rules at the desk: the list of versions, and the actions that write the next version or erase a text."""

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_forms import ProseField, PublicReasonForm
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, by_name
from factcheck.editorial.models import Publisher
from factcheck.editorial.people.newsroom_rules import MAX_TEXT, erase_rules, write_rules
from factcheck.record.models import RulesVersion


class RulesForm(forms.Form):
    page = forms.ChoiceField(label=capfirst(_("page")), choices=RulesVersion.Page.choices)
    language = forms.ChoiceField(label=capfirst(_("language")), choices=settings.LANGUAGES)
    text = ProseField(
        label=capfirst(_("text")),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text=_("Write **bold**, - for lists, ## for headings, and [words](https://…) for links, as in Markdown."),
    )


# An action on the page of the newsroom (`publishers.py`).
WRITE = DeskAction[Any](
    "write-rules",
    _("Write your newsroom’s rules"),
    _("Readers see the text at once. They also see every earlier version, so nothing can be taken back."),
    _("Published."),
    lambda newsroom, by, data: write_rules(newsroom=newsroom, by=by, **data),
    RulesForm,
)
NEXT = replace(
    WRITE,
    name="next",
    label=_("Write the next version"),
    run=lambda row, by, data: write_rules(newsroom=Publisher.objects.get(site=row.publisher), by=by, **data),
    initial=vars,  # the form begins with the version's page, language and text
)
ERASE = DeskAction[RulesVersion](
    "erase",
    _("Erase this text"),
    _(
        "The text is deleted for good, for example because it contains personal data. Readers still see when it was"
        " written."
    ),
    _("Erased. Readers see your reason in place of the text."),
    lambda version, by, data: erase_rules(version=version, by=by, **data),
    PublicReasonForm,
    is_destructive=True,
)


@admin.register(RulesVersion)
class RulesVersionAdmin(ActionsAdmin[RulesVersion]):
    viewers, desk_actions = "roles", by_name(NEXT, ERASE)
    change_form_template = "admin/editorial/rulesversion.html"
    list_display = ("page", "language", "publisher", "number", "written_at")
    fields = (*list_display, "text", "erased_because")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RulesVersion]:
        return super().get_queryset(request).filter(publisher__in=[row.site for row in get_desk(request).newsrooms])

    def available_actions(self, request: HttpRequest, row: RulesVersion) -> list[str]:
        desk = get_desk(request)
        (newsroom,) = (each.pk for each in desk.newsrooms if each.site == row.publisher)
        may = {NEXT.name: newsroom in desk.deciding_newsrooms, ERASE.name: newsroom in desk.led_newsrooms and row.salt}
        return [name for name, allowed in may.items() if allowed]
