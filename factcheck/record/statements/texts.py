"""Marks texts for translation without importing Django. The code that displays a text translates it."""


def _(text: str) -> str:
    return text


def pgettext(context: str, text: str) -> str:
    """Marks a text with a context. Returns the key that is used in gettext catalogues."""
    return f"{context}\x04{text}"
