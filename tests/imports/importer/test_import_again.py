"""Importing again: what is unchanged, what becomes a correction, and what editors decided meanwhile."""

from datetime import date
from pathlib import Path

import pytest

from factcheck.editorial import claimants
from factcheck.editorial.models import (
    Claim,
    Claimant,
    EditorialEvent,
    ImportBatch,
    Proposal,
    RatingScale,
    Review,
    Topic,
)
from factcheck.editorial.proposals import import_policy, merge_policy, review_policy, workflow
from factcheck.record.models import LogEntry
from tests.imports.own_records import bodies, digest, publish, record, take
from tests.support.drafts import Newsroom, waiting


def test_waiting_import_is_not_overwritten(newsroom: Newsroom, file: Path) -> None:
    take(file, record())
    assert take(file, record()) == "0 new, 1 unchanged, 0 changed, 0 refused."
    assert take(file, record(headline="Other")) == "0 new, 0 unchanged, 0 changed, 1 refused (in_hand 1)."
    assert Review.objects.get().headline == "Headline 1"
    assert ImportBatch.objects.count() == 1


def test_changed_record_becomes_a_pending_correction(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1, sources=[{"url": "https://a.example/"}]), record(2))
    publish()
    changed = record(1, headline="New headline", sources=[{"url": "https://b.example/"}], authors=[{"name": "Bo"}])
    assert take(file, changed, record(2)) == "0 new, 1 unchanged, 1 changed, 0 refused."
    assert [body["headline"] for body in bodies()] == ["Headline 1", "Headline 2"]
    review = Review.objects.get(headline="New headline")
    assert (review.state, review.change_class) == ("submitted", "update")
    assert publish() == "1 reviews published."
    body = bodies()[-1]
    assert (body["headline"], body["authors"]) == ("New headline", [{"name": "Bo"}])
    assert [source["url"] for source in body["sources"]] == ["https://b.example/"]
    assert body["revision"]["kind"] == "update"
    assert body["corrections"][0]["note"] == "The publisher's page has changed since it was imported."
    assert take(file, changed, record(2)) == "0 new, 2 unchanged, 0 changed, 0 refused."


def test_note_of_a_changed_record_is_in_the_reviews_language(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1, language="vi-VN"), record(2, language="fr"))
    publish()
    take(file, record(1, language="vi-VN", headline="Tiêu đề mới"), record(2, language="fr", headline="Nouveau titre"))
    publish()
    assert [body["corrections"][0]["note"] for body in bodies()[-2:]] == [
        "Trang gốc của đơn vị xuất bản đã thay đổi so với lần dẫn lại trước.",
        "The publisher's page has changed since it was imported.",
    ]


def test_change_of_what_is_not_carried_is_no_correction(imported: Review, file: Path) -> None:
    same = record(verdict={"value": 3, "original": {"label": "Falso", "value": "1"}})
    assert take(file, same) == "0 new, 1 unchanged, 0 changed, 0 refused."
    assert Review.objects.get().state == "published"
    assert not ImportBatch.objects.exclude(proposals__kind="import").exists()


def test_correction_at_the_desk_is_not_overwritten(newsroom: Newsroom, imported: Review, file: Path) -> None:
    review_policy.open_correction(review=imported, by=newsroom.editor, change_class="typo", note="A letter.")
    assert take(file, record(headline="Other")) == "0 new, 0 unchanged, 0 changed, 1 refused (in_hand 1)."
    assert take(file, record()) == "0 new, 1 unchanged, 0 changed, 0 refused."


def test_withdrawn_review_stays_withdrawn(newsroom: Newsroom, imported: Review, file: Path) -> None:
    approval = review_policy.withdraw(review=imported, by=newsroom.editor, reason="Wrong.")
    workflow.approve(proposal=approval, by=newsroom.second, digest=approval.digest)
    assert take(file, record(headline="Other")) == "0 new, 0 unchanged, 0 changed, 1 refused (withdrawn_here 1)."
    assert take(file, record()) == "0 new, 1 unchanged, 0 changed, 0 refused."


