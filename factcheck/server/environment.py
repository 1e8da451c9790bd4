"""Reads environment variables for the settings. An invalid value raises an error with a sentence for the operator."""

import os
import re

from django.core.exceptions import ImproperlyConfigured


def environment(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def switch(name: str) -> bool:
    value = environment(name, "off").lower()
    if value not in ("on", "1", "true", "yes", "off", "0", "false", "no"):
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to on or off.")
    return value in ("on", "1", "true", "yes")


def number(name: str, default: int, *, least: int = 1, most: int | None = None) -> int:
    text = environment(name, str(default))
    value = int(text) if text.isdecimal() else -1
    if value < least or (most is not None and value > most):
        span = f"of {least} or more" if most is None else f"from {least} to {most}"
        raise ImproperlyConfigured(f"{name} is {text!r}. Set a number {span}, for example {default}.")
    return value


def rate(name: str, default: str) -> str:
    """Return a rate, or an empty text for no limit."""
    text = environment(name, default)
    if text.lower() in ("off", "none", "0"):
        return ""
    if not re.fullmatch(r"[1-9][0-9]*/(s|sec|second|m|min|minute|h|hour|d|day)", text):
        raise ImproperlyConfigured(
            f"{name} is {text!r}. Set a number, a slash and s, min, hour or day, for example {default}, or set off."
        )
    return text
