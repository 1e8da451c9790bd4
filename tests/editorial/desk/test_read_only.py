"""Read-only pages show the fields that have a value, and no others."""

import pytest

from factcheck.editorial.models import Review
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom

pytestmark = pytest.mark.one_database


def test_published_review_shows_no_empty_field_and_says_once_that_it_is_public(
    newsroom: Newsroom, live: Review
) -> None:
    page = signed_in(newsroom.editor).open(f"/admin/editorial/review/{live.pk}/change/")
    assert 'class="form-row field-headline"' in page.html
    for name in ("translation_of", "translation_of_revision", "selection_reason", "selection_note"):
        assert f"field-{name}" not in page.html
    assert "About the review" not in page.text  # a group without a field
    assert "Published To change the published review, open a correction." in page.text


def test_published_review_lists_sources_and_authors_without_empty_fields(newsroom: Newsroom, live: Review) -> None:
    page = signed_in(newsroom.editor).open(f"/admin/editorial/review/{live.pk}/change/")
    rows = page.html[page.html.index('id="sources-group"') : page.html.index('id="authorships-group"')]
    assert rows.count("<li>") == 2
    for name in ("stance", "title", "url", "no_capture_reason"):
        assert rows.count(f'class="field-{name}"') == 2
    for name in ("published_on", "quote", "primary_source", "position"):
        assert f"field-{name}" not in page.html
    assert "Choose another claim" not in page.text


def test_rows_below_the_sources_can_be_folded_until_they_are_filled_in(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    browser = signed_in(newsroom.reporter)
    html = browser.open(f"/admin/editorial/review/{review.pk}/change/").html
    assert html.index('id="sources-group"') < html.index("About the review")
    assert "<details><summary>" in html[html.index('id="sources-group"') :]
    review.selection_reason = "asked"
    review.save()
    html = browser.open(f"/admin/editorial/review/{review.pk}/change/").html
    assert "<details><summary>" not in html[html.index('id="sources-group"') : html.index('id="comments"')]


def test_new_pages_are_named_like_their_buttons(newsroom: Newsroom) -> None:
    browser = signed_in(newsroom.reporter)
    for page, title in (("claim", "Log a claim"), ("review", "Write a review")):
        html = browser.open(f"/admin/editorial/{page}/add/").html
        assert f"<h1>{title}</h1>" in html
        assert f"&rsaquo; {title}\n" in html
        assert ":</label>" not in html
        assert f'class="addlink">{title}</a>' in browser.open(f"/admin/editorial/{page}/").html


def test_form_that_can_be_changed_shows_empty_fields(newsroom: Newsroom) -> None:
    page = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{newsroom.make_review().pk}/change/")
    assert "field-selection_reason" in page.html
    assert '<aside class="original"' not in page.html  # for translations
