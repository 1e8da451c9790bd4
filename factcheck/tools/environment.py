"""Reads environment variables for the settings. An invalid value raises an error with a sentence for the operator."""

import os
import re
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

_SECRET = re.compile("(?<!VERIFIER_)KEY|SECRET|PASSWORD|TOKEN")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_read: set[str] = set()


def environment(name: str, default: str = "") -> str:
    _read.add(name)
    return os.environ.get(name, "").strip() or default


def switch(name: str, *, possible: bool, because: str) -> bool:
    """Return whether the switch is on. It can't be on for a public site, `because` of the reason."""
    value = environment(name, "off").lower()
    if value not in ("on", "1", "true", "yes", "off", "0", "false", "no"):
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to on or off.")
    is_on = value in ("on", "1", "true", "yes")
    if is_on and not possible:
        raise ImproperlyConfigured(f"{name} is set for a public site. Unset it, because {because}.")
    return is_on


def _split(text: str) -> SplitResult:
    """Return the parts of a URL. They are empty if the port isn't a number, or if a bracket is missing."""
    try:
        url = urlsplit(text)
        return urlsplit("") if url.port == 0 or url.netloc.endswith(":") else url
    except ValueError:
        return urlsplit("")


def web_address(name: str, *, example: str) -> str:
    """Return an http or https URL, or an empty text."""
    text = environment(name)
    url = _split(text)
    if text and (url.scheme not in ("http", "https") or not url.hostname):
        raise ImproperlyConfigured(f"{name} is {text!r}. Set a URL, for example {example}.")
    return text


def email_address(name: str, default: str) -> str:
    """Return an e-mail address, which may have a name: `Newsroom <desk@example.org>`."""
    text = environment(name)
    if not text:
        return default
    try:
        validate_email(parseaddr(text)[1])
    except ValidationError:
        raise ImproperlyConfigured(
            f"{name} is {text!r}. Set an e-mail address, for example factcheck@example.org."
        ) from None
    return text


def contact(name: str, *, example: str) -> str:
    """Return a URL at which people reach somebody, or an empty text."""
    text = environment(name)
    if text and not text.startswith(("mailto:", "https://", "tel:")):
        raise ImproperlyConfigured(f"{name} is {text!r}. Set a URL with its scheme, for example mailto:{example}.")
    return text


def site_url(name: str, default: str) -> str:
    """Return the URL of the site in one spelling, because published bodies contain it."""
    text = environment(name, default)
    url = _split(text.rstrip("/"))
    host = url.netloc.lower().removesuffix({"https": ":443", "http": ":80"}.get(url.scheme, ""))
    if url.scheme not in ("http", "https") or not url.hostname or url[2:] != ("", "", "") or url.username is not None:
        raise ImproperlyConfigured(
            f"{name} is {text!r}. Set only the scheme and the host, for example https://factcheck.example.org."
        )
    return f"{url.scheme}://{host}"


def is_local(url: str) -> bool:
    """Whether the URL leads to this machine."""
    return urlsplit(url).hostname in _LOOPBACK


def choice(name: str, default: str, values: Sequence[str]) -> str:
    text = environment(name, default)
    for value in values:
        if text.lower() == value.lower():
            return value
    raise ImproperlyConfigured(f"{name} is {text!r}. Set it to {', '.join(values[:-1])} or {values[-1]}.")


def number(name: str, default: int, *, minimum: int = 1, maximum: int | None = None) -> int:
    text = environment(name, str(default))
    value = int(text) if text.isdecimal() else -1
    if value < minimum or (maximum is not None and value > maximum):
        span = f"of {minimum} or more" if maximum is None else f"from {minimum} to {maximum}"
        raise ImproperlyConfigured(f"{name} is {text!r}. Set a number {span}, for example {default}.")
    return value


def rate(name: str, default: str) -> str:
    """Return a rate, or an empty text for no limit."""
    text = environment(name, default)
    if text.lower() in ("off", "none", "0"):
        return ""
    if not re.fullmatch(r"[1-9][0-9]*/(s|sec|second|m|min|minute|h|hour)", text):
        raise ImproperlyConfigured(
            f"{name} is {text!r}. Set a number, a slash and s, min or hour, for example {default}, or set off."
        )
    return text


def without_secrets(*others: str) -> dict[str, str]:
    """Return the variables that are set, with a note in place of each secret, and URLs without their passwords.

    ``others`` are variables that other modules read.
    """
    found = {name: os.environ.get(name, "").strip() for name in {*_read, *others}}
    return {
        name: "(a secret, which the backup doesn't contain)" if _SECRET.search(name) else _without_password(value)
        for name, value in found.items()
        if value
    }


def _without_password(value: str) -> str:
    value = re.sub(r"(?<=://)([^/?#@]*?):[^/?#]*@", r"\1@", value)
    return re.sub(r"([?&]password=)[^&]*", r"\1", value)


# The schemes of EMAIL_URL and their usual ports: STARTTLS, TLS from the start, and no TLS on this machine.
MAIL_PORTS = {"smtp+tls": 587, "smtps": 465, "smtp": 25}


def mail_settings(text: str, *, otherwise: str) -> dict[str, Any]:
    """Return Django's settings for the mail server, or for the backend ``otherwise`` if the text is empty."""
    if not text:
        return {"EMAIL_BACKEND": f"django.core.mail.backends.{otherwise}.EmailBackend"}
    url = _split(text)
    plain = url.scheme == "smtp" and url.hostname not in _LOOPBACK
    if url.scheme not in MAIL_PORTS or not url.hostname or plain or url.path.strip("/") or url.query:
        raise ImproperlyConfigured(
            "EMAIL_URL isn't valid. Set the URL of a mail server, for example smtp+tls://user:password@mail.example.org:587."
            " Use smtp:// only for a server on this machine."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or MAIL_PORTS[url.scheme],
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp+tls",
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_TIMEOUT": 20,
    }
