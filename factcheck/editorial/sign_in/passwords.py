"""Passwords: the check of a login, the longest password, and what ends when a password changes."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from factcheck.editorial.events import set_actor
from factcheck.editorial.models import ApiToken, User
from factcheck.editorial.programs.tokens import revoke_tokens
from factcheck.editorial.sign_in.sessions import end_sessions

LONGEST = 128


class MaximumLengthValidator:
    """A password validator that refuses very long passwords, because hashing them takes long."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(
                _("This password is too long. Choose one with at most %d characters.") % LONGEST,
                code="password_too_long",
            )

    def get_help_text(self) -> str:
        return _("Your password can contain at most %d characters.") % LONGEST


@transaction.atomic
def end_access(user: User, *, by: User, keep: str | None = None) -> None:
    """End the account's sessions except the session `keep`, and revoke its API tokens.

    Call this function when the password changes. Someone who knew the old password may have opened sessions or created
    tokens.
    """
    end_sessions(user, by=by, keep=keep)
    revoke_tokens(ApiToken.objects.filter(user=user, revoked_at=None), by=by)


class PasswordBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """Check the password, and replace an outdated hash.

        `factcheck.rehashing` lets the database's triggers allow a hash with other parameters, before a session exists.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            account = User.objects.filter(username=username or "").first()
            set_actor(account, is_proved=False)
            cursor.callproc("set_config", ["factcheck.rehashing", str(account.pk) if account else "", True])
            return super().authenticate(request, username, password, **kwargs)
