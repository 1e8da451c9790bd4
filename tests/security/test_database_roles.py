"""The limits of the database's roles: they delete only with a name, and don't act as others or stop others."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.utils import timezone

from factcheck.editorial.events import record_event, set_actor
from factcheck.editorial.messages.reader_messages import delete_expired_messages, receive_message
from factcheck.editorial.models import EditorialEvent, ReaderMessage, SecondFactor, Session, User
from factcheck.editorial.programs.tokens import create_token, find_token, token_transaction
from factcheck.editorial.sign_in import second_factors
from factcheck.editorial.sign_in.proofs import proved_by
from factcheck.monitoring import checks
from tests.security.signing_in import give_app, signed_in
from tests.support.drafts import Newsroom
from tests.support.sql import execute, run


def make_tip(newsroom: Newsroom) -> None:
    text, site = "Nước lũ đã tràn qua mái chùa.", {"site": newsroom.publisher.site}
    values = {"text": text, "language": "vi", "url": "", "contact": "", "newsroom": site}
    receive_message(kind=ReaderMessage.Kind.TIP, values=values, address="192.0.2.1")


AS = "SELECT set_config('factcheck.actor', '{person}', true); "
DENIED = {
    "second factors": "DELETE FROM editorial_secondfactor WHERE user_id = {person}",
    "a second factor’s secret": "UPDATE editorial_secondfactor SET secret = 'x'",
    "a second factor’s person": "UPDATE editorial_secondfactor SET user_id = {other}",
    "sessions": "DELETE FROM editorial_session",
    "messages": "DELETE FROM editorial_readermessage",
    "a message’s text": "UPDATE editorial_readermessage SET text = 'x'",
    "a message’s age": "UPDATE editorial_readermessage SET received_at = '2020-01-01'",
}
REFUSED = {
    "a session’s person": "UPDATE editorial_session SET user_id = {other}",
    "a password": "UPDATE editorial_user SET password = password || 'x' WHERE id = {person}",
    "a password as a new hash": "SELECT set_config('factcheck.rehashing', '{person}', true);"
    " UPDATE editorial_user SET password = password || 'x' WHERE id = {person}",
    "all second factors": "SELECT editorial_remove_factors({person}, '', {person}, NULL)",
    "a false proof": "SELECT editorial_remove_factors({person}, 'x', {person}, '{{1}}')",
    "sessions without a person": "SELECT editorial_end_sessions(NULL, '', {person}, NULL, '')",
    "a session’s stored key as a proof": "SELECT editorial_set_actor({person},"
    " (SELECT session_key FROM editorial_session WHERE user_id = {person}))",
    "a new message without a person": "SELECT editorial_delete_messages(NULL, '', ARRAY(SELECT id FROM"
    " editorial_readermessage))",
    "a message as a Reporter": "SELECT editorial_delete_messages({other}, '', ARRAY(SELECT id FROM"
    " editorial_readermessage))",
}


@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in (DENIED | REFUSED).items()])
def test_application_takes_nothing_by_naming_a_person(newsroom: Newsroom, sql: str) -> None:
    person, other = newsroom.editor, newsroom.reporter
    give_app(person)
    device = signed_in(person)
    make_tip(newsroom)
    statement = (AS + sql).format(person=person.pk, other=other.pk)
    with pytest.raises(DatabaseError, match="permission denied" if sql in DENIED.values() else None):
        run(statement)
    assert device.is_in
    assert SecondFactor.objects.filter(user=person, kind="app").exists()
    assert ReaderMessage.objects.exists()
    assert User.objects.get(pk=person.pk).password == person.password


def test_application_deletes_a_factor_only_with_the_session_of_its_person(newsroom: Newsroom) -> None:
    give_app(newsroom.editor)
    factor = SecondFactor.objects.get(user=newsroom.editor)
    second_factors.remove_second_factor(factor=factor, by=newsroom.editor, required=False)
    assert SecondFactor.objects.filter(pk=factor.pk).exists()
    with proved_by(key_of(newsroom.editor)):
        second_factors.remove_second_factor(factor=factor, by=newsroom.editor, required=False)
    assert not SecondFactor.objects.filter(pk=factor.pk).exists()
    event = EditorialEvent.objects.get(action="second_factor.removed")
    assert (event.actor, event.detail) == (newsroom.editor, {"kind": "app", "name": ""})


def key_of(person: User) -> Callable[[], str]:
    key = signed_in(person).client.cookies[settings.SESSION_COOKIE_NAME].value
    return lambda: key


def test_actor_is_whom_the_request_proved(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that names another person than its session's, a session that is over, and a token of somebody else."""
    claim, key = newsroom.make_claim(), key_of(newsroom.reporter)
    with proved_by(key):
        for act in (
            lambda: record_event(newsroom.chief, "claim.confirmed", claim),
            lambda: set_actor(newsroom.chief),
        ):
            with pytest.raises(DatabaseError, match="proved another person"), transaction.atomic():
                act()
        record_event(newsroom.reporter, "claim.confirmed", claim)
    Session.objects.update(expire_date=timezone.now())
    with proved_by(key), pytest.raises(DatabaseError, match="proved another person"):
        record_event(newsroom.reporter, "claim.confirmed", claim)
    _token, secret = create_token(by=newsroom.reporter, newsroom=newsroom.publisher.pk, name="x",
                                  scopes=["claims:write"], days=7)  # fmt: skip
    token = find_token(secret)
    assert token is not None
    with pytest.raises(DatabaseError, match="proved another person"), token_transaction(token):
        record_event(newsroom.chief, "claim.confirmed", claim)
    with token_transaction(token):
        record_event(newsroom.reporter, "claim.confirmed", claim)


