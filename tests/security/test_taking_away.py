"""A stolen session takes nothing away. With the password too, a brake holds, and the others undo what was done."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from factcheck.editorial.desk.people.sign_in_settings import _session_id
from factcheck.editorial.errors import NotAllowed
from factcheck.editorial.models import (
    ApiToken,
    EditorialEvent,
    Freeze,
    Membership,
    Proposal,
    SecondFactor,
    Session,
    User,
)
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.people import accounts
from factcheck.editorial.programs.tokens import create_token
from factcheck.editorial.proposals import account_policy, workflow
from factcheck.record.formats.canonical import canonical, sha256_hex
from tests.journeys.browser import client_of
from tests.journeys.browser import signed_in as browser_of
from tests.security.signing_in import PASSWORD, let_pass, signed_in
from tests.support.drafts import Newsroom, give_role, make_administrator, make_newsroom, make_user
from tests.support.refusals import refused
from tests.support.sql import run

ASKED = "Confirm that it’s you"
APPROVE = "UPDATE editorial_proposal SET decision = 'approved', decided_at = %s, decided_by_id = %s WHERE id = %s"


@pytest.fixture
def root(newsroom: Newsroom) -> User:
    return make_administrator("root")


@pytest.fixture
def other(root: User) -> User:
    return make_administrator("other")


def hours_pass(hours: float) -> None:
    """Moves the times of all proposals into the past."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE editorial_proposal DISABLE TRIGGER proposal_rules")
        cursor.execute(
            "UPDATE editorial_proposal SET submitted_at = submitted_at - %s, decided_at = decided_at - %s",
            [timedelta(hours=hours)] * 2,
        )
        cursor.execute("ALTER TABLE editorial_proposal ENABLE TRIGGER proposal_rules")


def close(account: User, by: User) -> Proposal:
    return accounts.take_away(account=account, action=Action.CLOSING, by=by)


def pause(account: User, by: User) -> Proposal:
    return accounts.take_away(account=account, action=Action.PAUSE, by=by)


def remove(account: User, by: User) -> Proposal:
    membership = account.memberships.select_related("publisher").get()
    return accounts.take_away(account=account, action=Action.REMOVAL, by=by, membership=membership)


def approve(proposal: Proposal, by: User) -> None:
    workflow.approve(proposal=proposal, by=by, digest=proposal.digest)


def is_open(account: User) -> bool:
    return User.objects.get(pk=account.pk).is_active


def state() -> list[Any]:
    return [
        list(User.objects.order_by("pk").values_list("pk", "username", "is_active", "is_staff", "is_superuser")),
        list(Membership.objects.order_by("pk").values_list("user", "publisher", "role")),
        list(User.groups.through.objects.order_by("pk").values_list("user", "group")),
        list(ApiToken.objects.values_list("revoked_at")),
        Freeze.objects.count(),
        Proposal.objects.count(),
    ]


def doors(newsroom: Newsroom, other: User) -> dict[str, User]:
    """Each URL that takes something away from others, with a person who can use it."""
    membership = newsroom.second.memberships.get()
    token, _secret = create_token(
        by=newsroom.chief, newsroom=newsroom.publisher.pk, name="x", scopes=["claims:write"], days=7
    )
    root = User.objects.get(username="root")
    names = {"end-sessions": newsroom.editor, "pause": newsroom.editor, "close": newsroom.reporter}
    return {
        **{f"/admin/editorial/user/{account.pk}/do/{name}/": root for name, account in names.items()},
        f"/admin/editorial/user/{other.pk}/do/remove-administration/": root,
        f"/admin/editorial/membership/{membership.pk}/do/remove/": newsroom.chief,
        f"/admin/editorial/apitoken/{token.pk}/do/revoke/": newsroom.chief,
        "/admin/editorial/freeze/add/": newsroom.chief,
    }


