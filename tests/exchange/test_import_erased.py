"""What was erased or redacted here does not come back with its publisher's file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from factcheck.editorial import workflow
from factcheck.editorial.models import Claimant, ImportBatch, Publisher, Review
from factcheck.record.models import PublishedReview
from tests.drafts import Newsroom, erase_review, make_newsroom

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
    if ImportBatch.objects.count() > before and batch.digest:
        call_command("approve_import", batch.pk, by=newsroom.chief.username, digest=batch.digest)
        call_command("publish_import", batch.pk, by=newsroom.chief.username)
    capsys.readouterr()
    return counts


@pytest.mark.parametrize("redact", [False, True])
@pytest.mark.parametrize("written", [own_line, claim_review, search_answer, row])
def test_erased_review_is_not_imported_again(
    database: str,
    redact: bool,
    written: Callable[[str], str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In no format; neither are its publisher and claimant."""
    newsroom = make_newsroom()
    assert run(newsroom, tmp_path, own_line("Lan bịa chuyện"), capsys) == "1 new, 0 unchanged, 0 changed, 0 refused."
    review = Review.objects.get()
    if redact:
        workflow.open_correction(
            review=review,
            by=newsroom.editor,
            change_class="substantive",
            note="Bài không còn nêu tên người đã nói điều này.",
        )
        Review.objects.update(headline="Có người bịa chuyện")
    erase_review(newsroom, review, redact=redact)
    for headline in ("Lan bịa chuyện", "Lan lại bịa chuyện"):
        counts = run(newsroom, tmp_path, written(headline), capsys)
        assert counts == "0 new, 0 unchanged, 0 changed, 1 refused (erased_here 1)."
    assert PublishedReview.objects.get().status == "erased"
    assert Publisher.objects.filter(site="lan.example").exists() == Claimant.objects.exists() == redact
