"""Read-only pages show the fields that have a value, and no others."""

from tests.drafts import make_newsroom, make_review, publish_review
from tests.journeys.browser import signed_in


def test_published_review_shows_no_empty_field_and_says_once_that_it_is_public(database: str) -> None:
    newsroom = make_newsroom()
    review = make_review(newsroom)
    publish_review(newsroom, review)
    page = signed_in(newsroom.editor).open(f"/admin/editorial/review/{review.pk}/change/")
    assert 'class="form-row field-headline"' in page.html
    for name in ("translation_of", "translation_of_revision", "selection_reason", "selection_note"):
        assert f"field-{name}" not in page.html
    assert "About the review" not in page.text  # a group without a field
    assert "Published To change the published review, open a correction." in page.text


def test_form_that_can_be_changed_shows_empty_fields(database: str) -> None:
    newsroom = make_newsroom()
    page = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{make_review(newsroom).pk}/change/")
    assert "field-selection_reason" in page.html
    assert '<aside class="original"' not in page.html  # for translations