def test_stolen_cookie_takes_nothing_however_fresh_it_is(newsroom: Newsroom, other: User) -> None:
    urls = doors(newsroom, other)
    victim = signed_in(newsroom.editor)
    thieves = {person: signed_in(person) for person in urls.values()}  # each logged in a moment ago
    sessions, before = Session.objects.count(), state()
    data = {"newsroom": newsroom.publisher.pk, "reason": "x"}
    for url, person in urls.items():
        assert ASKED in thieves[person].client.post(url, data).content.decode(), url
        wrong = thieves[person].client.post(url, {**data, "confirm-password": "wrong"}).content.decode()
        assert "This password is wrong." in wrong or "too many attempts" in wrong
    assert (state(), Session.objects.count()) == (before, sessions)
    assert victim.is_in


def test_each_door_opens_with_the_password_and_only_in_that_session(newsroom: Newsroom, other: User) -> None:
    urls = doors(newsroom, other)
    elsewhere = {person: signed_in(person) for person in urls.values()}
    data = {"newsroom": newsroom.publisher.pk, "reason": "x", "confirm-password": PASSWORD}
    for url, person in urls.items():
        answer = signed_in(person).client.post(url, data)
        assert answer.status_code == 302, answer.content.decode()
        assert ASKED in elsewhere[person].client.post(url, {"reason": "x"}).content.decode()
    assert not Membership.objects.filter(user=newsroom.second).exists()
    assert not other.groups.exists()
    assert Freeze.objects.exists()
    assert ApiToken.objects.get().revoked_at


