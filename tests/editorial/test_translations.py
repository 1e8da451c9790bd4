"""Translations: started with everything that stays the same, held to the original's verdict, and behind after a correction."""

import json
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from factcheck.editorial.drafts import translations
from factcheck.editorial.models import EditorialEvent, Review, SavedState
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.models import PublishedClaim, PublishedReview
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom, make_scale
from tests.support.refusals import refused
from tests.support.working import work_off

pytestmark = pytest.mark.one_database

DIFFERS = "The verdict differs from the original’s. Choose the same verdict, or first correct the original."
ENGLISH = "The flood water has reached the roof of a pagoda."


def translated(newsroom: Newsroom) -> tuple[Review, Review]:
    """A published review, and the draft of its translation."""
    original = newsroom.publish_new()
    draft = translations.start_translation(review=original, by=newsroom.reporter)
    draft.headline, draft.summary = "The flood video is from 2020", "False. The video was filmed in 2020."
    draft.claim_wording = ENGLISH
    draft.save()
    return original, Review.objects.get(pk=draft.pk)


def test_translation_begins_with_claim_verdict_and_sources(newsroom: Newsroom) -> None:
    original = newsroom.make_review(reviewed_on="2026-10-05", selection_reason="reach")
    original.replies.create(type="organization", name="Sở Y tế", asked_on="2026-10-03", answer="Không có thư nào.")
    newsroom.publish_review(original)
    draft = translations.start_translation(review=original, by=newsroom.editor)
    draft.refresh_from_db()
    assert (draft.state, draft.language, draft.translation_of_id, draft.translation_of_revision) == (
        "draft",
        "en",
        original.pk,
        1,
    )
    assert (draft.claim_id, draft.verdict_id) == (original.claim_id, original.verdict_id)
    assert (str(draft.reviewed_on), draft.selection_reason) == ("2026-10-05", "reach")
    assert (draft.headline, draft.summary, draft.body) == ("", "", "")
    columns = ("position", "title", "url", "stance", "no_capture_reason", "capture")
    assert list(draft.sources.values_list(*columns)) == list(original.sources.values_list(*columns))
    (reply,) = draft.replies.all()
    assert (reply.name, reply.answer, reply.answer_language) == ("Sở Y tế", "Không có thư nào.", "vi")
    assert [author.user for author in draft.authorships.all()] == [newsroom.editor]
    assert SavedState.objects.filter(draft=draft.pk).count() == 1
    assert EditorialEvent.objects.filter(action="review.translated", subject=str(original.pk)).exists()
    assert translations.find_translation(original) == draft


def test_translation_is_published_with_its_original(newsroom: Newsroom) -> None:
    original, draft = translated(newsroom)
    assert review_policy.find_missing(draft) == []
    newsroom.publish_review(draft)
    body = PublishedReview.objects.get(pk=draft.pk).live_body.model_dump()
    assert body["translation_of"] == {"id": str(original.pk), "revision": 1}
    assert (body["language"], body["verdict"]["label"]) == ("en", "False")
    assert len(body["sources"]) == 2
    assert body["claim"]["wordings"] == [{"text": ENGLISH, "language": "en", "by": newsroom.publisher.name}]
    newsroom.publish_new(original.claim)  # the newest review has no wording
    claim = json.loads(PublishedClaim.objects.get(pk=original.claim_id).body)
    assert (claim["language"], claim["wordings"]) == ("vi", body["claim"]["wordings"])


