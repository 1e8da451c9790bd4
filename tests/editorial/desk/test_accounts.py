"""Accounts at the desk: one person proposes, another one decides, and taking away needs nobody else."""

import re
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode

from factcheck.editorial.events import set_actor
from factcheck.editorial.models import EditorialEvent, Membership, Proposal, Publisher, User
from factcheck.editorial.models.kinds import Action
from factcheck.editorial.people import accounts
from factcheck.editorial.people.account_mail import recovery_code
from factcheck.editorial.programs.tokens import create_token
from factcheck.editorial.proposals import account_policy, workflow
from factcheck.editorial.sign_in.proofs import proved_by
from tests.journeys.browser import Browser, client_of, sign_in, signed_in
from tests.security.signing_in import give_app, let_pass
from tests.support.drafts import Newsroom, give_role, make_administrator, make_newsroom, make_user
from tests.support.refusals import refused
from tests.support.working import work_off

PASSWORD = "a long enough secret"
CHOSEN = "nước lũ lên mái chùa Thiên Mụ"


@pytest.fixture(autouse=True)
def mails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "EMAIL_FILE_PATH", tmp_path / "mail")
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
    return tmp_path / "mail"


def sent(folder: Path) -> dict[str, str]:
    """The subjects and the texts of all e-mails to each address. Jobs run at the same time, so their order varies."""
    work_off("default")
    found: dict[str, str] = {}
    for file in folder.iterdir() if folder.is_dir() else ():
        for raw in file.read_bytes().split(b"-" * 79 + b"\n"):
            if raw.strip():
                mail: Any = message_from_bytes(raw, policy=policy.default)
                found[mail["To"]] = f"{found.get(mail['To'], '')}{mail['Subject']}\n{mail.get_content()}\n"
    return found


def page(account: User) -> str:
    return f"/admin/editorial/user/{account.pk}/change/"


def actions(account: User) -> list[tuple[str, str | None]]:
    events = EditorialEvent.objects.filter(subject=f"user:{account.pk}").order_by("pk")
    return [(event.action, event.actor.username if event.actor else None) for event in events]


def test_new_account_gets_its_role_by_two_people_and_its_password_by_mail(database: str, mails: Path) -> None:
    newsroom, boss = make_newsroom(), signed_in(make_administrator(email="boss@example.org"))
    User.objects.using("owner").filter(pk=newsroom.chief.pk).update(email="chief@example.org")
    boss.open("/admin/editorial/user/add/").fill(username="lan", byline="Lan", email="lan@example.org").press("Save")
    lan = User.objects.get(username="lan")
    assert not lan.has_usable_password()
    boss.open(page(lan)).follow("Propose a role")
    boss.fill(newsroom=newsroom.publisher.pk).choose("role", "Reporter").press("Propose a role")
    assert "Lan becomes Reporter of Toà soạn kiemchung.example." in boss.text
    assert not boss.has_link("Approve")
    assert "A change of an account was proposed" in sent(mails)["chief@example.org"]
    chief = signed_in(newsroom.chief).open("/admin/").follow("Lan becomes Reporter of Toà soạn kiemchung.example.")
    assert "lan@example.org" in chief.text
    chief.press("Approve")
    assert "Done. The change is in effect." in chief.text
    assert Membership.objects.get(user=lan).role == "reporter"
    assert actions(lan) == [
        ("account.added", "administrator"), ("account_proposal.submitted", "administrator"),
        ("membership.added", newsroom.chief.username), ("account.changed", newsroom.chief.username),
        ("account_proposal.approved", newsroom.chief.username),
    ]  # fmt: skip
    assert "An account was changed" in sent(mails)["chief@example.org"]
    (file,) = [each for each in mails.iterdir() if "choose-password" in each.read_text()]
    assert mails.stat().st_mode & 0o077 == 0
    choose(link_in(file.read_text()))
    assert Client().login(username="lan", password=CHOSEN)
    assert actions(lan)[-1] == ("account.changed", "lan")
    assert "doesn’t work any more" in Browser().open(link_in(file.read_text())).text


def link_in(text: str) -> str:
    found = re.search(r"/admin/choose-password/\S+", text.replace("=\n", "").replace("=3D", "="))
    assert found is not None
    return found[0]


def code_of(link: str) -> str:
    """The code that the second person tells the person of the link."""
    return recovery_code(User.objects.get(pk=urlsafe_base64_decode(link.split("/")[3]).decode()))


