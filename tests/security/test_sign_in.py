"""Guessing passwords and codes: what an attacker can try, and what it costs the newsroom."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db import connections

from factcheck.editorial.models import EditorialEvent, SecondFactor, SignInCounter, User
from factcheck.editorial.sign_in.attempts import Counter, begin_attempt
from factcheck.editorial.sign_in.journal import report_failures
from factcheck.web.networks import wide_network_of
from tests.security.signing_in import PASSWORD, Device, app_code, events, give_app, let_pass, signed_in
from tests.support.drafts import Newsroom, make_user

WRONG = "Please enter the correct username and password"
WAIT = "There were too many attempts. Wait"


@pytest.fixture
def quick_hashes(settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def lan(quick_hashes: None, newsroom: Newsroom) -> User:
    user = newsroom.reporter
    user.set_password(PASSWORD)
    user.save(using="owner", update_fields=["password"])
    return User.objects.get(pk=user.pk)


def test_right_password_after_many_wrong_ones_is_refused(lan: User) -> None:
    attacker = Device()
    for number in range(12):
        assert WRONG in attacker.try_password(lan.username, f"wrong {number}")
    let_pass(-60)
    answer = attacker.try_password(lan.username, PASSWORD)
    assert WRONG in answer
    assert WAIT in answer
    assert not attacker.is_in


def test_guessing_from_other_networks_keeps_no_new_device_out(lan: User) -> None:
    """The worst day: all devices are new, and a stranger guesses all the time. Every right password passes."""
    for number in range(12):
        Device(f"198.51.{number}.7").try_password(lan.username, f"wrong {number}")
    let_pass(-60)
    for number in range(5):
        device = Device(f"192.0.{number}.1")
        device.try_password(lan.username, PASSWORD)
        assert device.is_in
        Device(f"198.52.{number}.7").try_password(lan.username, "wrong")


def test_typing_error_keeps_nobody_out_while_a_stranger_guesses(lan: User) -> None:
    for number in range(12):
        Device(f"198.51.{number}.7").try_password(lan.username, f"wrong {number}")
    let_pass(-60)
    late = Device("192.0.3.1")
    for number in range(3):
        late.try_password(lan.username, f"wrong {number}")
    assert WAIT in late.try_password(lan.username, PASSWORD)
    person = Device("192.0.2.1")
    for wrong in ("a typing error", "another"):
        assert WAIT not in person.try_password(lan.username, wrong)
    person.try_password(lan.username, PASSWORD)
    assert person.is_in


def test_strangers_cannot_fill_the_counters(lan: User) -> None:
    """They fill the counters of a network and of all names together."""
    for number in range(110):
        begin_attempt(Counter("pair", f"{number}"), Counter("network", f"{number}"), Counter("all"))
    for number in range(30):
        begin_attempt(Counter("pair", f"x {number}"), Counter("network", wide_network_of("192.0.2.1")), Counter("all"))
    let_pass(-60)
    device = Device("192.0.2.1")
    device.try_password(lan.username, PASSWORD)
    assert device.is_in


def test_known_device_is_not_locked_out(lan: User) -> None:
    known = Device()
    known.try_password(lan.username, PASSWORD)
    assert known.is_in
    known.client.post("/admin/logout/")
    for number in range(12):
        Device().try_password(lan.username, f"wrong {number}")
    known.try_password(lan.username, PASSWORD)
    assert known.is_in


def test_cookie_of_a_known_device_is_bound_to_account_and_password(lan: User, newsroom: Newsroom) -> None:
    known, other = Device(), newsroom.editor
    known.try_password(lan.username, PASSWORD)
    for number in range(12):
        Device().try_password(lan.username, f"wrong {number}")
        Device().try_password(other.username, f"wrong {number}")
    let_pass(-60)
    assert WAIT in known.try_password(other.username, PASSWORD)
    lan.password = make_password("another long secret")
    lan.save(using="owner")
    known.client.cookies.pop("sessionid")
    assert WAIT in known.try_password(lan.username, "another long secret")


def test_known_device_has_a_limit_too(lan: User) -> None:
    known = Device()
    known.try_password(lan.username, PASSWORD)
    known.client.post("/admin/logout/")
    for number in range(15):
        known.try_password(lan.username, f"wrong {number}")
    let_pass(-60)
    assert WAIT in known.try_password(lan.username, PASSWORD)


def test_delay_grows_and_ends(lan: User) -> None:
    attacker, waits = Device(), []
    for _attempt in range(14):
        attacker.try_password(lan.username, "wrong")
        row = SignInCounter.objects.get(key__startswith="name:")
        waits.append(round((row.blocked_until - row.last_at).total_seconds()))
        let_pass(waits[-1])
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    attacker.try_password(lan.username, PASSWORD)
    assert attacker.is_in


def test_one_network_that_tries_many_names_waits(lan: User) -> None:
    attacker = Device()
    for number in range(100):
        attacker.try_password(f"name {number}", "wrong")
    assert WAIT in attacker.try_password(lan.username, PASSWORD)
    assert WAIT not in Device("192.0.2.1").try_password(lan.username, PASSWORD)


@pytest.mark.prove
def test_many_networks_that_try_many_names_wait_for_seconds_alone(lan: User) -> None:
    for number in range(110):
        Device(f"198.51.{number}.7").try_password(f"name {number}", "wrong")
    row = SignInCounter.objects.get(key__startswith="all:")
    assert 0 < (row.blocked_until - row.last_at).total_seconds() <= 5
    let_pass(-60)  # so that a slow machine is still within the five seconds
    again = Device("198.51.0.7")
    for _number in range(3):
        again.try_password(lan.username, "wrong")
    assert WAIT in again.try_password(lan.username, PASSWORD)
    assert WAIT not in Device("192.0.2.1").try_password(lan.username, PASSWORD)


@pytest.mark.prove
def test_attempts_at_the_same_time_are_all_counted(lan: User) -> None:
    """From other threads with their own connections, as other processes would."""

    def attempt(number: int) -> bool:
        try:
            return WAIT in Device("198.51.0.7").try_password(lan.username, f"wrong {number}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(attempt, range(40))).count(False) <= 7


@pytest.mark.prove
def test_counters_and_events_stay_bounded_in_an_attack(lan: User) -> None:
    before = EditorialEvent.objects.count()
    for number in range(100):
        Device(f"198.51.{number}.7").try_password(lan.username, "wrong")
        Device(f"198.51.{number}.7").try_password(f"a name {number}", "wrong")
    assert EditorialEvent.objects.count() == before + 2
    let_pass(61)
    report_failures()
    assert sum(detail["failures"] for detail in events("sign_in.failed")) == 100
    assert sum(detail["failures"] for detail in events("sign_in.unknown_name")) == 100
    assert EditorialEvent.objects.count() == before + 4
    let_pass(25 * 3600)
    report_failures()
    assert SignInCounter.objects.count() == 0


def test_sign_ins_are_events_and_lines_without_what_was_typed(lan: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    device = Device("203.0.113.77")
    device.try_password("nuoc lu len toi mai chua", "secret typed")
    device.try_password(lan.username, "secret typed")
    device.try_password(lan.username, PASSWORD)
    device.client.post("/admin/logout/")
    found = EditorialEvent.objects.filter(action__startswith="sign_in.").order_by("pk")
    assert [(event.action, event.actor_id, event.subject) for event in found] == [
        ("sign_in.unknown_name", None, "user:unknown"),
        ("sign_in.failed", None, f"user:{lan.pk}"),
        ("sign_in.succeeded", lan.pk, f"user:{lan.pk}"),
        ("sign_in.ended", lan.pk, f"user:{lan.pk}"),
    ]
    assert {event.detail["network"] for event in found} == {"203.0.0.0/16"}
    lines = [line for line in caplog.messages if "sign-" in line]
    assert lines == [
        "failed sign-in of account unknown by password from 203.0.0.0/16",
        f"failed sign-in of account {lan.pk} by password from 203.0.0.0/16",
        f"sign-in of account {lan.pk} by password from 203.0.0.0/16",
        f"sign-out of account {lan.pk} from 203.0.0.0/16",
    ]
    told = f"{[event.detail for event in found]} {caplog.text} {list(SignInCounter.objects.values())}"
    assert "typed" not in told
    assert "chua" not in told


def test_at_most_100_wrong_passwords_an_hour_are_checked(database: str) -> None:
    """By strangers in one network, on a stolen device and in a stolen session together. Each other network has three."""
    checked = 0
    for kinds in (("pair", "name"), ("device",), ("confirm",)):
        counters, seconds = [Counter(kind, "lan") for kind in kinds], 0
        while seconds <= 3600:
            wait = begin_attempt(*counters)
            checked += not wait
            let_pass(wait)
            seconds += wait
    assert 60 < checked <= 100


def test_all_refusals_have_the_same_text(lan: User, newsroom: Newsroom) -> None:
    User.objects.using("owner").filter(pk=newsroom.editor.pk).update(is_active=False)
    User.objects.using("owner").filter(pk=newsroom.second.pk).update(is_staff=False)
    names = [lan.username, newsroom.editor.username, newsroom.second.username, "nobody"]
    pages = []
    for number, name in enumerate(names):
        device = Device(f"198.51.{number}.7")
        device.client.cookies.clear()
        page = device.try_password(name, PASSWORD if name != lan.username else "wrong")
        pages.append(page[page.index("errornote") : page.index("csrfmiddlewaretoken")])
    assert len(set(pages)) == 1
    for _number in range(12):
        for name in names:
            Device("192.0.2.7").try_password(name, "wrong")
    let_pass(-60)
    for name in names:
        assert WAIT in Device("192.0.2.7").try_password(name, PASSWORD)


@pytest.mark.prove
def test_all_refusals_take_the_same_time(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a slow hash, whose duration tells whether it was computed."""
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 300_000)
    User.objects.using("owner").filter(pk=newsroom.editor.pk).update(is_active=False)
    for _attempt in range(12):
        Device().try_password(newsroom.chief.username, "wrong")

    names = ["nobody", newsroom.reporter.username, newsroom.editor.username, newsroom.chief.username]
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(5):  # in turn, because the machine may have other work
        for name in names:
            begun = time.perf_counter()
            Device(f"198.51.{number}.7").try_password(name, "wrong")
            times[name].append(time.perf_counter() - begun)
    fastest = [min(found) for found in times.values()]
    assert max(fastest) < 1.5 * min(fastest), times


