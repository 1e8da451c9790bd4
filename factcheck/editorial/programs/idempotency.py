"""The Idempotency-Key header, with which programs can safely repeat a request after a lost response.

The module follows draft-ietf-httpapi-idempotency-key-header. A key is valid for one token and one route, for one day.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.utils import timezone

from factcheck.editorial.models import AnsweredRequest, ApiToken
from factcheck.editorial.programs.tokens import token_transaction
from factcheck.tools.secret_key import keyed_hash

RETENTION = timedelta(hours=24)


class KeyReused(Exception):
    """The error for a key that has already been used with different content."""


class RequestInProgress(Exception):
    """The error for a request whose key belongs to a request that is still being processed."""


def run_once(*, token: ApiToken, route: str, key: str | None, content: bytes, act: Callable[[], UUID]) -> UUID:
    """Run `act` and return its result. For a repeated request, return the first result without running `act`.

    The changes made by `act` and the key are committed in one transaction. Refusals aren't stored, so a refused request
    can be tried again. Raises KeyReused and RequestInProgress.
    """
    with token_transaction(token):
        if key is None:
            return act()
        digest = keyed_hash("editorial.programs.once", content)
        if not _try_lock(token, route, key):
            raise RequestInProgress
        of_key = AnsweredRequest.objects.filter(token=token, route=route, key=key)
        of_key.filter(at__lte=timezone.now() - RETENTION).delete()
        if known := of_key.first():
            if known.digest != digest:
                raise KeyReused
            return known.subject
        subject = act()
        AnsweredRequest.objects.create(token=token, route=route, key=key, digest=digest, subject=subject)
        return subject


def delete_expired_keys() -> int:
    """Delete keys that are older than one day, and return their number."""
    count, _rows = AnsweredRequest.objects.filter(at__lte=timezone.now() - RETENTION).delete()
    return count


def _try_lock(token: ApiToken, route: str, key: str) -> bool:
    """Take the key's lock until the transaction ends. Return False if another transaction has the lock."""
    name = sha256(f"{token.pk}\n{route}\n{key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.callproc("pg_try_advisory_xact_lock", [int.from_bytes(name[:8], signed=True)])
        (got,) = cursor.fetchone()
    return bool(got)
