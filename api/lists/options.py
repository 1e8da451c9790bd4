"""What is asked of a list: its parameters, read and checked (`list_pages.py` has what is answered)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from operator import and_
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from api.http import responses
from api.http.parameters import Parameters
from api.http.values import read_number, read_one_of
from api.lists import meta as extras
from api.lists.as_of import NAME as AS_OF
from api.lists.as_of import Moment, read_as_of
from api.lists.cursors import Cursor, CursorError, read_cursor, write_cursor
from api.lists.filters import MAX_VALUES, Filter
from api.lists.keyset import Order
from api.lists.meta import Extras, read_extras
from factcheck.record.formats.text import MOST_APART, find_forbidden, nfc
from factcheck.record.search.query import Query, read_query

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
    query = request.GET
    given = Parameters(query, options.parameters)
    sort = _read_sort(given, options)
    asked = ListRequest(request, options, query, options.orders.get(sort, BY_RELEVANCE))
    if options.searched:
        asked.extras = read_extras(given)
        if asked.extras.highlight and "q" not in query:
            given.faults.append(("highlight", "There are no words to mark: give `q`."))
        if AS_OF in query:
            asked_for = [name for name in COUNTED if getattr(asked.extras, name)]
            given.faults += [(name, "The past is not counted: leave out this or as_of.") for name in asked_for]
    for each in options.filters:
        if each.name in query and (found := _read_filter(given, each)):
            if options.searched and each.name == "q":
                asked.searched = Query(tuple(each for text in found for each in read_query(text).alternatives))
                asked.words = found[0] if len(found) == 1 else ""
                continue
            asked.filtered.append((each, found))
            if asked.order.from_index and each.few(found):
                asked.order = replace(asked.order, from_index=False)
    if options.as_of:
        asked.as_of = read_as_of(given)
        if AS_OF in query and "q" in query:
            given.faults.append(("q", "The past cannot be searched for words: leave out this or as_of."))
    for name, known in options.choices.items():
        asked.chosen[name] = given.read(name, read_one_of(known), known[0])
    asked.page_size = given.read("page_size", read_number(1, MAX_PAGE_SIZE), PAGE_SIZE)
    bound = sorted({f"{name}={value}" for name in query for value in query.getlist(name) if name not in _UNBOUND})
    asked.place = [request.path, sort, *bound]
    cursor = given.read("cursor", str, None)
    if cursor is not None and not given.faults:
        try:
            asked.cursor = read_cursor(cursor, asked.place)
        except CursorError:
            given.faults.append(("cursor", "This cursor was not given for this address, these filters and this order."))
    given.refuse_faults()
    if not asked.in_one_statement and not hasattr(request, "log_head"):
        responses.remember_head(request)
    return asked


_UNBOUND = ("cursor", "page_size", "sort", *extras.NAMES)


def _read_sort(given: Parameters, options: ListOptions) -> str:
    usual = RELEVANCE if options.searched and "q" in given.query else next(iter(options.orders))
    if not options.sorts:
        return usual
    sort = given.read("sort", read_one_of(options.sorts), usual)
    if sort == RELEVANCE and "q" not in given.query:
        given.faults.append(("sort", "Nothing is more relevant without words: give `q`."))
        return usual
    return sort


def _characters(texts: Sequence[str], most: int) -> int:
    """In NFC; of texts that are too long however they are written, as they come."""
    sent = sum(map(len, texts))
    return sent if sent > MOST_APART * most else sum(len(nfc(text)) for text in texts)


def _read_filter(given: Parameters, each: Filter) -> list[Any]:
    texts = given.query.getlist(each.name)
    if each.comma_separated:
        texts = [piece for text in texts for piece in text.split(",")]
    if len(texts) > MAX_VALUES:
        given.faults.append((each.name, f"Give at most {MAX_VALUES} values."))
        return []
    if each.characters and _characters(texts, each.characters) > each.characters:
        given.faults.append((each.name, f"Give at most {each.characters} characters."))
        return []
    found = []
    for text in dict.fromkeys(texts):
        if forbidden := find_forbidden(text):
            given.faults.append((each.name, f"The character {forbidden} may not stand in it."))
            continue
        try:
            found.append(each.read(text.strip()))
        except ValueError as error:
            given.faults.append((each.name, str(error)))
    return found