def test_returned_import_comes_in_again(newsroom: Newsroom, file: Path) -> None:
    take(file, record(1), record(2))
    workflow.return_(proposal=waiting(ImportBatch.objects.get()), by=newsroom.second, reason="Languages are missing.")
    assert set(Review.objects.values_list("state", flat=True)) == {"draft"}
    assert Proposal.objects.filter(kind="review", message="Languages are missing.").count() == 2
    assert take(file, record(1, headline="Mended"), record(2)) == "2 new, 0 unchanged, 0 changed, 0 refused."
    assert publish() == "2 reviews published."
    assert [body["headline"] for body in bodies()] == ["Mended", "Headline 2"]
    assert LogEntry.objects.count() == 2


def stale(newsroom: Newsroom) -> None:
    """The newest import is approved, and then its claimant described, so that it cannot be published."""
    batch = ImportBatch.objects.latest("pk")
    workflow.approve(proposal=waiting(batch), by=newsroom.second, digest=digest(batch))
    claimants.redact_claimant(claimant=Claimant.objects.get(), by=newsroom.editor, description="a private person")
    assert import_policy.publish_import(batch=batch, by=newsroom.second) == 0
    Claimant.objects.update(type="person", name="Ann Other", description="", confirmed=False)


def returned(newsroom: Newsroom) -> None:
    workflow.return_(proposal=waiting(ImportBatch.objects.latest("pk")), by=newsroom.second, reason="Which headline?")


@pytest.mark.parametrize("put_back", [returned, stale])
def test_correction_that_was_put_back_comes_in_again(newsroom, imported, file, put_back):
    second = record(headline="Second")
    for row in (second, second, record(headline="Third")):
        assert take(file, row) == "0 new, 0 unchanged, 1 changed, 0 refused."
        put_back(newsroom)
        review = Review.objects.get()
        assert (review.state, review.headline) == ("draft", row["headline"])
    assert take(file, record()) == "0 new, 1 unchanged, 0 changed, 0 refused."
    review = Review.objects.get()
    assert (review.state, review.headline) == ("published", "Headline 1")
    assert (review.change_class, review.change_note) == ("", "")
    take(file, record(headline="Fourth"))
    publish()
    (body,) = bodies()
    assert (body["headline"], body["revision"]["note"]) == (
        "Fourth", "The publisher's page has changed since it was imported."
    )  # fmt: skip


def test_correction_that_was_put_back_and_saved_at_the_desk_is_not_overwritten(
    newsroom: Newsroom, imported: Review, file: Path
) -> None:
    take(file, record(headline="Second"))
    returned(newsroom)
    review = Review.objects.get()
    review.summary = "By hand."
    review.save()
    assert take(file, record(headline="Third")) == "0 new, 0 unchanged, 0 changed, 1 refused (in_hand 1)."
    assert take(file, record(headline="Second")) == "0 new, 1 unchanged, 0 changed, 0 refused."
    assert Review.objects.get().summary == "By hand."


def test_correction_opened_at_the_desk_after_one_was_put_back_is_not_overwritten(newsroom, imported, file):
    take(file, record(headline="Second"))
    returned(newsroom)
    take(file, record())
    review = Review.objects.get()
    review_policy.open_correction(review=review, by=newsroom.editor, change_class="typo", note="A letter.")
    assert take(file, record(headline="Third")) == "0 new, 0 unchanged, 0 changed, 1 refused (in_hand 1)."
    assert Review.objects.get().change_note == "A letter."


@pytest.mark.parametrize("put_back", [returned, stale])
def test_claim_that_the_desk_mended_is_not_overwritten(newsroom, imported, file, put_back):
    take(file, record(headline="Second"))
    put_back(newsroom)
    claim = Claim.objects.get()
    claim.claimed_on = date(2026, 10, 3)
    claim.save()
    assert take(file, record(headline="Third")) == "0 new, 0 unchanged, 1 changed, 0 refused."
    assert Claim.objects.get().claimed_on == date(2026, 10, 3)


