"""The command `manage.py propose_mappings`: an Editor proposes mappings of the verdicts of large publishers."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.people.lookups import find_user
from factcheck.editorial.proposals.starter_mappings import propose_starter_mappings


class Command(BaseCommand):
    help = (
        "Proposes mappings of the verdicts of large publishers, such as Snopes, PolitiFact and AFP. Imports use a"
        " mapping after another Editor has approved it at the desk. Existing mappings aren't changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--by", required=True, metavar="USER", help="the Editor who proposes the mappings")

    def handle(self, *args: Any, by: str, **options: Any) -> None:
        try:
            mappings, publishers = propose_starter_mappings(by=find_user(by))
        except EditorialError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"{mappings} mappings of {publishers} publishers proposed."
            " Another Editor decides at the desk, once for each publisher."
        )
