"""Errors of the record."""


class RecordError(Exception):
    """The record rejected a publication. The message gives the reason and the next step, in the editor's language."""


class SetupError(RecordError):
    """Nothing can be published until the operator has corrected the site's settings."""
