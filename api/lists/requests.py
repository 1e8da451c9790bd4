"""The parameters of a list, read and checked. `api.lists.pages` creates the response."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, QueryDict

from api.http import responses
from api.http.parameters import Parameters
from api.lists import parameters as shared
from api.lists.cursors import read_cursor, write_cursor
from api.lists.parameters import AS_OF, FIELDS, GROUP_BY, IN_META, Extras, Mask
from factcheck.record.formats.text import MAX_COMPOSED, nfc
from factcheck.record.lists.counts import Group
from factcheck.record.lists.dimensions import CLAIMANT, MAX_VALUES, Dimension, conditions_of
from factcheck.record.lists.pages import Cursor, Order, Sql, as_q
from factcheck.record.lists.published_lists import PublishedList
from factcheck.record.lists.values import read_choice, read_number
from factcheck.record.search.query import Query, read_query

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
RELEVANCE, BY_RELEVANCE = "relevance", Order("score", descending=True)
COUNTED = ("count", "facets")
# The parameters whose results aren't counted, with the reason.
NOT_COUNTED = {CLAIMANT.name: "The results of a claimant aren't counted, because nobody is scored."}


@dataclass(frozen=True)
class ListOptions(PublishedList):
    """The parameters of a list. `sort` exists if there are several orders."""

    # Parameters that don't filter rows, with their possible values. The first value is the default.
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    searched: bool = False  # the list has `q`, can be sorted by relevance, and has `meta`
    fields: Collection[str] = ()  # the paths of all fields of a result, for the parameter `fields`
    grouped: bool = False  # the rows are counted by `group_by`, without pages

    @classmethod
    def of(cls, listed: PublishedList, **options: Any) -> "ListOptions":
        return cls(listed.rows, listed.orders, listed.filters, **options)

    @property
    def sorts(self) -> list[str]:
        found = [*([RELEVANCE] if self.searched else []), *self.orders]
        return found if len(found) > 1 else []

    @property
    def parameters(self) -> list[str]:
        if self.grouped:
            return [*(each.name for each in self.filters), GROUP_BY]
        options = {"sort": self.sorts, **self.choices, FIELDS: self.fields}
        extra = [*(name for name, value in options.items() if value), "page_size", "cursor"]
        return [*(each.name for each in self.filters), *extra, *(IN_META if self.searched else [])]


@dataclass
class ListRequest:
    """A request for a page of a list, with the parsed parameters."""

    request: HttpRequest
    options: ListOptions
    query: QueryDict
    order: Order
    place: list[str] = field(default_factory=list)
    filtered: list[tuple[Dimension, list[Any]]] = field(default_factory=list)
    page_size: int = PAGE_SIZE
    cursor: Cursor = field(default_factory=Cursor)
    chosen: dict[str, str] = field(default_factory=dict)
    searched: Query | None = None
    extras: Extras = field(default_factory=Extras)
    group_by: Group = ()
    mask: Mask = field(default_factory=dict)

    @cached_property
    def conditions(self) -> list[Sql]:
        """Return the conditions of all filters."""
        if any(each.reads_log for each, _ in self.filtered):
            responses.read_head()  # the condition must not be older than the head
        return conditions_of(self.filtered)

    @property
    def condition(self) -> Q:
        """Return the conditions of all filters for Django's queries of one table."""
        return as_q(self.conditions)

    def cursor_of(self, cursor: Cursor | None) -> str | None:
        """Return the parameter for a page of this list, if it isn't the first page."""
        return write_cursor(cursor, self.place) if cursor and cursor != Cursor() else None

    def link(self, cursor: Cursor | None) -> str | None:
        """Return the URL of another page of this list."""
        if cursor is None:
            return None
        query = self.query.copy()
        query.pop("cursor", None)
        if written := self.cursor_of(cursor):
            query["cursor"] = written
        return f"{settings.SITE_URL}{self.request.path}{'?' if query else ''}{query.urlencode()}"


