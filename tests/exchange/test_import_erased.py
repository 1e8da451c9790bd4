"""What was erased or redacted here does not come back with its publisher's file."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from factcheck.editorial import workflow
from factcheck.editorial.models import ImportBatch, Review
from factcheck.record.models import PublishedReview
from tests.drafts import Newsroom, erase_review, make_newsroom


def run(newsroom: Newsroom, folder: Path, headline: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Imports one review with this headline and publishes what is to be published. Returns the counts."""
    file = folder / "reviews.jsonl"
    record = {
        "original_url": "https://lan.example/1",
        "headline": headline,
        "claim": {"text": "Đập đã vỡ."},
        "verdict": {"original": {"label": "Bịa đặt"}},
    }
    file.write_text(json.dumps(record) + "\n")
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
def test_erased_review_is_not_imported_again(
    database: str, redact: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newsroom = make_newsroom()
    assert run(newsroom, tmp_path, "Lan bịa chuyện", capsys) == "1 new, 0 unchanged, 0 changed, 0 refused."
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
        counts = run(newsroom, tmp_path, headline, capsys)
        assert counts == "0 new, 0 unchanged, 0 changed, 1 refused (erased_here 1)."
    assert PublishedReview.objects.get().status == "erased"
