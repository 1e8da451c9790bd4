"""`manage.py publish_due_demands`: publishes what was approved for a later day; the worker runs it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factcheck.editorial.demands import due_demands, publish_demand
from factcheck.editorial.errors import EditorialError


class Command(BaseCommand):
    help = "Publishes the approved entries of the register of demands whose day has come. Fails when one could not be."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for demand, approver in due_demands():
            try:
                entry = publish_demand(demand=demand, by=approver)
            except EditorialError as refusal:
                failed += 1
                self.stderr.write(f"{demand.pk}: {refusal}")
            else:
                self.stdout.write(f"{demand.pk} is entry {entry.sequence} of the log.")
        if failed:
            raise CommandError(f"{failed} due demands could not be published; an Editor has to publish them.")
