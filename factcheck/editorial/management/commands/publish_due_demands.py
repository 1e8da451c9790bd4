"""The command `manage.py publish_due_demands`: the worker publishes approved demands that are due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.proposals.demand_policy import due_demands
from factcheck.editorial.proposals.workflow import publish


class Command(BaseCommand):
    help = "Publishes approved demands whose day has come. Fails if one of them could not be published."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for proposal, approver in due_demands():
            try:
                entry = publish(proposal=proposal, by=approver)
            except EditorialError as refusal:
                failed += 1
                self.stderr.write(f"{proposal.demand_id}: {refusal}")
            else:
                self.stdout.write(f"{proposal.demand_id} is entry {entry.sequence} of the log.")
        if failed:
            raise CommandError(f"{failed} due demands could not be published. An Editor has to publish them.")
