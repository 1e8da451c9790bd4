"""Passkeys (WebAuthn level 2). A passkey checks the person by a PIN or biometrics, so it also replaces the password.

Challenges are signed and put into the form, so that opening the login page doesn't need a session. Each challenge can
be used once.
"""

import hashlib
import ipaddress
import json
import struct
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from factcheck.editorial.encryption import decrypt, encrypt
from factcheck.editorial.errors import AlreadyDone, EditorialError, WrongFactor
from factcheck.editorial.events import record_account_event
from factcheck.editorial.models import SecondFactor, SignInCounter, User
from factcheck.record.approvals.assertions import Assertion, public_key_text

SECONDS = 600  # the lifetime of a challenge
_SALT = "factcheck.sign_in.passkeys"
_STORED = "sign_in.passkeys"  # the purpose of the key that encrypts the credentials
_VERIFIED = UserVerificationRequirement.REQUIRED
_LONGEST = 20_000  # characters of a browser's answer
_REFUSED = _("The passkey wasn’t accepted. The page may have been open for too long. Try again.")
# The exceptions that fido2 raises for answers that no browser sends.
_MALFORMED = (
    ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, struct.error, InvalidSignature,
    UnsupportedAlgorithm, signing.BadSignature,
)  # fmt: skip


def hostname(request: HttpRequest) -> str:
    """Return the host of the page, to which passkeys belong. `get_host` has checked ALLOWED_HOSTS."""
    return urlsplit(f"//{request.get_host()}").hostname or ""


def are_possible(request: HttpRequest) -> bool:
    """Return whether the site can use passkeys. Browsers refuse passkeys for IP addresses."""
    try:
        ipaddress.ip_address(hostname(request))
    except ValueError:
        return True
    return False


def adding_options(request: HttpRequest, user: User) -> dict[str, str]:
    """Return the options for the browser as JSON, and the signed challenge."""
    known = [_credential(row) for row in user.second_factors.passkeys()]
    entity = PublicKeyCredentialUserEntity(id=str(user.pk).encode(), name=user.get_username(), display_name=str(user))
    options, state = _server(request).register_begin(
        entity, known, resident_key_requirement=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
    )
    return _for_form(options, state, user)


@transaction.atomic
def add_passkey(request: HttpRequest, *, user: User, answer: str, challenge: str, name: str) -> SecondFactor:
    """Store the passkey from the browser's answer. Raises EditorialError if the answer doesn't fit the challenge."""
    try:
        state = _state(challenge, user)
        found = _server(request).register_complete(state, _parse(answer))
    except _MALFORMED as error:
        raise WrongFactor(_REFUSED) from error
    _use_once(challenge)
    credential = found.credential_data
    if credential is None:
        raise WrongFactor(_REFUSED)
    if SecondFactor.objects.filter(key=_key(credential.credential_id)).exists():
        raise AlreadyDone(_("This passkey has already been added."))
    factor = SecondFactor.objects.create(
        user=user,
        kind=SecondFactor.Kind.PASSKEY,
        name=name,
        key=_key(credential.credential_id),
        secret=encrypt(bytes(credential).hex(), _STORED),
        counter=found.counter,
    )
    record_account_event(user, "second_factor.added", user, kind=factor.kind, name=factor.name)
    return factor


def asking_options(request: HttpRequest, user: User | None = None) -> dict[str, str]:
    """Return options for a login with any passkey of the site, or with one of the person's passkeys."""
    rows = user.second_factors.passkeys() if user else []
    options, state = _server(request).authenticate_begin(
        [_credential(row) for row in rows] or None, user_verification=_VERIFIED
    )
    return _for_form(options, state, user)


@transaction.atomic
def check_passkey(request: HttpRequest, *, answer: str, challenge: str, user: User | None = None) -> User | None:
    """Return the active account of the passkey, or None if the answer is wrong, late or repeated."""
    try:
        state = _state(challenge, user)
        response = AuthenticationResponse.from_dict(_parse(answer))
        rows = SecondFactor.objects.passkeys().select_for_update()
        row = rows.get(key=_key(response.raw_id))
        _server(request).authenticate_complete(state, [_credential(row)], response)
        _use_once(challenge)
    except (*_MALFORMED, SecondFactor.DoesNotExist, EditorialError):
        return None
    counter = response.response.authenticator_data.counter
    if (user is not None and row.user_id != user.pk) or (counter <= row.counter and (counter or row.counter)):
        return None  # a copied passkey is recognised by a counter that doesn't grow
    row.counter, row.used_at = counter, timezone.now()
    row.save(update_fields=["counter", "used_at"])
    return row.user if row.user.is_active else None


def signing_options(request: HttpRequest, user: User, keys: Iterable[str], challenge: bytes) -> str:
    """Return the options for a signature of this challenge with one of the person's passkeys, as JSON."""
    known = [_credential(row) for row in user.second_factors.passkeys().filter(key__in=keys)]
    options, _state = _server(request).authenticate_begin(known, user_verification=_VERIFIED, challenge=challenge)
    return json.dumps(dict(options))


def read_signature(answer: str) -> Assertion:
    """Return the signature in the browser's answer. Raises WrongFactor."""
    try:
        found = _parse(answer)
        parts = [found["response"][name] for name in ("authenticatorData", "clientDataJSON", "signature")]
        return Assertion(_key(websafe_decode(found["rawId"])), *map(str, parts))
    except _MALFORMED as error:
        raise WrongFactor(_REFUSED) from error


def public_key(row: SecondFactor) -> str:
    """Return the public key of a passkey, as the log's signer keeps it. Raises ApprovalError for other algorithms."""
    return public_key_text(_credential(row).public_key)


def _server(request: HttpRequest) -> Fido2Server:
    origin = f"{request.scheme}://{request.get_host()}"
    entity = PublicKeyCredentialRpEntity(id=hostname(request), name=hostname(request))
    return Fido2Server(entity, verify_origin=lambda found: found == origin)


def _for_form(options: Any, state: Any, user: User | None) -> dict[str, str]:
    challenge = signing.dumps([user.pk if user else 0, state], salt=_SALT)
    return {"options": json.dumps(dict(options)), "challenge": challenge}


def _state(challenge: str, user: User | None) -> Any:
    account, state = signing.loads(challenge, salt=_SALT, max_age=SECONDS)
    if account != (user.pk if user else 0):
        raise signing.BadSignature
    return state


def _parse(answer: str) -> Any:
    if len(answer) > _LONGEST:
        raise ValueError("the answer is too long")
    return json.loads(answer)


def _use_once(challenge: str) -> None:
    key = f"challenge:{hashlib.sha256(challenge.encode()).hexdigest()}"
    if not SignInCounter.objects.get_or_create(key=key)[1]:
        raise WrongFactor(_REFUSED)


def _credential(row: SecondFactor) -> AttestedCredentialData:
    return AttestedCredentialData(bytes.fromhex(decrypt(row.secret, _STORED) or ""))


def _key(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()
