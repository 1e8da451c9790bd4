"""Model fields for text that people write: bounded, in NFC, without control characters.

The rule is held three times over: forms and `full_clean` give an editor a sentence, saving
normalises what comes from programs, and the column's CHECK refuses what goes round both.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, RegexValidator, URLValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from factcheck.record.text import clean_text, find_forbidden

# The same characters as factcheck.record.text refuses, as PostgreSQL spells them.
_FORBIDDEN_SQL = r"[\u0001-\u0008\u000b-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]"

URL_LENGTH = 2000
_SCHEME = re.compile(r"\Ahttps?:", re.IGNORECASE)
LANGUAGE_LENGTH = 35  # RFC 5646, section 4.4.1

validate_language_tag = RegexValidator(
    r"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*\Z",
    _("Write the language as a tag such as vi, en or pt-BR (BCP 47)."),
    "invalid_language",
)


def validate_characters(value: str) -> None:
    """Refuses control characters, which programs read differently from people."""
    if forbidden := find_forbidden(value):
        raise ValidationError(
            _("The character %(character)s cannot be stored. Delete it or type the text again."),
            code="forbidden_character",
            params={"character": forbidden},
        )


class ProseField(models.TextField[str, str]):
    """Text of several lines with a limit in characters; absent is "" (JSON: null)."""

    def __init__(self, verbose_name: Any = None, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(verbose_name, max_length=max_length, **kwargs)
        self.validators = [*self.validators, MaxLengthValidator(max_length), validate_characters]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return clean_text(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Normalised on the instance too, so that the bytes built from it are those that are stored."""
        value = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return value

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        name = connection.ops.quote_name(str(self.column))
        return f"{name} IS NFC NORMALIZED AND char_length({name}) <= {self.max_length} AND {name} !~ '{_FORBIDDEN_SQL}'"


class LineField(ProseField):
    """The same on one line: line breaks and runs of white space become one space."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return " ".join(value.split()) if isinstance(value, str) else value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"widget": forms.TextInput, **kwargs})


class WebAddressField(LineField):
    """An absolute http or https address."""

    def __init__(self, verbose_name: Any = None, *, max_length: int = URL_LENGTH, **kwargs: Any) -> None:
        super().__init__(verbose_name, max_length=max_length, **kwargs)
        self.validators = [*self.validators, validate_web_address]

    def to_python(self, value: Any) -> Any:
        """The scheme in lower case, however it was typed: telephones begin a line with a capital letter."""
        value = super().to_python(value)
        return _SCHEME.sub(lambda found: found[0].lower(), value) if isinstance(value, str) else value

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        name = connection.ops.quote_name(str(self.column))
        return rf"{super().db_check(connection)} AND {name} ~ '^(https?://[^[:space:]/]+.*)?$'"


def validate_web_address(value: str) -> None:
    """An address that a browser opens: http or https, a host and no account before it, no white space.

    Real addresses have underscores in hosts, unescaped brackets and other scripts in paths; refusing
    them would lose true citations, so this asks for less than Django's URLValidator.
    """
    if len(value) > URL_LENGTH:  # which MaxLengthValidator says; urlsplit is slow with many marks
        return
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    unsafe = set(URLValidator.unsafe_chars) | {" ", "<", ">", '"'}
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or port == 0 or unsafe & set(value):
        raise ValidationError(
            _("Write the whole address, beginning with https:// or http://, without spaces."), code="invalid_url"
        )
    if "@" in parts.netloc:
        raise ValidationError(
            _("Leave out what stands before the @: it hides of which site the address is."), code="invalid_url"
        )


class LanguageField(LineField):
    """A BCP 47 language tag; "und" where the language is not known."""

    def __init__(self, verbose_name: Any = None, *, max_length: int = LANGUAGE_LENGTH, **kwargs: Any) -> None:
        super().__init__(verbose_name, max_length=max_length, **kwargs)
        self.validators = [*self.validators, validate_language_tag]


def web_addresses(**kwargs: Any) -> ArrayField[list[str], list[str]]:
    """A list of addresses, in the order in which they are written."""
    return ArrayField(WebAddressField(), default=list, blank=True, size=50, **kwargs)
