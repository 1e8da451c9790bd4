"""`manage.py worker`: runs the jobs of the queue until SIGTERM or Ctrl-C."""

from typing import Any

from django.core.management.base import BaseCommand

from factcheck.server import worker


class Command(BaseCommand):
    help = "Delivers webhooks and runs commands at fixed times. After SIGTERM it finishes its current jobs and stops."

    def handle(self, *args: Any, **options: Any) -> None:
        worker.main()
