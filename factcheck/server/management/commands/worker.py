"""`manage.py worker`: does what waits in the queue, until SIGTERM or Ctrl-C."""

from typing import Any

from django.core.management.base import BaseCommand

from factcheck.server import worker


class Command(BaseCommand):
    help = (
        "Delivers webhooks and runs what is due at fixed times. Stops at SIGTERM when it has ended what it has begun."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        worker.main()
