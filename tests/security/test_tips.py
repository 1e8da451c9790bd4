"""Attacks on readers' messages: floods, reading the database, reading without the role, and a lost key."""

import json
from datetime import timedelta
from typing import Any

import pyrage
import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, OperationalError, connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import REGISTRY

from factcheck.editorial.encryption import KeyProblem, find_key_problem
from factcheck.editorial.messages import message_limits, reader_messages
from factcheck.editorial.models import EditorialEvent, ReaderMessage, Review
from tests.api.test_messages import TIP, send, sent, status
from tests.journeys.browser import client_of, signed_in
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.refusals import refused

TEXT, CONTACT, URL = "Nguồn tin mật về chùa Thiên Mụ", "nguoi-bao-tin@reader.example", "https://social.example/p/987"
LIST = "/admin/editorial/readermessage/"


def tips(number: int, network: str = "2001:db8:1:{:x}::1", **more: Any) -> list[int]:
    """The statuses of so many different tips, each from its own /64."""
    texts = (f"Lời đồn thứ {each} từ {network} cần kiểm chứng" for each in range(number))
    return [
        send("tips", {**TIP, **more, "text": text}, network.format(each)).status_code for each, text in enumerate(texts)
    ]


def refused_messages() -> float:
    return REGISTRY.get_sample_value("factcheck_refusals_total", {"reason": "messages"}) or 0


def correction(review: Any, sender: str = "192.0.2.9") -> Any:
    return send(
        "correction-requests",
        {"text": TEXT, "language": "vi", "contact": CONTACT, "review": {"id": str(review.pk)}},
        sender,
    )


def test_flood_from_one_wide_network_stops_at_its_limit(newsroom: Newsroom, settings: Any) -> None:
    settings.READER_MESSAGES_PER_HOUR = 2
    assert tips(12) == [201] * 10 + [429] * 2
    refused = send("tips", {**TIP, "text": "Lời đồn nữa cần kiểm chứng"}, "2001:db8:1:ffff::1")
    assert json.loads(refused.content)["detail"].startswith(
        "Your network has reached the limit of 10 messages an hour. Your message was not stored. You can send it again in"
    )
    assert tips(1, "2001:db8:2::1") == tips(1, "192.0.2.1") == [201]


def test_flood_from_neighbouring_addresses_stops_at_their_limit(newsroom: Newsroom) -> None:
    """60 tips from 60 addresses of one /24. Before, each address counted alone."""
    assert tips(60, "198.51.100.{}") == [201] * 50 + [429] * 10
    assert tips(1, "192.0.2.1") == [201]


def test_flood_from_unrelated_networks_stops_at_the_limit_of_the_site(newsroom: Newsroom, live: Review) -> None:
    """60 tips from 60 networks. Before, all of them were stored, and 2,000 closed the line for weeks."""
    before = refused_messages()
    assert tips(60, "198.51.{}.7") == [201] * 50 + [503] * 10
    assert refused_messages() - before == 10  # the alert MessagesRefused
    answer = Client().post("/en/tips/", {"text": TEXT, "language": "vi"}, REMOTE_ADDR="192.0.2.1")
    assert (answer.status_code, 0 < int(answer["Retry-After"]) <= 3600) == (503, True)
    for words in ("min., or write to a newsroom directly", TEXT):
        assert words in answer.content.decode()
    assert correction(live).status_code == 201
    ReaderMessage.objects.using("owner").update(received_at=timezone.now() - timedelta(hours=1))
    assert tips(1, "192.0.2.1") == [201]


