"""The tokens of programs: creating, finding and revoking them."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import AlreadyDone, Incomplete, NotAllowed, WrongValue
from factcheck.editorial.events import record_event
from factcheck.editorial.models import ApiToken, Membership, User
from factcheck.editorial.people import roles
from factcheck.editorial.sign_in.proofs import proved_by

PREFIX = "fct_"  # secret scanners recognise leaked tokens by this prefix
LENGTH = len(PREFIX) + 43  # 32 random bytes in base64url
_USE_PRECISION = timedelta(minutes=1)


@transaction.atomic
def create_token(*, by: User, newsroom: int, name: str, scopes: Sequence[str], days: int) -> tuple[ApiToken, str]:
    """Create a token that acts as `by` in the newsroom, and return it with its secret. The secret isn't stored.

    Raises EditorialError.
    """
    roles.require_member(by, newsroom)
    if not 1 <= days <= ApiToken.MAX_LIFETIME.days:
        raise Incomplete(_("Choose how long the token is valid. The maximum is one year."))
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    token = ApiToken(
        newsroom_id=newsroom,
        user=by,
        name=name,
        scopes=sorted(set(scopes)),
        digest=_digest(secret),
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    try:
        token.full_clean()
    except ValidationError as problem:
        raise WrongValue(*problem.messages) from problem
    token.save()
    record_event(by, "token.made", token, name=token.name, scopes=token.scopes, expires_at=token.expires_at.isoformat())
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User) -> None:
    """Revoke the token permanently. Only its creator or a Chief editor of the newsroom can revoke it."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.user_id != by.pk and roles.require_member(by, token.newsroom_id) != Membership.Role.CHIEF_EDITOR:
        raise NotAllowed(_("Only the token’s creator or a Chief editor can revoke it. Ask one of them."))
    if token.revoked_at:
        raise AlreadyDone(_("This token has already been revoked."))
    revoke_tokens(ApiToken.objects.filter(pk=token.pk), by=by)


def revoke_tokens(tokens: QuerySet[ApiToken], *, by: User) -> None:
    """Revoke the tokens without checking permissions, for example because the account's password changed."""
    for token in tokens.select_for_update().order_by("pk"):
        token.revoked_at, token.revoked_by = timezone.now(), by
        token.save(update_fields=["revoked_at", "revoked_by"])
        record_event(by, "token.revoked", token, name=token.name)


def find_token(secret: str) -> ApiToken | None:
    """Return the token with this secret, if it is usable and its active account has a role in the newsroom."""
    if len(secret) != LENGTH or not secret.startswith(PREFIX) or not secret.isascii():
        return None
    now = timezone.now()
    token = ApiToken.objects.usable().select_related("user", "newsroom").filter(digest=_digest(secret)).first()
    if token is not None and (token.used_at is None or token.used_at < now - _USE_PRECISION):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    if token is not None:
        token.secret = secret
    return token


@contextmanager
def token_transaction(token: ApiToken) -> Iterator[None]:
    """Open a transaction in which the database refuses to submit, decide or publish anything."""
    with transaction.atomic(), proved_by(lambda: token.secret):
        with connection.cursor() as cursor:
            cursor.callproc("set_config", ["factcheck.token", str(token.pk), True])
        yield


def _digest(secret: str) -> str:
    """Return the plain SHA-256 of the secret. A plain hash is enough, because nobody can guess 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
