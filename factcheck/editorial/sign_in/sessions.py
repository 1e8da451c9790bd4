"""Sessions in the database. A session ends after 30 idle minutes or after one day. People can end their own sessions.

This module is the SESSION_ENGINE, so Django loads it before the models.
"""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

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
        row.user_id = int(data["_auth_user_id"]) if "_auth_user_id" in data else None
        row.device, row.network = data.get(DEVICE, ""), data.get(NETWORK, "")
        row.began_at, row.used_at = self._time(BEGAN), self._time(USED)
        return row

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


def end_sessions(user: AbstractBaseUser, *, keep: str | None = None) -> None:
    """End all sessions of the account, except the session with the key `keep`."""
    SessionStore.get_model_class().objects.filter(user=user).exclude(session_key=keep or "").delete()
