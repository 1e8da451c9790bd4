"""Read-only fields of the desk's pages.

Fields without a value aren't shown, because an empty line tells the reader nothing. Accounts are shown without links,
because only account administrators can open the page of an account.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import lookup_field
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Manager, Model

from factcheck.editorial.fields import LanguageField, SeveralWordsField
from factcheck.editorial.models import User
from factcheck.record.statements.statement_labels import language_title


def drop_empty_fields(form: Any, row: Model) -> None:
    """Remove the read-only fields without a value from Django's AdminForm, and groups that become empty."""
    fieldsets: list[Any] = []
    form.readonly_fields = [*form.readonly_fields, *(_in_words(row, name) for name in form.readonly_fields)]
    for title, options in form.fieldsets:
        lines = [_shown(line, form, row) for line in options["fields"]]
        if any(lines):
            fieldsets.append((title, {**options, "fields": [line for line in lines if line]}))
    form.fieldsets = fieldsets


def list_read_only_rows(formset: Any) -> None:
    """Show the rows of Django's InlineAdminFormSet as a list of the fields that have a value."""
    formset.rows = [row for row in formset if row.original is not None]
    for row in formset.rows:
        drop_empty_fields(row, row.original)
    formset.opts.template = "admin/editorial/read_only_rows.html"


def _shown(line: Any, form: Any, row: Model) -> Any:
    """Return a field if the field has a value or can be changed, or else "".

    A line of several fields is returned as a tuple of those fields.
    """
    if not isinstance(line, str | bytes) and isinstance(line, list | tuple):
        return tuple(name for name in line if _shown(name, form, row))
    if line not in form.readonly_fields:
        return line
    return _in_words(row, line) if _has_value(line, form, row) else ""


def _has_value(name: Any, form: Any, row: Model) -> bool:
    try:
        _field, _attribute, value = lookup_field(name, row, form.model_admin)
    except (AttributeError, ValueError, ObjectDoesNotExist):
        return True  # Django knows how to show it
    if isinstance(value, Manager):
        return bool(value.exists())
    return value is not None and value != "" and value != []


@dataclass(frozen=True)
class Words:
    """A field that is shown in words, where Django would show codes, or a link to an account."""

    name: str
    short_description: str
    words: Callable[[Any], str] = field(compare=False)

    @property
    def __name__(self) -> str:
        """Return the name by which Django looks up the help text of the field."""
        return self.name

    def __call__(self, row: Model) -> str:
        return self.words(getattr(row, self.name))


def _in_words(row: Model, name: Any) -> Any:
    """Return the field in words if it contains codes that Django would show, or else its name."""
    column = next((column for column in row._meta.fields if column.name == name), None)
    if isinstance(column, SeveralWordsField):
        words = dict(column.base_field.flatchoices)
        return Words(
            name, str(column.verbose_name), lambda codes: ", ".join(str(words.get(code, code)) for code in codes)
        )
    if isinstance(column, LanguageField):
        return Words(name, str(column.verbose_name), language_title)
    return name


def replace_account_links(model: type[Model], fields: Sequence[Any]) -> list[Any]:
    """Return the fields of a read-only page, with words in place of each field that refers to an account."""
    return [_without_link(model, field) if isinstance(field, str) else field for field in fields]


def _without_link(model: type[Model], field: str) -> str | Words:
    try:
        column: Any = model._meta.get_field(field)
    except FieldDoesNotExist:  # a method of the admin page
        return field
    return Words(field, column.verbose_name, _account_name) if column.related_model is User else field


def _account_name(account: User | None) -> str:
    return admin.site.empty_value_display if account is None else str(account)
