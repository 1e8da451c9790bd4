"""One account administrator against the two people that every grant needs: through the desk and with SQL as the application."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.test import Client

from factcheck.editorial.models import Membership, Publisher, User
from factcheck.editorial.models.kinds import Action
from factcheck.editorial.people import accounts, roles
from factcheck.editorial.proposals import account_policy, workflow
from factcheck.website import queries
from tests.journeys.browser import client_of
from tests.support.drafts import Newsroom, make_administrator, make_newsroom, make_user
from tests.support.refusals import refused
from tests.support.sql import execute, run

CHOSEN = "a password that the attacker chose"


@pytest.fixture
def root(newsroom: Newsroom) -> User:
    return make_user("root", is_superuser=True)


def test_administrator_does_not_set_the_passwords_of_a_writer_and_an_editor(newsroom: Newsroom, root: User) -> None:
    """With both passwords, one person would submit, approve and publish."""
    desk = client_of(root)
    for victim in (newsroom.reporter, newsroom.editor):
        desk.post(f"/admin/editorial/user/{victim.pk}/password/", {"password1": CHOSEN, "password2": CHOSEN})
        page = f"/admin/editorial/user/{victim.pk}/change/"
        desk.post(page, {"password": CHOSEN, "username": victim.username, "is_active": "on"})
        assert not Client().login(username=victim.username, password=CHOSEN)


def test_administrator_gives_nobody_a_role_in_one_save(newsroom: Newsroom, root: User) -> None:
    accomplice = make_user("accomplice")
    rows = {
        "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0,
        "memberships-0-publisher": newsroom.publisher.pk, "memberships-0-role": "chief_editor",
    }  # fmt: skip
    desk = client_of(root)
    page = f"/admin/editorial/user/{accomplice.pk}/change/"
    account = {"username": "accomplice", "is_active": "on", "is_staff": "on"}
    desk.post(page, {**account, **rows})
    desk.post("/admin/editorial/membership/add/", {"user": accomplice.pk, "publisher": newsroom.publisher.pk})
    assert not Membership.objects.filter(user=accomplice).exists()
    desk.post(page, {**account, **rows, "memberships-TOTAL_FORMS": 0, "administers": "on", "is_superuser": "on"})
    accomplice.refresh_from_db()
    assert not accomplice.groups.exists()
    assert not accomplice.is_superuser


GIVE = {
    "a new role": "INSERT INTO editorial_membership (user_id, publisher_id, role)"
    " SELECT {outsider}, id, 'chief_editor' FROM editorial_publisher",
    "a higher role": "UPDATE editorial_membership SET role = 'chief_editor' WHERE user_id = {reporter}",
    "somebody else’s role": "UPDATE editorial_membership SET user_id = {outsider} WHERE user_id = {editor}",
    "an administrator": "INSERT INTO editorial_user_groups (user_id, group_id) SELECT {outsider}, id FROM auth_group",
    "somebody else’s administration": "UPDATE editorial_user_groups SET user_id = {outsider}",
    "a superuser": "UPDATE editorial_user SET is_superuser = true WHERE id = {outsider}",
    "a new superuser": "INSERT INTO editorial_user (username, password, is_superuser, first_name, last_name, email,"
    " is_staff, is_active, date_joined, byline) VALUES ('new', '!', true, '', '', '', true, true, now(), '')",
    "a new account with a password": "INSERT INTO editorial_user (username, password, is_superuser, first_name,"
    " last_name, email, is_staff, is_active, date_joined, byline)"
    " VALUES ('new', 'pbkdf2_sha256$1$a$b', false, '', '', '', true, true, now(), '')",
    "an open account": "UPDATE editorial_user SET is_active = true WHERE id = {closed}",
    "another e-mail address": "UPDATE editorial_user SET email = 'attacker@example.org' WHERE id = {editor}",
    "another password": "SELECT set_config('factcheck.actor', '{root}', true);"
    " UPDATE editorial_user SET password = (SELECT password FROM editorial_user WHERE id = {outsider}) || 'x'"
    " WHERE id = {editor}",
    "another password without an actor": "UPDATE editorial_user SET password = password || 'x' WHERE id = {editor}",
    "another account’s row": "DELETE FROM editorial_user WHERE id = {outsider}",
    "another account’s id": "UPDATE editorial_user SET id = id + 1000 WHERE id = {outsider}",
}


@pytest.fixture(scope="module")
def people(module_newsroom: Newsroom) -> dict[str, int]:
    """Accounts by what they are."""
    closed = make_newsroom("khac.example").editor
    User.objects.using("owner").filter(pk=closed.pk).update(is_active=False)
    make_administrator("second administrator")
    people = {
        "outsider": make_user("outsider"), "reporter": module_newsroom.reporter, "editor": module_newsroom.editor,
        "root": make_user("root", is_superuser=True), "closed": closed,
    }  # fmt: skip
    return {name: person.pk for name, person in people.items()}


@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in GIVE.items()])
def test_application_gives_nothing_with_sql(people: dict[str, int], sql: str) -> None:
    before = state()
    with pytest.raises(DatabaseError):
        run(sql.format(**people))
    assert state() == before


def state() -> list[Any]:
    return [
        *User.objects.order_by("pk").values_list("pk", "username", "password", "email", "is_active", "is_superuser"),
        *Membership.objects.order_by("pk").values_list("user", "publisher", "role"),
        *User.groups.through.objects.order_by("pk").values_list("user", "group"),
    ]


APPROVE = "UPDATE editorial_proposal SET decision = 'approved', decided_at = now(), decided_by_id = %s WHERE id = %s"


def test_administrator_approves_nothing_of_their_own(newsroom: Newsroom, root: User) -> None:
    """A role, an accomplice and both new passwords, through the workflow and with SQL."""
    outsider = make_user("outsider", email="attacker@example.org")
    wanted: list[tuple[User, Action, dict[str, Any]]] = [
        (outsider, Action.ADMINISTRATOR, {}),
        (newsroom.reporter, Action.RESET, {}),
        (newsroom.editor, Action.RESET, {}),
        (newsroom.second, Action.ROLE, {"newsroom": newsroom.publisher, "role": "chief_editor"}),
    ]
    before = state()
    for account, action, values in wanted:
        proposal = account_policy.propose(account=account, action=action, by=root, **values)
        with pytest.raises(workflow.errors.NotAllowed):
            workflow.approve(proposal=proposal, by=root, digest=proposal.digest)
        for decider in (root, account, newsroom.editor):
            with pytest.raises(DatabaseError, match=r"\((submitter|own_account|not_editor)\)"):
                run(APPROVE, decider.pk, proposal.pk)
    assert state() == before


def test_first_hour_does_not_come_back(database: str) -> None:
    """A person who removes the second administrator doesn't decide alone again."""
    root = User.objects.create_superuser("root", password="a long enough secret")
    second, outsider = make_user("second"), make_user("outsider")
    proposal = account_policy.propose(account=second, action=Action.ADMINISTRATOR, by=root)
    workflow.approve(proposal=proposal, by=root, digest=proposal.digest)
    accounts.take_away(account=second, action=Action.DISMISSAL, by=root)
    accounts.take_away(account=second, action=Action.CLOSING, by=root)
    proposal = account_policy.propose(account=outsider, action=Action.ADMINISTRATOR, by=root)
    with refused("needs_other_person"):
        workflow.approve(proposal=proposal, by=root, digest=proposal.digest)
    with pytest.raises(DatabaseError, match=r"\(submitter\)"):
        run(APPROVE, root.pk, proposal.pk)
    with pytest.raises(DatabaseError, match="permission denied"):
        run("DELETE FROM editorial_editorialevent")


