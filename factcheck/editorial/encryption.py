"""Encryption of second factors and readers' messages, so that a copy of the database alone reveals neither.

Each purpose of second factors has a key that is derived from SECRET_KEY. Readers' messages are encrypted with age, to
the public key in MESSAGES_RECIPIENT. Only a process with the private keys in MESSAGES_KEY can read the messages.

Older messages were encrypted with Fernet. Their keys stay in MESSAGES_KEY until the messages are deleted.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyrage
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.fields import LineField, ProseField, WebAddressField
from factcheck.tools.private_files import write_private_file
from factcheck.tools.secret_key import derive_key

_PRIVATE = "AGE-SECRET-KEY-1"
_KEY = re.compile(rf"[A-Za-z0-9+/_-]{{43}}=|{_PRIVATE}[0-9A-Z]{{58}}")
_COMMENT = re.compile("^#.*", re.MULTILINE)  # age-keygen writes comments
_AGE = urlsafe_b64encode(b"age-encryption.org/v1").decode()  # the first characters of a message
_Key = Any  # pyrage.x25519.Identity, which has no types, or Fernet


class KeyProblem(EditorialError):
    """The error if MESSAGES_KEY is missing or invalid, or lacks the key of an older message."""

    silent_variable_failure = True  # a template shows an empty text


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
    """Encrypt the message to MESSAGES_RECIPIENT, or else with the first key in MESSAGES_KEY. Raises KeyProblem."""
    recipient = _recipient()
    if not recipient:
        key = _keys(create=True)[0]
        if isinstance(key, Fernet):
            return key.encrypt(text.encode()).decode()
        recipient = key.to_public()
    return urlsafe_b64encode(pyrage.encrypt(text.encode(), [recipient])).decode()


def decrypt_message(token: str) -> str:
    """Return the text of the message. Raises KeyProblem if no key can decrypt it."""
    for key in _keys():
        with suppress(InvalidToken, pyrage.DecryptError):
            if isinstance(key, Fernet):
                return key.decrypt(token).decode()
            if token.startswith(_AGE):
                text: str = pyrage.decrypt(urlsafe_b64decode(token), [key]).decode()
                return text
    raise KeyProblem(
        _(
            "This message can’t be read, because MESSAGES_KEY doesn’t contain the key that encrypted it. The"
            " message is still stored. Ask the site’s operator to add the old key."
        )
    )


def _recipient() -> _Key:
    """Return the public key in MESSAGES_RECIPIENT, or None if it isn't set. Raises KeyProblem."""
    try:
        return settings.MESSAGES_RECIPIENT and pyrage.x25519.Recipient.from_str(settings.MESSAGES_RECIPIENT)
    except pyrage.RecipientError as problem:
        raise KeyProblem(_("MESSAGES_RECIPIENT is not a public key of age, for example age1…")) from problem


def _keys(*, create: bool = False) -> list[_Key]:
    """Return the keys in MESSAGES_KEY: the setting's value, or the lines of the file that it names. Raises KeyProblem.

    The error shows the value only if the value is certainly a path. Otherwise it could be a damaged key.
    """
    value = settings.MESSAGES_KEY
    file = Path(value)
    try:
        if create and settings.LOCAL and file.is_absolute() and not file.exists():
            with suppress(FileExistsError):  # another process has already created the file
                write_private_file(file, f"{pyrage.x25519.Identity.generate()}\n")
        is_path = file.is_absolute() and not _KEY.fullmatch(value)
        keys = _COMMENT.sub("", file.read_text() if is_path else value).replace(",", " ").split()
    except (OSError, UnicodeDecodeError) as problem:
        raise KeyProblem(
            _("The key for readers’ messages can’t be read: MESSAGES_KEY refers to %(file)s (%(reason)s). The messages"
              " are still stored. Send this sentence to the site’s operator.")
            % {"file": file, "reason": getattr(problem, "strerror", None) or _("not a text file")}
        ) from problem  # fmt: skip
    with suppress(pyrage.IdentityError):
        if keys and all(map(_KEY.fullmatch, keys)):
            return [_parse(key) for key in keys]
    raise KeyProblem(
        _(
            "MESSAGES_KEY is not a valid key for readers’ messages. The messages are still stored. Ask the site’s"
            " operator to set a key from age-keygen."
        )
    )


def _parse(key: str) -> _Key:
    if key.startswith(_PRIVATE):
        return pyrage.x25519.Identity.from_str(key)
    return Fernet(key.replace("+", "-").replace("/", "_"))


def _derived(purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(derive_key(purpose)))


def find_key_problem() -> str | None:
    """Return a sentence for the desk if MESSAGES_KEY can't be used, or None.

    A local site creates its key with the first message, so a missing file isn't a problem there.
    """
    if settings.LOCAL and not Path(settings.MESSAGES_KEY).exists():
        return None
    try:
        decrypt_message(encrypt_message(""))  # MESSAGES_RECIPIENT can belong to another key
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
        # A character has up to four bytes, and three bytes are written as four characters. 800 characters are enough
        # for age's own parts. A message begins with the version of age or of Fernet.
        name = connection.ops.quote_name(str(self.column))
        longest = 6 * (self.max_length or 0) + 800
        return f"char_length({name}) <= {longest} AND {name} ~ '^(({_AGE}|gAAAA)[A-Za-z0-9_-]+={{0,2}})?$'"


class EncryptedProseField(_EncryptedMixin, ProseField):
    pass


class EncryptedLineField(_EncryptedMixin, LineField):
    pass


class EncryptedWebAddressField(_EncryptedMixin, WebAddressField):
    pass
