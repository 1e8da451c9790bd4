"""Errors of the record."""

from django.core.exceptions import ImproperlyConfigured


class RecordError(Exception):
    """The record rejected a publication. The message gives the reason and the next step, in the editor's language."""


class SetupError(RecordError, ImproperlyConfigured):
    """Nothing can be published until the operator has corrected the settings. `manage.py` prints only the message."""


class DamagedError(ImproperlyConfigured):
    """A stored document doesn't have its digest in the log, so nobody can read it. Only the message is logged."""
