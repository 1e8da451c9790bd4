"""What is wrong with what was sent, by where it stands there."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.statement_columns import columns_of
from factcheck.record.statements.checks import check
from factcheck.record.statements.parts import Part

Said = Mapping[str, Any]
Problem = tuple[str, str]  # a JSON pointer (RFC 6901) and a sentence


class Invalid(EditorialError):
    """`problems` says what is to be changed, and where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(*(sentence for _pointer, sentence in self.problems))


def fill(row: models.Model, said: Said) -> None:
    """Puts what was said into the columns of the same names; null is the empty text."""
    for name, value in columns_of(type(row), said).items():
        setattr(row, name, value)


def problems_of(row: models.Model, place: str, *, besides: Iterable[str] = ()) -> list[Problem]:
    """What the row's own rules refuse; `besides` are fields that are not the program's to set. Normalises its texts."""
    try:
        row.clean_fields(exclude=set(besides))
        row.clean()
    except ValidationError as refused:
        found = refused.message_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.messages}
        return [
            (place if name == NON_FIELD_ERRORS else f"{place}/{name}", sentence)
            for name, sentences in found.items()
            for sentence in sentences
        ]
    return []


def require_valid(statement: Mapping[str, Any], model: type[Part]) -> None:
    """Holds what is to be published against the statement's own rules. Raises EditorialError."""
    if faults := check(statement, model):
        raise EditorialError(*(f"{fault.pointer.strip('/')}: {fault.message(gettext)}" for fault in faults))
