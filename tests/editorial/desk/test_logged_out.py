"""Who is logged out while writing: the text goes along through the login and can be saved then."""

import json

import pytest
from django.conf import settings
from django.test import Client

from factcheck.editorial.models import Claim, Session
from tests.chromium import desk_of
from tests.drafts import Newsroom
from tests.journeys.browser import Browser, signed_in

KEPT = "Your text is kept on this page"
TEXT = "Nước lũ ở Huế\r\nđã lên tới “mái chùa” & <b>hơn</b>."


def test_typed_text_goes_along_through_the_login(newsroom: Newsroom) -> None:
    reporter = newsroom.reporter
    lan = signed_in(reporter).open("/admin/editorial/claim/add/")
    del lan.client.cookies[settings.SESSION_COOKIE_NAME]
    lan.fill(text=TEXT).press("Save")
    assert lan.status == 403
    assert KEPT in lan.text
    lan.fill(username=reporter.username, password="a wrong secret").press("Log in")
    lan.fill(username=reporter.username, password="a long enough secret").press("Log in")
    assert KEPT in lan.text
    assert not Claim.objects.exists()
    lan.press("Save what I typed")
    assert Claim.objects.get().text == TEXT.replace("\r\n", "\n")


def test_typed_text_is_not_stored_while_the_site_asks(newsroom: Newsroom) -> None:
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    del lan.client.cookies[settings.SESSION_COOKIE_NAME]
    lan.fill(text=TEXT).press("Save")
    assert not any("Nước" in json.dumps(row.get_decoded(), ensure_ascii=False) for row in Session.objects.all())


def test_logging_out_twice_is_no_loss(newsroom: Newsroom) -> None:
    lan = signed_in(newsroom.reporter).open("/admin/")
    del lan.client.cookies[settings.SESSION_COOKIE_NAME]
    assert KEPT not in lan.press("Log out").text


def test_login_page_says_whom_to_ask_for_a_password(database: str) -> None:
    assert "Ask an account administrator for a new one." in Browser().open("/admin/login/").text


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/",
        "//x.example/admin/",
        *(pytest.param(url, marks=pytest.mark.prove) for url in ("/docs/", "javascript:alert(1)", "/admin/\\x")),
    ],
)
def test_login_that_is_to_lead_elsewhere_leads_to_the_first_page(newsroom: Newsroom, url: str) -> None:
    lan = Browser().open(f"/admin/login/?next={url}")
    lan.fill(username=newsroom.reporter.username, password="a long enough secret").press("Log in")
    assert lan.path in ("/admin/", "/admin/%5Cx")


@pytest.mark.parametrize("typed", ["{", "[1]", "[[1]]", "7", "[" * 100_000, '[["a","b","c"]]'])
def test_spoilt_text_leads_to_the_page(module_newsroom: Newsroom, typed: str) -> None:
    form = {"username": module_newsroom.reporter.username, "password": "a long enough secret", "typed": typed}
    response = Client().post("/admin/login/", {**form, "next": "/admin/editorial/claim/add/"})
    assert (response.status_code, response["Location"]) == (302, "/admin/editorial/claim/add/")


@pytest.mark.prove
def test_what_was_typed_is_saved_after_the_login(newsroom: Newsroom) -> None:
    lan = newsroom.reporter
    with desk_of(lan, "editorial/claim/add/") as page:
        page.fill("#id_text", "Nước lũ ở Huế đã lên tới mái chùa.")
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        page.click("[name=_save]")
        page.fill("#id_username", lan.username)
        page.fill("#id_password", "a long enough secret")
        page.click("#login-form [type=submit]")
        page.get_by_role("button", name="Save what I typed").click()
        page.wait_for_url("**/claim/*/change/")
        assert page.input_value("#id_text") == "Nước lũ ở Huế đã lên tới mái chùa."