def days_pass(days: int) -> None:
    """Moves the times of all events into the past, as only a superuser can."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE editorial_editorialevent DISABLE TRIGGER event_fixed")
        cursor.execute("UPDATE editorial_editorialevent SET at = at - %s", [timedelta(days=days)])
        cursor.execute("ALTER TABLE editorial_editorialevent ENABLE ALWAYS TRIGGER event_fixed")


def test_first_hour_ends_after_seven_days(database: str) -> None:
    """An administrator who never adds a second person to decide doesn't keep the mode."""
    root = User.objects.create_superuser("root", password="a long enough secret")
    first, second = make_user("first"), make_user("second")
    publisher = Publisher.objects.create(name="Toà soạn", site="kiemchung.example")
    days_pass(6)
    proposal = account_policy.propose(account=first, action=Action.ROLE, by=root, newsroom=publisher, role="editor")
    workflow.approve(proposal=proposal, by=root, digest=proposal.digest)
    proposal = account_policy.propose(account=second, action=Action.ROLE, by=root, newsroom=publisher, role="editor")
    days_pass(1)
    with refused("needs_other_person"):
        workflow.approve(proposal=proposal, by=root, digest=proposal.digest)
    with pytest.raises(DatabaseError, match=r"\(submitter\)"):
        run(APPROVE, root.pk, proposal.pk)
    call_command("give_role", "second", "administrator")  # the operator's way out
    assert roles.administers(second)


