"""Lists over tables of a million rows: nothing counts a table, and search uses the trigram indexes."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from factcheck.record.search.words import words_of

MOST_ROWS = 2000  # as far as the pages of a list go; who needs more narrows it down
MOST_HITS = 500
TRIGRAM = 3


class BoundedPaginator(Paginator[Any]):
    """Counts up to MOST_ROWS and no further. The page after the last is the search box."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        # Unordered and cut off, so that PostgreSQL stops there.
        return rows.order_by()[:MOST_ROWS].count()

    @property
    def is_cut_off(self) -> bool:
        return self.count >= MOST_ROWS


def search_terms(text: str) -> list[str]:
    """Words to look for; a text of short words stays whole. Signs alone have no trigrams, and are not looked for."""
    if not words_of(text):
        return []
    words = text.split()
    return words if any(len(word) >= TRIGRAM for word in words) else [" ".join(words)]


def all_words(field: str, words: Sequence[str]) -> Q:
    """Rows whose field holds every word, case aside. The indexes of 0003_search_indexes are for this lookup.

    One short word alone (as "Bộ") is looked for where a word begins: of those two letters the index has a trigram.
    """
    if len(words) == 1 and len(words[0]) < TRIGRAM:
        begins = Q(**{f"{field}__istartswith": words[0]})
        for before in ' \n“"(':
            begins |= Q(**{f"{field}__icontains": f"{before}{words[0]}"})
        return begins
    found = Q()
    for word in words:
        found &= Q(**{f"{field}__icontains": word})
    return found


def keys(found: QuerySet[Any]) -> list[Any]:
    """The primary keys of the first hits, in no order: whoever finds more than these looks for something rarer."""
    return list(found.order_by().values_list("pk", flat=True)[:MOST_HITS])


LANGUAGES = {"vi": _("Vietnamese"), "en": _("English"), "und": _("not known")}


@admin.display(description=_("language"), ordering="language")
def language_in_words(row: Any) -> str:
    """As the filter calls it; of another language, its tag."""
    return str(LANGUAGES.get(row.language, row.language))


class LanguageFilter(admin.SimpleListFilter):
    """The site's languages, without asking the table which there are."""

    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, Any]]:
        yield from LANGUAGES.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(language=self.value()) if self.value() in LANGUAGES else queryset
