"""Claims at the desk: their appearances, what is under way, what can be deleted."""

import pytest

from factcheck.editorial.models import Appearance, Claim, Review, Topic
from factcheck.editorial.proposals import review_policy, workflow
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom

pytestmark = pytest.mark.one_database


def test_claim_knows_its_newsroom_and_who_logged_it(newsroom: Newsroom, database: str) -> None:
    topic = Topic.objects.create(slug="floods")
    topic.labels.create(language="vi", label="Lũ lụt")
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Một câu.", language="vi", topics=topic.pk, appearances__0__media_sha256="ABC").press("Save")
    assert "Enter the SHA-256 hash as 64 characters from 0–9 and a–f." in lan.text
    lan.fill(appearances__0__media_sha256="a" * 64, appearances__0__url="https://a.example/_/ạ").press("Save")
    claim = Claim.objects.get()
    assert (claim.newsroom, claim.logged_by, claim.topics.get()) == (newsroom.publisher, newsroom.reporter, topic)
    assert claim.appearances.get().media_sha256 == "a" * 64


def test_second_first_appearance_is_refused_and_what_was_typed_stays(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/")
    lan.add_row("appearances")
    lan.fill(text="Nước lũ ngập cả mái chùa.", appearances__1__url="https://social.example/p/2")
    lan.fill(appearances__1__first=True).press("Save")
    assert "Only one appearance can be marked as the first." in lan.text
    assert lan.value("text") == "Nước lũ ngập cả mái chùa."
    assert claim.appearances.get().url == "https://social.example/p/1"
    lan.fill(appearances__0__first=False).press("Save")
    assert claim.appearances.get(first=True).url == "https://social.example/p/2"


def test_first_appearance_moves_whatever_the_order_of_the_rows(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    page = f"/admin/editorial/claim/{claim.pk}/change/"
    later = Appearance.objects.create(claim=claim, url="https://social.example/p/2")
    lan = signed_in(newsroom.reporter).open(page)
    claim.appearances.update(first=False)
    Appearance.objects.filter(pk=later.pk).update(first=True)  # another window meanwhile
    lan.press("Save")
    assert claim.appearances.get(first=True).url == "https://social.example/p/1"
    lan.open(page).fill(appearances__0__DELETE=True, appearances__1__first=True).press("Save")
    assert list(claim.appearances.values_list("url", "first")) == [("https://social.example/p/2", True)]


def test_claim_under_way_is_warned_of_and_kept(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{review.claim_id}/change/")
    assert "A review of this claim has been submitted or approved." in lan.text
    assert "Video nước lũ là của năm 2020 (waiting for approval, vi)" in lan.text
    assert not lan.has_link("Delete")
    assert lan.open(f"/admin/editorial/claim/{review.claim_id}/delete/").status == 403
    spare = newsroom.make_claim()
    lan.open(f"/admin/editorial/claim/{spare.pk}/change/").follow("Delete").press("Yes, I’m sure")
    assert not Claim.objects.filter(pk=spare.pk).exists()


def test_claim_that_readers_see_is_not_deleted(newsroom: Newsroom, live: Review) -> None:
    claim = live.claim
    review_policy.open_correction(review=live, by=newsroom.reporter, change_class="update", note="Gộp.")
    Review.objects.update(claim=newsroom.make_claim(text="Nhận định khác."))
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/")
    assert not lan.has_link("Delete")
    assert lan.open(f"/admin/editorial/claim/{claim.pk}/delete/").status == 403