def choose(link: str) -> None:
    browser = Browser().open(link)
    browser.fill(code=code_of(link), new_password1=CHOSEN, new_password2=CHOSEN).press("Set the password")
    assert "Your password is set." in browser.text


def test_mailbox_alone_recovers_nothing(newsroom: Newsroom, mails: Path) -> None:
    """The link needs the code that the approver sees. Guesses are limited, and the e-mail doesn't contain the code."""
    editor = newsroom.editor
    User.objects.using("owner").filter(pk=editor.pk).update(email="editor@example.org")
    signed_in(make_administrator()).open(page(editor)).follow("Propose a new password").press("Propose a new password")
    approver = signed_in(newsroom.chief).open("/admin/").follow(f"{editor} receives a link to choose a new password.")
    (code,) = re.findall(r"in person: (\d{4} \d{4})", approver.text)
    proposal = Proposal.objects.get(account=editor)
    workflow.approve(proposal=proposal, by=newsroom.chief, digest=proposal.digest)
    text = sent(mails)["editor@example.org"]
    assert code not in text
    assert "The page also asks for a code." in " ".join(text.split())
    thief = Browser().open(link_in(text))
    for guess in ("", "0000 0000", "12345678", "00000000", "99999999", "1", "2", "3"):
        thief.fill(code=guess, new_password1=CHOSEN, new_password2=CHOSEN).press("Set the password")
        assert "Your password is set." not in thief.text
    assert "There were too many attempts." in thief.text
    let_pass(601)
    thief.fill(code=code, new_password1=CHOSEN, new_password2=CHOSEN).press("Set the password")
    assert "Your password is set." in thief.text


def test_approved_new_password_ends_the_old_one_and_the_sessions(newsroom: Newsroom, mails: Path) -> None:
    User.objects.using("owner").filter(pk=newsroom.editor.pk).update(email="editor@example.org")
    lan, boss = signed_in(newsroom.editor), signed_in(make_administrator())
    boss.open(page(newsroom.editor)).follow("Propose a new password").press("Propose a new password")
    assert Client().login(username=newsroom.editor.username, password=PASSWORD)
    assert "A change of an account was proposed" in sent(mails)["editor@example.org"]
    assert lan.open("/admin/").status == 200
    approve(Proposal.objects.get(), newsroom.chief)
    assert not Client().login(username=newsroom.editor.username, password=PASSWORD)
    assert "Log in" in lan.open("/admin/").html
    assert "Choose a new password" in sent(mails)["editor@example.org"]
    assert "This person hasn’t chosen a password yet." in boss.open(page(newsroom.editor)).text


@pytest.mark.parametrize("is_same", [True, False], ids=["their own old session", "somebody else’s session"])
def test_link_works_beside_a_session(newsroom: Newsroom, mails: Path, is_same: bool) -> None:
    lan = newsroom.editor
    User.objects.using("owner").filter(pk=lan.pk).update(email="editor@example.org")
    browser = signed_in(lan if is_same else newsroom.reporter)
    proposal = account_policy.propose(account=lan, action=Action.RESET, by=make_administrator())
    workflow.approve(proposal=proposal, by=newsroom.chief, digest=proposal.digest)
    link = link_in(sent(mails)["editor@example.org"])
    token, _secret = create_token(by=lan, newsroom=newsroom.publisher.pk, name="x", scopes=["claims:write"], days=7)
    browser.open(link).fill(code=code_of(link), new_password1=CHOSEN, new_password2=CHOSEN).press("Set the password")
    assert "Your password is set." in browser.text
    token.refresh_from_db()
    assert token.revoked_by == lan


def test_approved_new_password_removes_second_factors_too(newsroom: Newsroom) -> None:
    give_app(newsroom.editor)
    proposal = account_policy.propose(account=newsroom.editor, action=Action.RESET, by=make_administrator())
    assert newsroom.editor.second_factors.exists()
    approve(proposal, newsroom.chief)
    assert not newsroom.editor.second_factors.exists()
    assert ("second_factor.reset", newsroom.chief.username) in actions(newsroom.editor)


def approve(proposal: Proposal, by: User) -> None:
    workflow.approve(proposal=proposal, by=by, digest=proposal.digest)


