"""Erased and redacted reviews don't come back with its publisher's file."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from factcheck.editorial.models import Claim, Claimant, EditorialEvent, ImportBatch, Proposal, Publisher, Review
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.imports.importer import batches
from factcheck.imports.importer.record_import import Refused
from factcheck.imports.readers.results import Record
from factcheck.record.models import PublishedReview
from tests.imports.own_records import digest, publish, record, take, write
from tests.imports.reading import records
from tests.support.drafts import Newsroom, waiting
from tests.support.refusals import refused
from tests.support.waiting import begin_until_it_waits

URL, TEXT, WORDS, SPEAKER = "https://lan.example/1", "Đập đã vỡ.", "Bịa đặt", "Nguyễn Lan"


def own_line(headline: str) -> str:
    claim = {"text": TEXT, "claimant": {"type": "person", "name": SPEAKER}}
    verdict = {"original": {"label": WORDS}}
    return json.dumps({"original_url": URL, "headline": headline, "claim": claim, "verdict": verdict})


def claim_review(headline: str) -> str:
    review = {"@type": "ClaimReview", "url": URL, "headline": headline, "claimReviewed": TEXT}
    author = {"@type": "Person", "name": SPEAKER}
    return json.dumps(review | {"reviewRating": {"alternateName": WORDS}, "itemReviewed": {"author": author}})


def search_answer(headline: str) -> str:
    review = {"url": URL, "title": headline, "textualRating": WORDS}
    return json.dumps({"claims": [{"text": TEXT, "claimant": SPEAKER, "claimReview": [review]}]})


def row(headline: str) -> str:
    columns = "original_url,headline,claim.text,claim.claimant.type,claim.claimant.name,verdict.original.label"
    return f"{columns}\n{URL},{headline},{TEXT},person,{SPEAKER},{WORDS}\n"


def run(newsroom: Newsroom, folder: Path, content: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Imports one review and publishes what is to be published. Returns the counts."""
    file = folder / "reviews"
    file.write_text(content)
    before = ImportBatch.objects.count()
    call_command("import_reviews", str(file), by=newsroom.editor.username, refused=folder / "refused.jsonl")
    counts = capsys.readouterr().out.splitlines()[0]
    batch = ImportBatch.objects.latest("pk")
    if ImportBatch.objects.count() > before and batch.proposal:
        call_command("approve_import", batch.pk, by=newsroom.chief.username, digest=digest(batch))
        call_command("publish_import", batch.pk, by=newsroom.chief.username)
    capsys.readouterr()
    return counts


@pytest.mark.parametrize("redact", [pytest.param(False, marks=pytest.mark.prove), True])
@pytest.mark.parametrize("written", [own_line, claim_review, search_answer, row])
def test_erased_review_is_not_imported_again(newsroom, redact, written, tmp_path, capsys):
    """In no format; neither are its publisher and claimant."""
    assert run(newsroom, tmp_path, own_line("Lan bịa chuyện"), capsys) == "1 new, 0 unchanged, 0 changed, 0 refused."
    review = Review.objects.get()
    if redact:
        review_policy.open_correction(
            review=review,
            by=newsroom.editor,
            change_class="substantive",
            note="Bài không còn nêu tên người đã nói điều này.",
        )
        Review.objects.update(headline="Có người bịa chuyện")
    newsroom.erase_review(review, redact=redact)
    for headline in ("Lan bịa chuyện", "Lan lại bịa chuyện"):
        counts = run(newsroom, tmp_path, written(headline), capsys)
        assert counts == "0 new, 0 unchanged, 0 changed, 1 refused (erased_here 1)."
    assert PublishedReview.objects.get().status == "erased"
    assert Publisher.objects.filter(site="lan.example").exists() == Claimant.objects.exists() == redact


def test_import_beside_an_erasure_brings_no_name_back(newsroom: Newsroom, imported: Review, tmp_path: Path) -> None:
    """It began before the erasure was committed, and waits for the review that it holds."""
    erasure = review_policy.erase(review=imported, by=newsroom.editor, ground="law", notice="Xoá theo luật định.")
    batch = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="again")
    changed = record(headline="Changed")
    (found,) = records(write(tmp_path / "again.jsonl", changed))
    assert isinstance(found, Record)
    incoming = found

    with transaction.atomic():
        workflow.approve(proposal=erasure, by=newsroom.chief, digest=erasure.digest)
        outcomes = begin_until_it_waits(
            lambda: batches.add_to_batch(batch=batch, by=newsroom.editor, records=[incoming])
        )
    (outcome,) = outcomes.result(timeout=30)
    assert isinstance(outcome, Refused)
    assert outcome.code == "erased_here"
    assert not Claimant.objects.exists()


