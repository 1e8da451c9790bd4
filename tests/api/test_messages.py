"""Messages that anybody may send, refused messages, and what the receipt tells."""

import json
import threading
import time
from datetime import timedelta
from logging.config import DictConfigurator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import Claim, ReaderMessage
from factcheck.editorial.proposals.merge_policy import replace_claim
from tests.support.drafts import make_newsroom

TIP = {"text": "Video nói nước lũ lên tới mái chùa, có phải năm nay không?", "language": "vi"}


def send(address: str, content: Any, sender: str = "192.0.2.1", **headers: str) -> HttpResponse:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Client(enforce_csrf_checks=True).post(
        f"/api/v1/{address}/", data, content_type="application/json", headers=headers, REMOTE_ADDR=sender
    )


def sent(address: str, content: Any, sender: str = "192.0.2.1") -> str:
    """The receipt."""
    response = send(address, content, sender)
    assert response.status_code == 201, response.content
    return str(json.loads(response.content)["receipt"])


def status(receipt: str) -> Any:
    response = Client().get(f"/api/v1/receipts/{receipt}/")
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def test_tip_waits_and_its_receipt_tells_nothing_of_it(newsroom: Any, api: Any) -> None:
    response = send("tips", {**TIP, "url": "https://social.example/p/1", "contact": "a@reader.example"})
    got = json.loads(response.content)
    api.validate({"$ref": "#/components/schemas/Receipt"}, got)
    assert (response.status_code, response["Cache-Control"]) == (201, "no-store")
    told = status(got["receipt"])
    api.validate({"$ref": "#/components/schemas/ReceiptStatus"}, told)
    assert (told["kind"], told["status"], told["answer"], told["decided_at"]) == ("tip", "waiting", None, None)
    for words in ("chùa", "reader.example", "social.example"):
        assert words not in json.dumps(told, ensure_ascii=False)
    row = ReaderMessage.objects.get()
    assert (row.text, row.url, row.contact) == (TIP["text"], "https://social.example/p/1", "a@reader.example")
    assert got["receipt"] not in str(ReaderMessage.objects.values().get())
    assert "192.0.2" not in str(ReaderMessage.objects.values().get())


def test_receipt_that_nobody_has_is_not_found(newsroom: Any, api: Any) -> None:
    for receipt in ("x", "A" * 22, "%00", "é"):
        api.problem(f"receipts/{receipt}/", status=404)


def test_correction_request_is_about_a_live_review_alone(newsroom: Any) -> None:
    live, draft, withdrawn = newsroom.make_review(), newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(live)
    newsroom.publish_review(withdrawn)
    newsroom.withdraw_review(withdrawn)
    said = {"text": "Video quay năm 2019, không phải 2020.", "language": "vi"}
    assert status(sent("correction-requests", {**said, "review": {"id": str(live.pk)}}))["kind"] == "correction"
    for review in (draft.pk, withdrawn.pk, "01912d68-7000-7c0d-8e5f-1a2b3c4d5e6f"):
        response = send("correction-requests", {**said, "review": {"id": str(review)}})
        assert json.loads(response.content)["errors"] == [
            {"pointer": "#/review/id", "detail": "This review doesn’t exist on this site."}
        ]
    assert ReaderMessage.objects.get().newsroom == newsroom.publisher


@pytest.mark.parametrize(
    ("content", "code", "pointer"),
    [
        (b"{", 400, None),
        (b"null", 422, "#"),
        (b" " * 70_000, 413, None),
        ({"language": "vi"}, 422, "#/text"),
        ({**TIP, "text": "quá ngắn"}, 422, "#/text"),
        ({**TIP, "text": "x" * 5001}, 422, "#/text"),
        ({**TIP, "text": "có ký tự lạ \u0000 ở đây"}, 422, "#/text"),
        ({**TIP, "text": "mua ngay " + "https://spam.example/ " * 6}, 422, "#/text"),
        ({**TIP, "text": "mua ngay " + "https://www.spam.example/ " * 6}, 422, "#/text"),
        ({**TIP, "url": "javascript:alert(1)"}, 422, "#/url"),
        ({**TIP, "contact": "x" * 301}, 422, "#/contact"),
        ({**TIP, "language": "?"}, 422, "#/language"),
        ({**TIP, "state": "answered"}, 422, "#/state"),
    ],
)
def test_wrong_tip_is_refused(module_newsroom: Any, content: Any, code: int, pointer: str | None) -> None:
    response = send("tips", content)
    problem = json.loads(response.content)
    assert response.status_code == code
    assert [error["pointer"] for error in problem.get("errors", [])] == ([pointer] if pointer else [])
    assert not ReaderMessage.objects.exists()


