"""The command `manage.py sign_in_link`: the operator gets a link with which a person chooses a password."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.editorial.models import EditorialEvent, SecondFactor, User
from factcheck.editorial.people.account_mail import password_url, recovery_code
from factcheck.record.readmodel.address import require_address


class Command(BaseCommand):
    help = (
        "Removes an account's password and second factors, and prints a link to choose a new password. Use it if the"
        " site can't send e-mails, or"
        " if nobody else can approve a new password. Writes as the owner of the tables, and the audit log shows the"
        " change without a person."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        require_address("owner")
        account = User.objects.using("owner").filter(username=username, is_active=True).first()
        if account is None:
            raise CommandError(f"The account {username} doesn't exist, or it's closed.")
        account.set_unusable_password()
        account.save(using="owner", update_fields=["password"])
        if SecondFactor.objects.using("owner").filter(user=account).delete()[0]:
            events = EditorialEvent.objects.using("owner")
            events.create(action="second_factor.reset", subject=f"user:{account.pk}")
        self.stdout.write(
            f"This link works once, and only for one day. Give it only to {username}:\n{password_url(account)}\n"
            f"The page asks for this code: {recovery_code(account)}"
        )
