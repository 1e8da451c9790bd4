"""The language of a claim and a review: stated by a person, detected from the text, or the newsroom's."""

from zoneinfo import ZoneInfo

from django.test import override_settings

from factcheck.editorial.models import Claim, Demand, Review
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom

ENGLISH = "The video was filmed five years ago in another city, and shows a different flood."
VIETNAMESE = "Đoạn video được quay năm năm trước ở một thành phố khác."


def test_language_is_detected_until_a_person_states_it(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim(language="vi")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/add/?claim={claim.pk}")
    assert lan.value("language") == ""
    lan.fill(headline=ENGLISH).press("Save and go on")
    review = Review.objects.get()
    assert (review.language, review.language_detected) == ("en", True)
    assert 'placeholder="English (detected)"' in lan.html
    lan.fill(headline=VIETNAMESE).press("Save and go on")
    review.refresh_from_db()
    assert (review.language, review.language_detected) == ("vi", True)
    lan.fill(language="fr").press("Save and go on")
    review.refresh_from_db()
    assert (review.language, review.language_detected) == ("fr", False)
    lan.fill(headline=ENGLISH).press("Save and go on")
    review.refresh_from_db()
    assert (review.language, review.language_detected) == ("fr", False)


def test_text_without_a_language_takes_that_of_the_claim_or_newsroom(newsroom: Newsroom) -> None:
    newsroom.publisher.language = "en"
    newsroom.publisher.save()
    claim = newsroom.make_claim(language="th")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/add/?claim={claim.pk}")
    lan.press("Save and go on")
    assert Review.objects.get().language == "th"
    lan.open("/admin/editorial/claim/add/").fill(text="COVID-19").press("Save")
    assert Claim.objects.get(text="COVID-19").language == "en"


def test_no_newsroom_writes_in_vietnamese_unasked(newsroom: Newsroom) -> None:
    signed_in(newsroom.reporter).open("/admin/editorial/claim/add/").fill(text="COVID-19").press("Save")
    assert Claim.objects.get().language == "und"
    for model in (Claim, Review, Demand):
        assert not model._meta.get_field("language").has_default()  # type: ignore[union-attr]


def test_imported_review_keeps_the_language_of_its_text(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    review = newsroom.make_review()
    imported = {"publisher": other.publisher, "original_url": "https://other.example/1", "language_detected": True}
    Review.objects.filter(pk=review.pk).update(**imported)
    editor = signed_in(newsroom.editor).open(f"/admin/editorial/review/{review.pk}/change/")
    assert editor.value("language") == "vi"
    editor.press("Save and go on")
    review.refresh_from_db()
    assert (review.language, review.language_detected) == ("vi", True)


@override_settings(LANGUAGE_CODE="en")
def test_times_are_in_the_zone_of_the_newsroom(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief)
    chief.open(f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/")
    chief.fill(language="vi").choose("time_zone", "Asia/Ho Chi Minh").press("Save and continue editing")
    newsroom.publisher.refresh_from_db()
    assert (newsroom.publisher.language, newsroom.publisher.time_zone) == ("vi", "Asia/Ho_Chi_Minh")
    review = newsroom.make_review()
    at = newsroom.publish_review(review).at
    page = f"/admin/editorial/review/{review.pk}/change/"
    local = at.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert f"{local:%-d %B %Y, %H:%M} Hanoi time (UTC+7)" in chief.open(page).text
    newsroom.publisher.time_zone = "Nowhere/Land"  # a zone that this machine doesn't know any more
    newsroom.publisher.save()
    assert f"{at:%-d %B %Y, %H:%M} UTC" in chief.open(page).text


def test_zone_of_the_desk_ends_with_the_page(newsroom: Newsroom) -> None:
    from django.utils import timezone

    newsroom.publisher.time_zone = "Asia/Ho_Chi_Minh"
    newsroom.publisher.save()
    signed_in(newsroom.chief).open("/admin/")
    assert timezone.get_current_timezone_name() == "UTC"