def test_flood_to_one_newsroom_leaves_the_others_open(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_newsroom("khac.example")
    review = other.publish_new()
    monkeypatch.setattr(message_limits, "MAX_WAITING", 3)
    addressed = {"newsroom": {"site": "kiemchung.example"}}
    assert tips(4, "192.0.2.{}", **addressed) == [201] * 3 + [503]
    assert tips(4, "198.51.100.{}") == [201] * 3 + [503]  # tips to every newsroom are a line of their own
    assert correction(review).status_code == 201
    assert tips(1, "203.0.113.1", newsroom={"site": "khac.example"}) == [201]


def test_repetitions_fill_the_line_too_and_free_it_with_the_first(newsroom, monkeypatch):
    monkeypatch.setattr(message_limits, "MAX_WAITING", 2)
    sent("tips", TIP)
    sent("tips", TIP, "192.0.2.2")
    assert send("tips", TIP, "192.0.2.3").status_code == 503
    first = ReaderMessage.objects.get(same_as=None)
    reader_messages.dismiss(message=first, by=newsroom.editor, newsroom=newsroom.publisher.pk)
    assert send("tips", TIP, "192.0.2.3").status_code == 201


def test_disk_is_bounded_whatever_the_editors_do(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_limits, "MAX_STORED", 2)
    tips(2)
    reader_messages.dismiss_all(
        messages=ReaderMessage.objects.all(), by=newsroom.editor, newsroom=newsroom.publisher.pk
    )
    assert tips(1, "192.0.2.1") == [503]


def test_database_and_log_hold_no_text_or_contact(newsroom: Newsroom, live: Review, caplog: Any) -> None:
    caplog.set_level("DEBUG")
    sent("tips", {"text": TEXT, "language": "vi", "url": URL, "contact": CONTACT})
    assert correction(live).status_code == 201
    editor, message = signed_in(newsroom.editor), ReaderMessage.objects.get(kind="tip")
    for page in (LIST, f"{LIST}{message.pk}/group/"):
        assert TEXT in editor.open(page).text
    editor.client.get(f"{LIST}{message.pk}/group/?checked=vi")
    assert "Thiên Mụ" not in caplog.text
    reader_messages.answer(message=message, by=newsroom.editor, newsroom=newsroom.publisher.pk, text="Cảm ơn bạn.")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        assert "public.editorial_readermessage" in tables
        for table in tables:
            cursor.execute(
                f"SELECT count(*) FROM {table} AS row WHERE row::text ~ %s",
                ["Thiên Mụ|nguoi-bao-tin|social.example/p/987"],
            )
            assert cursor.fetchone() == (0,), table


@pytest.mark.parametrize("column", ["text", "url", "contact"])
def test_database_refuses_an_unencrypted_text(newsroom: Newsroom, column: str) -> None:
    sent("tips", {**TIP, "contact": CONTACT})
    with pytest.raises(IntegrityError), connections["owner"].cursor() as cursor:
        cursor.execute(f"UPDATE editorial_readermessage SET {column} = 'https://plain.example/'")


def test_reporter_sees_that_a_message_exists_and_its_review(newsroom: Newsroom, live: Review) -> None:
    correction(live)
    message = ReaderMessage.objects.get()
    browser = signed_in(newsroom.reporter)
    page = f"{LIST}{message.pk}/change/"
    for path in (LIST, page):
        text = browser.open(path).text
        assert "Only Editors and Chief editors of the newsroom can read the message." in text
        assert "Thiên Mụ" not in text
        assert CONTACT not in text
    assert browser.open(page).has_link("The review")
    assert browser.client.get(f"{LIST}{message.pk}/group/").status_code == 404
    client = client_of(newsroom.reporter)
    client.post(LIST, {"action": "put_aside_all", "_selected_action": message.pk, "newsroom": newsroom.publisher.pk})
    acting = {"message": message, "by": newsroom.reporter, "newsroom": newsroom.publisher.pk}
    for act, more in (
        (reader_messages.take_up, {}),
        (reader_messages.dismiss, {}),
        (reader_messages.answer, {"text": "Cũ."}),
    ):
        with refused("not_allowed"):
            act(**acting, **more)
    with refused("not_allowed"):
        reader_messages.dismiss_all(
            messages=ReaderMessage.objects.all(), by=newsroom.reporter, newsroom=newsroom.publisher.pk
        )
    message.refresh_from_db()
    assert message.state == "waiting"


def test_tip_to_one_newsroom_is_read_by_its_editors_alone(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    sent("tips", {**TIP, "text": TEXT, "newsroom": {"site": "kiemchung.example"}})
    assert TEXT in signed_in(newsroom.editor).open(LIST).text
    assert "Thiên Mụ" not in signed_in(other.chief).open(LIST).text
    page = f"{LIST}{ReaderMessage.objects.get().pk}/change/"
    assert signed_in(other.chief).client.get(page).status_code == 302
    assert signed_in(newsroom.chief).client.get(page).status_code == 200


def test_flood_is_put_aside_in_one_step(newsroom: Newsroom) -> None:
    tips(30)
    receipt = sent("tips", {**TIP, "text": TEXT}, "192.0.2.1")
    signed_in(newsroom.editor).open(f"{LIST}?received=hour").follow("30 messages from one network")
    network = ReaderMessage.objects.earliest("received_at").wide_sender[:16]
    address = f"{LIST}?network={network}&received=hour"
    chosen = {
        "action": "put_aside_all",
        "select_across": "1",
        "_selected_action": str(ReaderMessage.objects.first().pk),  # type: ignore[union-attr]
    }
    client = client_of(newsroom.editor)
    shown = client.post(address, {**chosen, "index": "0"})
    assert "30 messages are put aside." in shown.content.decode()
    with CaptureQueriesContext(connections["default"]) as queries:
        client.post(address, {**chosen, "newsroom": newsroom.publisher.pk})
    assert len(queries) <= 12
    assert ReaderMessage.objects.filter(state="dismissed", decided_by=newsroom.editor).count() == 30
    assert EditorialEvent.objects.filter(action="message.dismissed", actor=newsroom.editor).count() == 30
    assert status(receipt)["status"] == "waiting"


def test_lost_key_is_told_and_loses_nothing(newsroom: Newsroom, settings: Any) -> None:
    old = settings.MESSAGES_KEY = Fernet.generate_key().decode()
    sent("tips", {**TIP, "text": TEXT, "contact": CONTACT})
    before = raw()
    new = settings.MESSAGES_KEY = Fernet.generate_key().decode()
    message = ReaderMessage.objects.get()
    browser = signed_in(newsroom.editor)
    lost = "This message can’t be read, because MESSAGES_KEY doesn’t contain the key that encrypted it."
    for path in (LIST, f"{LIST}{message.pk}/change/"):
        assert lost in browser.open(path).text
    page = f"{LIST}{message.pk}/group/"
    assert lost in browser.open(page).press("Take up").text
    browser.open(page).fill(text_vi="Cảm ơn bạn.").press("Answer")
    assert raw() == before
    sent("tips", {**TIP, "text": "Tin sau khi mất khóa"})
    settings.MESSAGES_KEY = f"{new},{old}"
    assert [row.text for row in ReaderMessage.objects.order_by("received_at")] == [TEXT, "Tin sau khi mất khóa"]
    assert (ReaderMessage.objects.earliest("received_at").contact, raw()[:1]) == (CONTACT, before)


def test_process_that_receives_tips_cannot_read_them(newsroom: Newsroom, settings: Any) -> None:
    """With the public key alone, as the worker has it. Before, the key that encrypts also decrypted."""
    old, desk = Fernet.generate_key().decode(), pyrage.x25519.Identity.generate()
    settings.MESSAGES_KEY = old
    sent("tips", {**TIP, "text": "Tin từ trước khi có khóa công khai"})
    settings.MESSAGES_KEY, settings.MESSAGES_RECIPIENT = "", str(desk.to_public())
    sent("tips", {**TIP, "text": TEXT, "contact": CONTACT})
    assert TEXT not in str(raw())
    with pytest.raises(KeyProblem):
        _ = ReaderMessage.objects.latest("received_at").text
    settings.MESSAGES_KEY = f"# public key: {desk.to_public()}\n{desk}\n{old}"
    assert [(row.text, row.contact) for row in ReaderMessage.objects.order_by("received_at")] == [
        ("Tin từ trước khi có khóa công khai", ""),
        (TEXT, CONTACT),
    ]


def test_public_key_of_another_desk_is_told(settings: Any) -> None:
    """Otherwise, messages that nobody can read would wait for weeks."""
    one, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    settings.LOCAL, settings.MESSAGES_KEY = False, str(one)
    for recipient, problem in ((one.to_public(), False), (other.to_public(), True), ("age1damaged", True)):
        settings.MESSAGES_RECIPIENT = str(recipient)
        assert bool(find_key_problem()) == problem


def raw() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, url, contact FROM editorial_readermessage ORDER BY received_at")
        return cursor.fetchall()


@pytest.mark.parametrize("key", ["damaged", "/nonexistent/messages-key"])
def test_site_without_a_key_stores_nothing_and_says_so(newsroom: Newsroom, settings: Any, key: str) -> None:
    settings.MESSAGES_KEY, settings.LOCAL = key, False
    response = Client().post("/en/tips/", {"text": TEXT, "language": "vi"})
    assert response.status_code == 503
    for words in ("The site can’t encrypt messages at the moment. Your message was not stored.", TEXT):
        assert words in response.content.decode()
    assert send("tips", TIP).status_code == 503
    assert not ReaderMessage.objects.exists()
    assert "MESSAGES_KEY" in signed_in(newsroom.editor).open("/admin/").text


def test_full_disk_is_told_and_keeps_what_was_typed(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    sent("tips", TIP)
    message = ReaderMessage.objects.get()

    def full(*_args: Any, **_more: Any) -> None:
        raise OperationalError("could not extend file: No space left on device")

    monkeypatch.setattr(ReaderMessage, "save", full)
    response = Client().post("/en/tips/", {"text": TEXT, "language": "vi"})
    assert (response.status_code, send("tips", {**TIP, "text": TEXT}).status_code) == (503, 503)
    for words in ("The site’s disk is full. Your message was not stored.", TEXT):
        assert words in response.content.decode()
    browser = signed_in(newsroom.editor).open(f"{LIST}{message.pk}/group/")
    monkeypatch.setattr(ReaderMessage.objects, "bulk_update", full)
    browser.fill(text_vi="Cảm ơn bạn.").press("Answer")
    assert "Nothing was saved, because the disk of the site’s database is full." in browser.text
    assert browser.value("text_vi") == "Cảm ơn bạn."