def test_person_concerned_is_told_at_the_desk(database: str) -> None:
    newsroom, administrator = make_newsroom(), make_administrator()
    account_policy.propose(
        account=newsroom.reporter, action=Action.ROLE, by=administrator, newsroom=newsroom.publisher, role="editor"
    )
    home = signed_in(newsroom.reporter).open("/admin/").text
    assert "Account changes 2" in home  # one line, which opens
    assert "proposed a change of an account" in home
    assert "role: Editor" in home
    assert "proposed a change of an account" not in signed_in(newsroom.second).open("/admin/").text
    signed_in(administrator).open(page(newsroom.reporter)).follow("Remove the role").press("Remove the role").confirm()
    assert "role removed" in signed_in(newsroom.chief).open("/admin/").text


def test_taking_away_needs_one_person_and_the_third_time_another(database: str) -> None:
    newsroom, boss = make_newsroom(), signed_in(make_administrator())
    other = make_administrator("other")
    lan = signed_in(newsroom.editor)
    assert lan.open("/admin/").status == 200
    boss.open(page(newsroom.editor)).follow("End sessions").press("End sessions").confirm()
    assert "Log in" in lan.open("/admin/").html
    boss.open(page(newsroom.editor)).follow("Remove the role").press("Remove the role")
    assert "Removed." in boss.text
    root = make_user("root", is_superuser=True)
    boss.open(page(root)).follow("Remove as account administrator").press("Remove as account administrator")
    assert not newsroom.editor.memberships.exists()
    assert not User.objects.get(pk=root.pk).is_superuser
    boss.open(page(newsroom.reporter)).follow("Close the account").press("Close the account")
    assert "A second person now has to approve. Otherwise, this takes effect after 24 hours." in boss.text
    assert "unless somebody returns it" in boss.text
    assert User.objects.get(pk=newsroom.reporter.pk).is_active
    boss.open(page(newsroom.second)).follow("Pause the account").press("Pause the account")
    assert "Paused account" in boss.text
    signed_in(other).open(page(newsroom.second)).follow("Approve").press("Approve").confirm()
    assert boss.open(page(newsroom.second)).has_link("Propose to reopen the account")


def test_pause_and_removal_are_told_with_their_end(newsroom: Newsroom, mails: Path) -> None:
    User.objects.using("owner").filter(pk=newsroom.chief.pk).update(email="chief@example.org")
    root = make_administrator(email="root@example.org")
    paused = accounts.take_away(account=newsroom.editor, action=Action.PAUSE, by=root)
    told = sent(mails)
    assert told.keys() == {"chief@example.org", "root@example.org"}
    assert "The pause ends at" in told["chief@example.org"]
    assert "Nothing changes until" not in told["chief@example.org"]
    workflow.return_(proposal=paused, by=newsroom.chief, reason="Không.")
    assert "The pause has ended." in sent(mails)["chief@example.org"]
    accounts.take_away(account=newsroom.editor, action=Action.CLOSING, by=root)
    told = sent(mails)
    assert "The change is in effect. Two people can undo this until" in told["chief@example.org"]
    assert told["chief@example.org"].count("Close the account") == 1  # one e-mail for what takes effect at once


