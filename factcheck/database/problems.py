"""What can be wrong with a database, as one sentence that says what to do."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError


class DatabaseProblem(ImproperlyConfigured):
    """Shown without a traceback by ``manage.py``; the message is one sentence for the operator."""


class DatabaseAway(DatabaseProblem, OperationalError):
    """Nobody answers, or lets us in: to a site that runs the same as a connection that breaks later."""


class DiskFull(DatabaseProblem):
    """No space is left for the database or for what the site keeps beside it."""

    def __init__(self, place: Path | str) -> None:
        super().__init__(f"No space is left on the disk of {place}: free some and start again.")


def says_no_space(words: str) -> bool:
    """Whether a message of PostgreSQL or of the system says that a disk is full."""
    return any(each in words for each in ("No space left on device", "Disk quota exceeded", "Check free disk space"))


def came_of_no_space(error: BaseException | None) -> bool:
    """Whether the error, or one that it followed from, says so."""
    while error is not None:
        if says_no_space(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False
