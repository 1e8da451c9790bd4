"""Filters of the page of corrections: kind, publisher, language and year. Each filter has one value at a time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.functions import ExtractYear
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.text import replace_forbidden
from factcheck.record.models import PublishedCorrection
from factcheck.record.statements.statement_labels import KINDS
from factcheck.website.filters import Choice, Facet, value_labels

NAMES: Mapping[str, str | Promise] = {
    "kind": _("Kind of change"), "publisher": _("Publisher"), "language": _("Language"), "year": _("Year"),
}  # fmt: skip
MAX_VALUE = 255  # characters
VALUES = 50  # values of a filter. Rarer values can still be used in the URL.
COUNTED = 10_000  # newest changes that are counted. If there are more, the filters have no numbers.

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CorrectionFilters:
    """The chosen values by filter. Languages and publishers are in lower case."""

    values: Mapping[str, str]

    @classmethod
    def read(cls, parameters: QueryDict) -> "CorrectionFilters":
        found = {name: replace_forbidden(parameters.get(name, "")[:MAX_VALUE]).lower() for name in NAMES}
        return cls({name: value for name, value in found.items() if value})

    def __bool__(self) -> bool:
        return bool(self.values)

    def condition(self) -> Q:
        found = Q()
        for name, value in self.values.items():
            found &= _condition(name, value)
        return found

    def query(self, **changed: str) -> str:
        """Return the query string with these values instead of the chosen values. An empty value removes a filter."""
        return f"?{urlencode({name: value for name, value in {**self.values, **changed}.items() if value})}"

    def api_query(self) -> str:
        """Return the query string for the API and the feeds.

        Return an empty string if they don't support one of the filters.
        """
        has_all = "year" not in self.values and self.values.get("kind") in (None, *PublishedCorrection.Kind.values)
        return f"?{urlencode(self.values)}" if self.values and has_all else ""

    def facets(self) -> list[Facet]:
        """Return the filters with the numbers of changes. The numbers of a filter ignore the filter's own value."""
        rows = _newest_changes()
        numbers = {name: Counter(row[name] for row in rows if self._fits(row, name)) for name in NAMES}
        wanted = {
            name: list(dict.fromkeys([*filter(None, [self.values.get(name)]), *_order(name, found)]))
            for name, found in numbers.items()
        }
        labels = value_labels({"verdict": [], "topic": [], **wanted})
        labels["kind"] = {kind: str(KINDS.get(kind, kind)) for kind in wanted["kind"]}
        exact = len(rows) < COUNTED
        return [
            Facet(
                name,
                str(title),
                [self._choice(name, value, labels[name][value], numbers[name], exact) for value in wanted[name]],
                exact,
            )
            for name, title in NAMES.items()
            if wanted[name]
        ]

    def _fits(self, row: Row, without: str) -> bool:
        return all(row[name] == value for name, value in self.values.items() if name != without)

    def _choice(self, name: str, value: str, label: str, numbers: Counter[str], exact: bool) -> Choice:
        chosen = self.values.get(name) == value
        url = self.query(**{name: "" if chosen else value})
        return Choice(value, label, numbers.get(value) if exact else None, chosen, url)


def _newest_changes() -> Sequence[Row]:
    """Return the values of the newest changes by filter. Regional variants of a language count as one language."""
    rows = PublishedCorrection.objects.using("public").order_by("-sequence")
    found = rows.values_list("kind", "publisher", "language", ExtractYear("at", tzinfo=UTC))[:COUNTED]
    return [
        {"kind": kind, "publisher": publisher, "language": language.partition("-")[0], "year": str(year)}
        for kind, publisher, language, year in found
    ]


def _condition(name: str, value: str) -> Q:
    if name == "year":
        year = int(value) if value.isascii() and value.isdecimal() and len(value) == 4 and "0" < value < "9999" else 0
        if not year:
            return Q(pk=None)
        return Q(at__gte=datetime(year, 1, 1, tzinfo=UTC), at__lt=datetime(year + 1, 1, 1, tzinfo=UTC))
    if name == "language":
        return Q(language=value) | Q(language__startswith=f"{value}-")
    return Q(**{name: value})


def _order(name: str, numbers: Counter[str]) -> list[str]:
    """Return the newest years, or the most frequent values."""
    if name == "year":
        return sorted(numbers, reverse=True)[:VALUES]
    return [value for value, _number in sorted(numbers.items(), key=lambda each: (-each[1], each[0]))[:VALUES]]
