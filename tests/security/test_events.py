"""Attacks on the audit log with the application's own role: events in somebody's name, invented and backdated events."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from factcheck.editorial.events import record_event, record_events, set_actor
from factcheck.editorial.models import EditorialEvent, Review, User
from factcheck.editorial.people import accounts
from tests.support.drafts import Newsroom, make_user

CALL = "SELECT editorial_record_events(%s, %s, %s::text[], '{x}', ARRAY['{}']::jsonb[])"
INSERT = (
    "INSERT INTO editorial_editorialevent (at, actor_id, action, newsroom_id, subject, detail)"
    " VALUES (%s, %s, %s, %s, 'x', '{}')"
)


def execute(sql: str, *parameters: Any, using: str = "default") -> None:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(sql, parameters)


def test_application_cannot_insert_an_event(newsroom: Newsroom) -> None:
    rows = EditorialEvent.objects.count()
    for actor in (newsroom.chief.pk, None):
        with pytest.raises(DatabaseError, match="permission denied"):
            execute(INSERT, timezone.now(), actor, "publication.approved", newsroom.publisher.pk)
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("COPY editorial_editorialevent (at, action, subject, detail) FROM STDIN")
    assert EditorialEvent.objects.count() == rows


@pytest.mark.parametrize(
    "action", ["account.added", "account_group.added", "membership.changed", "webhook.stopped", "membership.removed"]
)
def test_changes_of_accounts_cannot_be_invented(newsroom: Newsroom, action: str) -> None:
    with pytest.raises(DatabaseError, match="only triggers record changes"):
        execute(CALL, newsroom.chief.pk, newsroom.publisher.pk, [action])


def test_transaction_names_one_person(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    with pytest.raises(DatabaseError, match="one transaction cannot name two people"), transaction.atomic():
        record_event(newsroom.editor, "claim.exchanged", claim)
        record_event(newsroom.chief, "claim.exchanged", claim)
    with pytest.raises(DatabaseError, match="one transaction cannot name two people"), transaction.atomic():
        set_actor(newsroom.editor)
        record_event(newsroom.chief, "claim.exchanged", claim)
    assert not EditorialEvent.objects.filter(action="claim.exchanged").exists()


def test_triggers_name_the_person_of_the_transaction(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    with transaction.atomic():
        record_event(newsroom.editor, "claim.exchanged", claim)
        User.objects.filter(pk=newsroom.reporter.pk).update(byline="Lan")
    assert EditorialEvent.objects.get(action="account.changed").actor == newsroom.editor


def test_closed_account_and_nobody_are_not_named(newsroom: Newsroom) -> None:
    User.objects.using("owner").filter(pk=newsroom.chief.pk).update(is_active=False)
    for actor in (newsroom.chief.pk, None, 0):
        with pytest.raises(DatabaseError, match="an event needs a person with an open account"):
            execute(CALL, actor, newsroom.publisher.pk, ["publication.approved"])


def test_time_is_the_servers(newsroom: Newsroom) -> None:
    before = timezone.now()
    execute(CALL, newsroom.editor.pk, newsroom.publisher.pk, ["claim.exchanged"])
    assert before < EditorialEvent.objects.get(action="claim.exchanged").at < timezone.now()


def test_reading_role_cannot_record(newsroom: Newsroom) -> None:
    with pytest.raises(DatabaseError, match="permission denied"):
        execute(CALL, newsroom.editor.pk, newsroom.publisher.pk, ["claim.exchanged"], using="public")


def test_many_events_are_one_statement_in_their_order(newsroom: Newsroom) -> None:
    keys = [newsroom.make_claim().pk for _ in range(3)]
    with transaction.atomic():
        record_events(
            newsroom.editor, newsroom.publisher.pk, [("claim.exchanged", key, {"note": "a “b”"}) for key in keys]
        )
        record_events(newsroom.editor, newsroom.publisher.pk, [])
    events = EditorialEvent.objects.filter(action="claim.exchanged").order_by("pk")
    assert [event.subject for event in events] == [str(key) for key in keys]
    assert {event.detail["note"] for event in events} == {"a “b”"}


def test_workflow_still_records_who_did_what(live: Review) -> None:
    told = EditorialEvent.objects.filter(subject=str(live.pk)).order_by("pk").values_list("action", "actor")
    assert [action for action, _actor in told] == ["publication.submitted", "publication.approved", "review.original"]
    assert len({actor for _action, actor in told}) >= 2


def test_end_of_sessions_is_recorded(newsroom: Newsroom) -> None:
    """The application records it, since no column of the account changes."""
    root = make_user("root", is_superuser=True)
    accounts.end_sessions(account=newsroom.reporter, by=root)
    assert EditorialEvent.objects.get(action="session.ended").actor == root
