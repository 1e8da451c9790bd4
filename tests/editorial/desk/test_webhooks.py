"""Webhooks at the desk: registered, stopped, started, given a new secret, and what was sent, by who administers accounts."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory

from factcheck.editorial.models import EditorialEvent, User
from factcheck.webhooks import delivery
from factcheck.webhooks.models import Delivery, Subscription
from tests.journeys.browser import Browser, signed_in
from tests.support.drafts import Newsroom, make_newsroom, make_user
from tests.support.receiving import receiving
from tests.support.subscribers import deliver, subscribe


@pytest.fixture
def sysop(database: str) -> User:
    return make_user("sysop", is_superuser=True)


def register(sysop: User, url: str = "https://receiver.example/hook") -> Browser:
    browser = signed_in(sysop).open("/admin/webhooks/subscription/add/")
    return browser.fill(name="Báo đối tác", url=url, events=["review.published", "demand.published"]).press("Save")


def test_registration_shows_the_secret_once_and_begins_with_what_follows(sysop: User) -> None:
    newsroom = make_newsroom()
    newsroom.publish_new()
    browser = register(sysop)
    subscription = Subscription.objects.get()
    assert subscription.secret in browser.text
    assert (subscription.cursor, subscription.events) == (0, ["review.published", "demand.published"])
    page = browser.open(f"/admin/webhooks/subscription/{subscription.pk}/change/").text
    assert "whsec_" not in page
    assert "Running." in page
    event = EditorialEvent.objects.get(action="webhook.added")
    assert (event.actor, event.subject) == (sysop, f"webhook:{subscription.pk}")
    assert "whsec_" not in str(event.detail)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://receiver.example/", "Enter the full URL, starting with https://"),
        ("Https://receiver.example/", "Enter the full URL, starting with https://"),
        ("https://192.168.1.1/", "This URL’s host is private"),
        ("https://[::ffff:127.0.0.1]/", "This URL’s host is private"),
    ],
)
def test_address_that_is_not_public_is_refused_in_words(sysop: User, url: str, said: str) -> None:
    assert said in register(sysop, url).text
    assert not Subscription.objects.exists()


def test_registration_without_an_event_is_refused(sysop: User) -> None:
    browser = signed_in(sysop).open("/admin/webhooks/subscription/add/")
    assert "This field is required." in browser.fill(name="X", url="https://a.example/").press("Save").text


def test_stop_start_and_new_secret_are_written_down(sysop: User) -> None:
    subscription = subscribe("https://receiver.example/")
    address = f"/admin/webhooks/subscription/{subscription.pk}/do/"
    browser = signed_in(sysop)
    assert "Stopped." in browser.open(address + "stop/").press("Stop").text
    assert "Someone else may have acted first" in browser.open(address + "stop/").text
    assert "Started." in browser.open(address + "start/").press("Start again").text
    shown = browser.open(address + "new-secret/").press("New secret").text
    subscription.refresh_from_db()
    assert subscription.generation == 2
    assert subscription.secret in shown
    events = EditorialEvent.objects.filter(subject=f"webhook:{subscription.pk}").order_by("pk")
    assert [(event.action, event.actor and event.actor.username) for event in events] == [
        ("webhook.added", None),
        ("webhook.stopped", "sysop"),
        ("webhook.started", "sysop"),
        ("webhook.secret_changed", "sysop"),
    ]
    assert "webhook secret replaced" in browser.open("/admin/editorial/editorialevent/").text


@pytest.mark.parametrize(
    ("before", "action", "label", "now"), [("", "stop", "Stop", "gone"), ("failing", "start", "Start again", "")]
)
def test_stale_stop_or_start_changes_nothing(sysop: User, before: str, action: str, label: str, now: str) -> None:
    subscription = subscribe("https://receiver.example/")
    found = Subscription.objects.filter(pk=subscription.pk)
    found.update(stopped=before)
    late = signed_in(sysop).open(f"/admin/webhooks/subscription/{subscription.pk}/do/{action}/")
    found.update(stopped=now)
    assert late.press(label).codes == {"wrong_state"}
    assert found.get().stopped == now


def test_change_leaves_alone_what_the_worker_writes_meanwhile(database: str) -> None:
    """With the cursor back where it was, everything would be derived twice."""
    subscribe("https://receiver.example/")
    read_before = Subscription.objects.get()
    Subscription.objects.update(cursor=41)
    read_before.name = "Báo khác"
    admin.site.get_model_admin(Subscription).save_model(RequestFactory().post("/"), read_before, None, True)
    kept = Subscription.objects.get()
    assert (kept.name, kept.cursor) == ("Báo khác", 41)


def test_removal_takes_deliveries_along_and_is_written_down(sysop: User) -> None:
    newsroom = make_newsroom()
    subscription = subscribe("https://receiver.example/")
    newsroom.publish_new()
    delivery.derive()
    assert Delivery.objects.count() == 1
    browser = signed_in(sysop).open(f"/admin/webhooks/subscription/{subscription.pk}/delete/")
    assert "Deliveries: 1" in browser.text
    browser.press("Yes, I’m sure")
    assert not Subscription.objects.exists()
    assert EditorialEvent.objects.get(action="webhook.removed").actor == sysop


def test_attempts_are_shown_and_a_delivery_is_sent_again(sysop: User, settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    newsroom = make_newsroom()
    with receiving() as receiver:
        subscribe(receiver.url)
        newsroom.publish_new()
        deliver()
        sent = Delivery.objects.get()
        browser = signed_in(sysop).open(f"/admin/webhooks/delivery/{sent.pk}/change/")
        for words in (sent.message_id, "delivered", "204"):
            assert words in browser.text
        browser.open(f"/admin/webhooks/delivery/{sent.pk}/do/send-again/").press("Send again")
        assert "The message has been queued" in browser.text
        deliver()
        # Delivered at the first attempt: none failed.
        assert "failed attempts" in browser.open("/admin/webhooks/delivery/").text.lower()
        assert [got.id for got in receiver.received] == [sent.message_id, sent.message_id]


def test_home_says_what_stopped_by_itself(sysop: User) -> None:
    subscribe("https://a.example/", stopped="gone")
    home = signed_in(sysop).open("/admin/").text
    assert "Stopped webhooks" in home
    assert "the receiver no longer exists (410)" in home


def test_home_says_nothing_of_what_somebody_stopped(sysop: User) -> None:
    subscribe("https://a.example/", stopped="by_hand")
    assert "Stopped webhooks" not in signed_in(sysop).open("/admin/").text


def test_nobody_in_a_newsroom_sees_webhooks(newsroom: Newsroom) -> None:
    subscription = subscribe("https://receiver.example/")
    newsroom.publish_new()
    delivery.derive()
    sent = Delivery.objects.get()
    for user in (newsroom.reporter, newsroom.chief):
        client = signed_in(user).client
        for address in (
            "subscription/", "subscription/add/", f"subscription/{subscription.pk}/change/",
            f"subscription/{subscription.pk}/delete/", f"subscription/{subscription.pk}/do/stop/",
            f"subscription/{subscription.pk}/do/new-secret/", "delivery/", f"delivery/{sent.pk}/change/",
            f"delivery/{sent.pk}/do/send-again/",
        ):  # fmt: skip
            for ask in (client.get, client.post):
                assert ask(f"/admin/webhooks/{address}").status_code in (403, 404), address
    subscription.refresh_from_db()
    assert (subscription.stopped, subscription.generation) == ("", 1)
