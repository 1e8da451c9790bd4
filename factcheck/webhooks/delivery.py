"""Delivery of log entries to receivers, at least once, and in the log's order for each review or demand.

`derive` turns log entries into deliveries, each with a job in the same transaction. The cursor of a subscription is the
last entry that has been derived. Jobs for the same review and subscription share a lock. A job keeps the lock while it
waits for its next attempt, so that later jobs can't overtake it (ADR 16).
"""

import logging
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from factcheck.record.models import LogEntry
from factcheck.webhooks import sending, signing
from factcheck.webhooks.models import Attempt, Delivery, Subscription
from factcheck.webhooks.sending import EVENTS, message

logger = logging.getLogger(__name__)

State, Stopped = Delivery.State, Subscription.Stopped

# Names of tasks. The trigger entry_appended uses the first name.
DERIVE, DELIVER = "webhooks.derive", "webhooks.deliver"
QUEUE = "webhooks"
DERIVE_PRIORITY = 1  # deliveries have priority 0
BATCH = 500
# The delay after each failure. Nine attempts fit into a day.
BACKOFF = tuple(
    timedelta(**gap)
    for gap in (
        {"seconds": 5}, {"minutes": 1}, {"minutes": 5}, {"minutes": 30}, {"hours": 2}, {"hours": 5}, {"hours": 8},
        {"hours": 8},
    )
)  # fmt: skip
# If a receiver doesn't respond at all, its deliveries pause for a quarter of the time since its first failure. These
# are the shortest and the longest pause. Without a pause, failing connections would keep the worker busy.
REST = timedelta(minutes=1), timedelta(hours=1)
# Deliveries to a slow receiver pause for a multiple of its response time, so that other receivers get threads.
SLOW, SLOW_RESTS = timedelta(seconds=2), 4
# A webhook is stopped if a delivery fails permanently and nothing could be delivered for this long.
STOPPED_AFTER = timedelta(days=3)

# Jobs are added over Django's connection, so that a job and its delivery are in the same transaction. The worker uses
# connections of its own.
_jobs = JobManager(DjangoConnector(alias="default"))


class RetryLater(Exception):
    """The error of a delivery that must be tried again at the time `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__(at)
        self.at = at


def log_head() -> int:
    """Return the sequence of the newest entry, or -1 if the log is empty."""
    newest = LogEntry.objects.newest().values_list("sequence", flat=True).first()
    return -1 if newest is None else newest


def derive() -> None:
    """Create the missing deliveries of every running subscription, up to the end of the log."""
    for pk in Subscription.objects.filter(stopped=Stopped.RUNNING).values_list("pk", flat=True):
        while _derive_some(pk):
            pass


@transaction.atomic
def _derive_some(pk: UUID) -> bool:
    subscription = Subscription.objects.select_for_update().filter(pk=pk, stopped=Stopped.RUNNING).first()
    if subscription is None:
        return False
    entries = list(LogEntry.objects.filter(sequence__gt=subscription.cursor).order_by("sequence")[:BATCH])
    if not entries:
        return False
    deliveries = [
        Delivery(subscription=subscription, entry=entry, event=EVENTS[entry.kind])
        for entry in entries
        if EVENTS.get(entry.kind) in subscription.events
    ]
    enqueue(Delivery.objects.bulk_create(deliveries))
    subscription.cursor = entries[-1].sequence
    subscription.save(update_fields=["cursor"])
    return True


def enqueue_derivation() -> None:
    # The trigger uses the same priority. Deliveries have a lower priority, because they can take long.
    _jobs.defer_job(Job(queue=QUEUE, task_name=DERIVE, lock=DERIVE, queueing_lock=None, priority=DERIVE_PRIORITY))


def enqueue(deliveries: Iterable[Delivery]) -> None:
    """Add jobs for these deliveries, whose entries must already be loaded (`select_related`)."""
    jobs = [
        Job(
            queue=QUEUE,
            task_name=DELIVER,
            lock=f"{lock_of(delivery.subscription_id)}{delivery.entry.subject}",
            queueing_lock=None,
            task_kwargs={"delivery": delivery.pk},
        )
        for delivery in deliveries
    ]
    if jobs:
        _jobs.batch_defer_jobs(jobs)


def lock_of(subscription: UUID) -> str:
    """Return the prefix of the locks of a subscription's jobs."""
    return f"webhook:{subscription}:"


def attempt(pk: int) -> None:
    """Send a delivery once, if it is still pending. Raise RetryLater if it has to be tried again.

    If the worker is killed between the request and the commit, the delivery is sent again with the same id.
    """
    delivery = Delivery.objects.select_related("subscription", "entry").filter(pk=pk, state=State.WAITING).first()
    if delivery is None or not delivery.subscription.is_running:
        return
    now, subscription = timezone.now(), delivery.subscription
    if subscription.rests_until and subscription.rests_until > now:
        raise RetryLater(subscription.rests_until)
    began = time.monotonic()
    outcome = _send(delivery, now)
    done = Attempt(
        delivery=delivery,
        at=now,
        problem=outcome.problem,
        status=outcome.status,
        milliseconds=round((time.monotonic() - began) * 1000),
    )
    later = _store_outcome(done, outcome)
    if later:
        raise RetryLater(later)
    if Delivery.objects.filter(pk=pk, state=State.FAILED).exists():
        logger.warning("%s: all attempts failed. %s %s", delivery.message_id, outcome.problem, outcome.status or "")


