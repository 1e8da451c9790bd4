"""Filters of the pages that list reviews: verdict, language, publisher, topic and year of publication.

Each filter has the same name and values as in the API. A chosen value is kept even if no review
has it. So the page can say that there are no reviews and offer to remove the filter.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import accumulate, chain
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext

from factcheck.record.formats.text import replace_forbidden
from factcheck.record.lists.counts import VALUES, Value, count
from factcheck.record.lists.dimensions import Dimension, conditions_of
from factcheck.record.lists.pages import Sql, as_q
from factcheck.record.lists.published_lists import REVIEWS, PublishedList
from factcheck.record.lists.values import UnknownValue
from factcheck.record.models import PublishedReference
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Publisher, Topic, Verdict
from factcheck.record.statements.statement_labels import KINDS, language_title
from factcheck.record.statements.values import UNKNOWN_LANGUAGE
from factcheck.website.words import in_language, topic_label

MAX_CHOSEN, MAX_VALUE = 20, 255  # values of a filter, and characters of a value
MAX_COMPARED = 2000  # publishers or topics to which a mistyped value is compared
MAX_LENGTH = 1000  # of all chosen values in a URL, because each link of the filters repeats them


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a filter.

    `url` is a query string that adds the value, or removes the value if it is already chosen.

    `meant` contains the labels of values that a mistyped value may mean, and query strings that choose them instead.
    """

    value: str
    label: str
    count: int | None
    chosen: bool
    url: str
    meant: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter with its values, the most frequent first. If `exact` is false, the numbers are lower bounds."""

    name: str
    label: str
    values: list[Choice]
    exact: bool

    @property
    def others(self) -> list[Choice]:
        """Return the values that the reader can still choose."""
        return [choice for choice in self.values if not choice.chosen]


@dataclass(frozen=True, slots=True)
class Filters:
    """The chosen values by filter. A review must have one of the chosen values of each filter.

    `kept` contains other parameters of the page, which stay in links. `errors` contains the invalid values by filter.
    They are kept, so that the page can offer to remove them.
    """

    values: Mapping[str, tuple[str, ...]]
    kept: tuple[tuple[str, str], ...] = ()
    listed: PublishedList = REVIEWS
    errors: Mapping[str, Mapping[str, ValueError]] = field(default_factory=dict)

    @classmethod
    def read(cls, parameters: QueryDict, listed: PublishedList = REVIEWS, **kept: str) -> "Filters":
        chosen, errors = dict[str, tuple[str, ...]](), dict[str, Mapping[str, ValueError]]()
        for name, dimension in listed.on_pages.items():
            texts = [text for text in map(_clean, parameters.getlist(name)[:MAX_CHOSEN]) if text]
            found, errors[name] = dimension.read_all(texts)
            chosen[name] = tuple(dict.fromkeys(str(found.get(text, text)) for text in texts))
        others = tuple((name, value) for name, value in kept.items() if value)
        shortened = _within_length({name: values for name, values in chosen.items() if values})
        return cls(shortened, others, listed, {name: each for name, each in errors.items() if each})

    def __bool__(self) -> bool:
        return bool(self.values)

    @property
    def dimensions(self) -> Mapping[str, Dimension]:
        return self.listed.on_pages

    @property
    def conditions(self) -> list[Sql]:
        """Return the conditions that a row has one of the valid values of each filter."""
        return conditions_of(
            (self.dimensions[name], [value for value in values if value not in self.errors.get(name, ())])
            for name, values in self.values.items()
        )

    def narrow(self, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        return rows.filter(as_q(self.conditions))

    def facets(self, tsquery: str | None = None, limit: int = VALUES, *, varied: bool = False) -> list[Facet]:
        """Return the filters with the numbers of rows, which also match the `tsquery`.

        Filters with very many values have only their chosen values and no numbers, unless `varied`.

        The numbers of a filter ignore the filter's own values, so that readers can choose another value.
        """
        # All filters without a chosen value share one count. Each chosen filter needs its own count without its values.
        unchosen = [name for name in self.dimensions if name not in self.values]
        parts = [(self, unchosen), *((self._without(name), [name]) for name in self.values)]
        numbers: dict[str, tuple[Mapping[str, int], bool]] = {}
        for filters, all_names in parts:
            names = [name for name in all_names if varied or not self.dimensions[name].varied]
            rows = filters.narrow(self.listed.rows)
            found = count(rows, tsquery, [(name,) for name in names], limit) if names else None
            for name in all_names:
                numbers[name] = (
                    _numbers(name, found.groups.get((name,), [])) if found else {},
                    bool(found and found.exact),
                )
        return self._named(numbers, limit)

    def query(self, **changed: Sequence[str]) -> str:
        """Return the query string with these values instead of the chosen values, and with the `kept` parameters."""
        values = {**dict.fromkeys(self.dimensions, ()), **self.values, **changed}
        pairs = [(name, value) for name, found in values.items() for value in found]
        return f"?{urlencode([*self.kept, *pairs])}"

    def api_query(self) -> str:
        """Return the query string for the API and the feeds."""
        return replace(self, kept=tuple(pair for pair in self.kept if pair[0] == "q")).query().removeprefix("?")

    def _without(self, name: str) -> "Filters":
        return replace(self, values={other: values for other, values in self.values.items() if other != name})

    def _named(self, numbers: Mapping[str, tuple[Mapping[str, int], bool]], limit: int) -> list[Facet]:
        """Add the names of the values in the reader's language."""
        wanted = {
            name: list(dict.fromkeys([*(self.values.get(name, ())), *list(found)[:limit]]))
            for name, (found, _exact) in numbers.items()
        }
        meant = {name: self._meant(name, found) for name, (found, _exact) in numbers.items()}
        labels = value_labels({name: [*values, *chain(*meant[name].values())] for name, values in wanted.items()})
        facets = []
        for name, dimension in self.dimensions.items():
            found, exact = numbers[name]
            choices = [
                Choice(
                    value, labels[name][value], found.get(value), value in self.values.get(name, ()),
                    self._toggled(name, value),
                    [(labels[name][near], self._toggled(name, value, near)) for near in meant[name].get(value, ())],
                )
                for value in sorted(wanted[name], key=lambda value: _rank(name, value, found))
            ]  # fmt: skip
            if choices:
                facets.append(Facet(name, str(dimension.label), choices, exact))
        return facets

    def _meant(self, name: str, found: Mapping[str, int]) -> dict[str, Sequence[str]]:
        """Return the values that invalid values of a filter may mean, or values without reviews."""
        errors = self.errors.get(name, {})
        near = {value: error.near for value, error in errors.items() if isinstance(error, UnknownValue)}
        others = [value for value in self.values.get(name, ()) if value not in errors and value not in found]
        rows = PublishedReference.objects.using("public").filter(kind=name).values_list("key", flat=True)
        keys = {*rows[:MAX_COMPARED]} if others else set[str]()
        return near | {value: get_close_matches(value.lower(), keys) for value in others if value not in keys}

    def _toggled(self, name: str, value: str, *others: str) -> str:
        """Return the query string that adds a value, or replaces a chosen value by other values."""
        chosen = self.values.get(name, ())
        if value in chosen:
            return self.query(**{name: [*(each for each in chosen if each != value), *others]})
        return self.query(**{name: [*chosen, value]})


