"""What is asked of a list: its parameters, read and checked (`list_pages.py` has what is answered)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from operator import and_
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from api import extras, responses
from api.cursors import Cursor, CursorError, read_cursor, write_cursor
from api.extras import Extras, read_extras
from api.filters import MAX_VALUES, Filter
from api.keyset import Order
from api.moments import NAME as AS_OF
from api.moments import Moment, read_as_of
from api.problems import ParameterProblem
from api.suggestions import unknown_parameter, unknown_value
from api.values import read_number
from factcheck.record.queries import Query, read_query
from factcheck.record.text import MOST_APART, find_forbidden, nfc

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
RELEVANCE, BY_RELEVANCE = "relevance", Order("score", descending=True)
COUNTED = ("count", "facets")


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What a list understands. The first of `orders` is the one without `sort`; a single one cannot be chosen.

    `rows` are those that meet a condition, whoever asks: their query is compiled once for each set of filters.
    A list whose rows depend on more than filters hands them to `read_page`.
    """

    orders: Mapping[str, Order]
    filters: Sequence[Filter] = ()
    as_of: bool = False
    # Parameters that select no rows, by name: what they may be, the first without the parameter.
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rows: Callable[[Q], QuerySet[Any]] | None = None
    searched: bool = False  # by relevance with `q`, and with extras

    @property
    def sorts(self) -> list[str]:
        found = [*([RELEVANCE] if self.searched else []), *self.orders]
        return found if len(found) > 1 else []

    @property
    def parameters(self) -> list[str]:
        extra = [
            *(["sort"] if self.sorts else []),
            *([AS_OF] if self.as_of else []),
            *self.choices,
            "page_size",
            "cursor",
        ]
        return [*(each.name for each in self.filters), *extra, *(extras.NAMES if self.searched else [])]


@dataclass
class ListRequest:
    """A request for a page, its parameters read."""

    request: HttpRequest
    options: ListOptions
    query: QueryDict
    order: Order
    place: list[str] = field(default_factory=list)
    filtered: list[tuple[Filter, list[Any]]] = field(default_factory=list)
    page_size: int = PAGE_SIZE
    cursor: Cursor = field(default_factory=Cursor)
    as_of: Moment | None = None
    chosen: dict[str, str] = field(default_factory=dict)
    searched: Query | None = None
    words: str = ""  # as they were typed; empty when they were given more than once
    extras: Extras = field(default_factory=Extras)

    @cached_property
    def condition(self) -> Q:
        """What the filters select, now or as of the moment that is asked for."""
        return reduce(and_, (self._selected(each, values) for each, values in self.filtered), Q())

    def _selected(self, by: Filter, values: list[Any]) -> Q:
        if self.as_of and by.select_as_of:
            return by.select_as_of(values, self.as_of.sequence)
        return by.select(values)

    @property
    def compiles(self) -> bool:
        """Whether the statement is the same for all requests with these filters."""
        if self.options.rows is None or self.as_of or self.searched is not None:
            return False
        return all(each.compiles for each, _ in self.filtered)

    @property
    def in_one_statement(self) -> bool:
        """Whether the log's head comes with the rows; it may not be asked for after them."""
        return self.compiles and not self.order.nullable

    @property
    def rows(self) -> QuerySet[Any]:
        """The list's own rows that the filters select."""
        assert self.options.rows, "this list hands its rows to read_page"
        return self.options.rows(self.condition)

    def link(self, cursor: Cursor) -> str:
        """The address of a page of the same list."""
        query = self.query.copy()
        query.pop("cursor", None)
        if cursor != Cursor():
            query["cursor"] = write_cursor(cursor, self.place)
        return f"{settings.SITE_URL}{self.request.path}{'?' if query else ''}{query.urlencode()}"


