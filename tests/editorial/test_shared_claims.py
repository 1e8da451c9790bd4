"""A claim that several newsrooms review: none of them publishes what another one has only drafted."""

from datetime import date

import pytest

from factcheck.editorial.drafts.review_statements import build_statement
from factcheck.editorial.models import Appearance, Claim, Claimant, Review, Topic
from factcheck.editorial.proposals import workflow
from factcheck.record.models import PublishedClaim, PublishedReview
from tests.support.drafts import FLOOD, Newsroom, make_newsroom, waiting
from tests.support.refusals import refused


@pytest.fixture
def other(database: str) -> Newsroom:
    return make_newsroom("khac.example")


def change(claim: Claim) -> None:
    """All of a draft that readers do not see."""
    named = Claimant.objects.create(
        newsroom=claim.newsroom, type=Claimant.Type.PERSON, name="Người A", is_public_figure=True, confirmed=True
    )
    Claim.objects.filter(pk=claim.pk).update(
        text="Nháp chưa ai duyệt.", language="en", claimed_on=date(2026, 11, 1), location="Huế", claimant=named
    )
    Appearance.objects.create(claim=claim, url="https://social.example/p/2", no_capture_reason="Đã bị xóa.")
    claim.topics.add(Topic.objects.create(slug="lu-lut"))


def said(review: Review) -> dict[str, object]:
    return PublishedReview.objects.get(pk=review.pk).live_body.model_dump()


def test_review_says_of_another_newsrooms_claim_what_is_public(newsroom: Newsroom, other: Newsroom) -> None:
    claim = newsroom.publish_claim()
    change(claim)
    review = other.publish_new(claim)
    told = said(review)["claim"]
    assert isinstance(told, dict)
    assert (told["text"], told["language"], told["claimed_on"], told["location"]) == (FLOOD, "vi", "2026-10-03", None)
    assert told["claimant"]["description"] == "một người dùng mạng xã hội"
    assert [each["url"] for each in told["appearances"]] == ["https://social.example/p/1"]
    assert said(review)["topics"] == []
    assert PublishedClaim.objects.get(pk=claim.pk).language == "vi"
    assert "Nháp" not in PublishedClaim.objects.get(pk=claim.pk).body


def test_review_of_the_claims_own_newsroom_says_what_its_draft_does(newsroom: Newsroom) -> None:
    claim = newsroom.publish_claim()
    change(claim)
    review = newsroom.publish_new(claim, language="en")
    assert "Nháp chưa ai duyệt." in str(said(review)["claim"])


def test_claim_that_was_corrected_is_told_anew_in_another_newsrooms_next_revision(newsroom, other):
    claim = newsroom.publish_claim()
    review = other.publish_new(claim)
    Claim.objects.filter(pk=claim.pk).update(text="Nước lũ ở Huế chưa tới mái chùa.")
    newsroom.open_correction(claim.reviews.get(newsroom=newsroom.publisher))
    newsroom.publish_review(claim.reviews.get(newsroom=newsroom.publisher))
    assert FLOOD in str(said(review)["claim"])
    other.correct_review(review, summary="Sai. Video quay năm 2020.")
    assert "Nước lũ ở Huế chưa tới mái chùa." in str(said(review)["claim"])


def test_claimant_is_described_anew_before_the_claims_newsroom_has_published_it(newsroom, other):
    named = Claimant.objects.create(
        newsroom=newsroom.publisher, type=Claimant.Type.PERSON, name="Người A", is_public_figure=True, confirmed=True
    )
    claim = newsroom.publish_claim()
    Claim.objects.filter(pk=claim.pk).update(claimant=named)
    newsroom.correct_review(claim.reviews.get(), summary="Sai. Video quay năm 2020.")
    Claimant.objects.filter(pk=named.pk).update(
        type="unnamed", is_public_figure=False, name="", description="một người dân"
    )
    review = other.make_review(claim)
    told = build_statement(Review.objects.get(pk=review.pk)).to_json_object()["claim"]["claimant"]
    assert (told["name"], told["description"]) == (None, "một người dân")


def test_claimant_whom_readers_see_stays_when_another_newsroom_erases(newsroom: Newsroom, other: Newsroom) -> None:
    claim = newsroom.publish_claim()
    theirs = other.publish_new(claim)
    change(claim)  # its draft names another claimant by now
    other.erase_review(theirs)
    review = make_newsroom("ba.example").make_review(claim)
    told = build_statement(Review.objects.get(pk=review.pk)).to_json_object()["claim"]["claimant"]
    assert told["description"] == "một người dùng mạng xã hội"


def test_claim_whose_newsroom_withdrew_it_stays_what_readers_see_in_others_reviews(newsroom, other):
    claim = newsroom.publish_claim()
    review = other.publish_new(claim)
    newsroom.withdraw_review(claim.reviews.get(newsroom=newsroom.publisher))
    change(claim)
    other.correct_review(review, summary="Sai. Video quay năm 2020.")
    assert FLOOD in str(said(review)["claim"])
    assert "Nháp" not in PublishedReview.objects.get(pk=review.pk).body


def test_name_in_a_claim_whose_newsroom_withdrew_it_goes_with_a_claim_of_ones_own(newsroom, other):
    claim = newsroom.publish_claim("Ông Nguyễn Văn A nói nước lũ đã tới mái chùa.")
    review = other.publish_new(claim)
    newsroom.withdraw_review(claim.reviews.get(newsroom=newsroom.publisher))
    other.correct_review(review, claim=other.make_claim(text="Nước lũ đã tới mái chùa."))
    assert "Nguyễn Văn A" not in PublishedReview.objects.get(pk=review.pk).body


def test_draft_of_a_claim_that_nobody_shows_any_more_is_not_submitted(newsroom: Newsroom, other: Newsroom) -> None:
    claim = newsroom.publish_claim()
    review = other.make_review(claim)
    newsroom.withdraw_review(claim.reviews.get(newsroom=newsroom.publisher))
    with refused("incomplete", "belongs to another newsroom and is no longer public"):
        workflow.submit(subject=review, by=other.reporter)


def test_change_of_another_newsrooms_draft_keeps_nobody_from_publishing(newsroom: Newsroom, other: Newsroom) -> None:
    claim = newsroom.publish_claim()
    review = other.make_review(claim)
    approval = workflow.submit(subject=review, by=other.reporter)
    change(claim)
    workflow.approve(proposal=approval, by=other.editor, digest=approval.digest)
    workflow.publish(proposal=waiting(review), by=other.editor)
    assert FLOOD in str(said(review)["claim"])
