"""A day at the desk in a real browser: two people, from logging in to the published and the corrected review.

The script counts clicks, screens and typed fields, and compares them with the bars.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message

import pytest
from django.utils import translation
from django.utils.text import capfirst
from playwright.sync_api import Browser, Locator, Page, expect

from factcheck.editorial.captures import fetching
from factcheck.editorial.models import Claimant, Review
from factcheck.record.models import PublishedReview
from factcheck.tools.http_client import Exchange, FetchError, Problem
from tests.support.chromium import chromium_browser
from tests.support.drafts import Newsroom, make_scale
from tests.support.evidence import capture_worker
from tests.support.serving import served

pytestmark = pytest.mark.prove

PASSWORD = "a long enough secret"
# The limits of the story: clicks and screens after logging in. Keys aren't counted.
BEFORE = {"whole story": (19, 16), "editor": (6, None)}
VERDICTS = {"en": ("False", "True"), "vi": ("Sai", "Đúng")}
BARS = {"whole story": (12, 8), "editor": (3, None)}


def fake_fetch(url: str) -> list[Exchange]:
    """A site that the worker can capture. Its pages have a title."""
    headers = Message()
    headers["Content-Type"] = "text/html; charset=utf-8"
    body = f"<html lang=vi><title>Tin {url[-1]}</title><article><p>Video quay năm 2020.</p></article>".encode()
    response = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    request = f"GET {url} HTTP/1.1\r\n\r\n".encode()
    return [Exchange(url, "192.0.2.1", datetime.now(UTC), request, response, 200, headers, body)]


@dataclass
class Person:
    """A person with a window of their own. Counts what they click and type, and the pages that they see."""

    page: Page
    language: str
    clicks: int = 0
    screens: int = 0
    fields: int = 0

    def say(self, text: str) -> str:
        """The text of the interface in the person's language."""
        with translation.override(self.language):
            return capfirst(translation.gettext(text))

    def log_in(self, site: str, name: str) -> None:
        self.page.goto(f"{site}/admin/")
        self.page.locator("#id_username").fill(name)
        self.page.locator("#id_password").fill(PASSWORD)
        self.page.get_by_role("button", name=self.say("Log in"), exact=True).click()
        self.page.wait_for_load_state()
        self.screens = 1
        self.page.on("domcontentloaded", lambda _page: setattr(self, "screens", self.screens + 1))

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def press(self, role: str, text: str) -> None:
        self.click(self.page.get_by_role(role, name=self.say(text), exact=True).first)  # type: ignore[arg-type]

    def type(self, label: str, text: str) -> None:
        self.page.get_by_label(self.say(label), exact=True).first.fill(text)
        self.fields += 1

    def choose_verdict(self, label: str) -> None:
        words = self.page.locator(".verdict-label").get_by_text(label, exact=True)
        self.click(self.page.locator("#id_verdict label").filter(has=words))

    def paste(self, prefix: str, text: str) -> None:
        box = self.page.locator(f"#{prefix}-addresses")
        box.fill(text)
        box.press("Enter")
        self.fields += 1


@contextmanager
def browser() -> Iterator[Browser]:
    with chromium_browser() as opened:
        yield opened


def window(browser: Browser, language: str) -> Person:
    return Person(browser.new_context(locale=language).new_page(), language)  # type: ignore[arg-type]


def saved(person: Person) -> None:
    """The draft is saved while the person writes."""
    expect(person.page.locator("[data-autosave-status]")).to_contain_text(re.compile(r"\d\d:\d\d"), timeout=20_000)


def begin_claim(lan: Person) -> None:
    lan.press("link", "Log a claim")
    lan.type("claim", "Nước lũ ở Huế đã lên tới mái chùa.")
    chooser = lan.page.get_by_role("combobox", name=lan.say("claimant"))
    chooser.press("Enter")
    lan.page.get_by_role("option", name="một người dùng mạng xã hội").wait_for()
    lan.page.keyboard.press("Enter")
    lan.fields += 1
    lan.paste("appearances", "https://social.example/p/1")
    saved(lan)


def write_review(lan: Person) -> None:
    lan.type("headline", "Video nước lũ là của năm 2020")
    lan.type("summary", "Sai. Video được quay năm 2020.")
    lan.page.locator("[contenteditable=true]").first.fill("Video không quay năm nay.")
    lan.fields += 1
    lan.choose_verdict(VERDICTS[lan.language][0])
    lan.paste("sources", "https://bao.example/1 https://tram.example/2")
    lan.page.keyboard.press("R")
    lan.page.keyboard.press("C")
    saved(lan)


def submit(lan: Person) -> None:
    lan.press("button", "Save and submit for approval")
    expect(lan.page.get_by_text(lan.say("Submitted. Someone else now has to decide."))).to_be_visible()


def write_and_submit(lan: Person) -> None:
    write_review(lan)
    for number in (0, 1):  # the titles come from the pages
        expect(lan.page.locator(f"#id_sources-{number}-title")).to_have_value(f"Tin {number + 1}", timeout=20_000)
    submit(lan)


