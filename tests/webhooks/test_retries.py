"""Deliveries that don't arrive: tried again, given up, left in peace, and stopped in the end."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from factcheck.editorial.models import EditorialEvent
from factcheck.webhooks import delivery
from factcheck.webhooks.models import Delivery, Subscription
from tests.support.drafts import Newsroom
from tests.support.receiving import Receiver, receiving
from tests.support.subscribers import deliver, outcomes, states, subscribe, wait_and_deliver
from tests.webhooks.conftest import publish


def test_delivery_is_given_up_after_nine_attempts_in_a_day(newsroom: Newsroom, receiver: Receiver) -> None:
    subscribe(receiver.url)
    receiver.answers = [500]
    publish(newsroom)
    deliver()
    waits: list[timedelta] = []
    while found := wait_and_deliver():
        waits += found
    assert [round(wait.total_seconds(), -1) for wait in waits[1:]] == [60, 300, 1800, 7200, 18000, 28800, 28800]
    assert timedelta(hours=23) < sum(waits, timedelta()) < timedelta(hours=24)
    assert outcomes() == [(0, "refused", 500)] * 9
    assert states() == [(0, "failed")]
    assert ProcrastinateJob.objects.get(task_name="webhooks.deliver").status == "succeeded"
    assert Subscription.objects.get().stopped == ""


@pytest.mark.parametrize("broken", ["_send", "_store_outcome", "_derive_some"])
def test_fault_of_ours_loses_no_delivery(newsroom, receiver, monkeypatch, broken):
    """As when the database has no connection left: the job is tried again in a minute, and no attempt counts."""

    def gone(*_: object) -> None:
        raise OperationalError("too many clients already")

    subscribe(receiver.url)
    publish(newsroom)
    with monkeypatch.context() as fault:
        fault.setattr(delivery, broken, gone)
        deliver()
    wait_and_deliver()
    assert states() == [(0, "delivered")]
    assert {got.id for got in receiver.received} == {Delivery.objects.get().message_id}


def test_what_was_given_up_does_not_hold_back_the_next(newsroom: Newsroom, receiver: Receiver) -> None:
    subscribe(receiver.url)
    review = newsroom.publish_new()
    deliver()
    Delivery.objects.update(state="failed")
    newsroom.correct_review(review, summary="Sai. Lần 4.")
    deliver()
    assert states() == [(0, "failed"), (1, "delivered")]


def test_receiver_that_does_not_answer_is_left_in_peace_for_a_minute(newsroom: Newsroom, receiver: Receiver) -> None:
    subscription = subscribe("http://127.0.0.1:9/")
    publish(newsroom)
    deliver()
    publish(newsroom)
    deliver()
    assert outcomes() == [(0, "unreachable", None)]
    subscription.refresh_from_db()
    assert subscription.rests_until is not None
    assert timedelta(seconds=50) < subscription.rests_until - timezone.now() <= timedelta(minutes=1)
    Subscription.objects.update(url=receiver.url)
    wait_and_deliver()
    assert states() == [(0, "delivered"), (1, "delivered")]


@pytest.mark.parametrize(("failing", "rests"), [(timedelta(hours=2), 30), (timedelta(days=2), 60)])
def test_receiver_that_is_long_gone_is_asked_less_often(newsroom: Newsroom, failing: timedelta, rests: int) -> None:
    subscription = subscribe("http://127.0.0.1:9/", failing_since=timezone.now() - failing)
    publish(newsroom)
    deliver()
    subscription.refresh_from_db()
    assert subscription.rests_until is not None
    assert round((subscription.rests_until - timezone.now()).total_seconds() / 60) == rests


@pytest.mark.parametrize(("status", "rests"), [(204, True), (500, True), (204, False)])
def test_slow_receiver_rests_for_a_multiple_of_the_time_that_it_took(newsroom, receiver, monkeypatch, status, rests):
    monkeypatch.setattr(delivery, "SLOW", timedelta(seconds=0.2 if rests else 20))
    receiver.seconds, receiver.answers = 0.5, [status]
    subscription = subscribe(receiver.url)
    publish(newsroom)
    before = timezone.now()
    deliver()
    subscription.refresh_from_db()
    if not rests:
        assert subscription.rests_until is None
        return
    assert subscription.rests_until is not None
    assert subscription.rests_until - before >= timedelta(seconds=2.5)


@pytest.mark.prove
def test_slow_receiver_holds_up_its_own_messages_alone(newsroom, receiver, monkeypatch):
    """Twelve wait for it, and are older than those of another one; and what is published then is derived at once."""
    monkeypatch.setattr(delivery, "SLOW", timedelta(seconds=0.2))
    monkeypatch.setattr(delivery, "SLOW_RESTS", 1000)
    receiver.seconds = 0.5
    subscribe(receiver.url)
    for _ in range(12):
        publish(newsroom)
    delivery.derive()
    with receiving() as quick:
        subscribe(quick.url)
        publish(newsroom)
        deliver()
        assert len(receiver.received) <= 4  # as many threads as the tests' worker has
        assert len(quick.received) == 1
    for _ in range(4):
        wait_and_deliver()
    assert len({got.id for got in receiver.received}) == 13


def test_three_days_without_success_stop_the_subscription(newsroom: Newsroom, receiver: Receiver) -> None:
    subscription = subscribe(receiver.url, failing_since=timezone.now() - timedelta(days=3))
    receiver.answers = [500]
    publish(newsroom)
    publish(newsroom)
    deliver()
    Delivery.objects.filter(entry_id=0).update(tries=8)
    wait_and_deliver()
    subscription.refresh_from_db()
    assert subscription.stopped == "failing"
    assert not ProcrastinateJob.objects.filter(status="todo", task_name="webhooks.deliver").exists()
    event = EditorialEvent.objects.get(action="webhook.stopped")
    assert (event.actor, event.subject, event.detail) == (
        None, f"webhook:{subscription.pk}", {"stopped": ["", "failing"]},
    )  # fmt: skip
    receiver.answers = [204]
    publish(newsroom)
    deliver()
    assert [state for _, state in states()] == ["failed", "waiting"]


def test_success_ends_the_count_of_days(newsroom: Newsroom, receiver: Receiver) -> None:
    subscription = subscribe(receiver.url, failing_since=timezone.now() - timedelta(days=10))
    publish(newsroom)
    deliver()
    subscription.refresh_from_db()
    assert subscription.failing_since is None


def test_gone_stops_the_subscription_at_once(newsroom: Newsroom, receiver: Receiver) -> None:
    subscription = subscribe(receiver.url)
    receiver.answers = [410]
    publish(newsroom)
    deliver()
    subscription.refresh_from_db()
    assert subscription.stopped == "gone"
    assert states() == [(0, "waiting")]
    assert wait_and_deliver() == []
    assert len(receiver.received) == 1


def test_started_again_it_gets_what_it_missed_in_order(newsroom: Newsroom, receiver: Receiver) -> None:
    subscription = subscribe(receiver.url)
    review = newsroom.publish_new()
    receiver.answers = [500]
    deliver()
    delivery.stop(subscription, Subscription.Stopped.BY_HAND)
    newsroom.correct_review(review, summary="Sai. Lần 5.")
    deliver()
    assert states() == [(0, "waiting")]
    receiver.answers = [204]
    delivery.start(subscription)
    deliver()
    assert [sequence for sequence, *_ in outcomes()] == [0, 0, 1]
    assert states() == [(0, "delivered"), (1, "delivered")]
