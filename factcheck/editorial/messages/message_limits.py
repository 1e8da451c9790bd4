"""Limits on readers' messages. Without them, a flood of messages could fill the queue or the disk."""

import math
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from factcheck.editorial.models import ReaderMessage
from factcheck.tools.metrics import count_refusal
from factcheck.web.networks import network_of, shortened
from factcheck.web.rate_limits import hour_hash

# A wide network (IPv4 /24, IPv6 /48) can be a whole office or a provider, so its limit is higher than a network's limit
# by this factor.
WIDE_FACTOR = 5
# The site stores at most as many tips an hour as this number of networks can send, and as many corrections. A wide
# network counts here like one network, so one network can't take all places. A flood from many networks can, and ends
# with the hour, before it fills the editors' line.
SITE_FACTOR = 5
_SITE_LOCK = int.from_bytes(b"messages", signed=True)
# The number of messages that can wait for one newsroom, and of tips that can wait for all newsrooms together.
MAX_WAITING = 2_000
# The number of stored messages on the whole site, in all states. They need at most about one gigabyte.
MAX_STORED = 100_000
HOUR = timedelta(hours=1)


class NotStored(Exception):
    """The error for a message that can't be stored. Its text says why, and what the sender can do.

    `wait` is the number of seconds after which the sender can try again. `is_full` is false if only the sender's
    network has reached its limit.
    """

    def __init__(self, text: str, wait: float, *, is_full: bool = True) -> None:
        super().__init__(text)
        count_refusal("messages")
        self.wait, self.is_full = max(1, math.ceil(wait)), is_full


def networks(address: str) -> tuple[str, str]:
    """Return the hashes of the sender's network and of the wide network. They are different every hour."""
    return hour_hash(f"sender {network_of(address)}"), hour_hash(f"sender {shortened(address)}")


def require_within_limits(message: ReaderMessage) -> None:
    """Raise NotStored if a limit has been reached.

    Advisory locks keep the counts correct while several processes store messages.
    """
    senders = (message.sender, message.wide_sender)
    keys = sorted([_SITE_LOCK, *(int.from_bytes(bytes.fromhex(each)[:8], signed=True) for each in senders)])
    with connection.cursor() as cursor:
        cursor.executemany("SELECT pg_advisory_xact_lock(%s)", [[key] for key in keys])
    limit = settings.READER_MESSAGES_PER_HOUR
    _require_network(ReaderMessage.objects.filter(sender=message.sender), limit)
    _require_network(ReaderMessage.objects.filter(wide_sender=message.wide_sender), WIDE_FACTOR * limit)
    _require_site(message.kind, limit)
    waiting = ReaderMessage.objects.waiting().filter(newsroom=message.newsroom_id)
    _require_space(waiting, MAX_WAITING, _("The editors have %s unread messages, the most that can wait."))
    stores = _("The site stores %s messages, the most that it can store.")
    _require_space(ReaderMessage.objects.all(), MAX_STORED, stores)


def kept_until(received_at: datetime) -> datetime:
    return received_at + timedelta(days=settings.READER_MESSAGES_DAYS)


def _require_network(messages: QuerySet[ReaderMessage], limit: int) -> None:
    if messages.order_by()[:limit].count() < limit:
        return
    wait = _rest_of_hour()  # then its messages have another hash
    text = _(
        "Your network has reached the limit of %(count)s messages an hour. Your message was not stored. You can send it"
        " again in %(minutes)s min."
    )
    raise NotStored(text % {"count": limit, "minutes": math.ceil(wait / 60)}, wait, is_full=False)


def _require_site(kind: str, limit: int) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    senders = ReaderMessage.objects.filter(kind=kind, received_at__gte=hour).order_by().values_list("wide_sender")
    counts = senders.annotate(count=Count("pk"))
    if sum(min(count, limit) for _sender, count in counts) < SITE_FACTOR * limit:
        return
    wait = _rest_of_hour()
    text = _(
        "In this hour, this site has received as many messages as it can store in an hour. Your message was not"
        " stored. Keep your text and send it again in %s min., or write to a newsroom directly."
    )
    raise NotStored(text % math.ceil(wait / 60), wait)


def _rest_of_hour() -> float:
    return HOUR.total_seconds() - time.time() % HOUR.total_seconds()


def _require_space(messages: QuerySet[ReaderMessage], limit: int, reason: str) -> None:
    if messages.order_by()[:limit].count() < limit:
        return
    oldest = messages.order_by("received_at").values_list("received_at", flat=True).first()
    opens = kept_until(oldest or timezone.now())
    text = _(
        "Your message was not stored. There will be room when the editors have read some messages, or on %(date)s at"
        " the latest. Keep your text, or write to a newsroom directly."
    )
    wait = min(opens - timezone.now(), timedelta(days=1)).total_seconds()
    sentences = (reason % limit, text % {"date": date_format(opens, "DATE_FORMAT")})
    raise NotStored(" ".join(sentences), wait)
