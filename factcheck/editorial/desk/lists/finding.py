"""The search in one box on every page of the desk, its page of results, and the search in lists.

Drafts are found by the words of their rows. Encrypted texts are decrypted and compared in memory. The typed text can be
a reader's message, so it is sent by POST, and no URL, log or browser's history contains it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.lists.columns import state_pill
from factcheck.editorial.desk.lists.large_lists import MAX_HITS, with_keys
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.models import Capture, Claim, Claimant, Demand, Review
from factcheck.editorial.search.draft_rows import find_rows
from factcheck.editorial.search.queries import contains, read_typed
from factcheck.record.search.query import Query
from factcheck.record.search.snippets import SEARCHED, mark_texts
from factcheck.tools.budget import current
from factcheck.web.places import Busy, search_places

SHOWN, MORE = 6, 60  # results of each kind, and of a kind that the person has chosen
# The searched kinds in the order of the page, with the texts that the results quote. The first can be the title.
KINDS: dict[type[Model], Sequence[str]] = {
    Claim: ("text", "claimant", "appearances"),
    Review: ("headline", "claim", "summary", "body", "sources"),
    Demand: ("from_name", "from_description", "asked", "legal_basis", "done"),
    Claimant: ("name", "description", "job_title"),
    Capture: ("title", "url", "final_url", "text"),
}
PARTS = ("title", "url", "archive_url", "quote")  # of a source or an appearance
# Encrypted kinds, each with a function that returns the rows that the person can open, newest first, and their texts.
IN_MEMORY: dict[type[Model], Callable[[Desk], Iterable[tuple[Any, str]]]] = {}


class Found(NamedTuple):
    """A result, with its title, snippets of its other texts with their names, and the pill of its state."""

    url: str
    title: str
    texts: Iterable[tuple[Any, SafeString]] = ()
    state: SafeString | str = ""


class Group(NamedTuple):
    """The results of a kind. `problem` says why there are none. Relaxed results don't contain all words."""

    kind: str
    name: Any
    found: Sequence[Found]
    is_relaxed: bool = False
    has_more: bool = False
    problem: str = ""


class WordSearchMixin:
    """A mixin for a list in which the newsroom's rows with all words are found, as on the page of results.

    The last word can be the beginning of a word. `other_hits` finds rows whose words are elsewhere.
    """

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        query, desk = read_typed(search_term), get_desk(request)
        kind = queryset.model._meta.model_name
        found = find_rows(desk.roles, kind, query, MAX_HITS, meaning=False, unfinished=True)
        hits = [] if found.relaxed else [hit.id for hit in found.hits]
        return with_keys(queryset, [*hits, *self.other_hits(desk, query)]), False

    def other_hits(self, desk: Desk, query: Query) -> list[Any]:
        return []


def find_page(request: HttpRequest) -> HttpResponse:
    """Show the results in groups. With `kind`, show more of this kind alone."""
    text, kind, groups, refused = request.POST.get("q", ""), request.POST.get("kind", ""), list[Group](), False
    if query := read_typed(text):
        try:
            with search_places.enter():
                groups = [each for each in _groups(request, query, kind) if each.found or each.problem]
        except Busy:
            refused = True
    context = {
        **admin.site.each_context(request), "title": _("Find"), "typed": text, "kind": kind, "groups": groups,
        "refused": refused, "searched": bool(query), "incomplete": bool(current().left_out),
    }  # fmt: skip
    return TemplateResponse(request, "admin/editorial/find.html", context)


def _groups(request: HttpRequest, query: Query, kind: str) -> Iterator[Group]:
    desk, limit = get_desk(request), MORE if kind else SHOWN
    if not desk.roles:
        return
    for model, names in KINDS.items():
        if kind in ("", model._meta.model_name):
            yield _own(request, model, names, query, limit)
    for model, opened in IN_MEMORY.items():
        if kind in ("", model._meta.model_name):
            yield _in_memory(desk, model, opened, query, limit)


def _own(request: HttpRequest, model: type[Model], names: Sequence[str], query: Query, limit: int) -> Group:
    kind, page = str(model._meta.model_name), admin.site.get_model_admin(model)
    results = find_rows(get_desk(request).roles, kind, query, limit + 1)
    related = [name for name in names if model._meta.get_field(name).is_relation]
    rows = page.get_queryset(request).prefetch_related(*related).in_bulk([hit.id for hit in results.hits])
    shown = [rows[hit.id] for hit in results.hits if hit.id in rows and page.has_view_permission(request, rows[hit.id])]
    page.show_public_text(request, shown)  # type: ignore[attr-defined]
    texts = [{name: text for name in names if (text := _text(row, name))} for row in shown[:limit]]
    url = f"admin:editorial_{kind}_change"
    found = [
        Found(
            reverse(url, args=[row.pk]), mark_safe(snippets.pop(names[0], "")) or str(row),  # noqa: S308 (escaped)
            [(_label(model, name), mark_safe(snippet)) for name, snippet in snippets.items()],  # noqa: S308 (escaped)
            state_pill(row) if hasattr(row, "get_state_display") else "",
        )
        for row, snippets in zip(shown, mark_texts(texts, "und", results.used), strict=False)
    ]  # fmt: skip
    return Group(kind, model._meta.verbose_name_plural, found, results.relaxed, len(shown) > limit)


def _text(row: Any, name: str) -> str:
    """Return a text of the row, or the texts of the rows that belong to it."""
    value = getattr(row, name)
    if hasattr(value, "all"):
        parts = [getattr(each, part, "") for each in value.all() for part in PARTS]
        return " · ".join(filter(None, parts))[:SEARCHED]
    return str(value or "")[:SEARCHED]


def _label(model: type[Model], name: str) -> Any:
    field: Any = model._meta.get_field(name)
    return getattr(field, "verbose_name", None) or field.related_model._meta.verbose_name_plural


def _in_memory(
    desk: Desk, model: type[Model], opened: Callable[[Desk], Iterable[tuple[Any, str]]], query: Query, limit: int
) -> Group:
    kind, name, found = str(model._meta.model_name), model._meta.verbose_name_plural, list[Found]()
    try:
        with current().spending():
            for row, text in opened(desk):
                if contains(text, query):
                    title = Truncator(" ".join(text.split())).chars(160)
                    found.append(Found(reverse(f"admin:editorial_{kind}_change", args=[row.pk]), title))
    except KeyProblem as problem:
        return Group(kind, name, [], problem=str(problem))
    return Group(kind, name, found[:limit], has_more=len(found) > limit)
