"""Readers write to the editors from a browser: what is asked, what is refused and kept, and what the receipt tells."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.messages import message_limits, reader_messages
from factcheck.editorial.models import ReaderMessage, Review
from tests.journeys.browser import Browser
from tests.support.drafts import Newsroom

TEXT = "Nghe nói nước lũ đã lên tới mái chùa, video có phải năm nay không?"


def reader(path: str, language: str = "vi") -> Browser:
    return Browser(language).open(path)


def test_reader_sends_in_what_was_searched_for_in_vain(newsroom: Newsroom) -> None:
    page = reader(f"/?{urlencode({'q': 'nước lũ mái chùa'})}").follow("Gửi nội dung cần kiểm chứng")
    assert (page.value("text"), page.value("language")) == ("nước lũ mái chùa", "vi")
    page.fill(text=TEXT, url="https://social.example/p/1", contact="lan@reader.example").press("Gửi")
    assert re.fullmatch(r"/vi/receipts/[\w-]{22}/", page.path)
    assert "Đã nhận được tin của bạn Tin đang chờ biên tập viên đọc." in page.text
    assert f"http://127.0.0.1:8000{page.path.removeprefix('/vi')}" in page.text
    for words in ("chùa", "social.example", "reader.example"):
        assert words not in page.html
    row = ReaderMessage.objects.get()
    assert (row.kind, row.text, row.language) == ("tip", TEXT, "vi")
    assert (row.url, row.contact, row.review) == ("https://social.example/p/1", "lan@reader.example", None)


def test_mistake_in_a_review_reaches_its_newsroom_and_the_answer_its_sender(newsroom: Newsroom, live: Review) -> None:
    page = reader(f"/reviews/{live.pk}/").follow("Báo lỗi trong bài")
    assert "Trong bài: Nước lũ ở Huế đã lên tới mái chùa. – Sai" in page.text
    page.fill(text="Video quay năm 2019, không phải năm 2020.").choose("language", "English").press("Gửi")
    row = ReaderMessage.objects.get()
    assert (row.kind, row.review, row.newsroom, row.language) == ("correction", live, newsroom.publisher, "en")
    assert "Tin đang chờ" in page.text
    reader_messages.take_up(message=row, by=newsroom.editor, newsroom=newsroom.publisher.pk)
    assert "đã tiếp nhận" in page.open(page.path).text
    reader_messages.answer(message=row, by=newsroom.editor, newsroom=newsroom.publisher.pk, text="Cảm ơn, <đã sửa>.")
    assert "Trả lời của biên tập viên Cảm ơn, <đã sửa>." in page.open(page.path).text


def test_form_promises_no_more_than_is_kept(newsroom: Newsroom) -> None:
    """A tip that is taken up becomes a claim with its very words, which may be published."""
    for language, itself, claim in (
        (
            "en",
            "Your message will not be published",
            "If a newsroom logs a claim from your message, the claim is kept and may be",
        ),
        ("vi", "Tin này không được đăng", "phần đó được giữ lại và có thể"),
    ):
        text = reader("/tips/", language).text
        assert itself in text
        assert claim in text


def test_message_that_was_put_aside_says_so(newsroom: Newsroom) -> None:
    page = reader("/tips/", "en").fill(text=TEXT).press("Send")
    reader_messages.dismiss(message=ReaderMessage.objects.get(), by=newsroom.editor, newsroom=newsroom.publisher.pk)
    assert "The editors have read your message and won’t follow it up." in page.open(page.path).text


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", " nước lũ "), ("url", "javascript:alert(1)"), ("contact", "a" * 301), ("language", "tlh")],
)
def test_what_is_refused_says_where_and_keeps_what_was_written(module_newsroom, field, value):
    """tests/api/test_messages.py tries everything that is refused."""
    told = set()
    for language in ("en", "vi"):
        client = Client(enforce_csrf_checks=True)
        response = client.post(f"/{language}/tips/", {"text": TEXT, "language": "vi", field: value})
        html = response.content.decode()
        assert response.status_code == 422
        told.add(html.partition(f'id="id_{field}_error"')[2].partition("</ul>")[0])
        assert 'role="alert"' in html
        assert 'class="languages"' not in html  # these links would open an empty form
        assert re.findall(r'aria-invalid="true"[^>]* id="(\w+)"', html) == [f"id_{field}"]
        if field != "language":
            assert value.strip() in html
    assert len(told - {""}) == 2
    assert not ReaderMessage.objects.exists()


def test_hostile_text_comes_back_as_text(newsroom: Newsroom) -> None:
    html = Client().post("/en/tips/", {"text": "</textarea><script>alert(1)</script>"}).content.decode()
    assert "&lt;/textarea&gt;&lt;script&gt;" in html
    assert "<script>" not in html
    assert (
        "<script>" not in Client().get("/en/tips/", {"text": "</textarea><script>alert(1)</script>"}).content.decode()
    )


def test_too_many_messages_are_told_to_wait_and_keep_their_text(newsroom: Newsroom, settings: Any) -> None:
    settings.READER_MESSAGES_PER_HOUR = 1
    reader("/tips/", "en").fill(text=TEXT).press("Send")
    response = Client().post("/en/tips/", {"text": f"{TEXT} Hỏi lại.", "language": "vi"})
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert (
        "Your network has reached the limit of 1 messages an hour. Your message was not stored."
        in response.content.decode()
    )
    assert f"{TEXT} Hỏi lại." in response.content.decode()
    # The same limit, whichever door they come through.
    sent = Client().post("/api/v1/tips/", {"text": f"{TEXT} Nữa.", "language": "vi"}, content_type="application/json")
    assert sent.status_code == 429


def test_full_line_says_when_it_opens_again(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(message_limits, "MAX_WAITING", 1)
    reader("/tips/", "en").fill(text=TEXT).press("Send")
    settings.READER_MESSAGES_DAYS = 1
    for language, sentence in (
        ("en", "The editors have 1 unread messages, the most that can wait. Your message was not stored."),
        ("vi", "Biên tập viên còn 1 tin chưa đọc, không nhận thêm được nữa. Tin này chưa được lưu."),
    ):
        response = Client().post(
            f"/{language}/tips/", {"text": f"{TEXT} Nữa.", "language": "vi"}, REMOTE_ADDR="192.0.2.7"
        )
        assert response.status_code == 503
        assert 86_300 < int(response["Retry-After"]) <= 86_400
        assert sentence in response.content.decode()
        assert f"{TEXT} Nữa." in response.content.decode()


def test_newsroom_links_to_the_form_with_its_host(newsroom: Newsroom) -> None:
    page = reader("/tips/?newsroom=kiemchung.example", "en")
    assert "Only the editors of the newsroom kiemchung.example can read your message." in page.text
    page.fill(text=TEXT).press("Send")
    assert ReaderMessage.objects.get().newsroom == newsroom.publisher
    page = reader("/tips/?newsroom=khac.example", "en").fill(text=f"{TEXT} Nữa.").press("Send")
    assert "This site doesn’t have a newsroom with this host." in page.text
    assert page.value("text") == f"{TEXT} Nữa."


def test_mistakes_are_reported_in_live_reviews_alone(newsroom: Newsroom) -> None:
    draft, withdrawn, erased = newsroom.make_review(), newsroom.make_review(), newsroom.make_review()
    for review in (withdrawn, erased):
        newsroom.publish_review(review)
    newsroom.withdraw_review(withdrawn)
    newsroom.erase_review(erased)
    assert Client().get(f"/en/reviews/{draft.pk}/report/").status_code == 404
    for review in (withdrawn, erased):
        for answer in (Client().get, Client().post):
            response = answer(f"/en/reviews/{review.pk}/report/")
            assert (response.status_code, response.headers["Location"]) == (302, f"/en/reviews/{review.pk}/")
        assert not reader(f"/reviews/{review.pk}/").has_link("Báo lỗi trong bài")
    assert not ReaderMessage.objects.exists()


def test_answers_are_nobody_elses(newsroom: Newsroom) -> None:
    client = Client(enforce_csrf_checks=True)
    sent = client.post("/en/tips/", {"text": TEXT, "language": "vi"})
    shown = client.get(sent.headers["Location"])
    for response in (sent, shown, client.post("/en/tips/", {})):
        assert "no-store" in response.headers["Cache-Control"]
        assert "ETag" not in response.headers
        assert not response.cookies
    assert shown.headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in shown.content.decode()
    assert client.get("/en/receipts/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404
    assert Client().put("/en/tips/").status_code == Client().post(sent.headers["Location"]).status_code == 405


def test_forms_are_read_by_the_reading_role_alone(live: Review) -> None:
    with CaptureQueriesContext(connections["default"]) as of_editors:
        for path in ("/en/tips/", f"/en/reviews/{live.pk}/report/"):
            assert Client().get(path).status_code == 200
    assert len(of_editors) == 0
