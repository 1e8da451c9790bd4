"""Who it was, in words: the page of an account opens for account administrators alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from factcheck.editorial.models import User


@dataclass(frozen=True)
class NameOf:
    """Stands among the fields of a page in place of one that refers to an account, of which Django makes a link."""

    field: str
    short_description: str

    @property
    def __name__(self) -> str:
        """By which Django finds the field's help."""
        return self.field

    def __call__(self, row: Model) -> str:
        who = getattr(row, self.field)
        return admin.site.empty_value_display if who is None else str(who)


def names_for_links(model: type[Model], fields: Sequence[Any]) -> list[Any]:
    """The fields of a page that is only read, each that refers to an account as a name."""
    return [_name(model, field) if isinstance(field, str) else field for field in fields]


def _name(model: type[Model], field: str) -> str | NameOf:
    try:
        found: Any = model._meta.get_field(field)
    except FieldDoesNotExist:  # a method of the page
        return field
    return NameOf(field, found.verbose_name) if found.is_relation and found.related_model is User else field
