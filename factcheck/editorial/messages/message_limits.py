"""Limits for readers' messages, so that a flood doesn't close the line for everybody or fill the disk."""

import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from factcheck.editorial.models import ReaderMessage
from factcheck.server.networks import network_of, wide_network_of

# A wide network can be a whole office or a provider, so it can send more than one network.
WIDE_FACTOR = 5
# Messages that can wait for one newsroom, and tips that can wait for every newsroom.
MAX_WAITING = 2_000
# Stored messages on the whole site, whatever their state. They need about a gigabyte at most.
MAX_STORED = 100_000
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

Networks = tuple[str, str]


class NotStored(Exception):
    """The message can't be stored. The text says why, and what the sender can do. `wait` is in seconds.

    `is_full` is false if only the sender's network has reached its limit.
    """

    def __init__(self, text: str, wait: float, *, is_full: bool = True) -> None:
        super().__init__(text)
        self.wait, self.is_full = max(1, math.ceil(wait)), is_full


def networks(address: str) -> Networks:
    """The texts to hash for the sender's network and wide network. They are different every day."""
    day = f"{timezone.now():%Y-%m-%d}"
    return f"{day} {network_of(address)}", f"{day} {wide_network_of(address)}"


def require_within_limits(sender: str, wide_sender: str, newsroom: int | None) -> None:
    """Raises NotStored. An advisory lock per network keeps the counts correct across processes."""
    keys = sorted(int.from_bytes(bytes.fromhex(each)[:8], signed=True) for each in (sender, wide_sender))
    with connection.cursor() as cursor:
        for key in keys:
            cursor.callproc("pg_advisory_xact_lock", [key])
    limit = settings.READER_MESSAGES_PER_HOUR
    _require_network(ReaderMessage.objects.filter(sender=sender), limit)
    _require_network(ReaderMessage.objects.filter(wide_sender=wide_sender), WIDE_FACTOR * limit)
    waiting = ReaderMessage.objects.waiting().filter(newsroom=newsroom)
    _require_space(waiting, MAX_WAITING, _("The editors have %s unread messages, the most that can wait."))
    _require_space(
        ReaderMessage.objects.all(), MAX_STORED, _("The site stores %s messages, the most that it can store.")
    )


def kept_until(received_at: datetime) -> datetime:
    return received_at + timedelta(days=settings.READER_MESSAGES_DAYS)


def _require_network(messages: QuerySet[ReaderMessage], limit: int) -> None:
    now = timezone.now()
    recent = messages.filter(received_at__gt=now - HOUR).order_by("-received_at")
    times = list(recent.values_list("received_at", flat=True)[:limit])
    if len(times) < limit:
        return
    wait = (times[-1] + HOUR - now).total_seconds()
    text = _(
        "Your network has reached the limit of %(count)s messages an hour. Your message was not stored. You can send it"
        " again in %(minutes)s min."
    )
    raise NotStored(text % {"count": limit, "minutes": math.ceil(wait / 60)}, wait, is_full=False)


def _require_space(messages: QuerySet[ReaderMessage], limit: int, reason: str) -> None:
    if messages.order_by()[:limit].count() < limit:
        return
    oldest = messages.order_by("received_at").values_list("received_at", flat=True).first()
    opens = kept_until(oldest or timezone.now())
    text = _(
        "Your message was not stored. There will be room when the editors have read some messages, or on %(date)s at"
        " the latest. Keep your text, or write to a newsroom directly."
    )
    wait = min(opens - timezone.now(), DAY).total_seconds()
    sentences = (reason % limit, text % {"date": date_format(opens, "DATE_FORMAT")})
    raise NotStored(" ".join(sentences), wait)
