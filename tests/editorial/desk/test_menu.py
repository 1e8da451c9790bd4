"""The navigation: its groups, the lists that each person needs, and the button that opens it on a phone."""

import re

import pytest
from playwright.sync_api import expect

from factcheck.editorial.desk.board.menu import GROUPS
from factcheck.editorial.models import User
from tests.journeys.browser import signed_in
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_user

PHONE = {"width": 390, "height": 844}


def menu_of(user: User) -> list[str]:
    html = signed_in(user).open("/admin/").html
    (nav,) = re.findall(r'<nav class="desk-nav".*?</nav>', html, re.DOTALL)
    return re.findall(r"<a href=[^>]*>([^<]*)</a>", nav)


def test_menu_has_what_each_person_needs(newsroom: Newsroom) -> None:
    work = ["Home", "Reviews", "Claims", "Claimants", "Copies", "Sources to check again", "Incidents", "Demands"]
    work += ["Messages from readers", "Wrong answers to readers", "Imports"]
    reporter, editor = menu_of(newsroom.reporter), menu_of(newsroom.editor)
    assert reporter[: len(work)] == editor[: len(work)] == work
    assert "Memberships" not in reporter
    assert {"Memberships", "Topics", "Verdict mappings"} <= set(editor)
    assert {"Accounts", "Background jobs", "Webhooks"} <= set(menu_of(make_user("sysop", is_superuser=True)))


def test_page_of_all_lists_has_those_outside_the_menu(newsroom: Newsroom) -> None:
    reporter = signed_in(newsroom.reporter).open("/admin/").follow("All lists")
    assert reporter.has_link("Memberships")
    assert all(str(name) in reporter.text for name, _lists in GROUPS[:3])


@pytest.mark.prove
def test_menu_opens_on_a_phone_and_is_always_open_on_a_wide_window(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, "") as page:
        menu = page.get_by_role("navigation", name="Pages of the desk")
        expect(menu).to_be_visible()
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        expect(menu).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
        expect(menu.get_by_role("link", name="Reviews")).to_be_visible()
        account = page.locator(".account-menu")
        account.locator("summary").click()
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Log out")).to_be_hidden()
