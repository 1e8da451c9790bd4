"""What the record says when it cannot take something."""


class RecordError(Exception):
    """The record cannot take this; the text says why and what to do."""
