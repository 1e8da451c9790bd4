"""Comments of a newsroom: what the database refuses, what goes with a subject, and what a dump reveals."""

from typing import Any

import pytest
from django.db import DatabaseError, connections

from factcheck.editorial.drafts import discarding, forgetting, saved_states
from factcheck.editorial.models import Comment, ReaderMessage, Review
from factcheck.editorial.proposals import merge_policy
from factcheck.editorial.talk import comments
from tests.api.test_messages import TIP, sent
from tests.editorial.test_discarding import make_old, return_
from tests.support.drafts import Newsroom, make_newsroom, make_user
from tests.support.refusals import refused
from tests.support.sql import run

SECRET = "Nguồn của chúng ta là chị Vân ở phòng lưu trữ"


def say(newsroom: Newsroom, subject: Any, text: str = SECRET, **more: Any) -> Comment:
    values = {"newsroom": newsroom.publisher.pk, "by": newsroom.reporter, "thread": None, **more}
    return comments.write_comment(subject=subject, text=text, **values)


def subjects(newsroom: Newsroom, review: Review) -> list[Any]:
    sent("tips", TIP)
    return [review, review.claim, review.sources.all()[0], ReaderMessage.objects.get()]


BREACHES = {
    "no subject": "UPDATE editorial_comment SET claim_id = NULL WHERE claim_id IS NOT NULL",
    "two subjects": "INSERT INTO editorial_comment (at, text, newsroom_id, author_id, claim_id, review_id)"
    " SELECT now(), text, newsroom_id, author_id, claim.id, review.id FROM editorial_comment c,"
    " editorial_claim claim, editorial_review review WHERE c.thread_id IS NULL LIMIT 1",
    "another newsroom": "INSERT INTO editorial_comment (at, text, newsroom_id, author_id, review_id)"
    " SELECT now(), text, {other}, {stranger}, review_id FROM editorial_comment WHERE review_id IS NOT NULL LIMIT 1",
    "a stranger": "INSERT INTO editorial_comment (at, text, newsroom_id, author_id, review_id)"
    " SELECT now(), text, newsroom_id, {stranger}, review_id FROM editorial_comment WHERE review_id IS NOT NULL LIMIT 1",
    "a stranger who resolves": "UPDATE editorial_comment SET resolved_by_id = {stranger} WHERE thread_id IS NULL",
    "an answer elsewhere": "INSERT INTO editorial_comment (at, text, newsroom_id, author_id, review_id, thread_id)"
    " SELECT now(), c.text, c.newsroom_id, c.author_id, c.review_id, o.id FROM editorial_comment c,"
    " editorial_comment o WHERE c.review_id IS NOT NULL AND o.claim_id IS NOT NULL AND o.thread_id IS NULL LIMIT 1",
    "another text": "UPDATE editorial_comment SET text = (SELECT max(text) FROM editorial_comment)"
    " WHERE text <> (SELECT max(text) FROM editorial_comment)",
    "a text that isn’t encrypted": "UPDATE editorial_comment SET text = 'Nguồn'",
    "another author": "UPDATE editorial_comment SET author_id = {editor}",
    "another time": "UPDATE editorial_comment SET at = now()",
    "a deletion": "DELETE FROM editorial_comment",
    "everything": "TRUNCATE editorial_comment CASCADE",
}


@pytest.fixture(scope="module")
def talk(module_newsroom: Newsroom) -> dict[str, int]:
    other = make_newsroom("khac.example")
    review = module_newsroom.make_review()
    for subject in subjects(module_newsroom, review):
        first = say(module_newsroom, subject)
        say(module_newsroom, subject, "Đã gọi cho chị ấy.", thread=first)
    return {"other": other.publisher.pk, "stranger": other.reporter.pk, "editor": module_newsroom.editor.pk}


