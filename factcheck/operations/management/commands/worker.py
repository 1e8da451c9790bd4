"""`manage.py worker`: run the jobs in the queue until SIGTERM or Ctrl-C."""

from typing import Any

from django.core.management.base import BaseCommand

from factcheck.operations import worker


class Command(BaseCommand):
    help = "Delivers webhooks and runs scheduled commands. After SIGTERM, it finishes the current jobs and stops."

    def handle(self, *args: Any, **options: Any) -> None:
        worker.main()