@pytest.mark.parametrize("action", ["closing", "dismissal", "removal", "pause", "reset", "role"])
def test_stolen_cookie_approves_nothing_that_takes_away(newsroom: Newsroom, other: User, action: str) -> None:
    root, wanted = User.objects.get(username="root"), {"removal": "reporter", "role": "editor"}.get(action)
    account = other if action == "dismissal" else newsroom.reporter
    proposal = account_policy.propose(
        account=account, action=Action(action), by=root, newsroom=newsroom.publisher if wanted else None,
        **({"role": wanted} if wanted else {}),
    )  # fmt: skip
    url, typed = reverse("admin:editorial_proposal", args=[proposal.pk, "approve"]), {"digest": proposal.digest}
    client, before = signed_in(newsroom.chief).client, state()
    assert ASKED in client.post(url, typed).content.decode()
    assert state() == before
    assert client.post(url, {**typed, "confirm-password": PASSWORD}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.decision == "approved"


def test_confirmation_counts_for_ten_minutes(newsroom: Newsroom, root: User) -> None:
    device = signed_in(root)
    urls = [f"/admin/editorial/user/{make_user(name).pk}/do/end-sessions/" for name in "abc"]
    assert device.client.post(urls[0], {"confirm-password": PASSWORD}).status_code == 302
    assert device.client.post(urls[1]).status_code == 302
    let_pass(601)
    assert ASKED in device.client.post(urls[2]).content.decode()


def test_undoing_is_proposed_only_soon_after_a_login(newsroom: Newsroom, root: User) -> None:
    url = reverse("admin:editorial_proposal", args=[close(newsroom.reporter, root).pk, "undo"])
    device = signed_in(newsroom.chief)
    let_pass(601)
    assert ASKED in device.client.post(url).content.decode()
    assert device.client.post(url, {"confirm-password": PASSWORD}).status_code == 302
    assert Proposal.objects.filter(action=Action.UNDOING).exists()


def test_own_sessions_end_without_the_question(newsroom: Newsroom) -> None:
    device, second = signed_in(newsroom.chief), signed_in(newsroom.chief)
    assert device.client.post("/admin/sign-in/sessions/", {"session": "others"}).status_code == 302
    assert not second.is_in


def test_administrator_ends_their_own_sessions_too(root: User, other: User) -> None:
    url = f"/admin/editorial/user/{root.pk}/do/end-sessions/"
    device, second = signed_in(root), signed_in(root)
    assert device.client.post(url, {"confirm-password": PASSWORD}).status_code == 302
    assert not device.is_in
    assert not second.is_in
    event = EditorialEvent.objects.get(action="session.ended")
    assert (event.actor, event.subject) == (root, f"user:{root.pk}")


def test_session_ends_itself_at_the_settings(newsroom: Newsroom) -> None:
    device = signed_in(newsroom.chief)
    own = _session_id(Session.objects.get().session_key)
    assert device.client.post("/admin/sign-in/sessions/", {"session": own}).status_code == 302
    assert not device.is_in
    assert EditorialEvent.objects.get(action="session.ended").actor == newsroom.chief


def test_stolen_cookie_and_password_take_two_an_hour_and_two_people_undo_it(newsroom: Newsroom, other: User) -> None:
    victims = [*(getattr(newsroom, name) for name in ("editor", "second", "chief", "reporter")), other]
    thief = signed_in(User.objects.get(username="root")).client
    for victim in victims:
        thief.post(f"/admin/editorial/user/{victim.pk}/do/close/", {"confirm-password": PASSWORD})
    for membership in Membership.objects.all():
        thief.post(f"/admin/editorial/membership/{membership.pk}/do/remove/", {"confirm-password": PASSWORD})
    assert [is_open(victim) for victim in victims] == [False, False, True, True, True]
    assert Membership.objects.count() == 4
    assert Proposal.objects.filter(action=Action.CLOSING, decision="").count() == 3

    chief = browser_of(newsroom.chief).open("/admin/")
    assert "Taken away in the last 24 hours 2" in chief.text
    chief.follow(f"Close the account {newsroom.editor}.").press("Propose to undo")
    boss = browser_of(other).open("/admin/").follow(f"Undo this: Close the account {newsroom.editor}.")
    boss.follow("Approve").press("Approve")
    assert is_open(newsroom.editor)
    assert Client().login(username=newsroom.editor.username, password=PASSWORD)
    # They also stop what waits, and the thief's account.
    for proposal in Proposal.objects.filter(action=Action.CLOSING, decision="").exclude(account=other):
        decider = other if proposal.account == newsroom.chief else newsroom.chief
        workflow.return_(proposal=proposal, by=decider, reason="Không phải chúng tôi.")
    pause(User.objects.get(username="root"), other)
    hours_pass(25)
    accounts.settle()
    assert [is_open(victim) for victim in victims] == [True, False, True, True, True]


def test_removal_that_waits_takes_effect_after_a_day_or_by_a_second_person(newsroom: Newsroom, other: User) -> None:
    root = User.objects.get(username="root")
    close(newsroom.reporter, root)
    remove(newsroom.second, root)
    third, fourth = remove(newsroom.editor, root), close(make_user("lan"), root)
    assert (third.decision, fourth.decision) == ("", "")
    with refused("needs_other_person"):
        approve(third, root)
    hours_pass(1.1)
    assert close(make_user("minh"), root).decision == "approved"  # the next hour
    hours_pass(22.5)
    accounts.settle()
    assert newsroom.editor.memberships.exists()
    approve(third, newsroom.chief)
    assert not newsroom.editor.memberships.exists()
    assert is_open(User.objects.get(username="lan"))
    hours_pass(0.5)
    accounts.settle()
    assert not is_open(User.objects.get(username="lan"))


def test_nothing_takes_effect_for_a_person_who_can_no_longer_do_it(newsroom: Newsroom, other: User) -> None:
    root = User.objects.get(username="root")
    for name in ("a", "b", "c"):
        close(make_user(name), root)
    close(root, other)
    hours_pass(25)
    accounts.settle()
    assert is_open(User.objects.get(username="c"))
    assert Proposal.objects.get(account__username="c").decision == "returned"


def test_removal_of_a_role_that_has_changed_does_not_keep_others_paused(newsroom: Newsroom, root: User) -> None:
    for name in ("a", "b"):
        close(make_user(name), root)
    removal = remove(newsroom.editor, root)
    Membership.objects.using("owner").filter(user=newsroom.editor).update(role="reporter")  # the operator's shell
    pause(newsroom.reporter, root)
    hours_pass(25)
    accounts.settle()
    removal.refresh_from_db()
    assert (removal.decision, newsroom.editor.memberships.count()) == ("returned", 1)
    assert is_open(newsroom.reporter)


def test_chief_editor_has_the_brake_too_and_only_in_the_own_newsroom(database: str) -> None:
    newsroom, elsewhere = make_newsroom(), make_newsroom("khac.example")
    with refused("not_allowed"):
        remove(elsewhere.reporter, newsroom.chief)
    with refused("not_allowed"):
        close(newsroom.reporter, newsroom.chief)
    with refused("not_allowed"):
        remove(newsroom.reporter, newsroom.editor)
    assert [remove(person, newsroom.chief).decision for person in (newsroom.reporter, newsroom.editor)] == [
        "approved"
    ] * 2
    waiting = remove(newsroom.second, newsroom.chief)
    assert waiting.decision == ""
    page = browser_of(newsroom.chief).open(
        f"/admin/editorial/membership/{newsroom.second.memberships.get().pk}/change/"
    )
    page.follow("Take back").press("Take back")
    waiting.refresh_from_db()
    assert waiting.decision == "returned"


def test_last_person_who_can_decide_is_taken_by_two(newsroom: Newsroom, other: User) -> None:
    root = User.objects.get(username="root")
    for name in ("editor", "second"):
        Membership.objects.using("owner").filter(user=getattr(newsroom, name)).delete()
    for taking in (remove, close):
        proposal = taking(newsroom.chief, root)
        assert proposal.decision == ""
        assert is_open(newsroom.chief)
        workflow.return_(proposal=proposal, by=other, reason="Không.")
    with refused("last_decider"):
        pause(newsroom.chief, root)
    with refused("last_decider"):
        accounts.end_sessions(account=newsroom.chief, by=root)
    accounts.take_away(account=other, action=Action.DISMISSAL, by=root)
    last = accounts.take_away(account=root, action=Action.DISMISSAL, by=root)
    assert (last.decision, root.groups.exists()) == ("", True)
    approve(last, newsroom.chief)  # nobody else administers accounts
    assert not root.groups.exists()


def test_pause_is_never_braked_and_ends_after_a_day(newsroom: Newsroom, other: User) -> None:
    root = User.objects.get(username="root")
    people = [make_user(f"person {number}") for number in range(5)]
    devices = [signed_in(person) for person in people]
    pauses = [pause(person, root) for person in people]
    assert not any(is_open(person) for person in people)
    assert not any(device.is_in for device in devices)
    approve(pauses[0], other)
    workflow.return_(proposal=pauses[1], by=other, reason="Không cần.")
    workflow.take_back(proposal=pauses[2], by=root)
    hours_pass(23.9)
    accounts.settle()
    assert [is_open(person) for person in people] == [False, True, True, False, False]
    hours_pass(0.2)
    accounts.settle()
    assert [is_open(person) for person in people] == [False, True, True, True, True]
    assert Client().login(username="person 3", password=PASSWORD)
    assert Client().login(username="person 0", password=PASSWORD) is False


def test_pause_and_end_of_sessions_are_not_repeated_by_the_same_person(newsroom: Newsroom, other: User) -> None:
    """Otherwise a script would keep out everybody who could undo something."""
    root = User.objects.get(username="root")
    accounts.end_sessions(account=newsroom.editor, by=root)
    with refused("too_soon"):
        accounts.end_sessions(account=newsroom.editor, by=root)
    accounts.end_sessions(account=newsroom.editor, by=other)
    first = pause(newsroom.editor, root)
    workflow.return_(proposal=first, by=newsroom.chief, reason="Không.")
    hours_pass(30)
    with refused("needs_other_person"):
        pause(newsroom.editor, root)
    with pytest.raises(DatabaseError, match="the same person has paused it before"):
        written(newsroom.editor, Action.PAUSE, root)
    workflow.take_back(proposal=pause(newsroom.editor, other), by=other)
    hours_pass(19)
    pause(newsroom.editor, root)
    assert not is_open(newsroom.editor)


def test_person_who_took_away_cannot_stop_the_undoing(newsroom: Newsroom, other: User) -> None:
    root = User.objects.get(username="root")
    removal = remove(newsroom.editor, root)
    undoing = accounts.undo(removal=removal, by=newsroom.chief)
    with refused("needs_other_person"):
        workflow.return_(proposal=undoing, by=root, reason="Không.")
    with refused("undecided"):
        close(newsroom.editor, root)
    approve(undoing, newsroom.second)
    assert newsroom.editor.memberships.get().role == "editor"


def test_pause_goes_before_a_proposal_that_waits(newsroom: Newsroom, other: User) -> None:
    """Otherwise a proposal would protect an account against everybody else."""
    root = User.objects.get(username="root")
    for name in ("a", "b"):
        close(make_user(name), root)
    waiting = close(newsroom.editor, root)
    pause(newsroom.editor, other)
    waiting.refresh_from_db()
    assert (waiting.decision, is_open(newsroom.editor)) == ("returned", False)
    with refused("undecided"):
        remove(newsroom.editor, other)


def test_role_comes_back_with_editors_after_the_chief_editor_was_removed(newsroom: Newsroom, root: User) -> None:
    removal = remove(newsroom.chief, root)
    with refused("too_late"):
        accounts.undo(removal=removal, by=newsroom.reporter)
    with refused("too_late"):
        accounts.undo(removal=removal, by=newsroom.chief)
    undoing = accounts.undo(removal=removal, by=newsroom.editor)
    for person in (newsroom.editor, newsroom.chief, newsroom.reporter):
        with pytest.raises(NotAllowed):
            approve(undoing, person)
    approve(undoing, newsroom.second)
    assert newsroom.chief.memberships.get().role == "chief_editor"
    assert Client().login(username=newsroom.chief.username, password=PASSWORD)


def test_administrator_comes_back_with_chief_editors(newsroom: Newsroom, other: User) -> None:
    root = User.objects.get(username="root")
    removal = accounts.take_away(account=other, action=Action.DISMISSAL, by=root)
    far = make_newsroom("khac.example").chief
    approve(accounts.undo(removal=removal, by=newsroom.chief), far)
    assert other.groups.exists()


def test_after_a_day_nothing_is_undone(newsroom: Newsroom, other: User) -> None:
    removal = remove(newsroom.editor, other)
    hours_pass(24.1)
    with refused("too_late"):
        accounts.undo(removal=removal, by=newsroom.chief)
    assert "Taken away" not in browser_of(newsroom.chief).open("/admin/").text


def test_undoing_replaces_no_role_that_was_given_since(newsroom: Newsroom, other: User) -> None:
    removal = remove(newsroom.editor, other)
    undoing = accounts.undo(removal=removal, by=newsroom.chief)
    held = Membership.objects.using("owner").create(
        user_id=newsroom.editor.pk, publisher_id=newsroom.publisher.pk, role="reporter"
    )
    with refused("changed_since"):
        approve(undoing, newsroom.second)
    with pytest.raises(DatabaseError, match="it has changed"):
        run(APPROVE, timezone.now(), newsroom.second.pk, undoing.pk)
    workflow.return_(proposal=undoing, by=newsroom.second, reason="Không.")
    with refused("too_late"):
        accounts.undo(removal=removal, by=newsroom.chief)
    assert newsroom.editor.memberships.get().role == "reporter"
    held.delete()
    User.objects.using("owner").filter(pk=newsroom.editor.pk).update(is_superuser=True)
    with refused("too_late"):
        accounts.undo(removal=removal, by=newsroom.chief)


@pytest.mark.parametrize("reopens", [False, True])
def test_account_that_the_operator_closed_stays_closed(newsroom: Newsroom, other: User, reopens: bool) -> None:
    paused = pause(newsroom.editor, other)
    closed = close(newsroom.reporter, other)
    for account in (newsroom.editor, newsroom.reporter):  # the operator's shell
        row = User.objects.using("owner").filter(pk=account.pk)
        if reopens:
            row.update(is_active=True)
        row.update(is_active=False)
    workflow.return_(proposal=paused, by=newsroom.chief, reason="Không.")
    with refused("too_late"):
        accounts.undo(removal=closed, by=newsroom.chief)
    assert [is_open(newsroom.editor), is_open(newsroom.reporter)] == [False, False]


def test_changes_of_accounts_lock_in_the_order_of_the_database(newsroom: Newsroom, root: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        pause(newsroom.editor, root)
    locks = [each["sql"] for each in queries if "FOR NO KEY UPDATE" in each["sql"]]
    assert ['"auth_group"' in sql for sql in locks[:2]] == [True, False]


def test_two_requests_at_once_do_not_pass_the_brake(newsroom: Newsroom, root: User) -> None:
    victims = [make_user(f"victim {number}") for number in range(6)]
    start = threading.Barrier(len(victims))

    def take(victim: User) -> None:
        start.wait()
        close(victim, root)
        connections.close_all()

    threads = [threading.Thread(target=take, args=[victim]) for victim in victims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(not is_open(victim) for victim in victims) == 2
    assert Proposal.objects.filter(decision="").count() == 4


TAKE = {
    "a role": "DELETE FROM editorial_membership WHERE user_id = {editor}",
    "a lower role": "UPDATE editorial_membership SET role = 'reporter' WHERE user_id = {editor}",
    "every role": "TRUNCATE editorial_membership",
    "an administrator": "DELETE FROM editorial_user_groups WHERE user_id = {other}",
    "a superuser": "UPDATE editorial_user SET is_superuser = false WHERE id = {super}",
    "an account": "UPDATE editorial_user SET is_active = false WHERE id = {editor}",
    "an account without a role": "UPDATE editorial_user SET is_active = false WHERE id = {outsider}",
    "the desk": "UPDATE editorial_user SET is_staff = false WHERE id = {editor}",
    "a name": "UPDATE editorial_user SET username = 'x' WHERE id = {editor}",
}


@pytest.fixture(scope="module")
def people(module_newsroom: Newsroom) -> dict[str, int]:
    """Accounts by what they are."""
    people = {
        "editor": module_newsroom.editor, "outsider": make_user("outsider"), "root": make_administrator("root"),
        "other": make_administrator("other"), "super": make_user("super", is_superuser=True),
    }  # fmt: skip
    return {name: person.pk for name, person in people.items()}


@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in TAKE.items()])
def test_application_takes_nothing_with_sql(people: dict[str, int], sql: str) -> None:
    before = state()
    for actor in ("", str(people["root"])):
        with pytest.raises(DatabaseError, match="permission denied|needs an approved proposal"):
            run(f"SELECT set_config('factcheck.actor', '{actor}', true); {sql.format(**people)}")
    assert state() == before


def written(account: User, action: Action, by: User, newsroom: Any = None, **said: Any) -> Proposal:
    """A proposal that goes round the application."""
    content = {"action": action, **said, "id": account.pk, "username": account.username, "email": account.email}
    data = canonical({**content, **({"newsroom": newsroom.site} if newsroom else {})})
    return Proposal.objects.create(
        kind=Kind.ACCOUNT, action=action, account=account, submitted_by=by, newsroom=newsroom,
        statement=data.decode(), digest=sha256_hex(data),
    )  # fmt: skip


def test_brake_holds_against_sql(newsroom: Newsroom, other: User) -> None:
    root, now = User.objects.get(username="root"), timezone.now()
    first, second, third = (written(make_user(name), Action.CLOSING, root) for name in ("a", "b", "c"))
    for proposal in (first, second):
        run(APPROVE, now - timedelta(hours=2), root.pk, proposal.pk)  # a false time doesn't hide a removal
    with pytest.raises(DatabaseError, match=r"\(submitter\)"):
        run(APPROVE, now, root.pk, third.pk)
    with pytest.raises(DatabaseError, match="cannot be changed"):
        run("UPDATE editorial_proposal SET submitted_at = now() - interval '2 days' WHERE id = %s", third.pk)
    with pytest.raises(DatabaseError, match=r"\(not_editor\)"):
        run(APPROVE, now, newsroom.reporter.pk, third.pk)
    for account, by in ((other, newsroom.chief), (make_user("d"), newsroom.editor)):
        with pytest.raises(DatabaseError, match="only an account administrator proposes"):
            written(account, Action.CLOSING, by)
    with pytest.raises(DatabaseError, match="it has changed"):
        run(
            APPROVE,
            now,
            newsroom.chief.pk,
            written(newsroom.editor, Action.REMOVAL, root, newsroom.publisher, role="reporter").pk,
        )
    run(APPROVE, now, other.pk, third.pk)
    assert not is_open(third.account)  # type: ignore[arg-type]


def test_pause_and_undoing_hold_against_sql(newsroom: Newsroom, other: User) -> None:
    root, now = User.objects.get(username="root"), timezone.now()
    for name in ("editor", "second"):
        Membership.objects.using("owner").filter(user=getattr(newsroom, name)).delete()
    with pytest.raises(DatabaseError, match="nobody else could decide"):
        written(newsroom.chief, Action.PAUSE, root)
    closed = make_user("closed", is_active=False)
    with pytest.raises(DatabaseError, match="it has changed"):
        written(closed, Action.PAUSE, root)  # the end of a pause would open the account
    paused = written(make_user("paused"), Action.PAUSE, root)
    with pytest.raises(DatabaseError, match=r"\(submitter\)"):
        run(APPROVE, now, root.pk, paused.pk)
    removal = remove(newsroom.reporter, root)
    for wrong in (
        {"removal": removal.pk, "role": "chief_editor"},
        {"removal": removal.pk + 1000, "role": "reporter"},
        {"role": "reporter"},
    ):
        proposal = written(newsroom.reporter, Action.UNDOING, root, newsroom.publisher, taken="removal", **wrong)
        with pytest.raises(DatabaseError, match="nothing was taken away"):
            run(APPROVE, now, newsroom.chief.pk, proposal.pk)
        workflow.return_(proposal=proposal, by=other, reason="x")
    right = {"removal": removal.pk, "role": "reporter", "taken": "removal"}
    proposal = written(newsroom.reporter, Action.UNDOING, root, newsroom.publisher, **right)
    for person in (root, newsroom.reporter):
        with pytest.raises(DatabaseError, match=r"\((took_it_away|own_account)\)"):
            run(APPROVE, now, person.pk, proposal.pk)
    workflow.return_(proposal=proposal, by=other, reason="x")
    hours_pass(25)
    late = written(newsroom.reporter, Action.UNDOING, root, newsroom.publisher, **right)
    with pytest.raises(DatabaseError, match="nothing was taken away"):
        run(APPROVE, now, newsroom.chief.pk, late.pk)
    assert not newsroom.reporter.memberships.exists()


RETURN = "UPDATE editorial_proposal SET decision = 'returned', decided_at = %s, decided_by_id = %s WHERE id = %s"


def test_sql_ends_a_pause_only_for_people_who_may_decide(newsroom: Newsroom, other: User) -> None:
    """Also after 24 hours, when the worker returns it in the submitter's name."""
    root, now = User.objects.get(username="root"), timezone.now()
    paused = written(make_user("paused"), Action.PAUSE, root)
    for person in (newsroom.reporter, newsroom.editor, paused.account):
        with pytest.raises(DatabaseError, match="cannot return this"):
            run(RETURN, now, person.pk, paused.pk)  # type: ignore[union-attr]
    assert not is_open(paused.account)  # type: ignore[arg-type]
    run("SELECT set_config('factcheck.actor', '', true)")
    User.groups.through.objects.using("owner").filter(user=root).delete()
    User.objects.using("owner").filter(pk=root.pk).update(is_superuser=False)
    with pytest.raises(DatabaseError, match="cannot return this"):
        run(RETURN, now, root.pk, paused.pk)
    hours_pass(25)
    run(RETURN, now, root.pk, paused.pk)
    assert is_open(paused.account)  # type: ignore[arg-type]


def test_sql_lets_a_former_administrator_return_no_removal_of_their_own(newsroom: Newsroom, other: User) -> None:
    root, now = User.objects.get(username="root"), timezone.now()
    closing = written(make_user("closed"), Action.CLOSING, root)
    run("SELECT set_config('factcheck.actor', '', true)")
    User.groups.through.objects.using("owner").filter(user=root).delete()
    User.objects.using("owner").filter(pk=root.pk).update(is_superuser=False)
    with pytest.raises(DatabaseError, match="cannot return this"):
        run(RETURN, now, root.pk, closing.pk)


def test_sql_lets_nobody_decide_whether_their_own_removal_is_undone(newsroom: Newsroom, other: User) -> None:
    root, now = User.objects.get(username="root"), timezone.now()
    removal = remove(newsroom.reporter, root)
    undoing = accounts.undo(removal=removal, by=other)
    with refused("needs_other_person"):
        workflow.approve(proposal=undoing, by=root, digest=undoing.digest)
    with pytest.raises(DatabaseError, match=r"\(took_it_away\)"):
        run(APPROVE, now, root.pk, undoing.pk)
    with pytest.raises(DatabaseError, match="cannot return this"):
        run(RETURN, now, root.pk, undoing.pk)
    assert undoing not in Proposal.objects.to_decide(root)
    run(APPROVE, now, newsroom.chief.pk, undoing.pk)
    assert newsroom.reporter.memberships.exists()


def test_attacker_gets_no_address_of_an_account_that_can_come_back(newsroom: Newsroom, root: User) -> None:
    remove(newsroom.editor, root)
    with pytest.raises(DatabaseError, match="needs an approved proposal"):
        run("UPDATE editorial_user SET email = 'attacker@example.org' WHERE id = %s", newsroom.editor.pk)
    page = browser_of(root).open(f"/admin/editorial/user/{newsroom.editor.pk}/change/")
    assert 'name="email"' not in page.html


def test_desk_has_no_bulk_action_that_goes_round_this(newsroom: Newsroom, root: User) -> None:
    client = client_of(root)
    for model in (User, Membership, SecondFactor, Freeze, ApiToken):
        model_admin = admin.site._registry.get(model)
        if model_admin is not None:
            request = client.get(reverse("admin:index")).wsgi_request
            assert not model_admin.get_actions(request)
            assert not model_admin.has_delete_permission(request)


def test_every_removal_is_an_event_with_its_person(newsroom: Newsroom, root: User) -> None:
    remove(newsroom.editor, root)
    events = EditorialEvent.objects.filter(subject=f"user:{newsroom.editor.pk}", actor=root).order_by("pk")
    assert [event.action for event in events] == [
        "account_proposal.submitted", "membership.removed", "account_proposal.approved",
    ]  # fmt: skip
    assert give_role(newsroom.editor, newsroom.publisher, "editor")
