"""Two people sign in a real Chromium, each with a virtual authenticator, and a real signer keeps their keys."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from factcheck.editorial.models import EditorialEvent, Proposal, User
from factcheck.record.models import LogCheckpoint, LogEntry
from tests.security.signing_in import PASSWORD
from tests.security.test_passkeys import browser, give_authenticator, in_another_thread, refused_by_policy
from tests.support.drafts import Newsroom
from tests.support.signing import KEY, Process

pytestmark = pytest.mark.prove


@pytest.fixture
def signer(newsroom: Newsroom, tmp_path: Path, settings: Any) -> Iterator[Process]:
    process = Process(tmp_path, str(KEY))
    process.once("--begin")
    process.start()
    settings.LOG_SIGNER = str(process.socket)
    yield process
    process.kill()


class Person:
    """A person with a phone, at the desk."""

    def __init__(self, context: Any, site: str, user: User) -> None:
        self.site, self.user, self.page = site, user, context.new_page()
        self.errors = refused_by_policy(self.page)
        give_authenticator(self.page)
        self.open("sign-in/passkey/")
        self.page.fill("#id_username", user.username)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("#login-form [type=submit]")
        self.page.wait_for_url("**/sign-in/passkey/")
        self.add_passkey()

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.site}/admin/{path}")
        return self.page

    def add_passkey(self) -> None:
        self.open("sign-in/passkey/").click("form.passkey [type=submit]")
        self.page.wait_for_selector(".recovery-codes, .factors")

    def press(self, name: str, leads_to: str) -> None:
        button = self.page.get_by_role("button", name=name, exact=True).first
        button.wait_for()
        self.page.wait_for_load_state()  # before, the script that asks for the passkey may not run yet
        button.click()
        self.page.wait_for_url(leads_to)

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def lose_phone(self) -> None:
        """Open another page in place of the first, with a new authenticator."""
        old, self.page = self.page, self.page.context.new_page()
        old.close()
        self.errors = refused_by_policy(self.page)
        give_authenticator(self.page)


def protect(signer: Process, person: Person, newsroom: int) -> None:
    """Switch the newsroom on, as the operator does with the file that the person downloads."""
    page = person.open(f"editorial/publisher/{newsroom}/keys/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file with the public keys").click()
    signer.kill()
    code, complaint = signer.once("--protect", str(download.value.path()))
    assert (code, complaint) == (0, "")
    signer.start()


def a_day_later(signer: Process) -> None:
    """Move the times of the signer's keys into the past."""
    with sqlite3.connect(signer.folder / "approvals.sqlite3") as register:
        register.execute("UPDATE key SET since = '2026-01-01T00:00:00.000000Z'")


def test_two_people_sign_lose_a_phone_and_replace_its_key(newsroom: Newsroom, signer: Process) -> None:
    review, second = newsroom.make_review(), newsroom.make_review()
    pk, keys = newsroom.publisher.pk, f"editorial/publisher/{newsroom.publisher.pk}/keys/"
    with browser() as (context, site):
        # A context for each person: a browser's profile has the session of one person.
        people = [context.browser.new_context(locale="en") for _ in range(3)]
        lan, minh, chief = (
            Person(each, site, user)
            for each, user in zip(people, (newsroom.second, newsroom.editor, newsroom.chief), strict=True)
        )
        protect(signer, lan, pk)

        lan.open(f"editorial/review/{review.pk}/do/submit/")
        lan.press("Submit for approval", "**/change/")
        minh.open("")
        minh.page.get_by_role("link", name=str(review.headline)).first.click()
        assert minh.page.get_by_role("button", name="Approve and publish").count() == 0
        lan.follow("Sign with your passkey")
        lan.press("Sign with your passkey", "**/change/")
        minh.page.reload()
        minh.press("Approve and publish", "**/change/")

        # Minh has a new phone. Two others let the new key sign, and revoke the old one.
        minh.lose_phone()
        minh.add_passkey()
        lan.open(keys)
        lan.press("Propose to add", "**/sign/")
        lan.press("Sign with your passkey", "**/change/")
        chief.open(keys)
        chief.follow("Approve")
        chief.press("Approve", "**/change/")
        minh.open(keys)
        assert "can sign from" in minh.page.inner_text("main")
        in_another_thread(a_day_later, signer)
        lan.open(keys)
        lan.page.locator("li", has_text=str(newsroom.editor)).first.get_by_role(
            "button", name="Propose to revoke"
        ).click()
        lan.page.wait_for_url("**/sign/")
        lan.press("Sign with your passkey", "**/change/")
        chief.open(keys)
        chief.follow("Approve")
        chief.press("Approve", "**/change/")
        chief.open(keys)  # the signer never takes a revoked key again, so nobody can propose it
        assert chief.page.get_by_role("button", name="Propose to add").count() == 0

        lan.open(f"editorial/review/{second.pk}/do/submit/")
        lan.press("Submit for approval", "**/change/")
        lan.follow("Sign with your passkey")
        lan.press("Sign with your passkey", "**/change/")
        minh.open("")
        minh.page.get_by_role("link", name=str(second.headline)).first.click()
        minh.press("Approve and publish", "**/change/")
        assert [*lan.errors, *minh.errors, *chief.errors] == []
    entries = list(LogEntry.objects.order_by("sequence"))
    assert [entry.subject for entry in entries] == [review.pk, second.pk]
    assert all('"approval":' in bytes(entry.revision_document.document).decode() for entry in entries)
    newest = LogCheckpoint.objects.order_by("size").last()
    assert newest is not None
    assert newest.size == 2
    assert set(Proposal.objects.filter(kind="keys").values_list("action", "decision")) == {
        ("enrolment", "approved"), ("revocation", "approved"),
    }  # fmt: skip
    assert EditorialEvent.objects.filter(action="keys.approved").count() == 2
