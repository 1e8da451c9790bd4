"""From a publication to a receiver: what is sent, in which order, and what becomes of it when a process ends."""

import os
import threading
from datetime import datetime

import pytest
from django.db import connections, transaction
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks.webhooks import WebhookVerificationError

from factcheck.editorial.models import Review
from factcheck.editorial.proposals import workflow
from factcheck.record.models import LogEntry
from factcheck.webhooks import delivery
from factcheck.webhooks.models import Delivery, Event, Subscription
from factcheck.webhooks.tasks import derive
from tests.support.drafts import Newsroom
from tests.support.receiving import Receiver
from tests.support.subscribers import deliver, outcomes, states, subscribe, wait_and_deliver
from tests.support.working import working
from tests.webhooks.conftest import publish


def test_message_is_signed_and_says_what_the_feed_of_changes_says(newsroom: Newsroom, receiver: Receiver) -> None:
    subscription = subscribe(receiver.url)
    entry = publish(newsroom)
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


def test_every_kind_of_entry_has_its_event(newsroom: Newsroom, receiver: Receiver) -> None:
    subscribe(receiver.url)
    review = newsroom.publish_new()
    newsroom.correct_review(review, summary="Sai. Lần 1.")
    newsroom.withdraw_review(review)
    newsroom.reinstate_review(review)
    newsroom.erase_review(review)
    demand = newsroom.make_demand()
    newsroom.publish_demand(demand)
    newsroom.update_demand(demand, asked="Gỡ bài, kèm lời xin lỗi.")
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


def test_subscriber_gets_what_was_asked_for_from_then_on(newsroom: Newsroom, live: Review, receiver: Receiver) -> None:
    subscribe(receiver.url, "review.corrected")
    publish(newsroom)
    newsroom.correct_review(live, summary="Sai. Lần 2.")
    deliver()
    assert [got.message["data"]["sequence"] for got in receiver.received] == [2]
    assert Subscription.objects.get().cursor == 2


def test_nothing_overtakes_within_a_review_and_others_go_on(newsroom: Newsroom, receiver: Receiver) -> None:
    subscribe(receiver.url)
    broken = newsroom.make_review()
    receiver.told[str(broken.pk)] = 503
    newsroom.publish_review(broken)
    newsroom.correct_review(broken, summary="Sai. Lần 3.")
    publish(newsroom)
    deliver()
    assert sorted(outcomes()) == [(0, "refused", 503), (2, "", 204)]
    receiver.told.clear()
    wait_and_deliver()
    assert [sequence for sequence, *_ in outcomes()[2:]] == [0, 1]
    assert states() == [(0, "delivered"), (1, "delivered"), (2, "delivered")]
    numbers = [got.id.rpartition("_")[2] for got in receiver.received]
    assert (sorted(numbers[:2]), numbers[2:]) == (["0", "2"], ["0", "1"])  # the first two at the same time


def test_a_second_job_sends_nothing_twice(newsroom: Newsroom, receiver: Receiver) -> None:
    subscribe(receiver.url)
    publish(newsroom)
    deliver()
    delivery.enqueue([Delivery.objects.select_related("entry").get()])
    deliver()
    assert len(receiver.received) == 1


def test_sent_again_by_hand_it_has_the_same_id(newsroom: Newsroom, receiver: Receiver) -> None:
    subscribe(receiver.url)
    publish(newsroom)
    deliver()
    sent = Delivery.objects.get()
    assert delivery.send_again(sent)
    assert not delivery.send_again(sent)  # it waits already
    deliver()
    assert [got.id for got in receiver.received] == [sent.message_id] * 2
    assert outcomes() == [(0, "", 204)] * 2


def test_what_was_erased_before_it_was_sent_is_not_sent(newsroom: Newsroom, receiver: Receiver) -> None:
    subscribe(receiver.url)
    review = newsroom.make_review(headline="Tên một người không ai được nhắc")
    receiver.answers = [500, 204]
    newsroom.publish_review(review)
    deliver()
    assert receiver.received[0].message["data"]["body"]["headline"] == "Tên một người không ai được nhắc"
    newsroom.erase_review(review)
    wait_and_deliver()
    assert [got.message["data"]["kind"] for got in receiver.received] == [
        "review.original", "review.original", "review.erasure",
    ]  # fmt: skip
    assert receiver.received[1].message["data"]["body"] is None
    assert all("Tên một người" not in got.body.decode() for got in receiver.received[1:])


def test_derived_at_once_by_two_it_is_there_once(newsroom: Newsroom, receiver: Receiver) -> None:
    subscribe(receiver.url)
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


def test_entry_written_by_any_way_is_derived(newsroom: Newsroom, receiver: Receiver) -> None:
    """The trigger adds the job in the transaction of the entry, and takes it back with it."""
    approval = workflow.submit(subject=newsroom.make_review(), by=newsroom.reporter)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    with pytest.raises(RuntimeError), transaction.atomic():
        workflow.publish(proposal=approval, by=newsroom.editor)
        raise RuntimeError
    assert not ProcrastinateJob.objects.exists()
    workflow.publish(proposal=approval, by=newsroom.editor)
    delivery.enqueue_derivation()
    derive.defer()
    assert [(job.task_name, job.queue_name, job.priority) for job in ProcrastinateJob.objects.all()] == [
        ("webhooks.derive", "webhooks", 1)
    ] * 3  # before all deliveries, which have 0


@pytest.mark.prove
def test_kill_of_the_worker_loses_nothing_and_keeps_the_order(database, newsroom, receiver, monkeypatch, until):
    monkeypatch.setitem(os.environ, "WEBHOOKS_ALLOW_LOOPBACK", "1")
    subscription = subscribe(receiver.url)
    review = newsroom.make_review()
    receiver.held.clear()
    newsroom.publish_review(review)
    newsroom.correct_review(review, summary="Sai. Lần 6.")
    with working(database) as first:
        until(lambda: len(receiver.received) == 1)
        first.kill()  # SIGKILL, between request and answer
        first.wait()
    newsroom.correct_review(review, summary="Sai. Lần 7.")
    receiver.held.set()
    with working(database):
        until(lambda: [state for _, state in states()] == ["delivered"] * 3)
    message = f"msg_{subscription.pk.hex}_"
    assert [got.id for got in receiver.received] == [f"{message}0", f"{message}0", f"{message}1", f"{message}2"]
    for got in receiver.received:
        got.verified(subscription.secret)
    assert datetime.fromisoformat(receiver.received[0].message["timestamp"]) == LogEntry.objects.get(pk=0).at
    assert Event.values == ["review.published", "review.corrected", "review.withdrawn", "demand.published"]
