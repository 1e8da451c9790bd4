"""Imported reviews that were given another newsroom's claim: what that newsroom has only drafted does not come in."""

from pathlib import Path

import pytest

from factcheck.editorial.models import Claim, Claimant, ImportBatch, Review
from factcheck.editorial.proposals import merge_policy, workflow
from tests.imports.own_records import bodies, publish, record, take
from tests.journeys.browser import signed_in
from tests.support.drafts import FLOOD, Newsroom, make_newsroom, waiting

DRAFT = "Nháp chưa ai duyệt."


@pytest.fixture
def theirs(newsroom: Newsroom, file: Path) -> Claim:
    """A claim of another newsroom, which withdraws its review of it and drafts something else."""
    take(file, record())
    workflow.return_(proposal=waiting(ImportBatch.objects.get()), by=newsroom.second, reason="Which claim?")
    other = make_newsroom("khac.example")
    claim = other.publish_claim()
    merge_policy.replace_claim(claim=Claim.objects.get(text="Claim 1."), replacement=claim, by=newsroom.editor)
    other.withdraw_review(claim.reviews.get(newsroom=other.publisher))
    Claim.objects.filter(pk=claim.pk).update(text=DRAFT)
    return claim


@pytest.mark.parametrize("changes", [{}, {"headline": "Mended"}])
def test_record_of_a_claim_that_nobody_shows_any_more_is_refused(newsroom, theirs, file, changes):
    assert take(file, record(**changes)) == "0 new, 0 unchanged, 0 changed, 1 refused (hidden_claim 1)."
    assert Review.objects.get(newsroom=newsroom.publisher).headline == "Headline 1"


def test_record_of_a_claim_that_its_newsroom_shows_says_what_is_public(newsroom, theirs, file):
    other = make_newsroom("ba.example")
    shown = other.publish_claim()
    Review.objects.filter(newsroom=newsroom.publisher).update(claim=shown)
    Claim.objects.filter(pk=shown.pk).update(text=DRAFT)
    assert take(file, record(headline="Mended")) == "1 new, 0 unchanged, 0 changed, 0 refused."
    publish()
    assert (bodies()[-1]["headline"], bodies()[-1]["claim"]["text"]) == ("Mended", FLOOD)


def test_imported_review_can_be_given_a_claim_of_its_newsroom_instead(newsroom: Newsroom, theirs: Claim) -> None:
    review = Review.objects.get(newsroom=newsroom.publisher)
    mine = newsroom.make_claim(text="Logged anew.")
    browser = signed_in(newsroom.editor).open(f"/admin/editorial/review/{review.pk}/change/")
    browser.fill(claim=mine.pk).press("Save and go on")
    approval = workflow.submit(subject=review, by=newsroom.editor)
    workflow.approve(proposal=approval, by=newsroom.chief, digest=approval.digest)
    workflow.publish(proposal=waiting(review), by=newsroom.chief)
    assert bodies()[-1]["claim"]["text"] == "Logged anew."
    assert (bodies()[-1]["headline"], bodies()[-1]["publisher"]["name"]) == ("Headline 1", "Other")


def test_import_page_shows_nothing_of_another_newsrooms_draft(newsroom: Newsroom, file: Path) -> None:
    """A review without a headline is named by its claim, which another newsroom may be changing."""
    take(file, record(headline=None))
    workflow.return_(proposal=waiting(ImportBatch.objects.get()), by=newsroom.second, reason="Which claim?")
    claim = make_newsroom("khac.example").publish_claim()
    merge_policy.replace_claim(claim=Claim.objects.get(text="Claim 1."), replacement=claim, by=newsroom.editor)
    Claim.objects.filter(pk=claim.pk).update(text=DRAFT)
    Claimant.objects.filter(pk=claim.claimant_id).update(description="nháp về người nói")
    take(file, record(headline=None))
    batch = ImportBatch.objects.latest("pk")
    assert batch.proposal is not None
    editor = signed_in(newsroom.second)
    for path in (
        f"/admin/editorial/importbatch/{batch.pk}/change/",
        f"/admin/editorial/proposal/{batch.proposal.pk}/approve/",
    ):
        text = editor.open(path).text
        assert FLOOD in text
        assert DRAFT not in text
        assert "nháp về người nói" not in text
