"""The statistics page: numbers in words, pictures, tables and CSV files, all from `record.lists.statistics`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from factcheck.record.formats.spreadsheets import Cell, write_csv
from factcheck.record.lists.statistics import STATISTICS, Row, Statistic
from factcheck.record.models import PublishedReference
from factcheck.website.responses import is_sample, page_for_readers
from factcheck.website.statistics.charts import Bars, Panel, bars, grouped, panels
from factcheck.website.statistics.statistics_words import (
    SENTENCES,
    Labels,
    column_name,
    month_mark,
    months_until,
    newest_month,
    reference_labels,
    span_name,
    value_name,
)

MONTHS = 12  # months in a picture
MAX_PANELS = 6  # panels of a picture, without the panels of all rows and of the others
MAX_BARS = 12
MAX_TABLE = 200  # rows of a table. The CSV file has all rows.

TITLES: Mapping[str, str | Promise] = {
    "months": gettext_lazy("Reviews by month and verdict"),
    "topics": gettext_lazy("Topics"),
    "languages": gettext_lazy("Languages"),
    "days-to-review": gettext_lazy("Days from the claim to the review"),
    "corrections": gettext_lazy("Corrections"),
    "days-to-correction": gettext_lazy("Days from publication to a substantive correction"),
    "source-checks": gettext_lazy("Sources that still exist"),
    "demands": gettext_lazy("Demands by sender and outcome"),
}
# The groups that the API counts for the other tables (`api/views/stats.py`).
_GROUPED = {"months": "reviewed_month,verdict", "topics": "topic", "languages": "language"}


@dataclass(frozen=True, slots=True)
class Section:
    """A statistic as the page shows it. It has bars or panels, or neither if there is nothing to count."""

    name: str
    title: str | Promise
    sentences: Sequence[str] = ()
    bars: Bars | None = None
    panels: Sequence[Panel] = ()
    head: Sequence[str] = ()
    rows: Sequence[tuple[Sequence[str], str]] = ()
    more: bool = False

    @property
    def api_path(self) -> str:
        grouped_by = _GROUPED.get(self.name)
        return f"/api/v1/stats/?group_by={grouped_by}" if grouped_by else f"/api/v1/stats/{self.name}/"


@page_for_readers
def statistics(request: HttpRequest) -> HttpResponse:
    found = {name: read() for name, read in STATISTICS.items()}
    labels = reference_labels(*found.values())
    publishers = PublishedReference.objects.using("public").filter(kind=PublishedReference.Kind.PUBLISHER)
    samples = [is_sample(site) for site in publishers.values_list("key", flat=True)]
    context = {
        "sample": "all" if samples and all(samples) else "some" if any(samples) else "",
        "sections": [_section(name, statistic, labels) for name, statistic in found.items()],
        "license": settings.LICENSE_URL,
        "json_url": f"{settings.SITE_URL}/api/v1/stats/",
        "site_url": settings.SITE_URL,
    }
    return render(request, "website/statistics.html", context)


@page_for_readers
def statistics_csv(request: HttpRequest, table: str) -> HttpResponse:
    """Return a statistic as CSV, with the values as in the API and their names in the reader's language."""
    if table not in STATISTICS:
        raise Http404
    found = STATISTICS[table]()
    named = [
        place for place, column in enumerate(found.columns) if not column.startswith(("days", "month", "reviewed"))
    ]
    labels = reference_labels(found)
    rows: list[list[Cell]] = [
        [*values, *(value_name(found.columns[place], values[place], labels) for place in named), number]
        for values, number in found.rows
    ]
    head = [*found.columns, *(f"{found.columns[place]}_label" for place in named), "count"]
    response = HttpResponse(write_csv(head, rows), content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = f'attachment; filename="{table}.csv"'
    return response


def _section(name: str, found: Statistic, labels: Labels) -> Section:
    if not found.count:
        return Section(name, TITLES[name])
    names = _names(found, labels)
    head, columns = [column_name(column) for column in found.columns if column != "days_to"], found.columns
    months = columns[0] if columns[0] in ("month", "reviewed_month") else None
    shown = None if months else bars([(" – ".join(values), number) for values, number in names[:MAX_BARS]])
    return Section(
        name,
        TITLES[name],
        SENTENCES[name](found, labels),
        bars=shown,
        panels=_panels(found, lambda value: value_name(columns[1], value, labels)) if months else (),
        head=head,
        rows=[(values, grouped(number)) for values, number in names[:MAX_TABLE]],
        more=len(names) > MAX_TABLE,
    )


def _names(found: Statistic, labels: Labels) -> list[tuple[list[str], int]]:
    """Return the rows with the names of their values."""
    if found.columns[0] == "days_from":
        return [([span_name(*values)], number) for values, number in found.rows]  # type: ignore[arg-type]
    return [
        ([value_name(column, value, labels) for column, value in zip(found.columns, values, strict=True)], number)
        for values, number in found.rows
    ]


def _panels(found: Statistic, name: Callable[[Any], str]) -> list[Panel]:
    """Return panels of all rows, of each of the most frequent second values, and of the others."""
    months = months_until(newest_month(found), MONTHS)
    recent = [row for row in found.rows if row[0][0] in months]
    frequent = Counter[Any]()
    for values, number in recent:
        frequent[values[1]] += number
    first = [value for value, _number in frequent.most_common(MAX_PANELS)]
    series = [(_("All"), _by_month(recent, months))]
    series += [(name(value), _by_month([row for row in recent if row[0][1] == value], months)) for value in first]
    others = [row for row in recent if row[0][1] not in first]
    if others:
        series.append((_("Others"), _by_month(others, months)))
    return panels(series, [month_mark(month) for month in months])


def _by_month(rows: Sequence[Row], months: Sequence[str]) -> list[int]:
    numbers = Counter[Any]()
    for values, number in rows:
        numbers[values[0]] += number
    return [numbers[month] for month in months]