def _send(delivery: Delivery, now: datetime) -> sending.Outcome:
    body, seconds = message(delivery.entry, delivery.event), int(now.timestamp())
    secrets = delivery.subscription.signing_secrets(now)
    return sending.post(
        delivery.subscription.url,
        body,
        {
            "Content-Type": "application/json",
            "webhook-id": delivery.message_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signing.signature(secrets, delivery.message_id, seconds, body),
        },
    )


@transaction.atomic
def _store_outcome(done: Attempt, outcome: sending.Outcome) -> datetime | None:
    """Store the outcome of an attempt, and return the time of the next attempt, or None."""
    subscription = Subscription.objects.select_for_update().filter(pk=done.delivery.subscription_id).first()
    if subscription is None:
        return None  # the subscription was removed with its deliveries
    now, delivery = timezone.now(), done.delivery
    took = timedelta(milliseconds=done.milliseconds)
    rests_until = now + SLOW_RESTS * took if took > SLOW else None
    done.save()
    if outcome.problem == Attempt.Problem.NONE:
        delivery.state, delivery.tries = State.DELIVERED, 0
        delivery.save(update_fields=["state", "tries"])
        subscription.failing_since, subscription.rests_until = None, rests_until
        subscription.save(update_fields=["failing_since", "rests_until"])
        return None
    subscription.failing_since = subscription.failing_since or now
    if not outcome.answered:
        rests_until = now + min(max((now - subscription.failing_since) / 4, REST[0]), REST[1])
    subscription.rests_until = rests_until or subscription.rests_until
    subscription.save(update_fields=["failing_since", "rests_until"])
    if outcome.status == 410:
        stop(subscription, Stopped.GONE)
        return None
    delivery.tries += 1
    given_up = delivery.tries > len(BACKOFF)
    if given_up:
        delivery.state = State.FAILED
    delivery.save(update_fields=["state", "tries"])
    if given_up and now - subscription.failing_since >= STOPPED_AFTER:
        stop(subscription, Stopped.FAILING)
    # The job of a stopped subscription must not wait. Otherwise, its lock would block the new jobs after the
    # subscription is started again.
    return None if given_up or not subscription.is_running else now + BACKOFF[delivery.tries - 1]


@transaction.atomic
def stop(subscription: Subscription, why: Subscription.Stopped) -> None:
    """Stop sending. Pending deliveries are kept, but their jobs are deleted."""
    subscription.stopped = why
    subscription.save(update_fields=["stopped"])
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s AND starts_with(lock, %s)",
            [DELIVER, lock_of(subscription.pk)],
        )


@transaction.atomic
def start(subscription: Subscription) -> None:
    """Start sending again: first the failed and pending deliveries, then newer entries, in the log's order."""
    if Subscription.objects.select_for_update().get(pk=subscription.pk).is_running:
        return
    subscription.stopped, subscription.failing_since, subscription.rests_until = Stopped.RUNNING, None, None
    subscription.save(update_fields=["stopped", "failing_since", "rests_until"])
    left = Delivery.objects.filter(subscription=subscription).exclude(state=State.DELIVERED).select_related("entry")
    for some in _slices(left, "entry_id"):
        Delivery.objects.filter(pk__in=[each.pk for each in some]).update(state=State.WAITING, tries=0)
        enqueue(some)
    enqueue_derivation()


@transaction.atomic
def send_again(delivery: Delivery) -> bool:
    """Send a finished delivery again with the same id.

    Return False if the delivery is pending or its subscription is stopped.
    """
    locked = (
        Delivery.objects.select_for_update(of=("self",)).select_related("entry", "subscription").get(pk=delivery.pk)
    )
    if not locked.may_be_sent_again:
        return False
    locked.state, locked.tries = State.WAITING, 0
    locked.save(update_fields=["state", "tries"])
    enqueue([locked])
    return True


@transaction.atomic
def new_secret(subscription: Subscription) -> None:
    """Create a new secret.

    The previous secret also signs for SECRETS_OVERLAP, so receivers have time to switch.
    """
    locked = Subscription.objects.select_for_update().get(pk=subscription.pk)
    subscription.generation, subscription.rotated_at = locked.generation + 1, timezone.now()
    subscription.save(update_fields=["generation", "rotated_at"])


def delete_old() -> None:
    """Delete deliveries that finished long ago. Pending deliveries are kept."""
    old = timezone.now() - timedelta(days=settings.WEBHOOK_DELIVERIES_DAYS)
    _delete(Delivery.objects.filter(derived_at__lt=old).exclude(state=State.WAITING))


@transaction.atomic
def remove(subscription: Subscription) -> None:
    """Delete a subscription and its deliveries. Jobs that remain find nothing to send."""
    Subscription.objects.select_for_update().get(pk=subscription.pk)
    _delete(Delivery.objects.filter(subscription=subscription))
    subscription.delete()


def _delete(deliveries: QuerySet[Delivery]) -> None:
    for some in _slices(deliveries, "pk"):
        deliveries.filter(pk__in=[each.pk for each in some]).delete()


def _slices(deliveries: QuerySet[Delivery], key: str) -> Iterator[list[Delivery]]:
    """Yield BATCH deliveries at a time, sorted by the key.

    After an import, all deliveries together may not fit into memory.
    """
    last = -1
    while some := list(deliveries.filter(**{f"{key}__gt": last}).order_by(key)[:BATCH]):
        yield some
        last = getattr(some[-1], key)
