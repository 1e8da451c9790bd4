"""The command `manage.py load_demo`, which loads the demo newsrooms into an empty database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from factcheck.demo.loading import load_demo
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Claim, Review

LOGINS = "demo-logins.json"


class Command(BaseCommand):
    help = (
        "Loads two demo newsrooms with labelled sample content into an empty database. Writes their logins to"
        f" var/{LOGINS}, which only the owner can read."
    )

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        file = settings.VAR / LOGINS
        try:
            logins = load_demo(file)
        except EditorialError as refusal:
            raise CommandError(str(refusal)) from None
        if verbosity:
            self.stdout.write(
                f"Demo newsrooms (sample content): {Claim.objects.count()} claims, {Review.objects.count()} reviews."
            )
            self.stdout.write(f"Its logins, also in {file}:")
            for login in logins:
                self.stdout.write(f"  {login.username}  {login.password}  {login.role}  {login.newsroom}".rstrip())
