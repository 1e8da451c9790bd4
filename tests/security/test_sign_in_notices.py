"""People are told by e-mail what happens to the sign-in of their own account, and they choose passwords safely."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.utils import translation
from playwright.sync_api import expect

from factcheck.editorial.models import SecondFactor, User
from factcheck.editorial.models.kinds import Action
from factcheck.editorial.people import accounts
from factcheck.editorial.people.account_mail import password_url
from factcheck.editorial.programs.tokens import create_token, revoke_token
from factcheck.editorial.proposals import account_policy, workflow
from factcheck.editorial.sign_in import second_factors
from factcheck.editorial.sign_in.proofs import proved_by
from tests.editorial.desk.test_accounts import CHOSEN, choose, link_in
from tests.journeys.browser import Browser, client_of, signed_in
from tests.security.signing_in import PASSWORD, SECRET, Device, app_code, events, give_app, let_pass
from tests.security.test_passkeys import browser
from tests.support.drafts import Newsroom, make_administrator
from tests.support.working import work_off

CHANGED, ADDED = "Your password was changed", "A second factor was added to your account"
NEW_DEVICE = "A new device logged in to your account"
REPEATED = "A one-time code of your account was entered again"


@pytest.fixture
def lan(settings, newsroom: Newsroom) -> Iterator[User]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    User.objects.using("owner").filter(pk=newsroom.reporter.pk).update(email="lan@example.org")
    mail.outbox = []
    work_off("default")  # the new address is told too
    mail.outbox = []
    yield User.objects.get(pk=newsroom.reporter.pk)
    mail.outbox = []


def told() -> list[str]:
    """The English subjects of the e-mails since the last call, in alphabetical order."""
    return sorted(message.subject.split(" / ")[0] for message in messages())


def messages() -> list[EmailMessage]:
    work_off("default")
    found, mail.outbox = mail.outbox, []
    assert all(message.to == ["lan@example.org"] for message in found)
    return found


def test_sign_in_from_a_new_device_is_told_with_time_and_network(lan: User) -> None:
    known = Device("203.0.113.77")
    known.try_password(lan.username, PASSWORD)
    (message,) = messages()
    text = str(message.body)
    assert message.subject == f"{NEW_DEVICE} / Một thiết bị mới đã đăng nhập vào tài khoản của bạn"
    assert "203.0.0.0/16" in text
    assert "\xa0UTC" in text
    assert "tell your Chief editor and an account administrator" in text
    assert "Nếu không phải bạn" in text
    assert "203.0.113.77" not in text
    let_pass(601)
    known.client.post("/admin/logout/")
    known.try_password(lan.username, PASSWORD)
    assert told() == []
    assert [detail["new_device"] for detail in events("sign_in.succeeded")] == [True, False]
    Device("198.51.100.1").try_password(lan.username, PASSWORD)
    assert told() == [NEW_DEVICE]


def test_mail_is_in_the_language_and_zone_of_the_newsroom(lan: User, newsroom: Newsroom) -> None:
    newsroom.publisher.language, newsroom.publisher.time_zone = "vi-VN", "Asia/Ho_Chi_Minh"
    newsroom.publisher.save()
    Device("203.0.113.77").try_password(lan.username, PASSWORD)
    (message,) = messages()
    assert message.subject == f"Một thiết bị mới đã đăng nhập vào tài khoản của bạn / {NEW_DEVICE}"
    assert "giờ\xa0Hà\xa0Nội\xa0(UTC+7)" in str(message.body)
    assert "\xa0UTC" not in str(message.body)


def test_many_new_devices_get_one_mail_in_ten_minutes(lan: User) -> None:
    for number in range(3):
        Device(f"198.51.{number}.7").try_password(lan.username, PASSWORD)
        assert told() == ([] if number else [NEW_DEVICE])
    let_pass(601)
    Device().try_password(lan.username, PASSWORD)
    assert told() == [NEW_DEVICE]


def test_failed_sign_in_and_account_without_address_get_no_mail(lan: User, newsroom: Newsroom) -> None:
    Device().try_password(lan.username, "wrong")
    Device().try_password(newsroom.editor.username, PASSWORD)
    assert told() == []


def test_changed_password_is_told(lan: User) -> None:
    client = client_of(lan)
    data = {"old_password": PASSWORD, "new_password1": CHOSEN, "new_password2": CHOSEN}
    assert client.post("/admin/password_change/", {**data, "new_password2": "another"}).status_code == 200
    assert told() == []
    assert client.post("/admin/password_change/", data).status_code == 302
    (message,) = messages()
    assert message.subject.startswith(CHANGED)
    assert CHOSEN not in str(message.body)
    let_pass(601)
    without_password(lan)
    choose(link_in(password_url(User.objects.get(pk=lan.pk))))
    assert told() == [CHANGED]


def without_password(person: User) -> None:
    """As after two people have approved a new password."""
    User.objects.using("owner").filter(pk=person.pk).update(password="!")


def test_changed_second_factors_are_told(lan: User) -> None:
    give_app(lan)
    codes = second_factors.create_recovery_codes(lan)
    message, of_codes = sorted(messages(), key=lambda each: each.subject)
    assert message.subject.startswith(ADDED)
    assert of_codes.subject.startswith("New recovery codes were created for your account")
    assert "Second factor: authenticator app" in str(message.body)
    assert not any(secret in f"{message.body}{of_codes.body}" for secret in (SECRET, *codes))
    factor = SecondFactor.objects.get(user=lan, kind="app")
    second_factors.remove_second_factor(factor=factor, by=lan, required=False)
    assert told() == []  # nothing was removed, because no session has proved the person
    client = client_of(lan)
    with proved_by(lambda: client.cookies[settings.SESSION_COOKIE_NAME].value):
        second_factors.remove_second_factor(factor=factor, by=lan, required=False)
    assert told() == [
        "A recovery code of your account was used or replaced",
        "A second factor was removed from your account",
    ]
    without_password(lan)
    second_factors.reset_second_factors(lan, by=lan)
    assert told() == ["The second factors of your account were removed", CHANGED]


def test_code_that_is_used_twice_is_told(lan: User) -> None:
    give_app(lan)
    told()
    code, first, second = app_code(), Device(), Device("198.51.100.1")
    first.try_password(lan.username, PASSWORD)
    first.try_code(code)
    assert first.is_in
    assert told() == [NEW_DEVICE]
    second.try_password(lan.username, PASSWORD)
    second.try_code("000000")
    assert told() == []
    second.try_code(code)
    assert not second.is_in
    (message,) = messages()
    assert message.subject.startswith(REPEATED)
    assert "198.51.0.0/16" in str(message.body)
    assert code not in str(message.body)
    assert len(events("sign_in.code_repeated")) == 1


def test_acts_of_others_on_an_account_are_told_to_its_person(lan: User, newsroom: Newsroom) -> None:
    """However they are made: at the desk, with a function, at the operator's shell, or in SQL as the application."""
    boss, known = make_administrator(), newsroom.publisher
    signed_in(boss).open(f"/admin/editorial/user/{lan.pk}/change/").fill(byline="Lan").press("Save")
    (message,) = messages()
    assert message.subject.startswith("The byline of your account was changed")
    assert "Done by: administrator" in str(message.body)
    accounts.end_sessions(account=lan, by=boss)
    assert told() == ["Somebody ended the sessions of your account"]
    token, secret = create_token(by=lan, newsroom=known.pk, name="bot", scopes=["claims:write"], days=1)
    (message,) = messages()
    assert message.subject.startswith("An API token was created for your account")
    assert secret not in str(message.body)
    revoke_token(token=token, by=newsroom.chief)
    assert told() == ["An API token of your account was revoked"]
    call_command("give_role", lan.username, "editor", known.site)
    call_command("sign_in_link", lan.username)
    assert told() == ["Your account received another role", CHANGED]


