"""Lists for tables with a million rows, which never count a whole table."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

MAX_ROWS = 2000  # of all pages of a list. People find further rows by searching or filtering.
MAX_HITS = 500


class BoundedPaginator(Paginator[Any]):
    """A paginator that counts no more than MAX_ROWS rows."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        # Without an order and with a limit, PostgreSQL can stop counting early.
        return rows.order_by()[:MAX_ROWS].count()

    @property
    def is_cut_off(self) -> bool:
        return self.count >= MAX_ROWS


class DeskChangeList(ChangeList):
    """A list that is sorted by one column, and by the model's own order where this column is equal.

    An index can have this order. A list that is sorted backwards is exactly reversed, so that PostgreSQL can read the
    same index from its end.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = capfirst(str(self.opts.verbose_name_plural))

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        ordering = list(super().get_ordering(request, queryset))
        if not self.params.get(ORDER_VAR):
            return ordering
        chosen = str(ordering[0])
        if chosen == "-pk":  # a column that can't be sorted
            return list(self.model._meta.ordering or ordering)
        own_order = _model_order(self.model, backwards=False)
        backwards = chosen.startswith("-")
        if chosen.removeprefix("-") == own_order[0].removeprefix("-"):
            return own_order if chosen == own_order[0] else _model_order(self.model, backwards=True)
        return [chosen, *_model_order(self.model, backwards=backwards)]

    def get_ordering_field(self, field_name: Any) -> Any:
        """Return a field only if its column can be sorted on the page, because other columns may have no index."""
        return super().get_ordering_field(field_name) if field_name in (self.sortable_by or ()) else None


def _model_order(model: type[Model], *, backwards: bool) -> list[str]:
    names = [str(name) for name in model._meta.ordering or ()]
    return [name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in names] if backwards else names


def with_keys(rows: QuerySet[Any], hits: list[Any]) -> QuerySet[Any]:
    """Return the rows with these primary keys, which must be UUIDs.

    The keys are unnested in SQL. With a list of constants, PostgreSQL would read the whole index of the list's order
    and compare each entry with the keys.
    """
    return rows.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [hits]))


LANGUAGES = {"vi": _("Vietnamese"), "en": _("English"), "und": _("unknown")}


@admin.display(description=_("language"), ordering="language")
def language_in_words(row: Any) -> str:
    """Return the name of the row's language as in the filter, or the tag if the filter doesn't list it."""
    return str(LANGUAGES.get(row.language, row.language))


def short_time(moment: datetime) -> SafeString:
    """Return the time of a moment if it is today, or else its date. A tooltip shows both."""
    local = timezone.localtime(moment)
    shown = date_format(local, "TIME_FORMAT" if local.date() == timezone.localdate() else "DATE_FORMAT")
    full = date_format(local, "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), full, shown)


class DraftStateFilter(admin.ChoicesFieldListFilter):
    """A filter by the state of drafts, which hides discarded drafts until somebody chooses this state."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.lookup_val is None:
            return queryset.exclude(state="discarded")
        if self.lookup_val == "discarded":
            queryset = queryset.filter(discarded_at__isnull=False)
        return cast("QuerySet[Any]", super().queryset(request, queryset))
