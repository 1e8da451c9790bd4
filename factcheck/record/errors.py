"""What the record says when it cannot take something."""


class RecordError(Exception):
    """The record cannot take this; the text says why and what to do; what editors can meet is in their language."""


class SetupError(RecordError):
    """As the site is set up nothing can be published, whatever it is; who runs the site can mend that."""
