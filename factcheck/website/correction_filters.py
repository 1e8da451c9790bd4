"""Filters of the page of corrections: kind, publisher, language and year. Each has one value at a time."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.text import replace_forbidden
from factcheck.record.models import PublishedCorrection
from factcheck.record.statement_labels import KINDS
from factcheck.website.filters import Choice, Facet, value_labels

NAMES: Mapping[str, str | Promise] = {
    "kind": _("Kind of change"), "publisher": _("Publisher"), "language": _("Language"), "year": _("Year"),
}  # fmt: skip
MAX_VALUE = 255  # characters
VALUES = 50  # of a filter. Rarer values can still be used in the URL
COUNTED = 20_000  # newest changes. If there are more, the numbers aren't exact


@dataclass(frozen=True, slots=True)
class CorrectionFilters:
    """The chosen values by filter. Language and publisher are in lower case."""

    values: Mapping[str, str]

    @classmethod
    def read(cls, parameters: QueryDict) -> "CorrectionFilters":
        found = {name: replace_forbidden(parameters.get(name, "")[:MAX_VALUE]).lower() for name in NAMES}
        return cls({name: value for name, value in found.items() if value})

    def __bool__(self) -> bool:
        return bool(self.values)

    def condition(self, *, without: str = "") -> Q:
        found = Q()
        for name, value in self.values.items():
            if name != without:
                found &= _condition(name, value)
        return found

    def query(self, **changed: str) -> str:
        """The query string with these values instead of the chosen values. An empty value removes a filter."""
        return f"?{urlencode({name: value for name, value in {**self.values, **changed}.items() if value})}"

    def api_query(self) -> str:
        """The query string for the API and the feeds, which have no filter by year."""
        pairs = {name: value for name, value in self.values.items() if name != "year"}
        return f"?{urlencode(pairs)}" if pairs else ""

    def facets(self) -> list[Facet]:
        """The filters with the numbers of changes. The numbers of a filter ignore the filter's own value."""
        numbers, exact = {}, {}
        for name in NAMES:
            newest = _changes().filter(self.condition(without=name)).order_by("-sequence").values("pk")[:COUNTED]
            column = ExtractYear("at", tzinfo=UTC) if name == "year" else name
            found = _changes().filter(pk__in=newest).values_list(column).annotate(number=Count("pk")).order_by()
            numbers[name] = _numbers(name, found)
            exact[name] = numbers[name].total() < COUNTED
        wanted = {
            name: list(dict.fromkeys([*([self.values[name]] if name in self.values else []), *_order(name, found)]))
            for name, found in numbers.items()
        }
        labels = value_labels({"verdict": [], "topic": [], **wanted})
        labels["kind"] = {kind: str(KINDS.get(kind, kind)) for kind in wanted["kind"]}
        return [
            Facet(
                name,
                str(title),
                [
                    Choice(
                        value,
                        labels[name][value],
                        numbers[name].get(value),
                        chosen,
                        self.query(**{name: "" if chosen else value}),
                    )
                    for value in wanted[name]
                    for chosen in [self.values.get(name) == value]
                ],
                exact[name],
            )
            for name, title in NAMES.items()
            if wanted[name]
        ]


def _changes() -> QuerySet[PublishedCorrection]:
    return PublishedCorrection.objects.using("public")


def _condition(name: str, value: str) -> Q:
    if name == "year":
        year = int(value) if value.isascii() and value.isdecimal() and len(value) == 4 and "0" < value < "9999" else 0
        if not year:
            return Q(pk=None)
        return Q(at__gte=datetime(year, 1, 1, tzinfo=UTC), at__lt=datetime(year + 1, 1, 1, tzinfo=UTC))
    if name == "language":
        return Q(language=value) | Q(language__startswith=f"{value}-")
    return Q(**{name: value})


def _numbers(name: str, found: QuerySet[PublishedCorrection, tuple[str | int, int]]) -> Counter[str]:
    """The numbers by value. Regional variants of a language count as one language."""
    numbers = Counter[str]()
    for value, number in found:
        numbers[str(value).partition("-")[0] if name == "language" else str(value)] += number
    return numbers


def _order(name: str, numbers: Counter[str]) -> list[str]:
    """The newest years, or the most frequent values."""
    if name == "year":
        return sorted(numbers, reverse=True)[:VALUES]
    return [value for value, _number in sorted(numbers.items(), key=lambda each: (-each[1], each[0]))[:VALUES]]
