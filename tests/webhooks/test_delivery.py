"""From a publication to a receiver: what is sent, in which order, how often, and when it ends."""

import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks.webhooks import WebhookVerificationError

from factcheck.editorial.models import EditorialEvent
from factcheck.record.models import LogEntry
from factcheck.webhooks import delivery
from factcheck.webhooks.models import Attempt, Delivery, Event, Subscription
from factcheck.webhooks.tasks import derive
from tests.drafts import (
    Newsroom,
    correct_review,
    erase_review,
    make_demand,
    make_newsroom,
    make_review,
    publish_demand,
    publish_review,
    reinstate_review,
    update_demand,
    withdraw_review,
)
from tests.receiving import Receiver, receiving
from tests.subscribers import deliver, outcomes, states, subscribe, wait_and_deliver
from tests.working import working


def publish(newsroom: Newsroom, **fields: str) -> LogEntry:
    return publish_review(newsroom, make_review(newsroom, **fields))


def test_message_is_signed_and_says_what_the_feed_of_changes_says(database: str, receiver: Receiver) -> None:
    subscription = subscribe(receiver.url)
    entry = publish(make_newsroom())
    deliver()
    (got,) = receiver.received
    message = got.verified(subscription.secret)
    change = Client().get("/api/v1/changes/").json()["results"][0]
    assert message == {"type": "review.published", "timestamp": change["at"], "data": change}
    assert change["body"]["url"] == f"http://127.0.0.1:8000/reviews/{entry.subject}/"
    assert got.headers["content-type"] == "application/json"
    assert got.id == f"msg_{subscription.pk.hex}_0"
    with pytest.raises(WebhookVerificationError):
        got.verified("whsec_" + "A" * 43 + "=")
    assert outcomes() == [(0, "", 204)]
    assert states() == [(0, "delivered")]


def test_every_kind_of_entry_has_its_event(database: str, receiver: Receiver) -> None:
    newsroom = make_newsroom()
    subscribe(receiver.url)
    review = make_review(newsroom)
    publish_review(newsroom, review)
    correct_review(newsroom, review, summary="Sai. Lần 1.")
    withdraw_review(newsroom, review)
    reinstate_review(newsroom, review)
    erase_review(newsroom, review)
    demand = make_demand(newsroom)
    publish_demand(newsroom, demand)
    update_demand(newsroom, demand, asked="Gỡ bài, kèm lời xin lỗi.")
    deliver()
    told = sorted(
        (got.message["data"]["sequence"], got.message["data"]["kind"], got.message["type"]) for got in receiver.received
    )
    assert [(kind, event) for _, kind, event in told] == [
        ("review.original", "review.published"),
        ("review.correction", "review.corrected"),
        ("review.withdrawal", "review.withdrawn"),
        ("review.reinstatement", "review.published"),
        ("review.erasure", "review.withdrawn"),
        ("demand.published", "demand.published"),
        ("demand.updated", "demand.published"),
    ]


def test_subscriber_gets_what_was_asked_for_from_then_on(database: str, receiver: Receiver) -> None:
    newsroom = make_newsroom()
    review = make_review(newsroom)
    publish_review(newsroom, review)
    subscribe(receiver.url, "review.corrected")
    publish(newsroom)
    correct_review(newsroom, review, summary="Sai. Lần 2.")
    deliver()
    assert [got.message["data"]["sequence"] for got in receiver.received] == [2]
    assert Subscription.objects.get().cursor == 2


def test_nothing_overtakes_within_a_review_and_others_go_on(database: str, receiver: Receiver) -> None:
    newsroom = make_newsroom()
    subscribe(receiver.url)
    broken = make_review(newsroom)
    receiver.told[str(broken.pk)] = 503
    publish_review(newsroom, broken)
    correct_review(newsroom, broken, summary="Sai. Lần 3.")
    publish(newsroom)
    deliver()
    assert sorted(outcomes()) == [(0, "refused", 503), (2, "", 204)]
    receiver.told.clear()
    wait_and_deliver()
    assert [sequence for sequence, *_ in outcomes()[2:]] == [0, 1]
    assert states() == [(0, "delivered"), (1, "delivered"), (2, "delivered")]
    numbers = [got.id.rpartition("_")[2] for got in receiver.received]
    assert (sorted(numbers[:2]), numbers[2:]) == (["0", "2"], ["0", "1"])  # the first two at the same time


def test_delivery_is_given_up_after_nine_attempts_in_a_day(database: str, receiver: Receiver) -> None:
    subscribe(receiver.url)
    receiver.answers = [500]
    publish(make_newsroom())
    deliver()
    waits: list[timedelta] = []
    while found := wait_and_deliver():
        waits += found
    assert [round(wait.total_seconds(), -1) for wait in waits[1:]] == [60, 300, 1800, 7200, 18000, 28800, 28800]
    assert timedelta(hours=23) < sum(waits, timedelta()) < timedelta(hours=24)
    assert outcomes() == [(0, "refused", 500)] * 9
    assert states() == [(0, "failed")]
    assert ProcrastinateJob.objects.get(task_name="webhooks.deliver").status == "failed"
    assert Subscription.objects.get().stopped == ""


