"""Validation of submitted content. Each problem has a JSON pointer to its position."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext

from factcheck.editorial.drafts.statement_columns import columns_of
from factcheck.editorial.errors import EditorialError, WrongValue
from factcheck.record.statements.checks import check
from factcheck.record.statements.parts import Part

Values = Mapping[str, Any]
Problem = tuple[str, str]  # a JSON pointer (RFC 6901) and a message
Row = TypeVar("Row", bound=models.Model)


class Invalid(EditorialError):
    """The refusal of invalid content. `problems` lists the positions and what has to be changed there."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(*(sentence for _pointer, sentence in self.problems))


def fill(row: Row, values: Values, place: str, problems: list[Problem], *, exclude: Iterable[str]) -> Row:
    """Set the columns that have the same names as the values, and return the row.

    Null becomes an empty text, and texts are normalised. The row's validation errors are added to `problems`, with
    pointers below `place`. Fields in `exclude` aren't checked.
    """
    for name, value in columns_of(type(row), values).items():
        setattr(row, name, value)
    try:
        row.clean_fields(exclude=set(exclude))
        row.clean()
    except ValidationError as refused:
        found = refused.message_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.messages}
        problems += [
            (place if name == NON_FIELD_ERRORS else f"{place}/{name}", sentence)
            for name, sentences in found.items()
            for sentence in sentences
        ]
    return row


def require_valid(statement: Part) -> None:
    """Raise WrongValue unless the statement is valid."""
    if faults := check(statement.to_json_object(), type(statement)):
        raise WrongValue(*(f"{fault.pointer.strip('/')}: {fault.message(gettext)}" for fault in faults))
