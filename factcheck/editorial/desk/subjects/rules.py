"""Newsrooms' rules at the desk: their versions, and the page on which an Editor writes the next version."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_forms import NewsroomForm, ProseField, PublicReasonForm
from factcheck.editorial.desk.action_views import (
    ActionsAdmin,
    DeskAction,
    by_name,
    refusals_on_form,
    subject_page,
    submitted_data,
)
from factcheck.editorial.people.newsroom_rules import MAX_TEXT, erase_rules, write_rules
from factcheck.record.models import RulesVersion


class RulesForm(NewsroomForm):
    page = forms.ChoiceField(label=capfirst(_("page")), choices=RulesVersion.Page.choices)
    language = forms.ChoiceField(label=capfirst(_("language")), choices=settings.LANGUAGES)
    text = ProseField(
        label=capfirst(_("text")),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 24, "class": "vLargeTextField"}),
        help_text=_("Write **bold**, - for lists, ## for headings, and [words](https://…) for links, as in Markdown."),
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
    """The versions of the person's newsrooms. Nobody changes a version: Editors write the next one."""

    viewers, adders = "roles", "deciding_newsrooms"
    desk_actions = by_name(ERASE)
    change_form_template = "admin/editorial/rulesversion.html"
    list_display = ("page", "language", "publisher", "number", "written_at")
    fields = (*list_display, "text", "erased_because")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RulesVersion]:
        sites = [newsroom.site for newsroom in get_desk(request).newsrooms]
        return super().get_queryset(request).filter(publisher__in=sites)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Show the page for the next version, which begins with the text of the version `?from=`."""
        desk, listed = get_desk(request), reverse("admin:record_rulesversion_changelist")
        newsrooms = {row.pk: row for row in desk.newsrooms if row.pk in desk.deciding_newsrooms}
        if not newsrooms:
            raise PermissionDenied
        form = RulesForm([*newsrooms.values()], submitted_data(request))
        former = request.GET.get("from", "")
        if version := self.get_queryset(request).filter(pk=former if former.isdecimal() else 0).first():
            key = next((pk for pk, row in newsrooms.items() if row.site == version.publisher), None)
            form.initial = {"newsroom": key, **{name: getattr(version, name) for name in ("page", "language", "text")}}
        if form.is_valid():
            data = form.cleaned_data
            with refusals_on_form(form):
                version = write_rules(by=desk.user, **data | {"newsroom": newsrooms[data["newsroom"]]})
                return redirect("admin:record_rulesversion_change", version.pk)
        explanation = _(
            "Readers see the text at once. They also see every earlier version, so nothing can be taken back."
        )
        title, subtitle = _("Write your newsroom’s rules"), capfirst(RulesVersion._meta.verbose_name_plural)
        context: dict[str, Any] = {"form": form, "explanation": explanation, "subtitle": subtitle}
        return subject_page(request, next(iter(newsrooms.values())), listed, title, button=_("Publish"), **context)

    def available_actions(self, request: HttpRequest, row: RulesVersion) -> list[str]:
        desk = get_desk(request)
        led = [newsroom.site for newsroom in desk.newsrooms if newsroom.pk in desk.led_newsrooms]
        return [ERASE.name] if row.publisher in led and not row.erased_because else []
