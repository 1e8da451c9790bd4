"""What a verb says when it cannot do what was asked."""

from collections.abc import Sequence

from django.utils.functional import Promise


class EditorialError(Exception):
    """A refusal that an editor can act on: each reason says what is missing and what to do."""

    def __init__(self, *reasons: str | Promise) -> None:
        super().__init__(*reasons)
        self.reasons: Sequence[str | Promise] = reasons

    def __str__(self) -> str:
        return " ".join(str(reason) for reason in self.reasons)


class NotAllowed(EditorialError):
    """The person may not do this, whatever the state of the draft."""
