"""Subscribers: secrets, what is kept for how long, and what the database refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from factcheck.webhooks import delivery
from factcheck.webhooks.models import Attempt, Delivery, Subscription
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.receiving import Receiver
from tests.support.subscribers import deliver, outcomes, states, subscribe
from tests.webhooks.conftest import publish


def test_for_a_day_both_secrets_sign(newsroom: Newsroom, receiver: Receiver) -> None:
    subscription = subscribe(receiver.url)
    old = subscription.secret
    delivery.new_secret(subscription)
    new = subscription.secret
    assert old != new
    publish(newsroom)
    deliver()
    assert receiver.received[0].verified(old) == receiver.received[0].verified(new)
    Subscription.objects.update(rotated_at=timezone.now() - timedelta(hours=24))
    publish(newsroom)
    deliver()
    assert receiver.received[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.received[1].verified(old)


def test_secrets_differ_between_subscribers_and_sites(settings: object) -> None:
    one, other = (Subscription(pk=uuid4(), cursor=-1) for _ in range(2))
    assert one.secret != other.secret
    before = one.secret
    settings.SECRET_KEY = "another" * 10  # type: ignore[attr-defined]
    assert one.secret != before
    assert len(one.secret) == len("whsec_") + 44


def test_old_deliveries_are_forgotten_and_waiting_ones_kept(newsroom: Newsroom, receiver: Receiver) -> None:
    subscribe(receiver.url)
    for _ in range(3):
        publish(newsroom)
    deliver()
    Delivery.objects.filter(entry_id__lt=2).update(derived_at=timezone.now() - timedelta(days=31))
    Delivery.objects.filter(entry_id=1).update(state="waiting")
    delivery.delete_old()
    assert [sequence for sequence, _ in states()] == [1, 2]


@pytest.mark.prove
def test_many_deliveries_are_started_forgotten_and_removed_some_at_a_time(database, receiver, monkeypatch):
    """An import of 500,000 reviews makes as many: no statement gives or takes all of them."""
    monkeypatch.setattr(delivery, "BATCH", 2)
    subscription, newsroom = subscribe(receiver.url), make_newsroom()
    for _ in range(5):
        publish(newsroom)
    deliver()
    rows: list[int] = []

    def count(execute: Callable[..., object], sql: str, params: object, many: bool, context: dict[str, Any]) -> object:
        result = execute(sql, params, many, context)
        if "webhooks_delivery" in sql or "procrastinate" in sql:
            rows.append(context["cursor"].rowcount)
        return result

    with connection.execute_wrapper(count):
        delivery.stop(subscription, Subscription.Stopped.BY_HAND)
        Delivery.objects.filter(entry_id__lt=4).update(state="failed")
        rows.clear()
        delivery.start(subscription)
        assert max(rows) == 2
    assert [state for _, state in states()] == ["waiting"] * 4 + ["delivered"]
    deliver()
    assert sorted(sequence for sequence, *_ in outcomes()[5:]) == [0, 1, 2, 3]  # of different reviews, in any order
    Delivery.objects.update(derived_at=timezone.now() - timedelta(days=31))
    Delivery.objects.filter(entry_id=0).update(state="waiting")
    Attempt.objects.filter(pk__in=Attempt.objects.order_by("pk").values("pk")[:5]).delete()
    with connection.execute_wrapper(count):
        rows.clear()
        delivery.delete_old()
        assert max(rows) == 2
    assert states() == [(0, "waiting")]
    for _ in range(4):
        publish(newsroom)
    deliver()
    with connection.execute_wrapper(count):
        rows.clear()
        delivery.remove(subscription)
        assert max(rows) == 2
    assert not Subscription.objects.exists()
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        "url = 'ftp://example.org/'",
        "url = 'https://example.org/ ’'",
        "events = '{}'",
        "events = '{review.read}'",
        "name = ''",
        "cursor = -2",
        "stopped = 'tired'",
    ],
)
def test_database_refuses_a_subscription_that_is_none(module_database: str, change: str) -> None:
    subscribe("https://example.org/")
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(f"UPDATE webhooks_subscription SET {change}")


def test_reading_role_sees_no_subscription(database: str) -> None:
    for table in ("webhooks_subscription", "webhooks_delivery", "webhooks_attempt"):
        with connections["public"].cursor() as cursor, pytest.raises(Exception, match="permission denied"):
            cursor.execute(f"SELECT * FROM {table}")
