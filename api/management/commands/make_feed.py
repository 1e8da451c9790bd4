"""`manage.py make_feed`: write the file of the ClaimReview feed (docs/reference/claimreview.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api.feeds.claimreview_feed import make_feed
from factcheck.record.readmodel.address import require_address


class Command(BaseCommand):
    help = "Writes the ClaimReview feed of everything public. The previous feed is kept until then."

    def handle(self, *args: Any, **options: Any) -> None:
        require_address()
        try:
            feed = make_feed()
        except BlockingIOError:
            raise CommandError(
                "Another process is making the feed. Wait until the other process has finished."
            ) from None
        except OSError as problem:
            raise CommandError(f"The feed wasn't made. The previous feed is kept. {problem}") from problem
        if feed is None:
            self.stdout.write("Nothing has been published since the feed was made, so the feed is still up to date.")
            return
        size = feed.path.stat().st_size / 2**20
        self.stdout.write(f"Feed of {feed.size} log entries: {size:.1f} MiB, in {feed.path}.")
