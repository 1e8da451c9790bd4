"""The command `manage.py approve_import`: a second person approves an import, named by the digest of its statements."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import ImportBatch
from factcheck.editorial.people.lookups import find_user
from factcheck.editorial.proposals.workflow import approve


class Command(BaseCommand):
    help = "Approves a whole import. Without --digest the command only shows what there is to approve."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=int, metavar="IMPORT")
        parser.add_argument("--by", required=True, metavar="USER", help="an Editor who is not the importer")
        parser.add_argument("--digest", help="the import's digest, as import_reviews and the desk show it")

    def handle(self, *args: Any, batch: int, by: str, digest: str | None, **options: Any) -> None:
        found = ImportBatch.objects.filter(pk=batch).select_related("newsroom", "imported_by").first()
        if found is None:
            raise CommandError(f"There is no import {batch}. Check the number at the desk.")
        try:
            if digest is None:
                self._show(found)
                return
            if found.proposal is None:
                raise CommandError("This import is not finished. Run it again to the end, or close it at the desk.")
            approve(proposal=found.proposal, by=find_user(by), digest=digest)
        except EditorialError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Approved. To publish it: manage.py publish_import {batch} --by USER")

    def _show(self, batch: ImportBatch) -> None:
        self.stdout.write(
            f"Import {batch.pk} of {batch.files} into {batch.newsroom.site} by {batch.imported_by.username}:"
            f" {batch.new} new, {batch.changed} changed."
        )
        publishers = batch.members.values_list("review__publisher__site").annotate(count=Count("pk"))
        for site, count in publishers.order_by("-count", "review__publisher__site"):
            self.stdout.write(f"  {count:>8}  {site}")
        proposal = batch.proposal
        self.stdout.write(f"To approve it: --digest {proposal.digest}" if proposal else "It is not finished.")
