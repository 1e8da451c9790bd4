"""Read-only fields: a field without a value isn't shown, because it says nothing."""

from typing import Any

from django.contrib.admin.utils import lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Manager, Model


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
