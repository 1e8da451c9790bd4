"""The figures of a newsroom in a period, on a page that can be printed and as CSV."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_forms import NewsroomForm
from factcheck.editorial.models import Publisher, Topic
from factcheck.record.formats.spreadsheets import write_csv
from factcheck.record.formats.time_zones import zone
from factcheck.record.lists.newsroom_figures import MAX_READ, MAX_REVIEWS, newsroom_figures
from factcheck.record.log.models import ChangeClass
from factcheck.record.statements.demand import From, Outcome
from factcheck.record.statements.statement_labels import KINDS, choices

MAX_DAYS = 366
TABLES = {
    "weeks": _("Reviews by week"),
    "topics": _("Topics"),
    "sources": _("Sources of a review"),
    "corrections": _("Corrections"),
    "demands": _("Demands by sender and outcome"),
}
LABELS = {**KINDS, **dict(ChangeClass.choices), **dict(choices(From)), **dict(choices(Outcome))}


class PeriodForm(NewsroomForm):
    first = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = forms.DateField(label=_("Last day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def clean(self) -> None:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and not timedelta() <= last - first < timedelta(days=MAX_DAYS):
            self.add_error("last", _("Choose a last day that is at most a year after the first day."))


def figures_page(request: HttpRequest, as_csv: bool = False) -> HttpResponse:
    """Show the figures to Editors and Chief editors of the newsroom."""
    desk, today = get_desk(request), localdate()
    newsrooms = [each for each in desk.newsrooms if each.pk in desk.deciding_newsrooms]
    if not newsrooms:
        raise PermissionDenied
    this_year = {"newsroom": newsrooms[0].pk, "first": today.replace(month=1, day=1), "last": today}
    form = PeriodForm(newsrooms, request.GET or this_year)
    context: dict[str, Any] = {"title": _("Figures"), "form": form, "most": MAX_READ, "all": MAX_REVIEWS}
    if form.is_valid():
        newsroom = next(each for each in newsrooms if each.pk == form.cleaned_data["newsroom"])
        context |= _figures(newsroom, form.cleaned_data["first"], form.cleaned_data["last"])
        if as_csv:
            content = write_csv(("figure", "value", "label", "count"), context["rows"])
            headers = {"Content-Disposition": f'attachment; filename="{newsroom.site}-{context["first"]}.csv"'}
            return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
    return TemplateResponse(request, "admin/editorial/figures.html", {**admin.site.each_context(request), **context})


def _figures(newsroom: Publisher, first: date, last: date) -> dict[str, Any]:
    time_zone = zone(newsroom.time_zone)
    found = newsroom_figures(newsroom.site, time_zone.key, first, last)
    topics = {topic.slug: str(topic) for topic in Topic.objects.prefetch_related("labels")}
    rows = [
        (name, " ".join(map(str, values)), _words(name, values, topics), number)
        for name, statistic in found.items()
        for values, number in statistic.rows
    ]
    tables = []
    for name, title in TABLES.items():
        shown = [(label, number) for of, _value, label, number in rows if of == name]
        tables.append((title, shown, max((number for _label, number in shown), default=0)))
    single = {f"{name}_{value}": number for name, value, _label, number in rows if name in ("standard", "replies")}
    return {
        "newsroom": newsroom, "first": first, "last": last, "zone": time_zone.tzname(None), "rows": rows,
        "tables": tables, "median": found["days"].median, "reviews": found["weeks"].count,
        "read": found["standard"].count, **single,
    }  # fmt: skip


def _words(name: str, values: tuple[Any, ...], topics: dict[str, str]) -> str:
    if name == "weeks":
        return date_format(date.fromisoformat(values[0]), "SHORT_DATE_FORMAT")
    return ", ".join(topics.get(value, str(capfirst(LABELS.get(value, value)))) for value in values)
