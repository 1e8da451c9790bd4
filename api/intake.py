"""The API's only connection to the editors' side: drafts from programs with a token, and messages from readers.

No other module of the API may import `factcheck.editorial` (pyproject.toml). This module turns errors of the editors'
side into problems. The texts of these problems are always in English, whichever language is active in the thread.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import translation

from api.http.problems import (
    CONFLICT,
    FORBIDDEN,
    INVALID_CONTENT,
    KEY_REUSED,
    TOO_MANY_REQUESTS,
    UNAUTHORIZED,
    UNAVAILABLE,
    Refused,
)
from factcheck.editorial import reader_messages
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.message_limits import NotStored
from factcheck.editorial.programs import claim_drafts, idempotency, review_drafts, tokens
from factcheck.editorial.validation import Invalid

CLAIMS, DRAFTS = "claims:write", "drafts:write"

Token = Any  # an ApiToken, which views pass on without using it


def authenticate(header: str, scope: str) -> Token:
    """Return the token in `Authorization: Bearer …` (RFC 6750). Raises Refused: 401, or 403 if the scope is missing."""
    scheme, _, secret = header.strip().partition(" ")
    token = tokens.find_token(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        challenge = 'Bearer realm="drafts"' + (', error="invalid_token"' if header else "")
        raise Refused(UNAUTHORIZED, headers={"WWW-Authenticate": challenge})
    if scope not in token.scopes:
        challenge = f'Bearer realm="drafts", error="insufficient_scope", scope="{scope}"'
        raise Refused(FORBIDDEN, f"The token doesn't have the scope {scope}.", headers={"WWW-Authenticate": challenge})
    return token


def own_claims(token: Token) -> QuerySet[Any]:
    return claim_drafts.own_claims(token).select_related("claimant").prefetch_related("appearances", "topics")


def own_reviews(token: Token) -> QuerySet[Any]:
    return review_drafts.own_reviews(token).select_related("verdict__scale").prefetch_related("sources")


def write(
    token: Token, route: str, key: str | None, content: bytes, act: Callable[..., UUID], **arguments: Any
) -> UUID:
    """Run one of the functions below, only once for each key. Return the id of the claim or review.

    Raises Refused.
    """
    with refusals_as_problems():
        return idempotency.run_once(
            token=token, route=route, key=key, content=content, act=lambda: act(token=token, **arguments)
        )


log_claim, change_claim, describe_claim = claim_drafts.log_claim, claim_drafts.change_claim, claim_drafts.describe_claim
draft_review, change_review, describe_review = (
    review_drafts.draft_review,
    review_drafts.change_review,
    review_drafts.describe_review,
)


def receive_message(kind: str, body: dict[str, Any], address: str) -> tuple[str, datetime]:
    """Store a message (`tip`, `correction`). Return its receipt and the time until which it is kept. Raises Refused."""
    with refusals_as_problems():
        return reader_messages.receive_message(kind=reader_messages.Kind(kind), values=body, address=address)


status_of = reader_messages.find_status


@contextmanager
def refusals_as_problems() -> Iterator[None]:
    """Convert errors of the editors' side to problems."""
    with translation.override("en"):
        try:
            yield
        except Invalid as refused:
            errors = [{"pointer": f"#{pointer}", "detail": sentence} for pointer, sentence in refused.problems]
            raise Refused(INVALID_CONTENT, errors=errors) from refused
        except idempotency.KeyReused as refused:
            raise Refused(KEY_REUSED) from refused
        except idempotency.RequestInProgress as refused:
            detail = "A request with this Idempotency-Key is still running. Send it again in a moment."
            raise Refused(CONFLICT, detail, headers={"Retry-After": "1"}) from refused
        except NotStored as refused:
            problem = UNAVAILABLE if refused.is_full else TOO_MANY_REQUESTS
            raise Refused(problem, str(refused), headers={"Retry-After": str(refused.wait)}) from refused
        except NotAllowed as refused:
            raise Refused(FORBIDDEN, str(refused)) from refused
        except EditorialError as refused:
            raise Refused(CONFLICT, str(refused)) from refused
