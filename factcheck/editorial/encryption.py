"""Encryption of second factors and readers' messages, so that a copy of the database alone reveals neither.

Each purpose of second factors has a key that is derived from SECRET_KEY. Readers' messages have separate keys in
MESSAGES_KEY: the first key encrypts, and every key decrypts. Anyone who controls a process that has the keys can read
the factors and the messages.
"""

import re
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.fields import LineField, ProseField, WebAddressField
from factcheck.tools.private_files import write_private_file
from factcheck.tools.secret_key import derive_key

_KEY = re.compile(r"[A-Za-z0-9+/_-]{43}=")


class KeyProblem(EditorialError):
    """The error if MESSAGES_KEY is missing or invalid, or lacks the key of an older message."""


class Encrypted(str):
    """The encrypted value of a column. Its type tells the fields that the value has already been encrypted."""

    __slots__ = ()


def encrypt(text: str, purpose: str) -> str:
    return _derived(purpose).encrypt(text.encode()).decode()


def decrypt(token: str, purpose: str, *, seconds: int | None = None) -> str | None:
    """Return the text, or None if the token is invalid or older than this many seconds."""
    try:
        return _derived(purpose).decrypt(token.encode(), ttl=seconds).decode()
    except (InvalidToken, UnicodeEncodeError):
        return None


def encrypt_message(text: str) -> str:
    return _keys(create=True).encrypt(text.encode()).decode()


def decrypt_message(token: str) -> str:
    """Return the text of the message. Raises KeyProblem if no key can decrypt it."""
    try:
        return _keys().decrypt(token).decode()
    except InvalidToken as problem:
        raise KeyProblem(
            _(
                "This message can’t be read, because MESSAGES_KEY doesn’t contain the key that encrypted it. The"
                " message is still stored. Ask the site’s operator to add the old key."
            )
        ) from problem


def _keys(*, create: bool = False) -> MultiFernet:
    """Return the keys in MESSAGES_KEY: the setting's value, or the lines of the file that it names. Raises KeyProblem.

    The error shows the value only if the value is certainly a path. Otherwise it could be a damaged key.
    """
    value = settings.MESSAGES_KEY
    file = Path(value)
    try:
        if create and settings.LOCAL and file.is_absolute() and not file.exists():
            with suppress(FileExistsError):  # another process has already created the file
                write_private_file(file, f"{Fernet.generate_key().decode()}\n")
        is_path = file.is_absolute() and not _KEY.fullmatch(value)
        keys = (file.read_text() if is_path else value).replace(",", " ").split()
    except (OSError, UnicodeDecodeError) as problem:
        raise KeyProblem(
            _("The key for readers’ messages can’t be read: MESSAGES_KEY refers to %(file)s (%(reason)s). The messages"
              " are still stored. Send this sentence to the site’s operator.")
            % {"file": file, "reason": getattr(problem, "strerror", None) or _("not a text file")}
        ) from problem  # fmt: skip
    if not keys or not all(map(_KEY.fullmatch, keys)):
        raise KeyProblem(
            _(
                "MESSAGES_KEY is not a valid key for readers’ messages. The messages are still stored. Ask the site’s"
                " operator to set a key from: openssl rand -base64 32"
            )
        )
    return MultiFernet([Fernet(key.replace("+", "-").replace("/", "_")) for key in keys])


def _derived(purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(derive_key(purpose)))


def find_key_problem() -> str | None:
    """Return a sentence for the desk if MESSAGES_KEY can't be used, or None.

    A local site creates its key with the first message, so a missing file isn't a problem there.
    """
    if settings.LOCAL and not Path(settings.MESSAGES_KEY).exists():
        return None
    try:
        _keys()
    except KeyProblem as problem:
        return str(problem)
    return None


class _Decrypted(DeferredAttribute):
    """A model attribute that decrypts the stored value each time it is read.

    A row whose key is missing can therefore still be listed and saved.
    """

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        return decrypt_message(value) if isinstance(value, Encrypted) else value

    def __set__(self, instance: Any, value: Any) -> None:
        """Set the stored value.

        Only a descriptor with this method has priority over the instance's dictionary, so that Python calls `__get__`.
        """
        instance.__dict__[self.field.attname] = value


class _EncryptedMixin(ProseField):
    """A text field that is encrypted in the database. Empty texts stay empty. The database refuses unencrypted text."""

    descriptor_class = _Decrypted

    def from_db_value(self, value: str | None, *_context: Any) -> str | None:
        return Encrypted(value) if value else value

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Encrypted) else super().to_python(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        stored = model_instance.__dict__.get(self.attname)
        return stored if isinstance(stored, Encrypted) else super().pre_save(model_instance, add)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt_message(value) if value and not isinstance(value, Encrypted) else value and str(value)

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        # A character has up to four bytes, and Fernet writes three bytes as four characters. 200 characters are enough
        # for Fernet's own parts.
        name = connection.ops.quote_name(str(self.column))
        longest = 6 * (self.max_length or 0) + 200
        return f"char_length({name}) <= {longest} AND {name} ~ '^(gAAAA[A-Za-z0-9_-]+={{0,2}})?$'"


class EncryptedProseField(_EncryptedMixin, ProseField):
    pass


class EncryptedLineField(_EncryptedMixin, LineField):
    pass


class EncryptedWebAddressField(_EncryptedMixin, WebAddressField):
    pass