def test_request_in_the_name_of_another_person_changes_nothing(newsroom: Newsroom, monkeypatch) -> None:
    """Code in the desk that exchanges the person after the login."""
    from factcheck.editorial.desk.programs import tokens

    desk = signed_in(newsroom.reporter).client
    real = tokens.create_token
    monkeypatch.setattr(tokens, "create_token", lambda **values: real(**values | {"by": newsroom.chief}))
    form = {"name": "x", "newsroom": newsroom.publisher.pk, "scopes": ["claims:write"], "days": 30}
    with pytest.raises(DatabaseError, match="proved another person"):
        desk.post("/admin/editorial/apitoken/add/", form)


def test_stolen_rows_of_sessions_open_nothing(newsroom: Newsroom) -> None:
    device = signed_in(newsroom.editor)
    assert device.is_in
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.get(user=newsroom.editor).pk
    assert thief.get("/admin/").status_code == 302


def test_old_messages_are_deleted_and_counted(newsroom: Newsroom) -> None:
    make_tip(newsroom)
    execute(f"UPDATE editorial_readermessage SET received_at = now() - interval '{settings.READER_MESSAGES_DAYS} days'",
            alias="owner")  # fmt: skip
    assert delete_expired_messages() == 1
    event = EditorialEvent.objects.get(action="message.deleted")
    assert (event.actor, event.newsroom, event.detail) == (None, newsroom.publisher, {"count": 1})


STOP: dict[str, dict[str, Any]] = {
    "public": {
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity": "pg_cancel_backend",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity": "pg_terminate_backend",
        "SELECT pg_advisory_lock(1178682196)": "pg_advisory_lock",
        "SELECT pg_advisory_xact_lock(1178682196)": "pg_advisory_xact_lock",
        "SELECT pg_try_advisory_lock_shared(1, 2)": "pg_try_advisory_lock_shared",
    },
    "default": {
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity": "pg_cancel_backend",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity": "pg_terminate_backend",
    },
}


def test_monitor_tells_that_a_role_has_changed_itself(database: str) -> None:
    assert checks.roles() == "The roles of the database have only the rights that they need."
    try:
        execute("ALTER ROLE CURRENT_USER SET statement_timeout = 1", alias="public")
        with pytest.raises(checks.Failed, match="has changed its own settings"):
            checks.roles()
    finally:
        execute("ALTER ROLE CURRENT_USER RESET ALL", alias="public")


@pytest.mark.parametrize("alias", STOP)
def test_roles_stop_no_queries_and_readers_hold_no_locks(module_database: str, alias: str) -> None:
    for sql, function in STOP[alias].items():
        with pytest.raises(DatabaseError, match=f"permission denied for function {function}"):
            execute(sql, alias=alias)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(8580), pg_advisory_unlock(8580)")
        assert cursor.fetchone() == (True, True)
