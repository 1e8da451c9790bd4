"""Translations of a review for programs, and which of them are behind."""

from django.test import Client

from factcheck.editorial.drafts import translations
from factcheck.editorial.models import Review
from tests.support.drafts import Newsroom


def test_translations_are_listed_as_behind(newsroom: Newsroom, live: Review, client: Client) -> None:
    newsroom.publish_new(live.claim, language="en")  # not a translation
    url = f"/api/v1/reviews/{live.pk}/translations/"
    assert client.get(url).json() == {"newest_revision": 1, "results": []}
    draft = translations.start_translation(review=live, by=newsroom.reporter)
    draft.headline, draft.summary = "The flood video is from 2020", "False. It was filmed in 2020."
    draft.claim_wording = "The flood water has reached the roof of a pagoda."
    draft.save()
    assert client.get(url).json()["results"] == []
    newsroom.publish_review(draft)
    expected = {
        "id": str(draft.pk),
        "language": "en",
        "headline": "The flood video is from 2020",
        "url": f"http://127.0.0.1:8000/reviews/{draft.pk}/",
        "translated_revision": 1,
        "is_behind": False,
    }
    assert client.get(url).json() == {"newest_revision": 1, "results": [expected]}
    newsroom.correct_review(live, summary="Sai. Đoạn video được quay năm 2021.")
    assert client.get(url).json() == {"newest_revision": 2, "results": [{**expected, "is_behind": True}]}
    newsroom.withdraw_review(Review.objects.get(pk=draft.pk))
    assert client.get(url).json() == {"newest_revision": 2, "results": []}
    newsroom.erase_review(Review.objects.get(pk=live.pk))
    assert client.get(url).json()["results"] == []


def test_unknown_review_has_no_translations(newsroom: Newsroom, client: Client) -> None:
    assert client.get("/api/v1/reviews/01912d68-783e-7a51-9b2c-3f0e8d6c5b4a/translations/").status_code == 404