def test_translation_needs_the_claim_in_its_language(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    _original, draft = translated(newsroom)
    page = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{draft.pk}/change/")
    page.fill(claim_wording="").press("Save and go on")
    draft.refresh_from_db()
    assert review_policy.find_missing(draft) == [
        "Write the claim in the language of the translation, above the headline."
    ]
    with refused("incomplete"):
        workflow.submit(subject=draft, by=newsroom.reporter)
    monkeypatch.setattr(translations, "find_missing", lambda _review: [])
    with pytest.raises(DatabaseError, match="the claim is not in the language of the translation"):
        newsroom.publish_review(draft)


def test_review_in_the_language_of_its_claim_has_no_field_for_a_wording(newsroom: Newsroom) -> None:
    page = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{newsroom.make_review().pk}/change/")
    assert "claim_wording" not in page.html


def test_second_translation_is_refused(newsroom: Newsroom) -> None:
    original, _draft = translated(newsroom)
    with refused("already_done"):
        translations.start_translation(review=original, by=newsroom.editor)
    assert original.translations.count() == 1


def test_translation_is_not_translated(newsroom: Newsroom) -> None:
    _original, draft = translated(newsroom)
    newsroom.publish_review(draft)
    with refused("wrong_state"):
        translations.start_translation(review=draft, by=newsroom.reporter)


def test_draft_of_another_newsroom_is_not_shown(newsroom: Newsroom, live: Review) -> None:
    make_newsroom("other.example").make_review(language="en", translation_of=live, translation_of_revision=1)
    assert translations.find_translation(live) is None
    assert translations.start_translation(review=live, by=newsroom.reporter).newsroom == newsroom.publisher


def test_only_members_translate_published_reviews(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with refused("wrong_state"):
        translations.start_translation(review=review, by=newsroom.reporter)
    newsroom.publish_review(review)
    with refused("not_allowed"):
        translations.start_translation(review=review, by=make_newsroom("other.example").editor)
    newsroom.open_correction(review)
    with refused("wrong_state"):
        translations.start_translation(review=review, by=newsroom.reporter)


def test_other_verdict_is_refused(newsroom: Newsroom) -> None:
    _original, draft = translated(newsroom)
    draft.verdict = make_scale().verdicts.get(slug="true")
    draft.save()
    assert review_policy.find_missing(draft) == [DIFFERS]
    with refused("incomplete"):
        workflow.submit(subject=draft, by=newsroom.reporter)


def test_database_refuses_another_verdict(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Round the application: its own check is switched off."""
    _original, draft = translated(newsroom)
    draft.verdict = make_scale().verdicts.get(slug="true")
    draft.save()
    monkeypatch.setattr(translations, "find_missing", lambda _review: [])
    with pytest.raises(DatabaseError, match="its verdict differs from the verdict of the review that it translates"):
        newsroom.publish_review(draft)
    assert not PublishedReview.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("published", [False, True])
def test_translation_falls_behind_and_is_brought_up_to_date(newsroom: Newsroom, published: bool) -> None:
    original, draft = translated(newsroom)
    if published:
        newsroom.publish_review(draft)
    assert not Review.objects.behind().exists()
    newsroom.correct_review(original, verdict=make_scale().verdicts.get(slug="true"))
    assert list(Review.objects.behind()) == [draft]
    draft = Review.objects.get(pk=draft.pk)
    if published:
        with refused("already_done"):
            translations.bring_up_to_date(review=draft, by=newsroom.reporter)
        newsroom.open_correction(draft)
    translations.bring_up_to_date(review=draft, by=newsroom.reporter)
    draft = Review.objects.get(pk=draft.pk)
    assert draft.verdict
    assert (draft.translation_of_revision, draft.verdict.slug) == (2, "true")
    assert not Review.objects.behind().exists()
    assert DIFFERS not in review_policy.find_missing(draft)
    with refused("already_done"):
        translations.bring_up_to_date(review=draft, by=newsroom.reporter)


def test_withdrawn_translation_is_not_behind(newsroom: Newsroom) -> None:
    original, draft = translated(newsroom)
    newsroom.publish_review(draft)
    newsroom.correct_review(original, summary="Sai. Video quay tháng 10 năm 2020.")
    newsroom.withdraw_review(Review.objects.get(pk=draft.pk))
    assert not Review.objects.behind().exists()


def test_withdrawn_original_has_no_newer_text(newsroom: Newsroom) -> None:
    original, _draft = translated(newsroom)
    newsroom.withdraw_review(original)
    assert not Review.objects.behind().exists()


@pytest.mark.parametrize("end", [Newsroom.withdraw_review, Newsroom.erase_review])
def test_translation_of_an_original_that_is_gone_is_not_published(newsroom, end):
    original, draft = translated(newsroom)
    proposal = workflow.submit(subject=draft, by=newsroom.reporter)
    until = timezone.now() + timedelta(seconds=1)
    proposal = workflow.approve(proposal=proposal, by=newsroom.editor, digest=proposal.digest, hold_until=until)
    end(newsroom, Review.objects.get(pk=original.pk))
    time.sleep(1)
    work_off("default")
    assert not PublishedReview.objects.filter(pk=draft.pk).exists()
    assert "The original has been withdrawn or erased" in str(workflow.find_obstacle(proposal))
    workflow.return_(proposal=proposal, by=newsroom.second, reason="Bài gốc đã được rút lại.")
    with refused("incomplete", "The original has been withdrawn or erased"):
        workflow.submit(subject=draft, by=newsroom.reporter)


def test_published_translation_of_a_withdrawn_original_can_be_corrected(newsroom: Newsroom) -> None:
    original, draft = translated(newsroom)
    newsroom.publish_review(draft)
    newsroom.withdraw_review(original)
    newsroom.correct_review(Review.objects.get(pk=draft.pk), summary="False. It was filmed in October 2020.")
    assert "October" in PublishedReview.objects.get(pk=draft.pk).live_body.summary
