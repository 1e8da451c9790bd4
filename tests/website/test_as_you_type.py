"""Results while a reader types, in a real browser, and the same form without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.chromium import chromium_browser
from tests.support.drafts import FLOOD
from tests.support.serving import served
from tests.website.conftest import Published

pytestmark = pytest.mark.prove


@pytest.fixture(scope="module")
def site(published: Published) -> Iterator[str]:
    with served() as url:
        yield url


@pytest.fixture(scope="module")
def browser(site: str) -> Iterator[Browser]:
    with chromium_browser() as chromium:
        yield chromium


def opened(browser: Browser, url: str, *, script: bool = True) -> tuple[Page, list[str]]:
    """The page, and the messages of the browser's console."""
    page = browser.new_context(java_script_enabled=script).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{url}/en/search/")
    return page, said


def test_results_appear_while_typing_and_follow_the_keyboard(browser: Browser, site: str, published: Published) -> None:
    page, said = opened(browser, site)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if "as-you-type" in request.url else None)
    page.locator("#q").press_sequentially("video", delay=30)
    expect(page.locator("#suggestions li")).to_have_count(2)
    expect(page.locator("#suggestions-status")).to_have_text("2 reviews found so far")
    assert len(requests) <= 2, "a fast typist causes hardly any requests"
    assert page.locator("#suggestions").get_attribute("hidden") is None
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('#suggestions') !== null")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "q"
    expect(page.locator("#suggestions")).to_be_hidden()
    page.locator("#q").press_sequentially(" kangaroos", delay=20)
    page.locator("#q").fill("zzzzzz")
    expect(page.locator("#suggestions-status")).to_have_text("No reviews found yet")
    page.locator("#q").fill("video")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search/?q=video")
    expect(page.locator("ol.reviews > li")).to_have_count(2)
    assert said == []
    assert page.context.cookies() == []


def test_home_page_finds_the_first_letters_and_enter_searches(browser: Browser, site: str) -> None:
    page, said = opened(browser, site)
    page.goto(f"{site}/en/")
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(f"{request.method} {request.url}") if "search" in request.url else None
    )
    page.locator("#q").press_sequentially("vide", delay=30)
    expect(page.locator("#suggestions li")).to_have_count(2)
    assert sent == [f"POST {site}/en/search/as-you-type/"], "no URL contains the text"
    page.keyboard.press("Shift+Enter")
    assert page.locator("#q").input_value() == "vide\n"
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search/?q=vide")
    expect(page.locator("ol.reviews > li")).to_have_count(2)
    assert said == []


def test_tip_is_answered_before_it_is_sent(browser: Browser, site: str) -> None:
    page, said = opened(browser, site)
    page.goto(f"{site}/en/tips/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.locator("#id_text").press_sequentially("nuoc lu mai chua", delay=20)
    expect(page.locator("#suggestions li a").first).to_be_visible()
    assert {each.split("?")[0] for each in sent} == {f"POST {site}/en/search/as-you-type/"}
    page.keyboard.press("Enter")
    assert page.locator("#id_text").input_value() == "nuoc lu mai chua\n"
    assert (said, page.context.cookies()) == ([], [])


def test_choice_is_counted_beside_the_results(browser: Browser, site: str, published: Published) -> None:
    page, said = opened(browser, site)
    page.locator("#q").fill(FLOOD)
    page.keyboard.press("Enter")
    page.get_by_text("This isn’t what I asked").click()
    page.get_by_role("button", name="Another number").click()
    expect(page.locator(".mismatch [role=status]")).to_have_text(
        "Thank you. The newsroom sees how many readers chose this."
    )
    assert "/en/search/?q=" in page.url
    assert page.get_by_role("button", name="Another number").count() == 0
    assert (said, page.context.cookies()) == ([], [])


@pytest.mark.parametrize("status", [None, 503], ids=["no connection", "an error"])
def test_choice_that_is_not_counted_is_sent_again_as_a_form(browser: Browser, site: str, status: int | None) -> None:
    page, _said = opened(browser, site)
    page.locator("#q").fill(FLOOD)
    page.keyboard.press("Enter")
    page.get_by_text("This isn’t what I asked").click()
    sent: list[str | None] = []

    def answer(route: Route) -> None:
        sent.append(route.request.post_data)
        if len(sent) > 1:
            route.continue_()
        elif status is None:
            route.abort()
        else:
            route.fulfill(status=status, body="busy")

    page.route("**/claims/**", answer)
    page.get_by_role("button", name="Another number").click()
    page.wait_for_url("**?counted")
    assert sent[:2] == ["kind=number", "kind=number"]


def test_a_refused_request_stops_the_suggestions(browser: Browser, site: str) -> None:
    page, said = opened(browser, site)
    statuses: list[int] = []
    page.route(
        "**/as-you-type/**",
        lambda route: (statuses.append(429), route.fulfill(status=429, headers={"Retry-After": "60"}, body="busy")),
    )
    for text in ("video", "flood", "water"):
        page.locator("#q").fill(text)
        page.wait_for_timeout(600)
    assert statuses == [429]
    expect(page.locator("#suggestions")).to_be_hidden()
    assert all("429" in line for line in said)


def test_the_form_works_without_javascript(browser: Browser, site: str) -> None:
    page, _ = opened(browser, site, script=False)
    page.locator("#q").fill("video")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/en/search/?q=video")
    expect(page.locator("ol.reviews > li")).to_have_count(2)
    page.get_by_text("Language", exact=True).click()
    page.get_by_role("link", name="Vietnamese (1)").click()
    expect(page.locator("ol.reviews > li")).to_have_count(1)
    page.get_by_role("link", name="Remove").click()
    expect(page.locator("ol.reviews > li")).to_have_count(2)