@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in BREACHES.items()])
def test_database_keeps_comments_as_they_were_written(talk: dict[str, int], sql: str) -> None:
    before = list(Comment.objects.order_by("pk").values())
    with pytest.raises(DatabaseError):
        run(sql.format(**talk))
    assert list(Comment.objects.order_by("pk").values()) == before


def test_dump_and_reading_role_reveal_no_comment(talk: dict[str, int]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, ' ') FROM editorial_comment c")
        (dump,) = cursor.fetchone()
    assert {Comment.objects.order_by("pk")[0].text} == {SECRET}
    assert "Vân" not in dump
    with pytest.raises(DatabaseError, match="permission denied"):
        connections["public"].cursor().execute("SELECT 1 FROM editorial_comment")


def test_refused_comments(module_newsroom: Newsroom, talk: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    claim = module_newsroom.make_claim()
    for text in (" ", "x" * 2001, "a\x07b"):
        with refused("wrong_value"):
            say(module_newsroom, claim, text)
    with refused("not_member"):
        say(module_newsroom, claim, by=make_user("outsider"))
    monkeypatch.setattr(comments, "MAX_PER_HOUR", 0)
    with refused("over_quota"):
        say(module_newsroom, claim)


def test_comments_go_with_an_erased_review(newsroom: Newsroom) -> None:
    """Its own, those on its sources and on its claim, but not those on another review of the claim."""
    review = newsroom.publish_new()
    other = newsroom.make_review(review.claim)
    for subject in (review, review.sources.all()[1], review.claim):
        say(newsroom, say(newsroom, subject).subject)
    kept = say(newsroom, other)
    newsroom.erase_review(review)
    assert list(Comment.objects.all()) == [kept]


def test_erasure_that_keeps_comments_is_refused(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    review = newsroom.publish_new()
    say(newsroom, review.sources.all()[1])
    monkeypatch.setattr("factcheck.editorial.models.Comment.objects.on_drafts", lambda _drafts: Comment.objects.none())
    with pytest.raises(DatabaseError, match="what it erases is still kept"):
        newsroom.redact_review(review)


@pytest.mark.parametrize("submitted", [False, True])
def test_comments_go_with_a_draft_that_was_thrown_away_long_ago(newsroom: Newsroom, submitted: bool) -> None:
    review = newsroom.make_review()
    if submitted:  # its row stays, because the proposal refers to it
        return_(newsroom, review)
    say(newsroom, review)
    kept = say(newsroom, review.claim)
    discarding.discard_draft(draft=review, by=newsroom.reporter)
    discarding.delete_discarded()
    assert Comment.objects.count() == 2
    make_old(review)
    discarding.delete_discarded()
    assert list(Comment.objects.all()) == [kept]


def test_comments_follow_or_go_with_rows(newsroom: Newsroom) -> None:
    """A claim that another claim replaces, a state that is restored, and a deleted source and message."""
    review = newsroom.make_review()
    state = saved_states.keep_state(review, newsroom.reporter)
    for subject in (rows := subjects(newsroom, review)):
        say(newsroom, subject)
    other = newsroom.make_claim(text="Nước lũ chưa tới mái chùa.")
    merge_policy.replace_claim(claim=rows[1], replacement=other, by=newsroom.reporter)
    assert Comment.objects.get(claim__isnull=False).claim == other
    assert state is not None
    saved_states.restore_state(draft=review, state=state, by=newsroom.reporter)
    assert Comment.objects.filter(source__isnull=False).count() == 1
    review.sources.all().delete()
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM editorial_readermessage")
    assert Comment.objects.filter(source=None, message=None).count() == Comment.objects.count() == 2


def test_forgotten_passage_leaves_the_comments(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    for subject in (review, review.claim, review.sources.all()[0]):
        say(newsroom, subject)
    forgetting.forget_passage(draft=review, text="chị Vân", by=newsroom.reporter)
    assert {each.text for each in Comment.objects.all()} == {"Nguồn của chúng ta là […] ở phòng lưu trữ"}
