"""Second factors of an account: adding and removing factors, and checking codes."""

import base64
import hmac
import secrets
import time
from urllib.parse import quote, urlencode

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.encryption import decrypt, encrypt
from factcheck.editorial.errors import LastFactor, WrongFactor
from factcheck.editorial.events import record_account_event
from factcheck.editorial.models import SecondFactor, User
from factcheck.editorial.people.roles import call_function
from factcheck.editorial.sign_in.proofs import current_proof
from factcheck.editorial.sign_in.sessions import end_sessions
from factcheck.tools.secret_key import keyed_hash

Kind = SecondFactor.Kind
RECOVERY_CODES = 10
_APP = "sign_in.app"  # the purpose of the key that encrypts the secrets
DIGITS, STEP = 6, 30  # the values of RFC 6238 that all authenticator apps support
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look alike


@transaction.atomic
def remove_second_factor(*, factor: SecondFactor, by: User, required: bool) -> None:
    """Remove one of the person's own factors. Raises LastFactor if it is the last one and a factor is required."""
    User.objects.select_for_update().get(pk=by.pk)  # two parallel requests could otherwise remove the last two factors
    left = by.second_factors.usable().exclude(pk=factor.pk).exists()
    if required and not left:
        raise LastFactor(_("This is your only second factor, so you can’t remove it. Add another one first."))
    removed = by.second_factors.filter(pk=factor.pk) if left else by.second_factors.all()
    _remove(by, removed)  # recovery codes are useless without a factor


@transaction.atomic
def reset_second_factors(user: User, *, by: User) -> None:
    """Remove all second factors of the account and end its sessions. The next login asks for new factors.

    The database refuses this unless two people have approved a new password.
    """
    call_function("editorial_remove_factors", by.pk, current_proof(), user.pk, None)
    end_sessions(user, by=by)


def new_app_secret() -> str:
    """Return a new secret in base32, as people type it into an app."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def app_url(secret: str, *, account: str, site: str) -> str:
    """Return the otpauth URL that the QR code contains."""
    label = quote(f"{site}:{account}", safe="")
    return f"otpauth://totp/{label}?" + urlencode({"secret": secret, "issuer": site}, quote_via=quote)


def qr_code(url: str) -> str:
    """Return the QR code as a data URL of an SVG. The light modules are white, so the code is readable in dark mode."""
    return str(segno.make(url).svg_data_uri(scale=5, light="#fff", dark="#000"))


@transaction.atomic
def add_app(*, user: User, secret: str, code: str) -> None:
    """Add the app if the code is right, and replace an earlier app. Raises WrongFactor if the code is wrong."""
    step = _matching_step(secret, code)
    if step is None:
        raise WrongFactor(
            _(
                "This code is wrong. Check that the time on your phone is right. Then enter the code that the app"
                " shows now."
            )
        )
    _remove(user, user.second_factors.filter(kind=Kind.APP))
    SecondFactor.objects.create(user=user, kind=Kind.APP, secret=encrypt(secret, _APP), counter=step)
    record_account_event(user, "second_factor.added", user, kind=Kind.APP.value)


@transaction.atomic
def create_recovery_codes(user: User) -> list[str]:
    """Return new recovery codes. Earlier codes stop working.

    Only hashes are stored, so the codes can be shown only once.
    """
    _remove(user, user.second_factors.recovery_codes())
    codes = ["-".join("".join(secrets.choice(_LETTERS) for _letter in range(4)) for _part in range(4))
             for _code in range(RECOVERY_CODES)]  # fmt: skip
    SecondFactor.objects.bulk_create(
        SecondFactor(user=user, kind=Kind.RECOVERY_CODE, key=_code_hash(user, code)) for code in codes
    )
    record_account_event(user, "second_factor.added", user, kind=Kind.RECOVERY_CODE.value)
    return codes


def use_code(user: User, code: str) -> Kind | None:
    """Use up the code and return its kind, or return None if the code is wrong. Each code works once."""
    code = "".join(code.split()).lower()
    if len(code) == DIGITS and code.isdecimal():
        return Kind.APP if _use_app_code(user, code) else None
    used = _remove(user, user.second_factors.recovery_codes().filter(key=_code_hash(user, code)), is_proved=False)
    return Kind.RECOVERY_CODE if used else None


def _remove(user: User, factors: QuerySet[SecondFactor], *, is_proved: bool = True) -> int:
    """Delete the person's own factors with a function that records it, and return their number."""
    keys = list(factors.values_list("pk", flat=True))
    proof = current_proof() if is_proved else ""
    return int(call_function("editorial_remove_factors", user.pk, proof, user.pk, keys)) if keys else 0


def _use_app_code(user: User, code: str) -> bool:
    app = SecondFactor.objects.filter(user=user, kind=Kind.APP).first()
    step = _matching_step(decrypt(app.secret, _APP) or "", code) if app else None
    if app is None or step is None:
        return False
    # Only one of two simultaneous requests can use the code, because the update checks the counter.
    rows = SecondFactor.objects.filter(pk=app.pk, counter__lt=step)
    return rows.update(counter=step, used_at=timezone.now()) == 1


def is_repeated(user: User, code: str) -> bool:
    """Return whether the code from the app has already been used, or is older than the last used code."""
    app = SecondFactor.objects.filter(user=user, kind=Kind.APP).first()
    step = _matching_step(decrypt(app.secret, _APP) or "", "".join(code.split())) if app else None
    return app is not None and step is not None and step <= app.counter


def _matching_step(secret: str, code: str) -> int | None:
    """Return the time step of the code, if it is the current code, the previous one or the next one."""
    if not secret or not code.isascii():
        return None
    totp = TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP, enforce_key_length=False)  # noqa: S303
    now = int(time.time()) // STEP
    steps = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(totp.generate(step * STEP), code.encode())]
    return steps[-1] if steps else None


def _code_hash(user: User, code: str) -> str:
    return keyed_hash("sign_in.recovery_code", f"{user.pk}:{code.replace('-', '')}")