@pytest.mark.parametrize("broken", ["_send", "_settle", "_derive_some"])
def test_fault_of_ours_loses_no_delivery(
    database: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """As when the database has no connection left: the job is tried again in a minute, and no attempt counts."""

    def gone(*_: object) -> None:
        raise OperationalError("too many clients already")

    subscribe(receiver.url)
    publish(make_newsroom())
    with monkeypatch.context() as fault:
        fault.setattr(delivery, broken, gone)
        deliver()
    wait_and_deliver()
    assert states() == [(0, "delivered")]
    assert {got.id for got in receiver.received} == {Delivery.objects.get().message_id}


def test_what_was_given_up_does_not_hold_back_the_next(database: str, receiver: Receiver) -> None:
    newsroom = make_newsroom()
    subscribe(receiver.url)
    review = make_review(newsroom)
    publish_review(newsroom, review)
    deliver()
    Delivery.objects.update(state="failed")
    correct_review(newsroom, review, summary="Sai. Lần 4.")
    deliver()
    assert states() == [(0, "failed"), (1, "delivered")]


def test_receiver_that_does_not_answer_is_left_in_peace_for_a_minute(database: str, receiver: Receiver) -> None:
    subscription = subscribe("http://127.0.0.1:9/")
    newsroom = make_newsroom()
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
def test_receiver_that_is_long_gone_is_asked_less_often(database: str, failing: timedelta, rests: int) -> None:
    subscription = subscribe("http://127.0.0.1:9/", failing_since=timezone.now() - failing)
    publish(make_newsroom())
    deliver()
    subscription.refresh_from_db()
    assert subscription.rests_until is not None
    assert round((subscription.rests_until - timezone.now()).total_seconds() / 60) == rests


@pytest.mark.parametrize(("status", "rests"), [(204, True), (500, True), (204, False)])
def test_slow_receiver_rests_for_a_multiple_of_the_time_that_it_took(
    database: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, status: int, rests: bool
) -> None:
    monkeypatch.setattr(delivery, "SLOW", timedelta(seconds=0.2 if rests else 20))
    receiver.seconds, receiver.answers = 0.5, [status]
    subscription = subscribe(receiver.url)
    publish(make_newsroom())
    before = timezone.now()
    deliver()
    subscription.refresh_from_db()
    if not rests:
        assert subscription.rests_until is None
        return
    assert subscription.rests_until is not None
    assert subscription.rests_until - before >= timedelta(seconds=2.5)


def test_slow_receiver_holds_up_its_own_messages_alone(
    database: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve wait for it, and are older than those of another one; and what is published then is derived at once."""
    monkeypatch.setattr(delivery, "SLOW", timedelta(seconds=0.2))
    monkeypatch.setattr(delivery, "SLOW_RESTS", 1000)
    receiver.seconds = 0.5
    newsroom = make_newsroom()
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


def test_three_days_without_success_stop_the_subscription(database: str, receiver: Receiver) -> None:
    newsroom = make_newsroom()
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


def test_success_ends_the_count_of_days(database: str, receiver: Receiver) -> None:
    subscription = subscribe(receiver.url, failing_since=timezone.now() - timedelta(days=10))
    publish(make_newsroom())
    deliver()
    subscription.refresh_from_db()
    assert subscription.failing_since is None


def test_gone_stops_the_subscription_at_once(database: str, receiver: Receiver) -> None:
    subscription = subscribe(receiver.url)
    receiver.answers = [410]
    publish(make_newsroom())
    deliver()
    subscription.refresh_from_db()
    assert subscription.stopped == "gone"
    assert states() == [(0, "waiting")]
    assert wait_and_deliver() == []
    assert len(receiver.received) == 1


def test_started_again_it_gets_what_it_missed_in_order(database: str, receiver: Receiver) -> None:
    newsroom = make_newsroom()
    subscription = subscribe(receiver.url)
    review = make_review(newsroom)
    publish_review(newsroom, review)
    receiver.answers = [500]
    deliver()
    delivery.stop(subscription, Subscription.Stopped.BY_HAND)
    correct_review(newsroom, review, summary="Sai. Lần 5.")
    deliver()
    assert states() == [(0, "waiting")]
    receiver.answers = [204]
    delivery.start(subscription)
    deliver()
    assert [sequence for sequence, *_ in outcomes()] == [0, 0, 1]
    assert states() == [(0, "delivered"), (1, "delivered")]


def test_a_second_job_sends_nothing_twice(database: str, receiver: Receiver) -> None:
    subscribe(receiver.url)
    publish(make_newsroom())
    deliver()
    delivery.enqueue([Delivery.objects.select_related("entry").get()])
    deliver()
    assert len(receiver.received) == 1


def test_sent_again_by_hand_it_has_the_same_id(database: str, receiver: Receiver) -> None:
    subscribe(receiver.url)
    publish(make_newsroom())
    deliver()
    sent = Delivery.objects.get()
    assert delivery.send_again(sent)
    assert not delivery.send_again(sent)  # it waits already
    deliver()
    assert [got.id for got in receiver.received] == [sent.message_id] * 2
    assert outcomes() == [(0, "", 204)] * 2


def test_for_a_day_both_secrets_sign(database: str, receiver: Receiver) -> None:
    newsroom = make_newsroom()
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


def test_what_was_erased_before_it_was_sent_is_not_sent(database: str, receiver: Receiver) -> None:
    newsroom = make_newsroom()
    subscribe(receiver.url)
    review = make_review(newsroom, headline="Tên một người không ai được nhắc")
    receiver.answers = [500, 204]
    publish_review(newsroom, review)
    deliver()
    assert receiver.received[0].message["data"]["body"]["headline"] == "Tên một người không ai được nhắc"
    erase_review(newsroom, review)
    wait_and_deliver()
    assert [got.message["data"]["kind"] for got in receiver.received] == [
        "review.original", "review.original", "review.erasure",
    ]  # fmt: skip
    assert receiver.received[1].message["data"]["body"] is None
    assert all("Tên một người" not in got.body.decode() for got in receiver.received[1:])


def test_derived_at_once_by_two_it_is_there_once(database: str, receiver: Receiver) -> None:
    subscribe(receiver.url)
    newsroom = make_newsroom()
    for _ in range(5):
        publish(newsroom)

    def derive() -> None:
        delivery.derive()
        connections.close_all()

    threads = [threading.Thread(target=derive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sequence for sequence, _ in states()] == [0, 1, 2, 3, 4]
    assert ProcrastinateJob.objects.filter(task_name="webhooks.deliver").count() == 5


def test_entry_written_by_any_way_is_derived(database: str, receiver: Receiver) -> None:
    """The trigger adds the job in the transaction of the entry, and takes it back with it."""
    newsroom = make_newsroom()
    with pytest.raises(RuntimeError), transaction.atomic():
        publish(newsroom)
        raise RuntimeError
    assert not ProcrastinateJob.objects.exists()
    publish(newsroom)
    delivery.enqueue_derivation()
    derive.defer()
    assert [(job.task_name, job.queue_name, job.priority) for job in ProcrastinateJob.objects.all()] == [
        ("webhooks.derive", "webhooks", 1)
    ] * 3  # before all deliveries, which have 0


def test_old_deliveries_are_forgotten_and_waiting_ones_kept(database: str, receiver: Receiver) -> None:
    subscribe(receiver.url)
    newsroom = make_newsroom()
    for _ in range(3):
        publish(newsroom)
    deliver()
    Delivery.objects.filter(entry_id__lt=2).update(derived_at=timezone.now() - timedelta(days=31))
    Delivery.objects.filter(entry_id=1).update(state="waiting")
    delivery.forget()
    assert [sequence for sequence, _ in states()] == [1, 2]


def test_many_deliveries_are_started_forgotten_and_removed_some_at_a_time(
    database: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
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
        delivery.forget()
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
def test_database_refuses_a_subscription_that_is_none(database: str, change: str) -> None:
    subscribe("https://example.org/")
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(f"UPDATE webhooks_subscription SET {change}")


def test_reading_role_sees_no_subscription(database: str) -> None:
    for table in ("webhooks_subscription", "webhooks_delivery", "webhooks_attempt"):
        with connections["public"].cursor() as cursor, pytest.raises(Exception, match="permission denied"):
            cursor.execute(f"SELECT * FROM {table}")


@pytest.mark.prove
def test_kill_of_the_worker_loses_nothing_and_keeps_the_order(
    database: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, until: Callable[[Callable[[], bool]], None]
) -> None:
    monkeypatch.setitem(os.environ, "WEBHOOKS_ALLOW_LOOPBACK", "1")
    newsroom = make_newsroom()
    subscription = subscribe(receiver.url)
    review = make_review(newsroom)
    receiver.held.clear()
    publish_review(newsroom, review)
    correct_review(newsroom, review, summary="Sai. Lần 6.")
    with working(database) as first:
        until(lambda: len(receiver.received) == 1)
        first.kill()  # SIGKILL, between request and answer
        first.wait()
    correct_review(newsroom, review, summary="Sai. Lần 7.")
    receiver.held.set()
    with working(database):
        until(lambda: [state for _, state in states()] == ["delivered"] * 3)
    message = f"msg_{subscription.pk.hex}_"
    assert [got.id for got in receiver.received] == [f"{message}0", f"{message}0", f"{message}1", f"{message}2"]
    for got in receiver.received:
        got.verified(subscription.secret)
    assert datetime.fromisoformat(receiver.received[0].message["timestamp"]) == LogEntry.objects.get(pk=0).at
    assert Event.values == ["review.published", "review.corrected", "review.withdrawn", "demand.published"]
