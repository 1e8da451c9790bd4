"""The command `manage.py give_role`: the operator gives a role at the shell, without a second person."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction

from factcheck.editorial.models import Membership, Publisher, User
from factcheck.editorial.people.roles import ACCOUNT_ADMINISTRATORS

ADMINISTRATOR = "administrator"


class Command(BaseCommand):
    help = (
        "Gives an account a role, if nobody else on the site can approve it. Writes as the owner of the tables"
        " (OWNER_DATABASE_URL). The audit log shows the change without a person."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=[*Membership.Role.values, ADMINISTRATOR])
        parser.add_argument("newsroom", nargs="?", help="the site of the newsroom. Leave it out for an administrator")

    def handle(self, *args: Any, username: str, role: str, newsroom: str | None, **options: Any) -> None:
        account = User.objects.using("owner").filter(username=username).first()
        if account is None:
            raise CommandError(f"The account {username} doesn't exist. Add the account at the desk first.")
        if (role == ADMINISTRATOR) != (newsroom is None):
            raise CommandError(
                "Name the newsroom's site for a role in a newsroom, and no newsroom for an administrator."
            )
        try:
            with transaction.atomic(using="owner"):
                self._give(account, role, newsroom)
        except DatabaseError as refusal:
            raise CommandError(str(refusal).partition("\n")[0]) from None
        self.stdout.write(f"Done. To give {username} a link to a password, run the command sign_in_link {username}")

    def _give(self, account: User, role: str, newsroom: str | None) -> None:
        if newsroom is None:
            account.groups.add(Group.objects.using("owner").get(name=ACCOUNT_ADMINISTRATORS))
            return
        publisher = Publisher.objects.using("owner").filter(site=newsroom).first()
        if publisher is None:
            raise CommandError(f"No newsroom has the site {newsroom}. Add the newsroom under Publishers first.")
        roles = Membership.objects.using("owner")
        roles.update_or_create(user=account, publisher=publisher, defaults={"role": role})
