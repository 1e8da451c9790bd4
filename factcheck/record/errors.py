"""Errors of the record."""

from django.core.exceptions import ImproperlyConfigured


class RecordError(Exception):
    """The error for a publication that the record rejects.

    The message gives the reason and the next step, in the editor's language.
    """


class SetupError(RecordError, ImproperlyConfigured):
    """The error for settings with which nothing can be published. `manage.py` prints only the message."""


class NoPictureRoom(RecordError):
    """The error if a picture can't be read now. A publication without it would lose the picture in silence."""


class DamagedError(ImproperlyConfigured):
    """The error for a stored document that doesn't match its digest in the log, so nobody can read it.

    Only the message is logged.
    """