def test_role_by_two_people_is_told_by_the_notices_alone(lan: User, newsroom: Newsroom) -> None:
    role = {"newsroom": newsroom.publisher, "role": "editor"}
    proposal = account_policy.propose(account=lan, action=Action.ROLE, by=make_administrator(), **role)
    workflow.approve(proposal=proposal, by=newsroom.chief, digest=proposal.digest)
    assert told() == ["An account was changed"]  # the first notice, which a decision has overtaken, isn't sent


def test_password_has_at_most_128_characters() -> None:
    words = ("nước lũ lên mái chùa Thiên Mụ " * 5)[:128]
    validate_password(words)
    with pytest.raises(ValidationError, match="This password is too long. Choose one with at most 128 characters."):
        validate_password(words + "x")
    with translation.override("vi"), pytest.raises(ValidationError, match="tối đa 128 ký tự"):
        validate_password(words + "x")


def test_pages_have_a_button_that_only_the_script_shows(lan: User) -> None:
    for page in ("/admin/login/", link_in(password_url(lan))):
        html = Browser().open(page).html
        (button,) = [part for part in html.split("<button")[1:] if "data-show-password" in part]
        assert "Show the password</button>" in button
        assert 'aria-pressed="false" hidden' in " ".join(button.split())
        assert 'editorial/passwords.js" type="module"' in html


@pytest.mark.prove
def test_button_shows_and_hides_the_passwords_in_a_browser(lan: User) -> None:
    link = link_in(password_url(lan))
    with browser() as (context, site):
        page = context.new_page()
        for url, fields in (("/admin/login/", ["password"]), (link, ["new_password1", "new_password2"])):
            page.goto(site + url)
            button = page.get_by_role("button", name="Show the password")
            for shown in (True, False):
                button.click()
                expect(button).to_have_attribute("aria-pressed", str(shown).lower())
                for field in fields:
                    expect(page.locator(f"#id_{field}")).to_have_attribute("type", "text" if shown else "password")
