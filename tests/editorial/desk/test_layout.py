"""The desk in a real browser, on a laptop and on a phone. axe (test_accessibility.py) measures targets and finds plain links."""

import pytest

from factcheck.editorial.models import Topic
from factcheck.editorial.proposals import workflow
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_user

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
def test_newsroom_of_a_role_can_be_read_on_a_phone(newsroom: Newsroom) -> None:
    lan = newsroom.reporter
    with desk_of(make_user("sysop", is_superuser=True), f"editorial/user/{lan.pk}/do/propose-role/") as page:
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        chooser = page.locator(".select2-container").bounding_box()
        assert chooser is not None
        assert chooser["width"] >= 150


@pytest.mark.prove
def test_topics_stand_side_by_side(newsroom: Newsroom) -> None:
    Topic.objects.bulk_create(Topic(slug=f"topic-{number}") for number in range(9))
    with desk_of(newsroom.reporter, "editorial/claim/add/") as page:
        page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
        lefts = page.eval_on_selector_all(
            "#id_topics > div", "all => all.map(topic => topic.getBoundingClientRect().x)"
        )
        assert len(set(lefts)) == 3


@pytest.mark.prove
def test_place_on_the_scale_is_filled_as_readers_see_it(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, f"editorial/review/{newsroom.make_review().pk}/preview/") as page:
        filled = page.eval_on_selector_all(".steps span", "all => all.map(step => step.clientHeight === 0)")
        assert filled == [True, False, False, False, False]


@pytest.mark.prove
def test_buttons_are_seen_without_backgrounds(newsroom: Newsroom) -> None:
    with desk_of(newsroom.reporter, f"editorial/review/{newsroom.make_review().pk}/change/") as page:
        page.emulate_media(forced_colors="active")
        borders = page.eval_on_selector_all(
            "a.button, .save-bar input", "all => all.map(button => getComputedStyle(button).borderTopStyle)"
        )
        assert len(borders) > 4
        assert set(borders) == {"solid"}
