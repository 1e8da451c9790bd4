"""Problems with the database. Each problem's message tells the operator what to do."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db.utils import OperationalError


class DatabaseProblem(ImproperlyConfigured):
    """Shown without a traceback by ``manage.py``. The message is for the operator."""


class DatabaseUnavailable(DatabaseProblem, OperationalError):
    """The database doesn't respond or rejects the login. A running site treats this error like a broken connection."""


class DiskFull(DatabaseProblem):
    """The disk with the database or the site's files is full."""

    def __init__(self, place: Path | str) -> None:
        super().__init__(f"No space is left on the disk of {place}. Free some space and start again.")


def reports_full_disk(words: str) -> bool:
    """Whether a message from PostgreSQL or the system reports a full disk."""
    return any(each in words for each in ("No space left on device", "Disk quota exceeded", "Check free disk space"))


def caused_by_full_disk(error: BaseException | None) -> bool:
    """Whether a full disk caused the error or one of the errors that led to it."""
    while error is not None:
        if reports_full_disk(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False