def test_readers_see_first_hour_mode(database: str) -> None:
    """On every page, in both languages, until the mode ends. The reading role can't read the events themselves."""
    pages = ("/en/", "/en/search/", "/en/verify/", "/vi/")
    assert not [page for page in pages if b"act under several names" in shown(page)]
    User.objects.create_superuser("root", password="a long enough secret")
    for page in pages:
        assert (b"act under several names" if page < "/v" else "nhiều tên khác nhau".encode()) in shown(page)
    days_pass(7)
    assert b"act under several names" not in shown("/en/")
    with pytest.raises(DatabaseError, match="permission denied"):
        execute("SELECT FROM editorial_editorialevent", alias="public")


def shown(page: str) -> bytes:
    queries._first_hour.clear()
    response = Client().get(page)
    assert response.status_code == 200
    return response.content


def test_first_account_alone_is_made_by_the_application(database: str) -> None:
    User.objects.create_superuser("root", password="a long enough secret")
    with pytest.raises(DatabaseError, match="administers nothing"):
        User.objects.create_superuser("other", password="a long enough secret")


def test_approval_takes_effect_once(newsroom: Newsroom, root: User) -> None:
    outsider = make_user("outsider", email="outsider@example.org")
    proposal = account_policy.propose(
        account=outsider, action=Action.ROLE, by=root, newsroom=newsroom.publisher, role="editor"
    )
    workflow.approve(proposal=proposal, by=newsroom.chief, digest=proposal.digest)
    accounts.take_away(
        account=outsider, action=Action.REMOVAL, by=newsroom.chief, membership=outsider.memberships.get()
    )
    run("UPDATE editorial_proposal SET decision = 'approved' WHERE id = %s", proposal.pk)
    for sql in ("decision = 'returned'", "decision = ''", "decided_at = now()"):
        with pytest.raises(DatabaseError):
            run(f"UPDATE editorial_proposal SET {sql} WHERE id = %s", proposal.pk)
    assert not outsider.memberships.exists()


def test_person_who_set_up_an_account_does_not_keep_its_password(newsroom: Newsroom, root: User) -> None:
    """The first role replaces the password, and the link goes to the address that was approved."""
    puppet = make_user("puppet", email="lan@example.org")
    client = Client()
    assert client.login(username="puppet", password="a long enough secret")
    proposal = account_policy.propose(
        account=puppet, action=Action.ROLE, by=root, newsroom=newsroom.publisher, role="editor"
    )
    workflow.approve(proposal=proposal, by=newsroom.chief, digest=proposal.digest)
    assert not Client().login(username="puppet", password="a long enough secret")
    assert client.get("/admin/").status_code == 302


def test_proposal_of_a_closed_administrator_is_dead(newsroom: Newsroom, root: User) -> None:
    outsider = make_user("outsider", email="outsider@example.org")
    proposal = account_policy.propose(account=outsider, action=Action.ADMINISTRATOR, by=root)
    other = make_administrator("other")
    accounts.take_away(account=root, action=Action.CLOSING, by=other)
    with refused("changed_since"):
        workflow.approve(proposal=proposal, by=other, digest=proposal.digest)
    with pytest.raises(DatabaseError, match="can no longer propose this"):
        run(APPROVE, other.pk, proposal.pk)
