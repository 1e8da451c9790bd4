"""Idempotency-Key: a program that does not know whether its request arrived sends it again, and it is done once.

After draft-ietf-httpapi-idempotency-key-header; keys count for a token and a route, and for a day.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from factcheck.editorial.models import AnsweredRequest, ApiToken
from factcheck.editorial.programs.tokens import token_transaction

KEPT = timedelta(hours=24)


class KeyReused(Exception):
    """The key came with another content before."""


class RequestInProgress(Exception):
    """A request with the same key is being carried out."""


def run_once(*, token: ApiToken, route: str, key: str | None, content: bytes, act: Callable[[], UUID]) -> UUID:
    """What `act` returns, or returned when the same was sent before. Raises KeyReused and StillAtWork.

    What `act` did and that it was done become true together. What it refuses is not kept: sent again it is refused
    again, or is not any more because the reason has gone.
    """
    with token_transaction(token):
        if key is None:
            return act()
        digest = salted_hmac("factcheck.editorial.programs.idempotency", content, algorithm="sha256").hexdigest()
        if not _mine(token, route, key):
            raise RequestInProgress
        of_key = AnsweredRequest.objects.filter(token=token, route=route, key=key)
        of_key.filter(at__lte=timezone.now() - KEPT).delete()
        if known := of_key.first():
            if known.digest != digest:
                raise KeyReused
            return known.subject
        subject = act()
        AnsweredRequest.objects.create(token=token, route=route, key=key, digest=digest, subject=subject)
        return subject


def delete_expired_keys() -> int:
    """Takes away the keys of requests that were carried out a day ago or longer, and returns how many."""
    count, _rows = AnsweredRequest.objects.filter(at__lte=timezone.now() - KEPT).delete()
    return count


def _mine(token: ApiToken, route: str, key: str) -> bool:
    """Whether nobody else is at it. Held until the transaction ends, however it does."""
    name = sha256(f"{token.pk}\n{route}\n{key}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(name[:8], signed=True)])
        (got,) = cursor.fetchone()
    return bool(got)