def test_chief_editor_removes_roles_of_their_own_newsroom(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("khac.example")
    mine, theirs = newsroom.editor.memberships.get(), other.editor.memberships.get()
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/membership/{mine.pk}/change/")
    chief.follow("Remove the role").press("Remove the role").confirm()
    assert not Membership.objects.filter(pk=mine.pk).exists()
    assert chief.open(f"/admin/editorial/membership/{theirs.pk}/do/remove/").status == 404
    assert signed_in(newsroom.second).open(f"/admin/editorial/membership/{mine.pk}/do/remove/").status == 404
    assert chief.open(f"/admin/editorial/user/{newsroom.editor.pk}/do/close/").status == 404


def test_reopened_account_needs_two_people_and_a_new_password(database: str) -> None:
    newsroom, administrator = make_newsroom(), make_administrator()
    User.objects.using("owner").filter(pk=newsroom.editor.pk).update(is_active=False, email="e@example.org")
    newsroom.editor.refresh_from_db()
    proposal = account_policy.propose(account=newsroom.editor, action=Action.REOPENING, by=administrator)
    approve(proposal, newsroom.chief)
    newsroom.editor.refresh_from_db()
    assert newsroom.editor.is_active
    assert not newsroom.editor.has_usable_password()


def test_address_is_changed_by_two_people_and_both_addresses_are_told(database: str, mails: Path) -> None:
    newsroom, boss = make_newsroom(), signed_in(make_administrator())
    User.objects.using("owner").filter(pk=newsroom.editor.pk).update(email="old@example.org")
    boss.open(page(newsroom.editor)).follow("Propose another e-mail address").fill(new_email="new@example.org")
    boss.press("Propose another e-mail address")
    approve(Proposal.objects.get(), newsroom.chief)
    newsroom.editor.refresh_from_db()
    assert newsroom.editor.email == "new@example.org"
    assert newsroom.editor.has_usable_password()
    told = sent(mails)
    assert set(told) == {"old@example.org", "new@example.org"}
    assert "Một tài khoản đã thay đổi" in told["old@example.org"]  # in both languages of the site


@pytest.mark.parametrize("changed", [{"email": "attacker@example.org"}, {"byline": "Hà Lan"}])
def test_proposal_of_something_else_meanwhile_is_refused(database: str, changed: dict[str, str]) -> None:
    """The address to which the link goes and the name that readers see are part of what is approved."""
    newsroom, administrator = make_newsroom(), make_administrator()
    lan = make_user("lan", email="lan@example.org")
    proposal = account_policy.propose(
        account=lan, action=Action.ROLE, by=administrator, newsroom=newsroom.publisher, role="editor"
    )
    User.objects.filter(pk=lan.pk).update(**changed)
    with refused("changed_since"):
        approve(proposal, newsroom.chief)
    with pytest.raises(DatabaseError, match="changed since"):
        Proposal.objects.filter(pk=proposal.pk).update(
            decision="approved", decided_by=newsroom.chief, decided_at=timezone.now()
        )


@pytest.mark.parametrize("concerned", ["reporter", "chief"])
def test_nobody_decides_on_their_own_account(database: str, concerned: str) -> None:
    newsroom, administrator = make_newsroom(), make_administrator()
    account = getattr(newsroom, concerned)
    User.objects.using("owner").filter(pk=account.pk).update(email="me@example.org")
    account.refresh_from_db()
    proposal = account_policy.propose(account=account, action=Action.RESET, by=administrator)
    for person in (account, administrator, newsroom.editor, make_newsroom("khac.example").chief):
        with pytest.raises(workflow.errors.NotAllowed):
            approve(proposal, person)
    approve(proposal, make_administrator("other"))


def test_forms_say_what_is_in_the_way(database: str) -> None:
    newsroom, administrator = make_newsroom(), make_administrator()

    role = {"newsroom": newsroom.publisher, "role": "editor"}
    for account, action, wanted, code in (
        (newsroom.editor, Action.ROLE, role, "already_done"),
        (administrator, Action.ROLE, role, "wrong_state"),
        (newsroom.editor, Action.ADMINISTRATOR, {}, "wrong_state"),
        (newsroom.editor, Action.REOPENING, {}, "wrong_state"),
    ):
        with refused(code):
            account_policy.propose(account=account, action=action, by=administrator, **wanted)
    with pytest.raises(workflow.errors.NotAllowed):
        account_policy.propose(account=newsroom.editor, action=Action.RESET, by=newsroom.chief)


def test_own_password_is_changed_by_oneself(newsroom: Newsroom) -> None:
    lan = sign_in(newsroom.reporter.username, PASSWORD).open("/admin/password_change/")
    lan.fill(old_password=PASSWORD, new_password1=CHOSEN, new_password2=CHOSEN)
    lan.press("Change my password")
    assert actions(newsroom.reporter)[-1] == ("account.changed", newsroom.reporter.username)


def test_new_hash_of_the_same_password_is_an_event_without_mail(database: str, mails: Path) -> None:
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    old = PBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6, iterations=10)
    lan = make_user("lan", password=old, email="lan@example.org")
    sign_in("lan", PASSWORD)
    assert not User.objects.get(pk=lan.pk).password.startswith("pbkdf2_sha256$10$")
    assert [action for action, _by in actions(lan)] == ["account.added", "account.changed", "sign_in.succeeded"]
    assert sent(mails)["lan@example.org"].count("A new device logged in to your account") == 1
    assert "Your password was changed" not in sent(mails)["lan@example.org"]


@pytest.mark.parametrize("hashed", ["pbkdf2_sha256$1000001$x$y", "{password}x", "!", "md5$x$y"])
def test_change_of_a_password_with_sql_is_an_event(database: str, hashed: str) -> None:
    """The session proves the person. The owner of the tables needs no proof."""
    client = client_of(lan := make_user("lan"))
    new = hashed.format(password=lan.password)
    for using in ("default", "owner"):
        with proved_by(lambda: client.cookies["sessionid"].value), transaction.atomic(using=using):
            if using == "default":
                set_actor(lan)
            User.objects.using(using).filter(pk=lan.pk).update(password=new + using)
    changes = [action for action, _by in actions(lan) if action.startswith("account.")]
    assert changes == ["account.added", "account.changed", "account.changed"]


