"""Passkeys in a real Chromium with a virtual authenticator, which has a key and checks the person like a phone does."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import BrowserContext, Page

from factcheck.editorial.models import EditorialEvent, SecondFactor, User
from factcheck.editorial.proposals import workflow
from tests.security.signing_in import PASSWORD, SECRET, app_code, give_app, let_pass
from tests.support.chromium import chromium_browser
from tests.support.drafts import Newsroom
from tests.support.serving import served

pytestmark = pytest.mark.prove


@contextmanager
def browser() -> Iterator[tuple[BrowserContext, str]]:
    """At localhost, since browsers refuse passkeys for IP addresses."""
    with served() as site, chromium_browser() as chromium:
        yield chromium.new_context(locale="en"), site.replace("127.0.0.1", "localhost")


def give_authenticator(page: Page) -> Any:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def type_password(page: Page, user: User) -> None:
    page.fill("#id_username", user.username)
    page.fill("#id_password", PASSWORD)
    page.click("#login-form [type=submit]")


def add_passkey(page: Page, site: str, user: User) -> None:
    """Add a passkey to an account, and log out."""
    give_authenticator(page)
    page.goto(f"{site}/admin/sign-in/passkey/")
    type_password(page, user)
    page.wait_for_url("**/sign-in/passkey/")
    page.click("form.passkey [type=submit]")
    page.wait_for_selector(".recovery-codes")
    page.goto(f"{site}/admin/")
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Log out").click()


def in_another_thread(function: Callable[..., Any], *values: Any) -> None:
    """Django refuses queries in the thread of the browser's event loop."""

    def call() -> None:
        function(*values)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(call).result()


def refused_by_policy(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    return found


def test_passkey_is_added_and_replaces_password_and_code(newsroom: Newsroom) -> None:
    lan = newsroom.editor
    proposal = workflow.submit(subject=newsroom.make_review(), by=newsroom.reporter)
    with browser() as (context, site):
        page = context.new_page()
        errors = refused_by_policy(page)
        give_authenticator(page)
        page.goto(f"{site}/admin/sign-in/passkey/")
        type_password(page, lan)
        page.wait_for_url("**/sign-in/passkey/")
        page.fill("#id_name", "Điện thoại của Lan")
        page.click("form.passkey [type=submit]")
        page.wait_for_selector(".recovery-codes")
        assert page.locator(".recovery-codes li").count() == 10
        page.goto(f"{site}/admin/")
        page.locator(".account-menu summary").click()
        page.get_by_role("button", name="Log out").click()

        page.goto(f"{site}/admin/editorial/proposal/{proposal.pk}/decide/")
        page.get_by_role("button", name="Log in with a passkey").click()
        page.get_by_role("button", name="Approve and publish").wait_for()

        in_another_thread(let_pass, 601)
        page.get_by_role("button", name="Approve and publish").click()
        page.get_by_role("button", name="Confirm with a passkey").click()
        page.wait_for_url("**/editorial/review/**")
        in_another_thread(proposal.refresh_from_db)
        assert proposal.decision == "approved"

        page.locator(".account-menu summary").click()
        page.get_by_role("button", name="Log out").click()
        page.goto(f"{site}/admin/login/")
        type_password(page, lan)
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/admin/")
        assert errors == []
    factor = SecondFactor.objects.get(kind="passkey")
    assert (factor.user, factor.name) == (lan, "Điện thoại của Lan")
    assert factor.used_at is not None
    kinds = (
        EditorialEvent.objects.filter(action="sign_in.succeeded").order_by("pk").values_list("detail__kind", flat=True)
    )
    assert list(kinds) == ["", "passkey", "passkey"]


def test_answer_of_a_passkey_is_accepted_once(newsroom: Newsroom) -> None:
    lan = newsroom.editor
    with browser() as (context, site):
        page = context.new_page()
        add_passkey(page, site, lan)
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None)
        page.goto(f"{site}/admin/login/")
        page.get_by_role("button", name="Log in with a passkey").click()
        page.wait_for_url("**/admin/")
        thief = context.browser.new_context(locale="en").new_page()
        thief.goto(f"{site}/admin/login/")
        thief.evaluate(
            """(sent) => {
                const form = document.querySelector("form.passkey");
                for (const [name, value] of new URLSearchParams(sent))
                    if (name === "passkey" || name === "challenge") form.elements[name].value = value;
                form.submit();
            }""",
            sent[0],
        )
        thief.wait_for_selector(".errornote:not([hidden])")
        assert "The passkey wasn’t accepted." in thief.inner_text("body")
    assert EditorialEvent.objects.filter(action="sign_in.failed", subject=f"user:{lan.pk}").count() <= 1


def test_other_accounts_passkey_is_no_second_factor(newsroom: Newsroom) -> None:
    lan, minh = newsroom.editor, newsroom.second
    give_app(lan)
    with browser() as (context, site):
        page = context.new_page()
        add_passkey(page, site, minh)
        page.goto(f"{site}/admin/login/")
        type_password(page, lan)
        page.wait_for_selector("#id_code")
        assert page.get_by_role("button", name="Use a passkey").count() == 0
        page.fill("#id_code", app_code())
        page.click("#login-form [type=submit]")
        page.wait_for_url("**/admin/")


def test_app_is_added_from_the_page(newsroom: Newsroom) -> None:
    with browser() as (context, site):
        page = context.new_page()
        page.goto(f"{site}/admin/sign-in/app/")
        type_password(page, newsroom.editor)
        page.wait_for_selector("img.qr-code")
        assert page.evaluate("document.querySelector('img.qr-code').naturalWidth") > 100
        secret = page.inner_text("#secret")
        assert secret != SECRET
        page.fill("#id_code", app_code(secret))
        page.click("form.act [type=submit]")
        page.wait_for_selector(".recovery-codes")
    assert SecondFactor.objects.filter(user=newsroom.editor, kind="app").count() == 1


def test_page_at_an_ip_address_leads_to_localhost(newsroom: Newsroom) -> None:
    with browser() as (context, site):
        page = context.new_page()
        page.goto(site.replace("localhost", "127.0.0.1") + "/admin/sign-in/")
        assert page.get_by_role("button", name="Log in with a passkey").count() == 0
        type_password(page, newsroom.editor)
        page.wait_for_url("**/sign-in/")
        assert page.get_by_role("link", name=f"{site}/admin/sign-in/").count() == 1
