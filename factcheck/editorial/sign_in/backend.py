"""Django's password check, with the account recorded as the person who caused a new hash."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest

from factcheck.editorial.events import set_actor
from factcheck.editorial.models import User


class PasswordBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """If the hash is outdated, Django hashes the password again, and a trigger records the account's change."""
        with transaction.atomic():
            account = User.objects.filter(username=username or "").first()
            set_actor(account)
            return super().authenticate(request, username, password, **kwargs)
