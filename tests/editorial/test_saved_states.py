"""States of a draft: one for each sitting, which can be restored, and which go 30 days after the publication."""

import unicodedata
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from factcheck.editorial.drafts import saved_states
from factcheck.editorial.drafts.discarding import delete_discarded, discard_draft
from factcheck.editorial.drafts.saved_states import content_of, keep_state, last_state, note_opened, restore_state
from factcheck.editorial.models import Appearance, Claim, Review, SavedState, Topic, User
from factcheck.editorial.proposals import demand_policy
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.refusals import refused
from tests.support.sql import run

pytestmark = pytest.mark.one_database


def kept(draft: Any) -> SavedState:
    """The state of the draft as the database has it, kept in the name of the person who began the draft."""
    draft = type(draft)._default_manager.get(pk=draft.pk)
    state = keep_state(draft, draft.logged_by if isinstance(draft, Claim) else draft.created_by)
    assert state is not None
    return state


def test_state_is_kept_only_if_it_differs(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    assert kept(review).content == content_of(review)
    assert keep_state(review, newsroom.editor) is None
    review.headline = "Tít mới"
    review.save()
    assert kept(review).content["headline"] == "Tít mới"


def save_later(review: Review, by: User, seconds: int, page: UUID | None = None, **values: str) -> SavedState | None:
    """The person saves again, so many seconds after the last state."""
    last = last_state(review.pk)
    assert last is not None
    Review.objects.filter(pk=review.pk).update(**values, changed_at=last.saved_at + timedelta(seconds=seconds))
    return keep_state(Review.objects.get(pk=review.pk), by, page=page)


def contents(review: Review) -> list[str]:
    return [state.content["headline"] for state in SavedState.objects.filter(draft=review.pk)]


def test_360_autosaves_of_one_page_leave_one_state(newsroom: Newsroom) -> None:
    review, page = newsroom.make_review(), uuid4()
    keep_state(review, newsroom.reporter)
    for number in range(360):
        save_later(review, newsroom.reporter, 10, page, headline=f"Tít {number}")
    assert contents(review) == ["Tít 359", "Video nước lũ là của năm 2020"]


@pytest.mark.parametrize("why", ["pause", "other page", "other person", "shown on a page", "half is gone"])
def test_state_before_another_sitting_is_kept(newsroom: Newsroom, why: str) -> None:
    review, page = newsroom.make_review(body="Đoạn phim cũ. " * 300), uuid4()
    keep_state(review, newsroom.reporter, page=page)
    body = "Đoạn" if why == "half is gone" else review.body
    if why == "shown on a page":
        note_opened(review.pk)
    by = newsroom.editor if why == "other person" else newsroom.reporter
    save_later(
        review,
        by,
        601 if why == "pause" else 5,
        uuid4() if why == "other page" else page,
        headline="Tít mới",
        body=body,
    )
    assert contents(review) == ["Tít mới", "Video nước lũ là của năm 2020"]


def move_back(table: str, column: str, draft: Any, days: int) -> None:
    """Moves the entries or states of the draft into the past, as the owner of the tables with the rules off."""
    key = {"at": "subject", "saved_at": "draft"}[column]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {column} = {column} - interval '{days} days' WHERE {key} = %s", [draft])
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


move_log = partial(move_back, "record_logentry", "at")
move_states = partial(move_back, "editorial_savedstate", "saved_at")


def delete_states(*drafts: Any) -> None:
    run("DELETE FROM editorial_savedstate WHERE draft = ANY(%s)", [each.pk for each in drafts])


@pytest.mark.parametrize(("days", "left"), [(29, 3), (31, 0)])
def test_states_are_deleted_30_days_after_the_publication(newsroom: Newsroom, days: int, left: int) -> None:
    review, demand = newsroom.make_review(), newsroom.make_demand()
    drafts = (review, review.claim, demand)
    for draft in drafts:
        kept(draft)
        move_states(draft.pk, 300)  # the drafts are older than their publication
    newsroom.publish_review(review)
    newsroom.publish_demand(demand)
    for draft in drafts:
        move_log(draft.pk, days)
        with pytest.raises(DatabaseError, match="refused") if left else nullcontext():
            delete_states(draft)
    delete_discarded()
    assert SavedState.objects.filter(draft__in=[draft.pk for draft in drafts]).count() == left


def test_states_of_an_open_draft_are_never_too_old(newsroom: Newsroom) -> None:
    never, claim, correction = newsroom.make_review(), newsroom.make_claim(), newsroom.make_review()
    newsroom.publish_review(correction)
    move_log(correction.pk, 100)
    Review.objects.filter(pk=correction.pk).update(changed_at=timezone.now() - timedelta(days=101))
    newsroom.open_correction(correction, headline="Tít mới")
    assert [kept(never), kept(claim), kept(correction)]
    for draft in (never, claim, correction):
        move_states(draft.pk, 99)
        with pytest.raises(DatabaseError, match="refused"):
            delete_states(draft)
    delete_discarded()
    assert contents(correction) == ["Tít mới", "Video nước lũ là của năm 2020"]
    discard_draft(draft=Review.objects.get(pk=correction.pk), by=newsroom.reporter)
    assert Review.objects.get(pk=correction.pk).headline == "Video nước lũ là của năm 2020"


def test_states_of_a_correction_that_was_thrown_away_are_deleted_after_30_days(newsroom: Newsroom) -> None:
    review = newsroom.publish_new()
    newsroom.open_correction(review, headline="Tên nguồn tin")
    kept(review)
    discard_draft(draft=Review.objects.get(pk=review.pk), by=newsroom.reporter)
    move_log(review.pk, 400)
    move_states(review.pk, 29)
    delete_discarded()
    assert "Tên nguồn tin" in contents(review)
    move_states(review.pk, 2)
    delete_discarded()
    assert contents(review) == []


@pytest.mark.parametrize(
    "second", [{"saved_by_id": 0}, {"page": None}, {"kind": "typed"}, {"saved_at": timezone.now() + timedelta(1)}, {}]
)
def test_database_deletes_only_a_state_that_its_page_has_replaced(newsroom: Newsroom, second: dict[str, Any]) -> None:
    draft = newsroom.make_review().pk
    first = {"draft": draft, "version": 1, "saved_by_id": newsroom.reporter.pk, "page": uuid4(), "content": {}}
    old = SavedState.objects.create(**first)
    SavedState.objects.create(
        **first | second | ({"saved_by_id": newsroom.editor.pk} if "saved_by_id" in second else {})
    )
    if not second:
        run("UPDATE editorial_savedstate SET was_opened = true WHERE id = %s", old.pk)
        with pytest.raises(DatabaseError, match="refused"):
            run("UPDATE editorial_savedstate SET was_opened = false WHERE id = %s", old.pk)
    with pytest.raises(DatabaseError, match="refused"):
        run("DELETE FROM editorial_savedstate WHERE id = %s", old.pk)


@pytest.mark.parametrize(
    "text", ["x" * 200_000, unicodedata.normalize("NFD", "Nước lũ"), 'a\u2028b 😀 "quoted" \\u0041']
)
def test_state_keeps_every_character(newsroom: Newsroom, text: str) -> None:
    review = newsroom.make_review(body=text)
    state = SavedState.objects.get(pk=kept(review).pk)
    review.body = "khác"
    review.save()
    restore_state(draft=review, state=state, by=newsroom.reporter)
    assert Review.objects.get(pk=review.pk).body == unicodedata.normalize("NFC", text)


def test_restored_review_has_its_sources_and_authors_again(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=3)
    state, sources = kept(review), list(review.sources.values())
    review.sources.all().delete()
    review.authorships.create(user=newsroom.editor)
    review.headline, review.verdict, review.reviewed_on = "Khác", None, None
    review.save()
    restore_state(draft=review, state=state, by=newsroom.reporter)
    review = Review.objects.get(pk=review.pk)
    assert list(review.sources.values()) == sources
    assert [row.user for row in review.authorships.all()] == [newsroom.reporter]
    assert review.headline == "Video nước lũ là của năm 2020"
    kinds = list(SavedState.objects.filter(draft=review.pk).values_list("kind", "content__headline"))
    assert kinds == [
        ("restored", review.headline),
        ("saved", "Khác"),
        ("saved", review.headline),
    ]  # the newer one stays


def test_restored_claim_has_its_topics_and_its_first_appearance_again(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO editorial_topic (slug) VALUES ('lu') RETURNING id")
        topic = cursor.fetchone()[0]
    claim.topics.add(topic)
    state = kept(claim)
    claim.topics.clear()
    claim.appearances.update(first=False)
    Appearance.objects.create(claim=claim, url="https://khac.example/", first=True)
    claim.text = "Khác."
    claim.save()
    restore_state(draft=claim, state=state, by=newsroom.reporter)
    claim = Claim.objects.get(pk=claim.pk)
    assert [(row.url, row.first) for row in claim.appearances.all()] == [("https://social.example/p/1", True)]
    assert (claim.text, list(claim.topics.all())) == (newsroom.make_claim().text, [Topic.objects.get(pk=topic)])


def test_restored_demand(newsroom: Newsroom) -> None:
    demand = newsroom.make_demand()
    state, asked = kept(demand), demand.asked
    demand.asked, demand.kinds = "Khác.", []
    demand.save()
    restore_state(draft=demand, state=state, by=newsroom.reporter)
    demand.refresh_from_db()
    assert demand.asked == asked


def test_reference_that_is_gone_becomes_empty(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    content = content_of(review) | {"verdict": 999_999, "claim": "00000000-0000-0000-0000-000000000000"}
    saved_states.put_back(review, content)
    review.refresh_from_db()
    assert review.verdict is None
    assert review.claim.text


def test_who_may_restore(newsroom: Newsroom) -> None:
    review = newsroom.make_review(created_by=newsroom.editor)
    review.authorships.all().delete()
    state = kept(review)
    with refused("not_allowed"):
        restore_state(draft=review, state=state, by=newsroom.reporter)
    with refused("not_allowed"):
        restore_state(draft=review, state=state, by=make_newsroom("ngoai.example").chief)
    with refused("not_found"):
        restore_state(draft=newsroom.make_review(), state=state, by=newsroom.reporter)
    published = newsroom.make_review()
    state = kept(published)
    newsroom.publish_review(published)
    with refused("wrong_state"):
        restore_state(draft=published, state=state, by=newsroom.reporter)


@pytest.mark.parametrize(
    "sql", ["UPDATE editorial_savedstate SET content = '{}'", "UPDATE editorial_savedstate SET saved_by_id = saved_by_id",
            "DELETE FROM editorial_savedstate", "TRUNCATE editorial_savedstate"],
)  # fmt: skip
def test_state_never_changes_and_is_not_deleted(newsroom: Newsroom, sql: str) -> None:
    for draft in (newsroom.make_review(), newsroom.make_claim(), newsroom.make_demand()):
        kept(draft)
        where = "" if sql.startswith("TRUNCATE") else f" WHERE draft = '{draft.pk}'"
        with pytest.raises(DatabaseError, match="refused|permission denied"):
            run(sql + where)


def test_states_of_a_claim_do_not_go_with_the_erasure_of_another_claim(newsroom: Newsroom) -> None:
    erased, claim = newsroom.make_review(), newsroom.make_claim()
    kept(claim)
    newsroom.publish_review(erased)
    newsroom.erase_review(erased)
    with pytest.raises(DatabaseError, match="refused"):
        saved_states.forget_states([claim.pk], erased=erased.pk)


def test_erasure_deletes_the_states_of_the_review_and_of_its_claims(newsroom: Newsroom) -> None:
    first, second = newsroom.make_claim(), newsroom.make_claim()
    review = newsroom.make_review(claim=first)
    states = [kept(first), kept(second), kept(review)]
    newsroom.publish_review(review)
    newsroom.correct_review(review, claim=second)
    assert SavedState.objects.filter(draft=review.pk).count() == 3
    newsroom.erase_review(review)
    assert not SavedState.objects.filter(draft__in={state.draft for state in states}).exists()


def test_redaction_deletes_the_states_and_keeps_the_draft(newsroom: Newsroom) -> None:
    review = newsroom.publish_new()
    newsroom.redact_review(review)
    assert not SavedState.objects.filter(draft=review.pk).exists()
    assert Review.objects.get(pk=review.pk).headline


def test_correction_and_update_keep_what_was_published(newsroom: Newsroom) -> None:
    review, demand = newsroom.make_review(), newsroom.make_demand()
    newsroom.publish_review(review)
    newsroom.publish_demand(demand)
    newsroom.open_correction(review, headline="Tít mới")
    newsroom.update_demand(demand, asked="Khác.")
    assert demand_policy.last_statement(demand)
    for draft in (review, demand):
        kinds = list(SavedState.objects.filter(draft=draft.pk).values_list("kind", flat=True))
        assert kinds == ["saved", "opened"]
    last = last_state(review.pk)
    assert last is not None
    assert last.content["change_note"]


def test_readers_role_cannot_read_states(newsroom: Newsroom) -> None:
    kept(newsroom.make_review())
    for table in ("editorial_savedstate", "editorial_opendraft"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using="public"):
            connections["public"].cursor().execute(f"SELECT * FROM {table}")
