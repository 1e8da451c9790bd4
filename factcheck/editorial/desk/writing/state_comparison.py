"""The comparison of two states of a draft, field by field and word by word."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from factcheck.editorial.drafts.saved_states import ROWS, Content, columns_of
from factcheck.record.formats.word_diff import Piece, word_diff


@dataclass(frozen=True)
class Difference:
    """A field with different texts in two states."""

    name: str
    label: str
    before: str
    after: str

    @property
    def pieces(self) -> list[Piece]:
        return word_diff(self.before, self.after)


def find_differences(
    request: HttpRequest, model: type[models.Model], before: Content, after: Content
) -> list[Difference]:
    """Return the fields whose texts differ, in the order of the model. A list of rows counts as one field."""
    found = []
    for name, label in _names(model):
        if before.get(name) != after.get(name):
            texts = [_text(request, model, name, content.get(name)) for content in (before, after)]
            if texts[0] != texts[1]:
                found.append(Difference(name, str(capfirst(label)), *texts))
    return found


def _names(model: type[models.Model]) -> Iterable[tuple[str, Any]]:
    yield from ((field.name, field.verbose_name) for field in columns_of(model))
    yield from ((field.name, field.verbose_name) for field in model._meta.many_to_many)
    for name, row_model in ROWS[model].items():
        yield name, row_model._meta.verbose_name_plural


def _text(request: HttpRequest, model: type[models.Model], name: str, value: Any) -> str:
    if name not in ROWS[model]:
        return _value(request, model._meta.get_field(name), value)
    columns = [column for column in columns_of(ROWS[model][name]) if column.name not in ("position", "capture")]
    rows = ([_value(request, column, row.get(column.name)) for column in columns] for row in value or ())
    return "\n".join(" · ".join(filter(None, row)) for row in rows)


def _value(request: HttpRequest, field: Any, value: Any) -> str:
    """Return the value as people read it."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.related_model is not None:
        keys = value if isinstance(value, list) else [value]
        rows = list(field.related_model._default_manager.filter(pk__in=keys))
        if admin.site.is_registered(field.related_model):
            model_admin: Any = admin.site.get_model_admin(field.related_model)
            model_admin.show_public_text(request, rows)
        return ", ".join(map(str, rows)) or _("(no longer exists)")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(dict(field.flatchoices).get(value, value))
