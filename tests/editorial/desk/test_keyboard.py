"""The desk for who sees no screen or uses no mouse, in a real browser: what is focused, and what it is called."""

import re

import pytest
from playwright.sync_api import expect

from factcheck.editorial.proposals import workflow
from tests.editorial.desk.addresses import decision
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_user

pytestmark = pytest.mark.prove


def test_claim_of_a_review_is_chosen_by_keyboard(newsroom: Newsroom) -> None:
    newsroom.make_claim(text="Trái đất phẳng.")
    with desk_of(newsroom.reporter, "editorial/review/add/") as page:
        chooser = page.get_by_role("combobox", name="Claim")
        expect(chooser).to_be_focused()
        page.keyboard.press("Enter")
        search = page.get_by_role("searchbox", name="Claim")
        expect(search).to_be_focused()
        expect(page.get_by_role("option", name="Trái đất phẳng.")).to_be_visible()
        page.keyboard.press("ArrowDown")
        expect(search).to_have_attribute("aria-activedescendant", re.compile("-results-0$"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("combobox", name="Claim Trái đất phẳng.")).to_be_focused()


def test_choices_are_groups_with_a_name_and_an_error(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, "editorial/review/add/") as page:
        expect(page.get_by_role("radiogroup", name="Verdict")).to_be_visible()
        page.get_by_role("button", name="Add another source").click()
        page.get_by_role("button", name="Add another source").click()
        expect(page.get_by_role("radiogroup", name="Stance")).to_have_count(2)
        page.locator("#sources-0").get_by_role("button", name="Remove").click()
        expect(page.get_by_role("radiogroup", name="Stance")).to_have_count(1)
        page.goto(page.url.replace("review", "demand"))
        page.get_by_role("button", name="Save and go on").click()
        sender = page.get_by_role("radiogroup", name="From")
        expect(sender).to_have_accessible_description("This field is required.")


def test_refused_form_begins_with_what_is_wrong(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    with desk_of(newsroom.editor, decision(review, "return").removeprefix("/admin/")) as page:
        page.get_by_role("button", name="Return with a message").click()
        expect(page).to_have_title(re.compile("^Error: "))
        expect(page.locator(":focus")).to_have_text("Explain what has to change so that your colleague can continue.")
        expect(page.get_by_role("textbox", name="Message to the person who submitted it")).to_be_visible()
        page.goto(re.sub("editorial/.*", "editorial/review/add/", page.url))
        page.get_by_role("button", name="Save and go on").click()
        chooser = page.get_by_role("combobox", name="Claim")
        expect(chooser).to_be_focused()
        expect(chooser).to_have_accessible_description("This field is required.")


def test_fields_of_a_table_are_named_and_helped(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, "editorial/review/add/") as page:
        field = page.locator("#id_authorships-0-name")
        expect(field).to_have_accessible_name("Name")
        expect(field).to_have_accessible_description("If empty, the account’s byline is shown.")


def test_newsroom_of_a_role_is_chosen_by_keyboard(newsroom: Newsroom) -> None:
    chief = newsroom.chief
    with desk_of(make_user("admin", is_superuser=True), f"editorial/user/{chief.pk}/do/propose-role/") as page:
        page.get_by_role("combobox", name="Newsroom").focus()
        page.keyboard.press("Enter")
        page.get_by_role("option", name="Toà soạn kiemchung.example").wait_for()
        page.keyboard.press("Enter")
        chooser = page.locator(".select2-selection")
        expect(chooser).to_have_accessible_name("Newsroom Toà soạn kiemchung.example")