def read_list_request(request: HttpRequest, options: ListOptions) -> ListRequest:
    """Read and check all parameters. Raise ParameterProblem with all errors."""
    parameters = Parameters(request.GET, options.parameters)
    query = parameters.query
    if AS_OF in query:
        parameters.faults = [each for each in parameters.faults if each[0] != AS_OF] + [(AS_OF, NOT_PAST)]
    sort = _read_sort(parameters, options)
    list_request = ListRequest(request, options, query, options.orders.get(sort, BY_RELEVANCE))
    if options.searched:
        list_request.extras = _read_extras(parameters)
    if options.fields:
        list_request.mask = shared.read_fields(parameters, options.fields)
    if options.grouped:
        list_request.group_by = shared.read_groups(parameters)
    for each in options.filters:
        if each.name in query and (found := _read_filter(parameters, each)):
            if options.searched and each.name == "q":
                list_request.searched = _read_queries(found)
                continue
            list_request.filtered.append((each, found))
    for name, known in options.choices.items():
        list_request.chosen[name] = parameters.read(name, read_choice(known), known[0])
    list_request.page_size = parameters.read("page_size", read_number(1, MAX_PAGE_SIZE), PAGE_SIZE)
    bound = sorted({f"{name}={value}" for name in query for value in query.getlist(name) if name not in _UNBOUND})
    list_request.place = [request.path, sort, *bound]
    # The cursor doesn't fit faulty filters, so it is read without any other faults.
    list_request.cursor = parameters.read(
        "cursor", lambda text: Cursor() if parameters.faults else read_cursor(text, list_request.place), Cursor()
    )
    parameters.raise_faults()
    return list_request


NOT_PAST = (
    "Lists contain only what is public now. To list what was public after an entry, read /api/v1/changes/ up to this"
    " entry. Single reviews and claims have as_of."
)
_UNBOUND = ("cursor", "page_size", "sort", FIELDS, *IN_META)


def _read_sort(parameters: Parameters, options: ListOptions) -> str:
    usual = RELEVANCE if options.searched and "q" in parameters.query else next(iter(options.orders))
    if not options.sorts:
        return usual
    sort = parameters.read("sort", read_choice(options.sorts), usual)
    if sort == RELEVANCE and "q" not in parameters.query:
        parameters.faults.append(("sort", "Sorting by relevance requires search words. Send `q` as well."))
        return usual
    return sort


def _read_extras(parameters: Parameters) -> Extras:
    found = shared.read_extras(parameters)
    if found.highlight and "q" not in parameters.query:
        parameters.faults.append(("highlight", "Highlighting requires search words. Send `q` as well."))
    for other, reason in NOT_COUNTED.items():
        if other in parameters.query:
            counted = [name for name in COUNTED if getattr(found, name)]
            parameters.faults += [(name, f"{reason} Leave out this parameter or {other}.") for name in counted]
    return found


def _read_queries(texts: Sequence[str]) -> Query:
    """Return the query itself, or a query that finds what any of several queries finds."""
    queries = [read_query(text) for text in texts]
    return queries[0] if len(queries) == 1 else Query(tuple(each for query in queries for each in query.alternatives))


def _characters(texts: Sequence[str], most: int) -> int:
    """Return the number of characters in NFC. A value that is too long in any form isn't converted."""
    sent = sum(map(len, texts))
    return sent if sent > MAX_COMPOSED * most else sum(len(nfc(text)) for text in texts)


def _read_filter(parameters: Parameters, each: Dimension) -> list[Any]:
    texts = parameters.query.getlist(each.name)
    if each.comma_separated:
        texts = [piece for text in texts for piece in text.split(",")]
    if len(texts) > MAX_VALUES:
        parameters.faults.append((each.name, f"There are too many values. Send at most {MAX_VALUES}."))
        return []
    if each.characters and _characters(texts, each.characters) > each.characters:
        parameters.faults.append((each.name, f"The text is too long. Send at most {each.characters} characters."))
        return []
    found, errors = each.read_all(texts)
    parameters.faults += [(each.name, str(error)) for error in errors.values()]
    return list(found.values())
