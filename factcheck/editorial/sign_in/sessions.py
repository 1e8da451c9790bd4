"""Sessions in the database. A session ends after 30 idle minutes or after one day. People can end their own sessions.

The database contains a hash of each session's key, so nobody can use a session that they read from the database. Only
functions delete sessions (sql/sessions.sql).

This module is the SESSION_ENGINE, so Django loads it before the models.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils import timezone

from factcheck.editorial.sign_in.proofs import current_proof

IDLE = timedelta(minutes=30)
LONGEST = timedelta(days=1)
USE_PRECISION = timedelta(minutes=1)
# Keys in the session.
BEGAN, USED, DEVICE, NETWORK = "began", "used", "device", "network"


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return apps.get_model("editorial", "Session")

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        row.user_id = int(data["_auth_user_id"]) if "_auth_user_id" in data else None
        row.device, row.network = data.get(DEVICE, ""), data.get(NETWORK, "")
        row.began_at, row.used_at = self._time(BEGAN), self._time(USED)
        return row

    def _get_session_from_db(self) -> Any:
        rows = self.get_model_class().objects
        row = rows.filter(session_key=stored_key(self.session_key), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return bool(super().exists(stored_key(session_key)))

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session with this key, of which only the person's browser has the key."""
        _call("editorial_leave_session", session_key or self.session_key or "")

    @classmethod
    def clear_expired(cls) -> None:
        _call("editorial_leave_session", "")

    def get_expiry_age(self, **kwargs: Any) -> int:
        """Return the number of seconds until the session ends."""
        ends = min(self._time(USED) + IDLE, self._time(BEGAN) + LONGEST)
        return max(0, int((ends - timezone.now()).total_seconds()))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        return timezone.now() + timedelta(seconds=self.get_expiry_age())

    def record_use(self) -> None:
        """Delay the end of the session. The row is written at most once a minute."""
        if timezone.now() - self._time(USED) >= USE_PRECISION:
            self[USED] = timezone.now().timestamp()

    def _time(self, key: str) -> datetime:
        stored = self.get(key)
        return datetime.fromtimestamp(stored, tz=timezone.get_default_timezone()) if stored else timezone.now()


def open_sessions(user: AbstractBaseUser) -> Any:
    """Return the person's sessions that haven't ended."""
    return SessionStore.get_model_class().objects.filter(user=user, expire_date__gt=timezone.now())


def end_sessions(
    user: AbstractBaseUser, *, by: AbstractBaseUser, keep: str | None = None, keys: Sequence[str] | None = None
) -> None:
    """End the account's sessions with these stored keys, or all except the session with the key `keep`.

    The database records the event.
    """
    _call("editorial_end_sessions", by.pk, current_proof(), user.pk, keys, stored_key(keep))


def stored_key(key: str | None) -> str:
    """Return the hash of a session's key. As many characters as the column has are kept, which are 160 bits."""
    return hashlib.sha256(key.encode()).hexdigest()[:40] if key else ""


def _call(function: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.callproc(function, values)
