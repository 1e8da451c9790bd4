"""Who is logged out while writing: the login page says that nothing was saved, and what was typed can be had again."""

import pytest
from django.conf import settings

from factcheck.editorial.models import Claim
from tests.chromium import desk_of
from tests.drafts import make_newsroom
from tests.journeys.browser import Browser, signed_in

SAID = "Not saved: you had been logged out."


def test_login_page_says_that_nothing_was_saved(database: str) -> None:
    lan = signed_in(make_newsroom().reporter).open("/admin/editorial/claim/add/")
    del lan.client.cookies[settings.SESSION_COOKIE_NAME]
    lan.fill(text="Nước lũ ở Huế đã lên tới mái chùa.").press("Save")
    assert lan.path.startswith("/admin/login/")
    assert SAID in lan.text
    assert not Claim.objects.exists()
    assert SAID not in lan.open("/admin/login/").text


def test_logging_out_twice_is_no_loss(database: str) -> None:
    lan = signed_in(make_newsroom().reporter).open("/admin/")
    del lan.client.cookies[settings.SESSION_COOKIE_NAME]
    assert SAID not in lan.press("Log out").text


def test_login_page_says_whom_to_ask_for_a_password(database: str) -> None:
    assert "Ask an account administrator for a new one." in Browser().open("/admin/login/").text


def test_login_that_is_to_lead_to_another_site_leads_to_the_first_page(database: str) -> None:
    lan = Browser().open("/admin/login/?next=https://x.example/")
    lan.fill(username=make_newsroom().reporter.username, password="a long enough secret").press("Log in")
    assert lan.path == "/admin/"
    assert lan.status == 200


@pytest.mark.prove
def test_what_was_typed_is_found_by_going_back(database: str) -> None:
    lan = make_newsroom().reporter
    with desk_of(lan, "editorial/claim/add/") as page:
        page.fill("#id_text", "Nước lũ ở Huế đã lên tới mái chùa.")
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        page.click("[name=_save]")
        page.wait_for_url("**/login/**")
        assert SAID in page.inner_text("body")
        page.fill("#id_username", lan.username)
        page.fill("#id_password", "a long enough secret")
        page.click("#login-form [type=submit]")
        page.wait_for_url("**/claim/add/")
        page.go_back()
        page.go_back()
        assert page.input_value("#id_text") == "Nước lũ ở Huế đã lên tới mái chùa."
        page.click("[name=_save]")
        page.wait_for_url("**/claim/*/change/")
