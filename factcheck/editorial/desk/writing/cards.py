"""Sources and appearances as cards: a line with the main fields, and the other fields behind “Details”."""

from typing import Any, ClassVar

from django import forms
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.evidence.capture_states import CapturedForm, with_captures


class DayInput(forms.DateInput):
    """The browser's own input for a date, which is only as wide as a date and needs no script."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class CardsMixin:
    """A mixin for inline rows that are shown as cards, with a box into which people can paste several URLs.

    Without JavaScript, Django's usual rows are shown. Each choice in the line has a key on the keyboard. The key is the
    first letter of the choice's value, or of the field's name for a checkbox.
    """

    form: Any = CapturedForm
    lists_read_only_rows = True
    template = "admin/editorial/cards.html"
    has_copies = True  # whether the rows have a URL of which the newsroom keeps a copy
    line: ClassVar[tuple[str, ...]] = ()  # the fields that are always visible
    more: ClassVar[tuple[str | tuple[str, ...], ...]] = ()

    class Media:
        css: ClassVar = {"all": ["editorial/sources.css"]}
        js = tuple(forms.Script(f"editorial/{name}.js", type="module") for name in ("sources", "captures"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        changes = self.has_change_permission(request, obj)  # type: ignore[attr-defined]
        # A read-only list already shows the order.
        more = tuple(name for name in self.more if changes or name != "position")
        return ((None, {"fields": (self.line,)}), (None, {"fields": more}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return with_captures(rows) if self.has_copies else rows

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.DateField):
            kwargs["widget"] = DayInput
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if db_field.name not in self.line:
            return field
        if isinstance(db_field, models.BooleanField):
            field.label = _with_key(field.label, db_field.name)
        elif not db_field.choices:
            field.widget.attrs |= {"placeholder": field.label, "title": field.label}
        return field

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.line:
            choices = [(value, _with_key(label, value)) for value, label in db_field.choices]
            kwargs["choices"] = [("", _("not chosen yet")), *choices]
            kwargs["widget"] = forms.RadioSelect
        return super().formfield_for_choice_field(db_field, request, **kwargs)  # type: ignore[misc]

    @property
    def is_ordered(self) -> bool:
        return "position" in self.more

    @property
    def keys(self) -> list[tuple[str, Any]]:
        """Return the keys of the line, each with the label of its choice."""
        inline: Any = self
        found: list[tuple[str, Any]] = []
        for field in map(inline.model._meta.get_field, self.line):
            if field.choices:
                found += [(_key(value), label) for value, label in field.choices]
            elif isinstance(field, models.BooleanField):
                found.append((_key(field.name), field.verbose_name))
        return found


def _key(value: str) -> str:
    return value[0].upper()


def _with_key(label: Any, value: str) -> Any:
    return format_html('<span class="words">{}</span> <kbd>{}</kbd>', label, _key(value))
