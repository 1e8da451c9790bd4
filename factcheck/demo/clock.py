"""The clock of the demo, whose content is dated back over months. No other code dates content back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import NotEmpty
from factcheck.record.models import LogEntry


class PastClock:
    """A clock that shows a past time, and that converts the times in the demo's files.

    The files count days before today.
    """

    def __init__(self, today: date, shown: datetime) -> None:
        self.today, self.shown = today, shown

    def __call__(self) -> datetime:
        return self.shown

    def day(self, days_ago: int) -> date:
        return self.today - timedelta(days=days_ago)

    def moment(self, text: str, zone: tzinfo) -> datetime:
        """Return the time for a text such as "163 08:15": 163 days ago, at 8:15 in this zone."""
        days_ago, at = text.split()
        return datetime.combine(self.day(int(days_ago)), time.fromisoformat(at), zone).astimezone(UTC)

    def dated(self, values: Any) -> Any:
        """Return the values with a date for each number of days under a key such as `claimed_on`."""
        if isinstance(values, list):
            return [self.dated(value) for value in values]
        if not isinstance(values, dict):
            return values
        return {
            key: self.day(value).isoformat()
            if key.endswith(("_on", "_until")) and isinstance(value, int)
            else self.dated(value)
            for key, value in values.items()
        }


@contextmanager
def past_clock() -> Iterator[PastClock]:
    """Replace Django's clock in this process until the block ends.

    The database still records events and the log's checkpoint with the real time. Raise NotEmpty if the log has
    entries, because the log's times never go backwards.
    """
    if LogEntry.objects.exists():
        raise NotEmpty(_("The log already contains entries. The demo newsroom requires an empty database."))
    real, now = timezone.now, timezone.now()
    clock = PastClock(now.date(), now)
    timezone.now = clock
    try:
        yield clock
    finally:
        timezone.now = real
