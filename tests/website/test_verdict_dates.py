"""The date beside a verdict is the date since which the verdict is as it is."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from factcheck.demo.clock import PastClock, past_clock
from factcheck.editorial.models import Review
from factcheck.record.models import PublishedReview
from factcheck.record.readmodel import bodies
from factcheck.record.statements.output import construct
from factcheck.website.reviews.review_words import verdict_since
from factcheck.website.sharing.share_cards import review_card
from tests.api.published import make_imported
from tests.support.drafts import Newsroom, make_scale
from tests.website.conftest import Page

DATES = {"en": ("16 August 2025", "20 August 2025"), "vi": ("16/8/2025", "20/8/2025")}
CHANGED = {"en": "verdict changed on 20 August 2025", "vi": "kết luận thay đổi ngày 20/8/2025"}


def text(path: str, language: str) -> str:
    response = Client().get(path, headers={"accept-language": language}, follow=True)
    assert response.status_code == 200
    return Page(response.content.decode()).text


def corrected(newsroom: Newsroom, clock: PastClock) -> Review:
    """A review that was False on 16 August, and True since 20 August. On 25 August its summary was corrected."""
    claim = newsroom.make_claim(claimed_on=date(2025, 8, 14))
    review: Review = newsroom.make_review(
        claim, language="en", headline="The video is old", reviewed_on=date(2025, 8, 16)
    )
    for day, fields in ((16, {}), (20, {"verdict": make_scale().verdicts.get(slug="true")}), (25, {"summary": "Old."})):
        clock.shown = datetime(2025, 8, day, 9, tzinfo=UTC)
        if fields:
            newsroom.correct_review(review, **fields)
        else:
            newsroom.publish_review(review)
    return review


def test_corrected_verdict_has_the_date_of_its_correction(newsroom: Newsroom) -> None:
    with past_clock() as clock:
        review = corrected(newsroom, clock)
    path = f"/reviews/{review.pk}/"
    room = "Toà soạn kiemchung.example"
    for language, changed in CHANGED.items():
        assert f"{room}, {changed}" in text(path, language)
        assert f"{room}, {changed}" in text(f"{path}revisions/3/", language)
        assert f"{room}, {DATES[language][0]}" in text(f"{path}revisions/1/", language)
        assert f"{room}, {changed}" in text(f"/claims/{review.claim_id}/", language)
        assert f"{room} · {changed}" in text(f"/embed{path}?lang={language}", language)
        for listed in ("/search/?q=video", "/publishers/kiemchung.example/"):
            listed_text = text(listed.replace("/en/", f"/{language}/"), language)
            assert f"{room} · {changed}" in listed_text, listed
            assert DATES[language][0] not in listed_text
        card = review_card(PublishedReview.objects.get(pk=review.pk).published, language)
        assert card.date.replace("\xa0", " ") == DATES[language][1]


def test_former_revision_says_that_the_verdict_has_changed_since(newsroom: Newsroom) -> None:
    with past_clock() as clock:
        review = corrected(newsroom, clock)
    words = {"en": "The verdict has changed since then.", "vi": "Kết luận đã thay đổi từ đó đến nay."}
    for language, changed in words.items():
        shown = [changed in text(f"/reviews/{review.pk}/revisions/{number}/", language) for number in (1, 2, 3)]
        assert shown == [True, False, False]


@pytest.mark.parametrize(("day", "shown"), [(date(2019, 8, 14), "14 August 2019"), (None, "date unknown")])
def test_verdict_of_an_import_has_its_publishers_date_or_none(newsroom: Newsroom, day: date | None, shown: str) -> None:
    with past_clock() as clock:
        clock.shown = datetime(2025, 8, 20, 9, tzinfo=UTC)
        review = make_imported(newsroom, "https://outra.example/1", headline="Chá", reviewed_on=day)
        newsroom.publish_review(review)
    path = f"/reviews/{review.pk}/"
    assert f"Verdict by Outra Redação, {shown}" in text(path, "en")
    assert f"Outra Redação · {shown}" in text("/search/?q=chá", "en")
    source = Client().get(f"/en{path}").content.decode()
    assert ('<meta property="article:published_time" content="2019-08-14">' in source) == bool(day)
    assert source.count('property="article:') == (1 if day else 0)
    card = review_card(PublishedReview.objects.get(pk=review.pk).published, "en")
    assert card.date == ("14\xa0August\xa02019" if day else "")


def test_verdict_after_an_erasure_is_only_known_since_the_next_revision() -> None:
    def since(*corrections: dict[str, Any]) -> tuple[str | None, bool]:
        body = {"published_at": "2025-08-16T09:00:00Z", "corrections": [*corrections]}
        return verdict_since(construct(bodies.Review, body))

    false, true = {"slug": "false", "label": "False"}, {"slug": "true", "label": "True"}
    rewritten = {"at": "2025-08-20T09:00:00Z", "verdict_before": None, "verdict_after": true}
    typo = {"at": "2025-08-25T09:00:00Z", "verdict_before": true, "verdict_after": true}
    changed = {"at": "2025-08-30T09:00:00Z", "verdict_before": true, "verdict_after": false}
    assert since() == ("2025-08-16T09:00:00Z", False)
    assert since(rewritten, typo) == ("2025-08-20T09:00:00Z", False)
    assert since(rewritten, typo, changed) == ("2025-08-30T09:00:00Z", True)
