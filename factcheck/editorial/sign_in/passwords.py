"""The sessions and tokens that end when a password changes."""

from django.db import transaction

from factcheck.editorial.models import ApiToken, User
from factcheck.editorial.programs.tokens import revoke_tokens
from factcheck.editorial.sign_in.sessions import end_sessions


@transaction.atomic
def end_access(user: User, *, by: User, keep: str | None = None) -> None:
    """Ends the account's sessions, except the one with the key `keep`, and revokes its API tokens.

    Call it when the password changes. Someone who knew the old password may have opened sessions or created tokens.
    """
    end_sessions(user, keep=keep)
    revoke_tokens(ApiToken.objects.filter(user=user, revoked_at=None), by=by)
