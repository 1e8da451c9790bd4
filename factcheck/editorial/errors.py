"""Errors on the newsroom's side, with texts for editors."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.record.errors import RecordError, SetupError


class EditorialError(Exception):
    """An action was refused. Each reason tells the editor what is missing or what to do."""

    def __init__(self, *reasons: str | Promise) -> None:
        super().__init__(*reasons)
        self.reasons: Sequence[str | Promise] = reasons

    def __str__(self) -> str:
        return " ".join(str(reason) for reason in self.reasons)


class NotAllowed(EditorialError):
    """The person isn't allowed to use the action, regardless of the draft's state."""


@contextmanager
def translate_record_errors() -> Iterator[None]:
    """Converts errors from the record into EditorialError."""
    try:
        yield
    except SetupError as fault:
        raise EditorialError(str(fault), _("Send this message to the site’s operator.")) from fault
    except RecordError as refusal:
        raise EditorialError(str(refusal)) from refusal
