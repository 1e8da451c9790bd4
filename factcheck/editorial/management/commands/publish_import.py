"""The command `manage.py publish_import`, which publishes an approved import, a thousand reviews per transaction."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import ImportBatch
from factcheck.editorial.people.lookups import find_user
from factcheck.editorial.proposals.import_policy import publish_import


class Command(BaseCommand):
    help = "Publishes an approved import. After an interruption, run the command again to continue."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=int, metavar="IMPORT")
        parser.add_argument("--by", required=True, metavar="USER", help="an Editor of the newsroom")

    def handle(self, *args: Any, batch: int, by: str, **options: Any) -> None:
        found = ImportBatch.objects.filter(pk=batch).first()
        if found is None:
            raise CommandError(f"There is no import {batch}. Check the number at the desk.")
        count = found.members.open().count()
        processed = 0
        try:
            with tqdm(total=count, unit=" reviews", disable=None) as bar:

                def progress(size: int) -> None:
                    nonlocal processed
                    processed += size
                    bar.update(size)

                published = publish_import(batch=found, by=find_user(by), progress=progress)
        except EditorialError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{published} reviews published.")
        if processed > published:
            self.stdout.write(
                f"{processed - published} reviews were changed after their approval and are drafts again."
            )
