"""Functions that mark texts for translation without importing Django. The code that displays a text translates it."""


def _(text: str) -> str:
    return text


def pgettext(context: str, text: str) -> str:
    """Return the key for a text with a context, as in gettext catalogues."""
    return f"{context}\x04{text}"
