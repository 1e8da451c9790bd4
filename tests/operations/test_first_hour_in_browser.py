"""The first hour of a newsroom of five on an empty site, in a browser and without a shell, counted in clicks and screens."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Browser, Page

from factcheck.editorial.models import Claim, Membership, User, VerdictLabel
from tests.support.chromium import chromium_browser
from tests.support.serving import served

pytestmark = pytest.mark.prove

PASSWORD = "nước lũ lên mái chùa"
ROLES = ("reporter", "reporter", "editor", "editor", "chief_editor")
NAMES = {"Lan": "lan", "Minh": "minh", "Tâm": "tam", "Dũng": "dung", "Hoa": "hoa"}


@dataclass
class Person:
    """A person at a browser, with the number of their clicks and the screens that they have seen."""

    page: Page
    clicks: int = 0
    screens: int = 0

    def go(self, selector: str) -> None:
        self.clicks, self.screens = self.clicks + 1, self.screens + 1
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def log_in(self, site: str, username: str) -> None:
        self.page.goto(f"{site}/admin/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", PASSWORD)
        self.go("[type=submit]")


@pytest.mark.parametrize(("language", "width", "title"), [("en", 1440, "The first hour"), ("vi", 390, "Giờ đầu tiên")])
def test_first_hour_of_a_newsroom_of_five(database: str, settings: Any, language: str, width: int, title: str) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    User.objects.create_superuser("admin", "admin@song.example", PASSWORD)

    def person(browser: Browser) -> Person:
        context = browser.new_context(locale=language, viewport={"width": width, "height": 900})
        return Person(context.new_page())

    with served() as site, chromium_browser() as browser:
        boss = person(browser)
        boss.log_in(site, "admin")
        boss.go("#content a[href='/admin/first-hour/']")
        assert title in boss.page.title()
        boss.go("#content a[href='/admin/editorial/publisher/add/']")
        boss.page.fill("#id_name", "Toà soạn Sông Hương")
        boss.page.fill("#id_site", "song.example")
        boss.go("[name=_save]")
        boss.page.goto(f"{site}/admin/")
        boss.go("#content a[href='/admin/first-hour/']")
        for number, (name, role) in enumerate(zip(NAMES, ROLES, strict=True)):
            boss.page.fill(f"#id_form-{number}-byline", name)
            boss.page.fill(f"#id_form-{number}-email", f"{NAMES[name]}@song.example")
            boss.page.select_option(f"#id_form-{number}-role", role)
        boss.go("#colleagues [type=submit]")
        assert (boss.clicks, boss.screens) == (6, 6)
        codes = dict(re.findall(r"(\S+):.*?(\d{4} \d{4})", boss.page.inner_text("#content"), re.DOTALL))
        assert [*codes] == [*NAMES]
        for message in mail.outbox[:5]:
            name = next(name for name in NAMES if message.to == [f"{NAMES[name]}@song.example"])
            assert ("Hello" in message.body, f"Chào {name}," in message.body) == (True, True)
            someone = person(browser)
            link = re.search(r"(/admin/choose-password/\S+)", str(message.body))
            assert link
            someone.page.goto(site + link[1])
            for field, value in (("code", codes[name]), ("new_password1", PASSWORD), ("new_password2", PASSWORD)):
                someone.page.fill(f"[name={field}]", value)
            someone.go("#content [type=submit]")
            assert (someone.clicks, someone.screens) == (1, 1)
        chief = person(browser)
        chief.log_in(site, "hoa")
        chief.go("#content a[href='/admin/first-hour/']")
        chief.go("#content a[href='/admin/editorial/ratingscale/']")
        chief.go("#result_list a")
        chief.page.fill("#id_verdicts-0-label_vi", "Sai hẳn")
        chief.go("[name=_save]")
        chief.page.goto(f"{site}/admin/first-hour/")
        chief.go("#content a[href='/admin/editorial/claim/add/']")
        chief.page.fill("#id_text", "Nước lũ ở Huế đã lên tới mái chùa.")
        chief.go("[name=_review]")
        assert (chief.clicks, chief.screens) == (7, 7)
        chief.page.goto(f"{site}/admin/first-hour/")
        assert chief.page.locator(".state-done").count() == 5  # all but the second factor and the backup
    assert Membership.objects.count() == 5
    assert VerdictLabel.objects.filter(label="Sai hẳn").exists()
    assert Claim.objects.exists()
