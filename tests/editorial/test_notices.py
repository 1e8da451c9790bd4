"""Notices and their e-mails: who is told what, once, and never a text."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import get_connection
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factcheck.editorial.board import cards
from factcheck.editorial.models import NoticeChoice, Publisher, ReaderMessage, User
from factcheck.editorial.proposals import workflow
from factcheck.editorial.talk import notices
from tests.api.test_messages import TIP, sent
from tests.editorial.desk.addresses import decision
from tests.editorial.test_comments import SECRET, say
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom, waiting

PAGE = "/admin/notices/"


def kinds_of(person: User) -> list[str]:
    return sorted(row[0] for row in notices.rows_of("editorial_notices", person.pk))


def test_each_notice_reaches_the_person_whom_it_concerns_and_ends(newsroom: Newsroom) -> None:
    review, other = newsroom.make_review(), make_newsroom("khac.example")
    comment = say(
        newsroom, review.sources.all()[0], f"@{newsroom.reporter} @{newsroom.chief.username} xem", by=newsroom.editor
    )
    say(newsroom, review, "Đã xem.", thread=None, by=newsroom.second)
    say(newsroom, review.sources.all()[0], "Vâng.", thread=comment, by=newsroom.chief)
    tomorrow = timezone.localdate() + timedelta(days=1)
    change = {"newsroom": newsroom.publisher.pk, "claim": review.claim_id, "by": newsroom.editor}
    cards.change(**change, owner=newsroom.second, due_on=tomorrow)
    assert kinds_of(newsroom.reporter) == ["answered", "answered", "mentioned"]
    assert kinds_of(newsroom.editor) == ["answered"]
    assert kinds_of(newsroom.chief) == ["mentioned"]
    assert kinds_of(newsroom.second) == ["assigned", "due"]
    cards.change(**change, due_on=tomorrow + timedelta(days=1))
    assert kinds_of(newsroom.second) == ["assigned"]
    proposal = workflow.submit(subject=review, by=newsroom.reporter)
    assert [kinds_of(each) for each in (newsroom.second, other.editor)] == [["assigned", "waiting"], []]
    workflow.return_(proposal=proposal, by=newsroom.editor, reason="Nguồn yếu.")
    assert "returned" in kinds_of(newsroom.reporter)
    assert "waiting" not in kinds_of(newsroom.second)
    workflow.submit(subject=review, by=newsroom.reporter)
    assert "returned" not in kinds_of(newsroom.reporter)
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM editorial_membership WHERE user_id = %s", [newsroom.second.pk])
    assert kinds_of(newsroom.second) == []


def test_page_lists_notices_and_every_page_counts_new_ones(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    say(newsroom, review.claim, f"@{newsroom.editor} xem")
    workflow.submit(subject=review, by=newsroom.reporter)
    editor = signed_in(newsroom.editor).open("/admin/")
    editor.follow("Notices 2 new")
    assert editor.text.index("Waiting for your decision") < editor.text.index("A colleague mentions you")
    assert editor.page.links["Video nước lũ là của năm 2020"] == decision(waiting(review), "decide")
    assert editor.follow(review.claim.text).path == f"/admin/comments/claim/{review.claim_id}/"
    assert editor.open("/admin/").has_link("Notices")
    editor.open(PAGE).fill(kinds=["waiting"], mail="at_once").press("Save")
    choice = NoticeChoice.objects.get(person=newsroom.editor)
    assert (choice.kinds, choice.mail, choice.language) == (["waiting"], "at_once", "en")


def test_pages_ask_the_same_whatever_the_notices_and_comments(newsroom: Newsroom) -> None:
    first = newsroom.make_review()
    pages = [PAGE, f"/admin/comments/review/{first.pk}/", f"/admin/editorial/review/{first.pk}/change/"]
    editor, asked = signed_in(newsroom.editor), list[list[int]]()
    for page in pages:
        editor.open(page)  # for what is read once
    sent("tips", TIP)
    tip = ReaderMessage.objects.get()
    for rows in (2, 10):
        for _row in range(rows):
            review = newsroom.make_review()
            workflow.submit(subject=review, by=newsroom.reporter)
            cards.change(
                newsroom=newsroom.publisher.pk, claim=review.claim_id, by=newsroom.chief, owner=newsroom.editor
            )
            for subject in (review, review.claim, review.sources.all()[0], tip):
                say(newsroom, subject, f"@{newsroom.editor} xem", by=newsroom.chief)
            for subject in (first, first.claim, first.sources.all()[0]):
                thread = say(newsroom, subject)
                say(newsroom, subject, "Vâng.", thread=thread, by=newsroom.second)
        asked.append([])
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert editor.client.get(page).status_code == 200
            asked[-1].append(len(queries))
    assert asked[0] == asked[1]


@pytest.fixture
def people(newsroom: Newsroom) -> Newsroom:
    """The newsroom at eight in the morning, in its own zone. Yesterday, everybody had an e-mail."""
    for name in ("reporter", "editor"):
        User.objects.using("owner").filter(pk=getattr(newsroom, name).pk).update(email=f"{name}@news.example")
    hour = timezone.now().hour
    Publisher.objects.update(time_zone=f"Etc/GMT{hour - 8:+d}", language="vi")
    notices.send_mails()  # everybody's first choice
    NoticeChoice.objects.update(
        mailed_at=timezone.now() - timedelta(days=1), seen_at=timezone.now() - timedelta(days=1)
    )
    mail.outbox.clear()
    return newsroom


def test_daily_email_is_sent_once_without_texts(people: Newsroom) -> None:
    review = people.make_review()
    say(people, review, f"@{people.editor} {SECRET}")
    NoticeChoice.objects.filter(person=people.editor).update(language="en")
    for _run in range(3):  # the worker is started again
        notices.send_mails()
    (sent,) = mail.outbox
    assert sent.to == ["editor@news.example"]
    assert sent.subject.startswith("New at the editors’ desk")
    assert f"Hello {people.editor}," in sent.body
    assert "- A colleague mentions you: 1\n" in sent.body
    assert f"{PAGE}\n" in sent.body
    for hidden in (SECRET, review.headline, review.claim.text):
        assert hidden not in sent.body


def test_emails_wait_until_morning_and_leave_out_what_was_seen_or_switched_off(people: Newsroom) -> None:
    review = people.make_review()
    say(people, review, f"@{people.editor} xem")
    choice = NoticeChoice.objects.filter(person=people.editor)
    for change in ({"kinds": ["waiting"]}, {"seen_at": timezone.now()}, {"mailed_at": timezone.now()}):
        before = choice.values().get()
        choice.update(**change)
        notices.send_mails()
        choice.update(**{**before, "mailed_at": timezone.now() - timedelta(days=1)})
    assert mail.outbox == []
    choice.update(mailed_at=timezone.now() - timedelta(minutes=1), mail="at_once")
    notices.send_mails()
    assert len(mail.outbox) == 1


def test_email_that_a_server_refuses_is_sent_again_and_holds_up_nobody(people: Newsroom, monkeypatch: Any) -> None:
    review = people.make_review()
    say(people, review, f"@{people.editor} @{people.reporter} xem", by=people.second)
    connection, failing = get_connection(), {"reporter@news.example"}

    def send(messages: list[Any]) -> int:
        if failing & {*messages[0].to}:
            raise OSError("mailbox full")
        mail.outbox.extend(messages)
        return 1

    monkeypatch.setattr(type(connection), "send_messages", lambda _self, messages: send(messages))
    notices.send_mails()
    assert [each.to for each in mail.outbox] == [["editor@news.example"]]
    failing.clear()
    notices.send_mails()
    assert [each.to for each in mail.outbox] == [["editor@news.example"], ["reporter@news.example"]]
