"""What is wrong with what was sent, by where it stands there."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from factcheck.editorial.errors import EditorialError

Said = Mapping[str, Any]
Problem = tuple[str, str]  # a JSON pointer (RFC 6901) and a sentence


class Invalid(EditorialError):
    """`problems` says what is to be changed, and where."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(*(sentence for _pointer, sentence in self.problems))


def fill(row: models.Model, said: Said, names: Iterable[str]) -> None:
    """Puts those of the named texts that were said into the row; null is the empty text."""
    for name in names:
        if name in said:
            setattr(row, name, said[name] or "")


def read_date(said: Said, name: str) -> date | None:
    return date.fromisoformat(said[name]) if said.get(name) else None


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
