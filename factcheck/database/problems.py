"""Problems with the database, whose messages tell the operator what to do."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError


class DatabaseProblem(ImproperlyConfigured):
    """A problem whose message is for the operator. ``manage.py`` shows it without a traceback."""


class DatabaseUnavailable(DatabaseProblem, OperationalError):
    """The error of a database that isn't responding or refuses the login.

    A running site handles this error like a lost connection.
    """


class DiskFull(DatabaseProblem):
    """The error of a full disk, on which the database or the site's files are."""

    def __init__(self, place: Path | str) -> None:
        super().__init__(f"The disk of {place} is full. Free some space and start again.")


def reports_full_disk(words: str) -> bool:
    """Return whether a message from PostgreSQL or from the system reports a full disk."""
    return any(each in words for each in ("No space left on device", "Disk quota exceeded", "Check free disk space"))


def caused_by_full_disk(error: BaseException | None) -> bool:
    """Return whether a full disk caused the error, or an earlier error that led to this error."""
    while error is not None:
        if reports_full_disk(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False