def test_code_is_asked_for_after_the_password(lan: User) -> None:
    give_app(lan)
    device = Device()
    assert "Second factor" in device.try_password(lan.username, PASSWORD)
    assert not device.is_in
    assert "This code is wrong" in device.try_code("000000")
    device.try_code(app_code())
    assert device.is_in


def test_code_works_once(lan: User) -> None:
    give_app(lan)
    code = app_code()
    first, second = Device(), Device()
    for device in (first, second):
        device.try_password(lan.username, PASSWORD)
        device.try_code(code)
    assert first.is_in
    assert not second.is_in


def test_codes_can_not_be_guessed(lan: User) -> None:
    give_app(lan)
    known = Device()
    known.try_password(lan.username, PASSWORD)
    for number in range(12):
        known.try_code(f"{number:06}")
    let_pass(-60)
    assert WAIT in known.try_code(app_code())
    assert not known.is_in


def test_recovery_code_works_once_and_is_stored_as_a_hash(lan: User) -> None:
    from factcheck.editorial.sign_in.second_factors import create_recovery_codes

    give_app(lan)
    codes = create_recovery_codes(lan)
    assert len(set(codes)) == 10
    stored = str(list(SecondFactor.objects.values()))
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    first, second = Device(), Device()
    for device in (first, second):
        device.try_password(lan.username, PASSWORD)
        device.try_code(codes[0].upper())
    assert first.is_in
    assert not second.is_in
    assert SecondFactor.objects.filter(user=lan, kind="recovery_code").count() == 9


