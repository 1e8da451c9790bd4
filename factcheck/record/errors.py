"""Errors of the record."""


class RecordError(Exception):
    """The record refused a publication. The message says why and what to do, in the editor's language."""


class SetupError(RecordError):
    """Nothing can be published until the operator corrects the site's settings."""
