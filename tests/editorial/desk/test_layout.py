"""The desk in a real browser, on a laptop and on a phone. axe (test_accessibility.py) measures targets and finds plain links."""

import pytest

from factcheck.editorial.models import Mismatch
from factcheck.editorial.proposals import workflow
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom

LAPTOP, PHONE = (1440, 900), (390, 844)
LONG = "https://social.example/" + "a" * 400
# Elements of the form that are wider than the form, which cuts it off.
CUT_OFF = """() => [...document.querySelectorAll("#content .form-row .readonly")]
    .filter((field) => field.getBoundingClientRect().right > innerWidth).map((field) => field.textContent)"""
TOO_WIDE = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.mark.prove
def test_long_words_break_on_the_page_of_a_review(newsroom: Newsroom) -> None:
    review = newsroom.make_review(headline=f"Sai: {'x' * 240}", body=LONG)
    review.sources.update(url=LONG)
    workflow.submit(subject=review, by=newsroom.reporter)
    with desk_of(newsroom.editor, f"editorial/review/{review.pk}/change/") as page:
        for width, height in (LAPTOP, PHONE):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(TOO_WIDE) <= 0
            assert page.evaluate(CUT_OFF) == []


@pytest.mark.prove
def test_buttons_are_seen_without_backgrounds(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, f"editorial/review/{newsroom.make_review().pk}/change/") as page:
        page.emulate_media(forced_colors="active")
        borders = page.eval_on_selector_all(
            "a.button, .save-bar input", "all => all.map(button => getComputedStyle(button).borderTopStyle)"
        )
        assert len(borders) > 4
        assert set(borders) == {"solid"}


@pytest.mark.prove
def test_numbers_have_names_where_a_row_is_a_card(newsroom: Newsroom) -> None:
    claim = newsroom.publish_claim()
    Mismatch.objects.create(claim=claim, newsroom=newsroom.publisher, kind="place", count=1, last_on="2026-10-05")
    with desk_of(newsroom.editor, "editorial/mismatch/") as page:
        before = "cells => cells.map(cell => getComputedStyle(cell, '::before').content)"
        assert page.eval_on_selector_all("#result_list .field-count", before) == ["none"]
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        assert page.eval_on_selector_all("#result_list .field-count", before) == ['"Number of readers: "']
        assert page.evaluate(TOO_WIDE) <= 0