@pytest.mark.parametrize(("name", "begins"), [("text", "x"), ("contact", "x"), ("url", "https://x")])
def test_tip_of_many_marks_is_refused_at_once(newsroom: Any, name: str, begins: str) -> None:
    given = json.dumps({**TIP, name: begins + "\u0301" * 16_000 + "\u0327" * 16_000}, ensure_ascii=False).encode()
    send("tips", {**TIP, "contact": "x" * 301})  # the first of a process loads much
    begun = time.process_time()
    response = send("tips", given)
    assert time.process_time() - begun < 1
    assert response.status_code == 422
    assert [error["pointer"] for error in json.loads(response.content)["errors"]] == [f"#/{name}"]


def test_address_that_a_telephone_began_with_a_capital_is_taken(newsroom: Any) -> None:
    sent("tips", {**TIP, "url": "Https://social.example/P/1"})
    assert ReaderMessage.objects.get().url == "https://social.example/P/1"


def test_address_of_a_site_with_www_is_one_link(newsroom: Any) -> None:
    sent("tips", {**TIP, "text": "Các trang này viết gì? " + "https://www.bao.example/ " * 5})


def test_repetition_has_a_receipt_of_its_own_and_no_text(newsroom: Any) -> None:
    first = sent("tips", TIP)
    again = sent("tips", {**TIP, "text": "  " + TIP["text"].upper()}, "198.51.100.7")
    assert first != again
    original, repetition = ReaderMessage.objects.order_by("received_at")
    assert (repetition.same_as, repetition.text) == (original, "")
    reader_messages.dismiss(message=original, by=newsroom.editor, newsroom=newsroom.publisher.pk)
    assert status(first)["status"] == status(again)["status"] == "dismissed"


def test_one_network_sends_so_many_an_hour(newsroom: Any, settings: Any, tmp_path: Path) -> None:
    settings.READER_MESSAGES_PER_HOUR = 3
    for number in range(3):
        sent("tips", {**TIP, "text": f"Lời đồn thứ {number} cần kiểm chứng"})
    response = send("tips", {**TIP, "text": "Lời đồn nữa cần kiểm chứng"})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    # A client doesn't become another one by the header, nor another address of its network.
    assert send("tips", TIP, **{"X-Forwarded-For": "203.0.113.9"}).status_code == 429
    sent("tips", TIP, "198.51.100.7")
    for number in range(3):
        sent("tips", {**TIP, "text": f"Tin đồn {number} cần kiểm chứng"}, f"2001:db8::{number}")
    assert send("tips", TIP, "2001:db8::ffff").status_code == 429
    # One of IPv4 is the same in the form of IPv6, and the others are not its neighbours.
    for number in range(2):
        sent("tips", {**TIP, "text": f"Tin thứ {number} cần kiểm chứng"}, "::ffff:198.51.100.7")
    assert send("tips", TIP, "198.51.100.7").status_code == 429
    sent("tips", {**TIP, "text": "Tin của người khác, cần kiểm chứng"}, "::ffff:198.51.100.8")
    settings.REQUEST_COUNTS = tmp_path / "counts"  # with another key, as in the next hour
    sent("tips", {**TIP, "text": "Một giờ sau lại có tin đồn"})


