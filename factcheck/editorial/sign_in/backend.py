"""Django's password check, which replaces outdated hashes."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import connection, transaction
from django.http import HttpRequest

from factcheck.editorial.events import set_actor
from factcheck.editorial.models import User


class PasswordBackend(ModelBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        """Check the password, and replace an outdated hash.

        The setting `factcheck.rehashing` tells the database's triggers that only the hash changes, not the password.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            account = User.objects.filter(username=username or "").first()
            set_actor(account)
            cursor.callproc("set_config", ["factcheck.rehashing", str(account.pk) if account else "", True])
            return super().authenticate(request, username, password, **kwargs)
