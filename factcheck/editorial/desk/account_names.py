"""Shows account names instead of links, because only account administrators can open an account's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from factcheck.editorial.models import User


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