def test_verdict_by_hand_stays_when_the_publisher_takes_other_words_back(
    newsroom: Newsroom, imported: Review, file: Path
) -> None:
    review = Review.objects.get()
    review_policy.open_correction(review=review, by=newsroom.editor, change_class="update", note="On our scale.")
    review.refresh_from_db()
    review.verdict = RatingScale.objects.get().verdicts.get(slug="false")
    review.save()
    approval = workflow.submit(subject=review, by=newsroom.editor)
    workflow.approve(proposal=approval, by=newsroom.second, digest=approval.digest)
    workflow.publish(proposal=waiting(review), by=newsroom.second)
    assert take(file, record(verdict={"original": {"label": "Errado", "value": "1"}})) == (
        "0 new, 0 unchanged, 1 changed, 0 refused."
    )
    returned(newsroom)
    assert take(file, record()) == "0 new, 1 unchanged, 0 changed, 0 refused."
    review = Review.objects.get()
    assert (review.state, review.verdict and review.verdict.slug, review.original_label) == (
        "published", "false", "Falso"
    )  # fmt: skip
    assert EditorialEvent.objects.get(action="correction.closed").subject == str(review.pk)


def test_draft_in_hand_is_not_closed_for_an_import_that_was_returned_long_ago(newsroom: Newsroom, file: Path) -> None:
    take(file, record())
    returned(newsroom)
    take(file, record())
    publish()
    review = Review.objects.get()
    review_policy.open_correction(review=review, by=newsroom.editor, change_class="typo", note="A letter.")
    # As opened before correcting set `changed_at`.
    Review.objects.update(changed_at=review.created_at)
    assert take(file, record(headline="Second")) == "0 new, 0 unchanged, 0 changed, 1 refused (in_hand 1)."
    assert Review.objects.get().change_note == "A letter."


def test_claim_that_the_desk_gave_instead_is_not_overwritten(newsroom: Newsroom, file: Path) -> None:
    take(file, record())
    returned(newsroom)
    theirs = newsroom.make_claim(text="Logged by a colleague.")
    theirs.topics.add(Topic.objects.create(slug="floods"))
    appearance = theirs.appearances.get()
    merge_policy.replace_claim(claim=Claim.objects.get(text="Claim 1."), replacement=theirs, by=newsroom.editor)
    assert take(file, record(headline="Mended")) == "1 new, 0 unchanged, 0 changed, 0 refused."
    claim = Claim.objects.get()
    assert (claim.text, claim.claimed_on, claim.claimant) == (theirs.text, theirs.claimed_on, theirs.claimant)
    assert [topic.slug for topic in claim.topics.all()] == ["floods"]
    assert list(claim.appearances.all()) == [appearance]
    publish()
    assert [(body["headline"], body["claim"]["text"]) for body in bodies()] == [("Mended", "Logged by a colleague.")]


def test_redacted_name_does_not_come_back(newsroom: Newsroom, imported: Review, file: Path) -> None:
    claimants.redact_claimant(claimant=Claimant.objects.get(), by=newsroom.editor, description="a private person")
    assert take(file, record()) == "0 new, 1 unchanged, 0 changed, 0 refused."
    assert take(file, record(headline="Other")) == "0 new, 0 unchanged, 1 changed, 0 refused."
    publish()
    assert bodies()[0]["claim"]["claimant"]["name"] is None
    assert bodies()[0]["claim"]["claimant"]["description"] == "a private person"


def test_changed_claim_is_noticed_by_a_form_that_was_opened_before(imported: Review, file: Path) -> None:
    before = Claim.objects.get()
    changed = {**record()["claim"], "location": "Huế"}
    assert take(file, record(claim=changed)) == "0 new, 0 unchanged, 1 changed, 0 refused."
    after = Claim.objects.get()
    assert (before.location, after.location) == ("", "Huế")
    assert after.changed_at > before.changed_at