def test_secret_of_an_app_is_encrypted(lan: User) -> None:
    give_app(lan)
    from tests.security.signing_in import SECRET

    assert SECRET not in SecondFactor.objects.get(user=lan).secret


def test_page_for_codes_needs_the_right_password_first(lan: User) -> None:
    give_app(lan)
    device = Device()
    device.try_code(app_code())
    assert not device.is_in
    device.try_password(lan.username, PASSWORD)
    let_pass(0)
    lan.set_password("another long secret")
    lan.save(using="owner")
    device.try_code(app_code())
    assert not device.is_in


@pytest.mark.parametrize("answer", ["", "{", "[]", "7", "null", '{"id": "x"}', '{"rawId": "AA", "response": {}}', "[" * 19_000, '{"rawId": "\\ud800"}', "x" * 30_000,
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","authenticatorData":"AA","signature":"AA"}}'])  # fmt: skip
def test_spoilt_passkeys_are_refused(lan: User, answer: str) -> None:
    device = Device()
    page = device.client.get("/admin/login/?passkey", SERVER_NAME="localhost").context["passkey"]
    for challenge in (page["challenge"], "x", ""):
        data = {"passkey": answer, "challenge": challenge}
        response = device.client.post("/admin/login/?passkey", data, SERVER_NAME="localhost")
        assert response.status_code == 200
        assert b"wasn\xe2\x80\x99t accepted" in response.content
    other = signed_in(lan)
    add = other.client.get("/admin/sign-in/passkey/", SERVER_NAME="localhost").context["passkey"]
    data = {"name": "x", "passkey": answer, "challenge": add["challenge"]}
    assert (
        b"wasn\xe2\x80\x99t accepted"
        in other.client.post("/admin/sign-in/passkey/", data, SERVER_NAME="localhost").content
    )
    assert not SecondFactor.objects.exists()


def test_account_without_rights_has_no_way_in(quick_hashes: None, database: str) -> None:
    make_user("viewer")
    User.objects.using("owner").filter(username="viewer").update(is_staff=False, password=make_password(PASSWORD))
    device = Device()
    assert WRONG in device.try_password("viewer", PASSWORD)