def read_list_request(request: HttpRequest, options: ListOptions) -> ListRequest:
    """Raises ParameterProblem with everything that is wrong at once."""
    query, errors = request.GET, list[tuple[str, str]]()
    for name in query:
        if name not in options.parameters:
            errors.append((name[:100], unknown_parameter(name, options.parameters)))
    chosen = RELEVANCE if options.searched and "q" in query else next(iter(options.orders))
    sort = _once(query, "sort", errors) if options.sorts else None
    if sort is not None:
        if sort not in options.sorts:
            errors.append(("sort", unknown_value(sort, options.sorts)))
        elif sort == RELEVANCE and "q" not in query:
            errors.append(("sort", "Nothing is more relevant without words: give `q`."))
        else:
            chosen = sort
    asked = ListRequest(request, options, query, options.orders.get(chosen, BY_RELEVANCE))
    if options.searched:
        asked.extras = read_extras(query, errors)
        if asked.extras.highlight and "q" not in query:
            errors.append(("highlight", "There are no words to mark: give `q`."))
        if AS_OF in query:
            asked_for = [name for name in COUNTED if getattr(asked.extras, name)]
            errors += [(name, "The past is not counted: leave out this or as_of.") for name in asked_for]
    for each in options.filters:
        if each.name in query and (found := _values(query, each, errors)):
            if options.searched and each.name == "q":
                asked.searched = Query(tuple(each for text in found for each in read_query(text).alternatives))
                asked.words = found[0] if len(found) == 1 else ""
                continue
            asked.filtered.append((each, found))
            if asked.order.from_index and each.few(found):
                asked.order = replace(asked.order, from_index=False)
    if options.as_of:
        try:
            asked.as_of = read_as_of(query)
        except ValueError as error:
            errors.append((AS_OF, str(error)))
        if AS_OF in query and "q" in query:
            errors.append(("q", "The past cannot be searched for words: leave out this or as_of."))
    for name, known in options.choices.items():
        value = _once(query, name, errors)
        if value is not None and value not in known:
            errors.append((name, unknown_value(value, known)))
        asked.chosen[name] = value or known[0]
    size = _once(query, "page_size", errors)
    if size is not None:
        try:
            asked.page_size = read_number(size, MAX_PAGE_SIZE)
        except ValueError as error:
            errors.append(("page_size", str(error)))
    bound = sorted({f"{name}={value}" for name in query for value in query.getlist(name) if name not in _UNBOUND})
    asked.place = [request.path, chosen, *bound]
    cursor = _once(query, "cursor", errors)
    if cursor is not None and not errors:
        try:
            asked.cursor = read_cursor(cursor, asked.place)
        except CursorError:
            errors.append(("cursor", "This cursor was not given for this address, these filters and this order."))
    if errors:
        raise ParameterProblem(errors)
    if not asked.in_one_statement and not hasattr(request, "log_head"):
        responses.remember_head(request)
    return asked


_UNBOUND = ("cursor", "page_size", "sort", *extras.NAMES)


def _once(query: QueryDict, name: str, errors: list[tuple[str, str]]) -> str | None:
    found = query.getlist(name)
    if len(found) > 1:
        errors.append((name, "Give this parameter once."))
        return None
    return found[0] if found else None


def _characters(texts: Sequence[str], most: int) -> int:
    """In NFC; of texts that are too long however they are written, as they come."""
    sent = sum(map(len, texts))
    return sent if sent > MOST_APART * most else sum(len(nfc(text)) for text in texts)


def _values(query: QueryDict, each: Filter, errors: list[tuple[str, str]]) -> list[Any]:
    texts = query.getlist(each.name)
    if each.comma_separated:
        texts = [piece for text in texts for piece in text.split(",")]
    if len(texts) > MAX_VALUES:
        errors.append((each.name, f"Give at most {MAX_VALUES} values."))
        return []
    if each.characters and _characters(texts, each.characters) > each.characters:
        errors.append((each.name, f"Give at most {each.characters} characters."))
        return []
    found = []
    for text in dict.fromkeys(texts):
        if forbidden := find_forbidden(text):
            errors.append((each.name, f"The character {forbidden} may not stand in it."))
            continue
        try:
            found.append(each.read(text.strip()))
        except ValueError as error:
            errors.append((each.name, str(error)))
    return found
