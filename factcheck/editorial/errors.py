"""Errors on the newsroom's side, with texts for editors."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.record.errors import NoPictureRoom, RecordError, SetupError


class EditorialError(Exception):
    """The refusal of an action. Each reason tells the editor what is missing or what to do.

    `code` is for programs: the name of the class, such as `changed_since`. Each class is raised for one kind of
    refusal, so tests check the class, not the sentence.
    """

    code = ""

    def __init_subclass__(cls) -> None:
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, *reasons: str | Promise) -> None:
        super().__init__(*reasons)
        self.reasons: Sequence[str | Promise] = reasons

    def __str__(self) -> str:
        return " ".join(str(reason) for reason in self.reasons)


class NotAllowed(EditorialError):
    """The person isn't allowed to use the action, regardless of the draft's state."""


class NotMember(NotAllowed):
    """The person has no role in the newsroom."""


class NeedsOtherPerson(NotAllowed):
    """The person wrote, proposed or submitted this, so someone else has to decide."""


class NeedsChiefEditor(NotAllowed):
    """One of the two people has to be a Chief editor."""


class AlreadyDecided(EditorialError):
    """Someone has already approved or returned the proposal."""


class AlreadyDone(EditorialError):
    """There is nothing left to do, for example because the name has already been confirmed."""


class Ambiguous(EditorialError):
    """Several newsrooms fit, so one has to be chosen."""


class ChangedSince(EditorialError):
    """The content has changed since the person read it, or since it was submitted."""


class Frozen(EditorialError):
    """The newsroom has frozen its publishing."""


class Incomplete(EditorialError):
    """Something has to be written or chosen first. Each reason is one of these things."""


class LastDecider(EditorialError):
    """Nobody else could decide in one of the person's newsrooms or on accounts."""


class LastFactor(EditorialError):
    """The factor is the account's only second factor."""


class NotEmpty(EditorialError):
    """The demo newsroom requires an empty database."""


class NotFound(EditorialError):
    """The account, the membership or the saved state doesn't exist."""


class NotPublic(EditorialError):
    """The review or the claim isn't public, so readers couldn't open it."""


class OverQuota(EditorialError):
    """The files or texts of the account or of the newsroom would take too much room."""


class NoCleanRoom(EditorialError):
    """The process that decodes files doesn't answer."""


class RefusedByRecord(EditorialError):
    """The record rejected the publication."""


class RepeatsContent(EditorialError):
    """A public note repeats what has to be erased, or what must not stay in the log forever."""


class SameClaim(EditorialError):
    """The two claims of a merge or a replacement are the same."""


class Setup(EditorialError):
    """Only the site's operator can correct this, in the settings."""


class TooLarge(EditorialError):
    """The text, the file or the picture is too large."""


class TooLate(EditorialError):
    """The action is no longer possible."""


class TooSoon(EditorialError):
    """The action is possible later."""


class Undecided(EditorialError):
    """Another proposal or import about this is waiting for a decision."""


class Unsigned(EditorialError):
    """The submitter hasn't signed yet."""


class UnreadableFile(EditorialError):
    """The file is damaged, or files of this kind can't be kept."""


class WrongFactor(EditorialError):
    """The code or the passkey is wrong."""


class WrongState(EditorialError):
    """The state of the review, demand, claim or import doesn't allow the action."""


class WrongValue(EditorialError):
    """A value is not valid."""


@contextmanager
def translate_record_errors() -> Iterator[None]:
    """Convert errors from the record into EditorialError."""
    try:
        yield
    except SetupError as fault:
        raise Setup(str(fault), _("Send this message to the site’s operator.")) from fault
    except NoPictureRoom as problem:
        raise NoCleanRoom(str(problem)) from problem
    except RecordError as refusal:
        raise RefusedByRecord(str(refusal)) from refusal
