"""Read-only fields. A field without a value says nothing and isn't shown. Accounts are shown without links.

Only account administrators can open an account's page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import lookup_field
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models import Manager, Model

from factcheck.editorial.models import User


def drop_empty_fields(form: Any, row: Model) -> None:
    """Removes read-only fields without a value from Django's AdminForm, and then the groups without a field."""
    fieldsets = []
    for title, options in form.fieldsets:
        lines = [_shown(line, form, row) for line in options["fields"]]
        if any(lines):
            fieldsets.append((title, {**options, "fields": [line for line in lines if line]}))
    form.fieldsets = fieldsets


def list_read_only_rows(formset: Any) -> None:
    """Shows the rows of Django's InlineAdminFormSet as a list of the fields that have a value."""
    formset.rows = [row for row in formset if row.original is not None]
    for row in formset.rows:
        drop_empty_fields(row, row.original)
    formset.opts.template = "admin/editorial/read_only_rows.html"


def _shown(line: Any, form: Any, row: Model) -> Any:
    """The field, or the fields of one line, that have a value or can be changed."""
    if not isinstance(line, str | bytes) and isinstance(line, list | tuple):
        return tuple(name for name in line if _shown(name, form, row))
    return line if line not in form.readonly_fields or _has_value(line, form, row) else ""


def _has_value(name: Any, form: Any, row: Model) -> bool:
    try:
        _field, _attribute, value = lookup_field(name, row, form.model_admin)
    except (AttributeError, ValueError, ObjectDoesNotExist):
        return True  # Django knows how to show it
    if isinstance(value, Manager):
        return bool(value.exists())
    return value is not None and value != "" and value != []


@dataclass(frozen=True)
class AccountName:
    """Replaces a page's field that refers to an account. Django would show the field as a link."""

    field: str
    short_description: str

    @property
    def __name__(self) -> str:
        """Django looks up the field's help text by this name."""
        return self.field

    def __call__(self, row: Model) -> str:
        account = getattr(row, self.field)
        return admin.site.empty_value_display if account is None else str(account)


def replace_account_links(model: type[Model], fields: Sequence[Any]) -> list[Any]:
    """The fields of a read-only page, with each account field replaced by the account's name."""
    return [_without_link(model, field) if isinstance(field, str) else field for field in fields]


def _without_link(model: type[Model], field: str) -> str | AccountName:
    try:
        column: Any = model._meta.get_field(field)
    except FieldDoesNotExist:  # a method of the admin page
        return field
    return AccountName(field, column.verbose_name) if column.is_relation and column.related_model is User else field