def test_new_hash_with_the_same_parameters_is_another_password(database: str) -> None:
    """Before a session exists, only the algorithm or its iterations can change, and this is an event too."""
    lan = make_user("lan")
    for password in (lan.password + "x", "pbkdf2_sha256$1000001$x$y"):
        with suppress(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            set_actor(lan)
            cursor.callproc("set_config", ["factcheck.rehashing", str(lan.pk), True])
            User.objects.filter(pk=lan.pk).update(password=password)
    assert User.objects.get(pk=lan.pk).password == "pbkdf2_sha256$1000001$x$y"
    assert [event.detail for event in EditorialEvent.objects.filter(action="account.changed")] == [
        {"password": "rehashed"}
    ]
    root = signed_in(make_user("root", is_superuser=True))
    assert "password: hashed again at a login" in root.open("/admin/editorial/editorialevent/").text
    assert "hashed again" not in root.open("/admin/").text  # nobody has to look at it


def test_account_without_role_is_told_whom_to_ask(database: str) -> None:
    nobody = signed_in(make_user("nobody")).open("/admin/")
    assert "You have no role in a newsroom yet." in nobody.text
    for name in ("review", "claim", "publisher", "ratingscale", "membership", "user"):
        assert nobody.open(f"/admin/editorial/{name}/").status == 403


def first_administrator() -> tuple[User, Newsroom]:
    """The account of `createsuperuser` on a new site, and a newsroom without people."""
    root = User.objects.create_superuser("root", email="root@example.org", password=PASSWORD)
    publisher = Publisher.objects.create(name="Toà soạn", site="kiemchung.example")
    return root, Newsroom(publisher, root, root, root, root)


def test_first_administrator_starts_alone_until_a_second_person_can_decide(database: str) -> None:
    root, newsroom = first_administrator()
    boss = signed_in(root)
    for name, role in (("lan", "Reporter"), ("hoa", "Chief editor")):
        account = User.objects.create(username=name, email=f"{name}@example.org", password="!", is_staff=True)
        boss.open(page(account)).follow("Propose a role").fill(newsroom=newsroom.publisher.pk)
        boss.choose("role", role).press("Propose a role").follow("Approve")
        assert "First-hour mode" in boss.text
        boss.press("Approve")
        assert ("account_proposal.first_hour", "root") in actions(account)
    minh = User.objects.create(username="minh", email="minh@example.org", password="!", is_staff=True)
    boss.open(page(minh)).follow("Propose as account administrator").press("Propose as account administrator")
    assert not boss.has_link("Approve")
    proposal = Proposal.objects.get(account=minh)
    with refused("needs_other_person"):
        approve(proposal, root)


def test_operator_gives_a_role_and_a_link_at_the_shell(newsroom: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    lan = make_user("lan")
    call_command("give_role", "lan", "chief_editor", newsroom.publisher.site)
    assert lan.memberships.get().role == "chief_editor"
    with pytest.raises(CommandError, match="an account administrator cannot be a member"):
        call_command("give_role", "lan", "administrator")
    for wrong in (("nobody", "administrator"), ("lan", "editor"), ("lan", "editor", "x.example")):
        with pytest.raises(CommandError):
            call_command("give_role", *wrong)
    call_command("sign_in_link", "lan")
    choose(link_in(capsys.readouterr().out))
    assert actions(lan)[1:] == [("membership.added", None), ("account.changed", None), ("account.changed", "lan")]
    assert Client().login(username="lan", password=CHOSEN)


def test_site_without_mail_server_says_how_a_link_is_made(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
    newsroom, administrator = make_newsroom(), make_administrator()
    lan = make_user("lan", email="lan@example.org")
    proposal = account_policy.propose(
        account=lan, action=Action.ROLE, by=administrator, newsroom=newsroom.publisher, role="editor"
    )
    decision = signed_in(newsroom.chief).open(f"/admin/editorial/proposal/{proposal.pk}/approve/")
    assert "No e-mail can be sent to this account." in decision.text
    assert "command sign_in_link lan" in decision.text
    approve(proposal, newsroom.chief)
    give_role(lan, newsroom.publisher, "editor")
    assert "command sign_in_link lan" in signed_in(administrator).open(page(lan)).text
