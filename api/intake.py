"""The API's only connection to the editors' side: drafts from programs with a token, and messages from readers.

No other module of the API may import `factcheck.editorial` (pyproject.toml). This module turns errors of the editors'
side into problems. These problems are always in English, whichever language is active in the thread.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.http import problems
from api.http.problem_bodies import Error
from api.http.request_bodies import StatementSerializer
from api.schema.draft_bodies import AddedCopy, Written
from factcheck.editorial.drafts.validation import Invalid
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.messages.message_limits import NotStored
from factcheck.editorial.messages.message_limits import kept_until as kept_until
from factcheck.editorial.programs import claim_drafts, copies, idempotency, review_drafts, tokens
from factcheck.record.statements.drafts import ClaimChanges, ClaimToLog, CopyToAdd, ReviewChanges, ReviewToDraft
from factcheck.tools.budget import current

_KEY = re.compile("[!-~]{1,255}")


class TokenAuthentication(BaseAuthentication):
    """Authentication by the token in `Authorization: Bearer …` (RFC 6750)."""

    def authenticate(self, request: Request) -> tuple[Any, Any]:
        """Return the account and the token. Raise Refused without a valid token."""
        header = request.headers.get("Authorization", "")
        scheme, _, secret = header.strip().partition(" ")
        token = tokens.find_token(secret.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            challenge = 'Bearer realm="drafts"' + (', error="invalid_token"' if header else "")
            raise problems.Refused(problems.UNAUTHORIZED, headers={"WWW-Authenticate": challenge})
        current().account = token.user_id
        return token.user, token


class HasScope(BasePermission):
    """The permission of a token with the scope `view.scope`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        token: Any = request.auth
        if view.scope in token.scopes:
            return True
        challenge = f'Bearer realm="drafts", error="insufficient_scope", scope="{view.scope}"'
        detail = f"The token doesn't have the scope {view.scope}."
        raise problems.Refused(problems.FORBIDDEN, detail, headers={"WWW-Authenticate": challenge})


class _Draft(StatementSerializer):
    """A draft of a program.

    A request with an Idempotency-Key is carried out only once, and the response is the draft's URL.
    """

    drafts: Any  # the module with the functions for drafts of this kind
    route: str

    def create(self, values: dict[str, Any]) -> UUID:
        return self._write(self.drafts.create_draft, values=values)

    def update(self, draft: Any, values: dict[str, Any]) -> UUID:
        return self._write(self.drafts.change_draft, draft=draft, values=values)

    def to_representation(self, draft: Any) -> Any:
        if isinstance(draft, UUID):
            url = settings.SITE_URL + reverse(f"api:draft-{self.route}", args=[draft])
            desk_url = f"{settings.SITE_URL}/admin/editorial/{self.route}/{draft}/change/"
            return Written(id=str(draft), url=url, desk_url=desk_url).model_dump()
        return self.drafts.describe_draft(draft)

    def _write(self, act: Callable[..., UUID], **arguments: Any) -> UUID:
        request = self.context["request"]
        key = request.headers.get("Idempotency-Key")
        if key is not None and not _KEY.fullmatch(key):
            detail = "This key isn't valid. Use 1 to 255 visible ASCII characters."
            raise problems.ParameterProblem([("Idempotency-Key", detail)])
        route, content = f"{request.method} {request.path_info}", orjson.dumps(request.data)
        with refusals_as_problems():
            return idempotency.run_once(
                token=request.auth,
                route=route,
                key=key,
                content=content,
                act=partial(act, token=request.auth, **arguments),
            )


class ClaimDraft(_Draft):
    statement, changes, drafts, route = ClaimToLog, ClaimChanges, claim_drafts, "claim"


class ReviewDraft(_Draft):
    statement, changes, drafts, route = ReviewToDraft, ReviewChanges, review_drafts, "review"


class BrowserCopy(_Draft):
    statement = CopyToAdd

    def create(self, values: dict[str, Any]) -> UUID:
        return self._write(copies.add_copy, values=values)

    def to_representation(self, copy: UUID) -> Any:
        return AddedCopy(id=str(copy), url=f"{settings.SITE_URL}/admin/editorial/capture/{copy}/change/").model_dump()


list_cards = copies.list_cards


def receive_message(kind: str, body: dict[str, Any], address: str) -> tuple[str, datetime]:
    """Store a message (`tip`, `correction`), and return its receipt and the time until which it is kept.

    Raise Refused if the message isn't accepted.
    """
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
            errors = [Error(pointer=f"#{pointer}", detail=sentence) for pointer, sentence in refused.problems]
            raise problems.Refused(problems.INVALID_CONTENT, errors=errors) from refused
        except idempotency.KeyReused as refused:
            raise problems.Refused(problems.KEY_REUSED) from refused
        except idempotency.RequestInProgress as refused:
            detail = "A request with this Idempotency-Key is still running. Send it again in a moment."
            raise problems.Refused(problems.CONFLICT, detail, headers={"Retry-After": "1"}) from refused
        except NotStored as refused:
            problem = problems.UNAVAILABLE if refused.is_full else problems.TOO_MANY_REQUESTS
            raise problems.Refused(problem, str(refused), headers={"Retry-After": str(refused.wait)}) from refused
        except NotAllowed as refused:
            raise problems.Refused(problems.FORBIDDEN, str(refused), code=refused.code) from refused
        except EditorialError as refused:
            raise problems.Refused(problems.CONFLICT, str(refused), code=refused.code) from refused
