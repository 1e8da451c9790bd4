"""Devices that sign in, for the tests of signing in."""

import base64
import time
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client

from factcheck.editorial.models import EditorialEvent, Session, SignInCounter, User
from factcheck.editorial.sign_in.second_factors import add_app

PASSWORD = "a long enough secret"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Device:
    """A browser with cookies of its own."""

    def __init__(self, address: str = "203.0.113.9") -> None:
        self.client = Client(REMOTE_ADDR=address)

    def try_password(self, name: str, password: str) -> str:
        """The page that follows, as text."""
        data = {"username": name, "password": password, "next": "/admin/"}
        return self.client.post("/admin/login/", data, follow=True).content.decode()

    def try_code(self, code: str) -> str:
        return self.client.post(
            "/admin/login/second-factor/", {"code": code, "next": "/admin/"}, follow=True
        ).content.decode()

    @property
    def is_in(self) -> bool:
        return self.client.get("/admin/").status_code == 200


def signed_in(user: User) -> Device:
    device = Device()
    device.client.force_login(user)
    return device


def app_code(secret: str = SECRET, *, steps: int = 0) -> str:
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False)  # noqa: S303
    return totp.generate(int(time.time()) + 30 * steps).decode()


def give_app(user: User) -> None:
    """The app is added with the previous code, so that the current one can still be used."""
    add_app(user=user, secret=SECRET, code=app_code(steps=-1))


def let_pass(seconds: int) -> None:
    """Moves all times of counters and sessions into the past, or with less than nothing out of reach of a slow machine."""
    past = timedelta(seconds=seconds)
    for row in SignInCounter.objects.all():
        row.blocked_until, row.last_at = row.blocked_until - past, row.last_at - past
        row.reported_at = row.reported_at and row.reported_at - past
        row.save()
    for session in Session.objects.all():
        times = {key: value - seconds for key, value in session.get_decoded().items()
                 if key in ("began", "used", "proved", "confirmed")}  # fmt: skip
        Session.objects.filter(pk=session.pk).update(
            session_data=session.get_session_store_class()().encode(session.get_decoded() | times),
            expire_date=session.expire_date - past,
        )


def events(action: str) -> list[dict[str, Any]]:
    return [event.detail for event in EditorialEvent.objects.filter(action=action).order_by("pk")]
