"""Subscribers, and the passing of time for their deliveries."""

from datetime import timedelta
from typing import Any

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.webhooks import delivery
from factcheck.webhooks.models import Attempt, Delivery, Event, Subscription
from tests.support.working import work_off


def subscribe(url: str, *events: str, **fields: Any) -> Subscription:
    return Subscription.objects.create(
        name="Báo đối tác", url=url, events=list(events or Event.values), cursor=delivery.log_head(), **fields
    )


def deliver() -> None:
    """Carry out the deliveries that are due now, and store their results."""
    before: list[object] = []
    jobs = ProcrastinateJob.objects.filter(queue_name="webhooks").order_by("pk")
    while (now := list(jobs.values_list("pk", "status", "attempts"))) != before:
        before = now
        work_off("webhooks")


def wait_and_deliver() -> list[timedelta]:
    """Carry out later deliveries too, as if their time had come. Return how long each would have waited."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at - now() FROM procrastinate_jobs WHERE status = 'todo' AND scheduled_at > now() ORDER BY id"
        )
        waits = [row[0] for row in cursor.fetchall()]
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    Subscription.objects.update(rests_until=None)
    deliver()
    return waits


def outcomes() -> list[tuple[int, str, int | None]]:
    """Return the sequence, the problem and the status of every attempt."""
    return list(Attempt.objects.order_by("pk").values_list("delivery__entry_id", "problem", "status"))


def states() -> list[tuple[int, str]]:
    return list(Delivery.objects.order_by("entry_id").values_list("entry_id", "state"))
