"""Sessions, compulsory second factors, and the question before actions that can't be undone."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from factcheck.editorial.desk.confirmation import CONFIRMED, TAKING_AWAY
from factcheck.editorial.desk.people.account_actions import ACTIONS
from factcheck.editorial.models import ApiToken, EditorialEvent, Proposal, SecondFactor, Session, User
from factcheck.editorial.programs.tokens import create_token, find_token
from factcheck.editorial.proposals import workflow
from factcheck.editorial.sign_in.second_factors import reset_second_factors
from factcheck.editorial.sign_in.sessions import end_sessions, stored_key
from tests.journeys.browser import Browser
from tests.journeys.browser import signed_in as browser_of
from tests.security.signing_in import PASSWORD, SECRET, app_code, events, give_app, let_pass, signed_in
from tests.support.drafts import Newsroom, make_administrator, submitted
from tests.support.tokens import make_program

ASKED = "Confirm that it’s you"


@pytest.mark.parametrize(
    ("visits", "minutes", "last"), [(3, 29, 31), pytest.param(57, 25, 20, marks=pytest.mark.prove)]
)
def test_session_ends_after_half_an_hour_without_use_or_a_day(
    newsroom: Newsroom, visits: int, minutes: int, last: int
) -> None:
    device = signed_in(newsroom.reporter)
    for _visit in range(visits):
        let_pass(minutes * 60)
        assert device.is_in
    let_pass(last * 60)
    assert not device.is_in


def test_own_sessions_are_listed_and_can_be_ended(newsroom: Newsroom) -> None:
    lan, other = newsroom.reporter, signed_in(newsroom.reporter)
    foreign = signed_in(newsroom.editor)
    Session.objects.filter(user=lan).update(device="Firefox, Linux", network="203.0.0.0/16")
    browser = browser_of(lan).open("/admin/sign-in/")
    assert "Firefox, Linux" in browser.text
    assert "203.0.0.0/16" in browser.text
    assert not any(row.session_key in browser.html for row in Session.objects.all())
    browser.press("End all other sessions")
    assert not other.is_in
    assert foreign.is_in
    assert browser.open("/admin/").path == "/admin/"
    other = signed_in(lan)
    browser.open("/admin/sign-in/").press("End")
    assert not other.is_in
    assert len(events("session.ended")) == 2


def test_somebody_elses_session_can_not_be_ended(newsroom: Newsroom) -> None:
    editor, reporter = signed_in(newsroom.editor), signed_in(newsroom.reporter)
    page = editor.client.get("/admin/sign-in/")
    ((session, _row, _current),) = page.context["sessions"]
    reporter.client.post("/admin/sign-in/sessions/", {"session": session})
    assert editor.is_in


def test_closed_account_has_neither_session_nor_token_when_it_is_opened_again(newsroom: Newsroom) -> None:
    device, program = signed_in(newsroom.reporter), make_program(newsroom)
    program.get("reviews/")
    User.objects.using("owner").filter(pk=newsroom.reporter.pk).update(is_active=False)
    User.objects.using("owner").filter(pk=newsroom.reporter.pk).update(is_active=True)
    assert not device.is_in
    assert not Session.objects.filter(user=newsroom.reporter).exists()
    program.refused("GET", "reviews/", None, 401)


def test_ended_session_is_not_written_again(newsroom: Newsroom) -> None:
    device = signed_in(newsroom.reporter)
    store = device.client.session
    assert "proved" in store  # read before the session ends, as by a request that is under way
    end_sessions(newsroom.reporter, by=newsroom.reporter)
    store["x"] = 1
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()


def test_change_of_password_ends_other_sessions_and_tokens(newsroom: Newsroom) -> None:
    lan = newsroom.reporter
    _token, secret = create_token(by=lan, newsroom=newsroom.publisher.pk, name="x", scopes=["claims:write"], days=7)
    other, own = signed_in(lan), browser_of(lan).open("/admin/password_change/")
    new = "mái chùa giữa mùa lũ"
    own.fill(old_password=PASSWORD, new_password1=new, new_password2=new).press("Change my password")
    assert "Your password was changed." in own.text
    assert own.open("/admin/").path == "/admin/"
    assert not other.is_in
    assert list(Session.objects.filter(user=lan).values_list("pk", flat=True)) == [
        stored_key(own.client.session.session_key)
    ]
    assert find_token(secret) is None
    assert ApiToken.objects.get().revoked_by == lan
    assert [event.actor for event in EditorialEvent.objects.filter(action="token.revoked")] == [lan]


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("only 14 chars!", "at least 15 characters"),
        ("reporter@kiemchung.example", "too similar"),
        ("123456789012345678", "entirely numeric"),
        ("1q2w3e4r5t6y7u8i", "too common"),
    ],
)
def test_weak_password_is_refused(newsroom: Newsroom, password: str, reason: str) -> None:
    own = browser_of(newsroom.reporter).open("/admin/password_change/")
    own.fill(old_password=PASSWORD, new_password1=password, new_password2=password).press("Change my password")
    assert reason in own.text


def test_second_factor_is_compulsory_where_a_database_is_named(newsroom: Newsroom, settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    lan = browser_of(newsroom.reporter)
    for path in ("/admin/", "/admin/editorial/review/", "/admin/editorial/review/add/", "/admin/password_change/"):
        assert lan.open(path).path == "/admin/sign-in/"
    assert lan.client.post("/admin/editorial/claim/add/", {"text": "x"}).status_code in (302, 403)
    lan.open("/admin/sign-in/app/")
    lan.fill(setup=encrypted()).fill(code=app_code(steps=-1)).press("Add the app")
    assert "Recovery codes" in lan.text
    assert SecondFactor.objects.filter(user=newsroom.reporter, kind="recovery_code").count() == 10
    assert lan.open("/admin/editorial/review/").path == "/admin/editorial/review/"
    lan.open("/admin/sign-in/").follow("Remove").press("Remove")
    assert "This is your only second factor" in lan.text
    assert SecondFactor.objects.filter(kind="app").count() == 1


def encrypted() -> str:
    from factcheck.editorial.encryption import encrypt

    return encrypt(SECRET, "sign_in.setup")


def test_last_factor_takes_the_recovery_codes_along_in_the_demo(newsroom: Newsroom) -> None:
    give_app(newsroom.reporter)
    lan = browser_of(newsroom.reporter).open("/admin/sign-in/").press("Create new recovery codes")
    lan.open("/admin/sign-in/").follow("Remove").press("Remove")
    assert not SecondFactor.objects.exists()
    kinds = [detail["kind"] for detail in events("second_factor.removed")]
    assert sorted(kinds) == ["app", "recovery_code"]


def test_somebody_elses_factor_can_not_be_removed(newsroom: Newsroom) -> None:
    give_app(newsroom.reporter)
    factor = SecondFactor.objects.get()
    assert signed_in(newsroom.chief).client.post(f"/admin/sign-in/{factor.pk}/remove/").status_code == 404
    assert SecondFactor.objects.exists()


def test_reset_removes_everything_and_is_an_event(newsroom: Newsroom) -> None:
    give_app(newsroom.reporter)
    device = signed_in(newsroom.reporter)
    with pytest.raises(DatabaseError, match="two people reset its second factors"):
        reset_second_factors(newsroom.reporter, by=newsroom.chief)
    newsroom.reporter.set_unusable_password()
    newsroom.reporter.save(using="owner")  # as after the approval of a new password
    reset_second_factors(newsroom.reporter, by=newsroom.chief)
    assert not SecondFactor.objects.exists()
    assert not device.is_in
    event = EditorialEvent.objects.get(action="second_factor.reset")
    assert (event.actor, event.subject) == (newsroom.chief, f"user:{newsroom.reporter.pk}")


def test_earlier_password_can_not_be_guessed_in_a_stolen_session(newsroom: Newsroom) -> None:
    thief, new = signed_in(newsroom.reporter).client, "mái chùa giữa mùa lũ"
    url = "/admin/password_change/"
    for number in range(20):
        data = {"old_password": f"wrong {number}", "new_password1": new, "new_password2": new}
        answer = thief.post(url, data)
    assert "There were too many attempts." in answer.content.decode()
    assert sum(event["failures"] for event in events("sign_in.failed")) >= 1
    answer = thief.post(url, {**data, "old_password": PASSWORD})
    assert "There were too many attempts." in answer.content.decode()
    let_pass(600)
    assert thief.post(url, {**data, "old_password": PASSWORD}).status_code == 302


def test_approval_asks_again_after_ten_minutes_and_goes_through(newsroom: Newsroom) -> None:
    proposal = submitted(newsroom)
    boss = browser_of(newsroom.editor).open(f"/admin/editorial/proposal/{proposal.pk}/decide/")
    let_pass(601)
    boss.press("Approve and publish")
    assert ASKED in boss.text
    proposal.refresh_from_db()
    assert not proposal.decision
    boss.fill(confirm__password="wrong").press("Confirm")
    assert "This password is wrong." in boss.text
    boss.fill(confirm__password=PASSWORD).press("Confirm")
    proposal.refresh_from_db()
    assert proposal.decision == "approved"
    assert proposal.entry_id is not None


def test_typed_reason_is_kept_while_the_site_asks(newsroom: Newsroom) -> None:
    proposal = submitted(newsroom)
    workflow.approve(proposal=proposal, by=newsroom.editor, digest=proposal.digest)
    workflow.publish(proposal=proposal, by=newsroom.editor)
    boss = browser_of(newsroom.editor).open(f"/admin/editorial/review/{proposal.review_id}/do/withdraw/")
    let_pass(601)
    reason = "Bài này sai:\r\n“mái chùa” & <b>nguồn</b> không còn đúng nữa."
    boss.fill(reason=reason).press("Withdraw")
    assert ASKED in boss.text
    boss.fill(confirm__password=PASSWORD).press("Confirm")
    asked = Proposal.objects.get(action="withdrawal")
    assert "“mái chùa” & <b>nguồn</b> không còn đúng nữa." in asked.note


def test_passwords_can_not_be_guessed_in_a_session(newsroom: Newsroom) -> None:
    proposal = submitted(newsroom)
    thief = signed_in(newsroom.editor)
    let_pass(601)
    url, typed = f"/admin/editorial/proposal/{proposal.pk}/approve/", {"digest": proposal.digest}
    for number in range(20):
        thief.client.post(url, {**typed, "confirm-password": f"wrong {number}"})
    answer = thief.client.post(url, {**typed, "confirm-password": PASSWORD})
    assert "There were too many attempts." in answer.content.decode()
    proposal.refresh_from_db()
    assert not proposal.decision


URLS = {
    "editorial_proposal": [
        f"editorial/proposal/{{proposal}}/{name}/" for name in ("approve", "approve-and-publish", "hold", "publish")
    ],
    "editorial_review_action": [
        f"editorial/review/{{review}}/do/{name}/" for name in ("withdraw", "reinstate", "redact", "erase")
    ],
    "editorial_first_hour": ["first-hour/"],
    "editorial_user_add": ["editorial/user/add/"],
    "editorial_user_change": ["editorial/user/{user}/change/"],
    "editorial_user_action": [f"editorial/user/{{user}}/do/{name}/" for name in ACTIONS],
    "editorial_membership_action": ["editorial/membership/{membership}/do/remove/"],
    "editorial_freeze_add": ["editorial/freeze/add/"],
    "editorial_apitoken_add": ["editorial/apitoken/add/"],
    "editorial_apitoken_action": ["editorial/apitoken/{token}/do/revoke/"],
    "account_passkey": ["sign-in/passkey/"],
    "account_app": ["sign-in/app/"],
    "account_codes": ["sign-in/codes/"],
    "account_remove": ["sign-in/{factor}/remove/"],
}


def test_every_listed_action_asks_again(newsroom: Newsroom) -> None:
    proposal = submitted(newsroom)
    token, _secret = create_token(
        by=newsroom.editor, newsroom=newsroom.publisher.pk, name="x", scopes=["claims:write"], days=7
    )
    administrator = make_administrator()
    give_app(newsroom.editor)
    keys = {
        "proposal": proposal.pk,
        "review": proposal.review_id,
        "user": newsroom.reporter.pk,
        "membership": newsroom.reporter.memberships.get().pk,
        "token": token.pk,
        "factor": SecondFactor.objects.get().pk,
    }
    assert URLS.keys() == CONFIRMED.keys() | TAKING_AWAY.keys()
    people = [signed_in(newsroom.editor), signed_in(administrator)]
    let_pass(601)
    before = EditorialEvent.objects.count()
    for address in (address for addresses in URLS.values() for address in addresses):
        for person in people:
            answer = person.client.post(f"/admin/{address.format(**keys)}", {"reason": "x"})
            assert ASKED in answer.content.decode(), address
    assert EditorialEvent.objects.count() == before


def test_other_pages_do_not_ask(newsroom: Newsroom) -> None:
    proposal = submitted(newsroom)
    person = signed_in(newsroom.editor)
    let_pass(601)
    for path in ("editorial/claim/add/", f"editorial/proposal/{proposal.pk}/return/"):
        assert ASKED not in person.client.post(f"/admin/{path}", {"reason": "x"}).content.decode()
        assert ASKED not in person.client.get(f"/admin/{path}").content.decode()


def test_readers_get_no_cookie(newsroom: Newsroom) -> None:
    client = Client()
    for path in ("/", "/docs/", "/api/v1/", "/feeds/reviews.rss"):
        assert not client.get(path).cookies, path
    client.get("/admin/login/")
    assert set(client.cookies) == {"csrftoken"}
    assert not Session.objects.exists()


def test_sessions_without_use_are_deleted(newsroom: Newsroom) -> None:
    signed_in(newsroom.reporter)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    Session.get_session_store_class().clear_expired()
    assert not Session.objects.exists()


def test_pages_speak_vietnamese(newsroom: Newsroom) -> None:
    browser = Browser("vi")
    browser.client.force_login(newsroom.reporter)
    assert "Phiên đăng nhập" in browser.open("/admin/sign-in/").text
