"""The devices that people sign in with: their names, and the cookie of devices that have signed in before."""

import re
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from factcheck.editorial.models import User
from factcheck.tools.secret_key import keyed_hash

COOKIE = "known-device"
_SALT = "factcheck.sign_in.devices"
_SECONDS = 365 * 24 * 3600
_ACCOUNTS = 5  # in one cookie, for computers that several people share
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(request: HttpRequest) -> str:
    """Return the browser and the system, for example "Firefox, Linux"."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    found = (
        next((name for pattern, name in names if re.search(pattern, agent)), "") for names in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in found if name)


def known_device(request: HttpRequest, account: User | None) -> str | None:
    """Return the id of the device, if it has signed in to the account since the last change of the password."""
    device, accounts = _read(request)
    if account is not None and accounts.get(str(account.pk)) == _fingerprint(account):
        return device
    return None


def remember_device(request: HttpRequest, response: HttpResponse, account: User) -> None:
    device, accounts = _read(request)
    accounts.pop(str(account.pk), None)
    # The cookie keeps the newest accounts only.
    accounts = dict(list(accounts.items())[1 - _ACCOUNTS :]) | {str(account.pk): _fingerprint(account)}
    value = signing.dumps([device or secrets.token_urlsafe(16), accounts], salt=_SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=_SECONDS,
        path=reverse("admin:index"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, dict[str, str]]:
    try:
        device, accounts = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return "", {}
    return device, accounts


def _fingerprint(account: User) -> str:
    """Return a hash that changes with the password, so that a change of password makes stolen cookies worthless."""
    return keyed_hash("sign_in.device", account.get_session_auth_hash())[:16]