def decide(minh: Person, headline: str) -> None:
    minh.press("link", headline)
    expect(minh.page.get_by_role("button", name=minh.say("Approve and publish"))).to_be_visible()
    minh.press("button", "Approve and publish")
    expect(minh.page.get_by_text(minh.say("Approved and published."))).to_be_visible()
    minh.press("link", "The public page")
    expect(minh.page.get_by_role("heading", name=headline)).to_be_visible()


def correct(lan: Person, page: str) -> None:
    lan.page.goto(page)
    lan.click(lan.page.get_by_text(lan.say("Open a correction"), exact=True).first)
    lan.click(lan.page.get_by_label(lan.say("substantive: something was wrong")))
    lan.type("what changes and why", "Người quay phim đã gửi bản gốc, nên chúng tôi biết tháng quay.")
    lan.press("button", "Open a correction")
    lan.type("headline", "Video nước lũ là của tháng 10 năm 2020")
    lan.choose_verdict(VERDICTS[lan.language][1])
    submit(lan)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_story_of_two_people(newsroom, language, monkeypatch, capsys):
    make_scale()
    Claimant.objects.create(
        newsroom=newsroom.publisher, type=Claimant.Type.UNNAMED, description="một người dùng mạng xã hội"
    )
    monkeypatch.setattr(fetching, "fetch", fake_fetch)
    with served() as site, capture_worker(), browser() as opened:
        lan, minh = window(opened, language), window(opened, language)
        lan.log_in(site, newsroom.reporter.username)
        begin_claim(lan)
        lan.press("button", "Save and write the review of this claim")
        write_and_submit(lan)
        review = lan.page.url
        minh.log_in(site, newsroom.editor.username)
        decide(minh, "Video nước lũ là của năm 2020")
        counted = {
            "whole story": (lan.clicks + minh.clicks, lan.screens + minh.screens, lan.fields + minh.fields),
            "editor": (minh.clicks, minh.screens, minh.fields),
        }
        before = (lan.clicks + minh.clicks, lan.screens + minh.screens, lan.fields + minh.fields)
        correct(lan, review)
        minh.page.goto(f"{site}/admin/")
        minh.press("link", "Video nước lũ là của tháng 10 năm 2020")
        change = minh.page.locator(".decision-jumps")
        expect(change).to_contain_text(re.compile(r"Sai.*Đúng", re.DOTALL))
        minh.press("button", "Approve and publish")
        expect(minh.page.get_by_text(minh.say("Approved and published."))).to_be_visible()
        after = (lan.clicks + minh.clicks, lan.screens + minh.screens, lan.fields + minh.fields)
    with capsys.disabled():
        print(f"\n{language}: clicks, screens and fields after logging in, which takes 1 click and 1 screen a person")
        for name, (clicks, screens, fields) in counted.items():
            print(
                f"  {name}: {clicks} clicks, {screens} screens, {fields} fields (before {BEFORE[name]}; {BARS[name]})"
            )
        print(
            "  correction: {} clicks, {} screens, {} fields".format(
                *(b - a for a, b in zip(before, after, strict=True))
            )
        )
    for name, (clicks, screens, _fields) in counted.items():
        assert clicks <= BARS[name][0]
        assert BARS[name][1] is None or screens <= BARS[name][1]
    published = PublishedReview.objects.using("public").get()
    assert json.loads(published.body)["revision"]["number"] == 2
    assert Review.objects.get().state == "published"


def give_reasons(person: Person, prefix: str, titles: dict[int, str]) -> None:
    """The cards of pages that can't be copied open, and ask why there is no copy."""
    for number, title in titles.items():
        reason = person.page.locator(f"#id_{prefix}-{number}-no_capture_reason")
        expect(reason).to_be_visible(timeout=20_000)
        reason.fill("Máy này không nối mạng.")
        if title:
            person.page.locator(f"#id_{prefix}-{number}-title").fill(title)


def test_steps_of_the_readme_without_the_internet(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    make_scale()
    Claimant.objects.create(
        newsroom=newsroom.publisher, type=Claimant.Type.UNNAMED, description="một người dùng mạng xã hội"
    )

    def no_network(url: str) -> list[Exchange]:
        raise FetchError(Problem.UNKNOWN_HOST)

    monkeypatch.setattr(fetching, "fetch", no_network)
    with served() as site, capture_worker(), browser() as opened:
        lan, minh = window(opened, "en"), window(opened, "en")
        lan.log_in(site, newsroom.reporter.username)
        begin_claim(lan)
        give_reasons(lan, "appearances", {0: ""})
        lan.press("button", "Save and write the review of this claim")
        write_review(lan)
        give_reasons(lan, "sources", {0: "Tin 1", 1: "Tin 2"})
        submit(lan)
        minh.log_in(site, newsroom.editor.username)
        decide(minh, "Video nước lũ là của năm 2020")
    body = json.loads(PublishedReview.objects.using("public").get().body)
    cited = [*body["claim"]["appearances"], *body["sources"]]
    assert [(each["capture"], each["no_capture_reason"]) for each in cited] == [(None, "Máy này không nối mạng.")] * 3