def test_limit_holds_for_requests_at_the_same_time(newsroom: Any, settings: Any) -> None:
    settings.READER_MESSAGES_PER_HOUR = 2
    codes: list[int] = []
    together = threading.Barrier(5)

    def work(number: int) -> None:
        together.wait(30)
        codes.append(send("tips", {**TIP, "text": f"Lời đồn thứ {number} cần kiểm chứng"}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=work, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201, 201, 429, 429, 429]


def test_everything_is_forgotten_after_the_days_that_were_said(newsroom: Any, settings: Any) -> None:
    settings.READER_MESSAGES_DAYS = 30
    old, new = sent("tips", TIP), sent("tips", {**TIP, "text": "Lời đồn khác cần kiểm chứng"})
    assert status(new)["kept_until"] > status(new)["received_at"]
    now = timezone.now()
    first, second = ReaderMessage.objects.order_by("received_at")
    claim = reader_messages.take_up(message=first, by=newsroom.editor, newsroom=newsroom.publisher.pk)
    ReaderMessage.objects.using("owner").filter(pk=first.pk).update(received_at=now - timedelta(days=30))
    ReaderMessage.objects.using("owner").filter(pk=second.pk).update(received_at=now - timedelta(days=2))
    assert reader_messages.delete_expired_messages() == 1
    assert Client().get(f"/api/v1/receipts/{old}/").status_code == 404
    assert ReaderMessage.objects.get().sender == ""
    assert Claim.objects.filter(pk=claim).exists()  # it is the newsroom's now


def test_erasure_takes_messages_about_the_review_along(newsroom: Any) -> None:
    review, other = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(review)
    newsroom.publish_review(other)
    for each in (review, other):
        said = {"text": "zwielicht: sai ngày tháng", "language": "vi", "review": {"id": str(each.pk)}}
        sent("correction-requests", said)
    newsroom.erase_review(review)
    assert [row.review for row in ReaderMessage.objects.all()] == [other]


def test_erasure_leaves_what_another_newsroom_was_told_of_the_claim(newsroom: Any) -> None:
    other = make_newsroom("khac.example")
    review = newsroom.publish_new()
    for text, of in (("Lời đồn về chùa, có phải không?", newsroom), ("Lời đồn ấy, xin kiểm chứng giúp", other)):
        receipt = sent("tips", {"text": text, "language": "vi"})
        message = ReaderMessage.objects.latest("received_at")
        reader_messages.take_up(message=message, by=of.editor, newsroom=of.publisher.pk)
        message.refresh_from_db()
        replace_claim(claim=message.claim, replacement=review.claim, by=of.editor)
    newsroom.erase_review(review)
    assert [row.newsroom for row in ReaderMessage.objects.all()] == [other.publisher]
    assert status(receipt)["status"] == "taken_up"


def test_receipt_stands_in_no_line_that_the_site_logs(newsroom: Any, settings: Any, caplog: Any) -> None:
    address = f"/api/v1/receipts/{sent('tips', TIP)}/"
    client = Client()
    assert client.post(address).status_code == 405
    assert client.get(address, {"x": 1}).status_code == 400
    assert client.get(address, headers={"Accept": "text/csv"}).status_code == 406
    assert client.get(f"{address}/").status_code == 404
    receipt = address.split("/")[-2]
    for mistyped in (f"/receipts//{receipt}/", f"/receipts/%20{receipt}/", f"/receipts/x/{receipt}/"):
        assert client.get(f"/en{mistyped}").status_code == client.get(f"/api/v1{mistyped}").status_code == 404
    line = DictConfigurator({}).configure_formatter(settings.LOGGING["formatters"]["line"])
    assert [line.format(record).partition("WARNING ")[2] for record in caplog.records] == [
        "django.request: Method Not Allowed: /api/v1/receipts/-",
        "django.request: Bad Request: /api/v1/receipts/-",
        "django.request: Not Acceptable: /api/v1/receipts/-",
        "django.request: Not Found: /api/v1/receipts/-",
        *["django.request: Not Found: /en/receipts/-", "django.request: Not Found: /api/v1/receipts/-"] * 3,
    ]


def test_messages_are_sent_and_never_listed(newsroom: Any) -> None:
    for address in ("tips", "correction-requests"):
        response = Client().get(f"/api/v1/{address}/")
        assert (response.status_code, response["Allow"]) == (405, "OPTIONS, POST")
