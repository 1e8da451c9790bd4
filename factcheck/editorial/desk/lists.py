"""Lists over tables with a million rows: they never count a whole table, and search uses trigram indexes."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from factcheck.record.search.words import split_words

MAX_ROWS = 2000  # on all pages of a list. To see more, people search or filter
MAX_HITS = 500
TRIGRAM = 3


class BoundedPaginator(Paginator[Any]):
    """Counts up to MAX_ROWS only. To see more rows, people search."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        # Unordered and with a limit, so that PostgreSQL stops early.
        return rows.order_by()[:MAX_ROWS].count()

    @property
    def is_cut_off(self) -> bool:
        return self.count >= MAX_ROWS


def search_terms(text: str) -> list[str]:
    """The words of a search. Text with short words only stays whole, and punctuation alone gives no words."""
    if not split_words(text):
        return []
    words = text.split()
    return words if any(len(word) >= TRIGRAM for word in words) else [" ".join(words)]


def contains_all(field: str, words: Sequence[str]) -> Q:
    """Rows whose field contains every word, in any case. The trigram indexes serve this lookup.

    A single short word, such as "Bộ", is searched at the beginning of words, where the index has a trigram for it.
    """
    if len(words) == 1 and len(words[0]) < TRIGRAM:
        begins = Q(**{f"{field}__istartswith": words[0]})
        for before in ' \n“"(':
            begins |= Q(**{f"{field}__icontains": f"{before}{words[0]}"})
        return begins
    condition = Q()
    for word in words:
        condition &= Q(**{f"{field}__icontains": word})
    return condition


def keys(hits: QuerySet[Any]) -> list[Any]:
    """The primary keys of up to MAX_HITS hits, in any order. People who find more can search for rarer words."""
    return list(hits.order_by().values_list("pk", flat=True)[:MAX_HITS])


LANGUAGES = {"vi": _("Vietnamese"), "en": _("English"), "und": _("unknown")}


@admin.display(description=_("language"), ordering="language")
def language_in_words(row: Any) -> str:
    """The language's name in the filter, or its tag if the filter doesn't have it."""
    return str(LANGUAGES.get(row.language, row.language))


class LanguageFilter(admin.SimpleListFilter):
    """The site's languages, without a query for the languages in the table."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, Any]]:
        yield from LANGUAGES.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(language=self.value()) if self.value() in LANGUAGES else queryset
