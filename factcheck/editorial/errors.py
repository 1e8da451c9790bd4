"""What a verb says when it cannot do what was asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.record.errors import RecordError, SetupError


class EditorialError(Exception):
    """A refusal that an editor can act on: each reason says what is missing and what to do."""

    def __init__(self, *reasons: str | Promise) -> None:
        super().__init__(*reasons)
        self.reasons: Sequence[str | Promise] = reasons

    def __str__(self) -> str:
        return " ".join(str(reason) for reason in self.reasons)


class NotAllowed(EditorialError):
    """The person may not do this, whatever the state of the draft."""


@contextmanager
def translate_record_errors() -> Iterator[None]:
    """What the record refuses in here, the verb refuses."""
    try:
        yield
    except SetupError as fault:
        theirs = _("Tell whoever runs the site what stands here.")
        raise EditorialError(str(fault), theirs) from fault
    except RecordError as refusal:
        raise EditorialError(str(refusal)) from refusal
