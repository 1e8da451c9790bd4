"""A person is logged out while writing: the browser keeps the text, and the page of the form opens after the login."""

import pytest
from django.conf import settings
from django.test import Client

from factcheck.editorial.models import Claim
from tests.journeys.browser import Browser, signed_in
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom

pytestmark = pytest.mark.one_database

TEXT = "Nước lũ ở Huế\r\nđã lên tới “mái chùa” & <b>hơn</b>."


def test_submission_without_a_login_leads_back_to_its_page_and_stores_nothing(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    page = f"/admin/editorial/claim/{claim.pk}/change/"
    for url in (page, f"/admin/editorial/claim/{claim.pk}/states/1/restore/"):
        answer = Client().post(url, {"text": TEXT}, headers={"referer": f"http://testserver{page}"})
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={page}")
    assert Claim.objects.get().text == claim.text


def test_logging_out_twice_is_no_loss(newsroom: Newsroom) -> None:
    lan = signed_in(newsroom.reporter).open("/admin/")
    del lan.client.cookies[settings.SESSION_COOKIE_NAME]
    assert lan.press("Log out").status == 200


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
        page.get_by_role("button", name="Continue with this text").click()
        page.wait_for_url("**/claim/*/change/")
        assert page.input_value("#id_text") == "Nước lũ ở Huế đã lên tới mái chùa."
    assert Claim.objects.get().text == "Nước lũ ở Huế đã lên tới mái chùa."