def test_reason_of_a_returned_import_is_in_no_event(newsroom: Newsroom, tmp_path: Path) -> None:
    """An erasure empties the events of the review, and knows of no other; the approvals keep the reason until then."""
    take(tmp_path / "reviews.jsonl", record())
    workflow.return_(proposal=waiting(ImportBatch.objects.get()), by=newsroom.second, reason="Ann Other is private.")
    assert EditorialEvent.objects.get(action="import.returned").detail == {}
    assert set(Proposal.objects.values_list("message", flat=True)) == {"Ann Other is private."}


@pytest.mark.parametrize(("public", "held"), [(False, Claim), (True, Claim), (True, Review)])
def test_import_holds_the_claims_that_it_changes_in_their_order(newsroom, tmp_path, public, held):
    """Before its reviews, drafts or public, like everybody else."""
    take(tmp_path / "reviews.jsonl", record(1), record(2))
    if public:
        publish()
    else:
        workflow.take_back(proposal=waiting(ImportBatch.objects.get()), by=newsroom.editor)
    first, last = Claim.objects.order_by("pk")
    number = int(Review.objects.get(claim=last).headline.removeprefix("Headline "))
    changed = [record(each, headline=f"Changed {each}") for each in (number, 3 - number)]
    batch = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="again")
    incoming = [found for found in records(write(tmp_path / "again.jsonl", *changed)) if isinstance(found, Record)]
    with transaction.atomic():
        held._default_manager.select_for_update().get(**{"pk" if held is Claim else "claim": first.pk})
        outcomes = begin_until_it_waits(lambda: batches.add_to_batch(batch=batch, by=newsroom.editor, records=incoming))
        free = len(Claim.objects.select_for_update(skip_locked=True))
        if held is Claim:
            assert (free, len(Review.objects.select_for_update(nowait=True))) == (2, 2)
        else:
            assert free == 0
    assert outcomes.result(timeout=30) == ["changed" if public else "new"] * 2


def returned_once(newsroom: Newsroom, file: Path) -> Review:
    """A published review whose import was returned before with a message that names the claimant."""
    take(file, record())
    workflow.return_(proposal=waiting(ImportBatch.objects.get()), by=newsroom.second, reason="Ann Other is private.")
    take(file, record())
    publish()
    return Review.objects.get()


def test_message_of_a_returned_import_is_erased_with_the_review(newsroom: Newsroom, file: Path) -> None:
    review = returned_once(newsroom, file)
    assert Proposal.objects.filter(kind="import", message__contains="Ann Other").count() == 1
    newsroom.erase_review(review)
    assert set(Proposal.objects.values_list("message", flat=True)) == {""}


def test_erasure_that_leaves_the_message_of_an_import_is_refused(newsroom: Newsroom, file: Path) -> None:
    review = returned_once(newsroom, file)
    erasure = review_policy.erase(review=review, by=newsroom.editor, ground="law", notice="Xoá theo luật định.")
    with pytest.raises(IntegrityError, match="what it erases is still kept"), transaction.atomic():
        workflow.approve(proposal=erasure, by=newsroom.chief, digest=erasure.digest)
        Proposal.objects.filter(kind="import", decision="returned").update(message="Ann Other is private.")


def test_erasure_waits_for_an_import_that_is_being_submitted(newsroom: Newsroom, imported: Review, file: Path) -> None:
    """The erasure takes the digests of what the review said, and nobody could check the import afterwards."""
    batch = batches.begin_import(newsroom=newsroom.publisher, by=newsroom.editor, files="again")
    (found,) = records(write(file, record(headline="Changed")))
    assert isinstance(found, Record)
    batches.add_to_batch(batch=batch, by=newsroom.editor, records=[found])
    workflow.return_(proposal=batch.members.get(), by=newsroom.second, reason="Not yet.")
    erasure = review_policy.erase(
        review=Review.objects.get(), by=newsroom.second, ground="law", notice="Xoá theo luật."
    )
    with transaction.atomic():
        assert batches.submit_import(batch=batch, by=newsroom.editor)
        approving = begin_until_it_waits(
            lambda: workflow.approve(proposal=erasure, by=newsroom.chief, digest=erasure.digest)
        )
    with refused("undecided"):
        approving.result(timeout=30)
