"""The longest password, and the sessions and tokens that end when a password changes."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from factcheck.editorial.models import ApiToken, User
from factcheck.editorial.people import account_mail
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
    """End the account's sessions except the session `keep`, revoke its API tokens, and tell the person.

    Call this function when the password changes. Someone who knew the old password may have opened sessions or created
    tokens.
    """
    end_sessions(user, keep=keep)
    revoke_tokens(ApiToken.objects.filter(user=user, revoked_at=None), by=by)
    account_mail.queue_alert(user, "password.changed", {})