def _clean(value: str) -> str:
    return replace_forbidden(value[:MAX_VALUE])


def _within_length(chosen: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the first values of each filter, as many as a link may contain."""
    left, found = MAX_LENGTH, dict[str, tuple[str, ...]]()
    for name, values in chosen.items():
        lengths = accumulate(len(quote_plus(value)) for value in values)
        found[name] = tuple(value for value, length in zip(values, lengths, strict=True) if length <= left)
        left -= len(quote_plus("".join(found[name])))
    return {name: values for name, values in found.items() if values}


def _numbers(name: str, found: Iterable[tuple[Value, int]]) -> Mapping[str, int]:
    """Return the numbers by value. Regional variants of a language count as one language."""
    numbers = Counter[str]()
    for (value,), number in found:
        if value:
            numbers[value.partition("-")[0] if name == "language" else value] += number
    return dict(numbers.most_common())


def _rank(name: str, value: str, numbers: Mapping[str, int]) -> Any:
    return [-ord(letter) for letter in value] if name == "year" else (-numbers.get(value, 0), value)


def value_labels(wanted: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """Return the labels of these values in the reader's language, by filter. The labels of a filter are unique."""
    keys = Q()
    for name in ("verdict", "publisher", "topic"):
        keys |= Q(kind=name, key__in=wanted.get(name, ()))
    rows = PublishedReference.objects.using("public").filter(keys).values_list("kind", "key", "body")
    found = {(kind, key): _reference_label(kind, body) for kind, key, body in rows}
    labels = {name: {value: found.get((name, value), value) for value in values} for name, values in wanted.items()}
    labels["language"] = _told_apart({tag: (_language_label(tag), tag) for tag in wanted.get("language", ())})
    verdicts = labels.get("verdict", {}).items()
    labels["verdict"] = _told_apart({value: (label, value.partition(":")[0]) for value, label in verdicts})
    origins = {"own": gettext("This site’s newsrooms"), "imported": gettext("Other publishers")}
    labels["origin"] = {origin: origins.get(origin, origin) for origin in wanted.get("origin", ())}
    labels["kind"] = {kind: str(KINDS.get(kind, kind)) for kind in wanted.get("kind", ())}
    return labels


def _told_apart(labels: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return each value's label. If several values have the same label, the second text is added in brackets."""
    same = Counter(label for label, _ in labels.values())
    return {value: f"{label} ({apart})" if same[label] > 1 else label for value, (label, apart) in labels.items()}


def _reference_label(kind: str, body: str) -> str:
    if kind == PublishedReference.Kind.PUBLISHER:
        return read(Publisher, body).name
    if kind == PublishedReference.Kind.TOPIC:
        return topic_label(read(Topic, body))
    verdict = read(Verdict, body)
    return in_language(verdict.labels, verdict.slug or "")[0]


def _language_label(tag: str) -> str:
    return gettext("Unknown language") if tag == UNKNOWN_LANGUAGE else language_title(tag)
