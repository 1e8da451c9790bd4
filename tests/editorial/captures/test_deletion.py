"""An erasure deletes captures with their files and texts, and the nightly task deletes what nothing uses."""

import os
import shutil
from pathlib import Path

from factcheck.editorial.captures.deletion import delete_unused_captures
from factcheck.editorial.captures.rights import restore_public_files, set_public
from factcheck.editorial.drafts.discarding import delete_discarded, discard_draft
from factcheck.editorial.models import Capture, Review
from factcheck.editorial.proposals import workflow
from tests.editorial.test_discarding import make_old
from tests.editorial.test_erased_text import dump
from tests.support.drafts import Newsroom
from tests.support.evidence import MOMENT, age, finish, make_capture, names_in

WORD = "Quỳzạtẽ"
PAGE = f"<html>{WORD}</html>".encode()


def make_captured(newsroom: Newsroom) -> Review:
    """A published review whose sources and appearance have public captures full of the word."""
    review = newsroom.make_review()
    rows = [*review.sources.all(), review.claim.appearances.get()]
    for number, row in enumerate(rows):
        capture = make_capture(newsroom, url=f"https://x.example/{WORD}/{number}")
        row.capture = finish(capture, PAGE + bytes([number]), text=WORD, title=WORD, publisher_name=WORD)
        row.no_capture_reason = ""
        row.save()
        set_public(capture=row.capture, by=newsroom.editor, public=True)
    newsroom.publish_review(review)
    return review


def texts_in(folder: Path) -> str:
    return "".join(file.read_bytes().decode(errors="replace") for file in folder.rglob("*") if file.is_file())


def test_erasure_leaves_nothing_in_the_storage_or_the_database(newsroom: Newsroom, storage: Path) -> None:
    review = make_captured(newsroom)
    # A source of an older revision only.
    review.sources.filter(position=1).update(title="Nguồn khác")
    newsroom.open_correction(review)
    review.sources.filter(position=1).update(capture=None, no_capture_reason="Trang đã đổi.")
    newsroom.publish_review(review)
    assert WORD in texts_in(storage)
    assert WORD in dump()
    assert len(names_in(storage)) == 3 + 2
    newsroom.erase_review(review)
    assert names_in(storage) == []
    assert WORD not in dump()
    assert Capture.objects.count() == 0


def test_redaction_keeps_only_what_the_draft_still_uses(newsroom: Newsroom, storage: Path) -> None:
    review = make_captured(newsroom)
    newsroom.open_correction(review, headline="Đoạn phim là của năm 2020")
    review.sources.filter(position=0).update(capture=None, no_capture_reason="Trang đã đổi.")
    newsroom.erase_review(review, redact=True)
    kept = Capture.objects.values_list("pk", flat=True)
    assert len(kept) == 2
    assert names_in(storage) == sorted(f"captures/{pk}.warc.gz" for pk in kept)


def test_capture_of_another_review_stays(newsroom: Newsroom, storage: Path) -> None:
    review = make_captured(newsroom)
    other = newsroom.make_review(newsroom.make_claim())
    shared = review.sources.all()[0].capture
    other.sources.filter(position=0).update(capture=shared, no_capture_reason="")
    newsroom.publish_review(other)
    other.sources.filter(position=0).update(capture=None)  # only its published revision cites the capture now
    newsroom.erase_review(review)
    assert list(Capture.objects.all()) == [shared]
    assert len(names_in(storage)) == 2  # the capture and its public copy


def test_nightly_task_deletes_what_nothing_uses(newsroom: Newsroom, storage: Path) -> None:
    review = make_captured(newsroom)
    before = names_in(storage)
    never_used, deleted_draft = finish(make_capture(newsroom)), finish(make_capture(newsroom))
    draft = newsroom.make_review(newsroom.make_claim())
    draft.sources.filter(position=0).update(capture=deleted_draft)
    draft.delete()
    fresh = finish(make_capture(newsroom))
    for capture in (never_used, deleted_draft):
        Capture.objects.filter(pk=capture.pk).update(is_public=False)
    for folder in ("captures", "public/captures"):
        (storage / folder / "left-behind.html").write_bytes(b"x")
        os.utime(storage / folder / "left-behind.html", (MOMENT.timestamp(), MOMENT.timestamp()))
    (storage / "captures" / "just-written.html").write_bytes(b"x")
    age(never_used, deleted_draft, days=2)
    delete_unused_captures()
    shutil.rmtree(storage / "public")  # as after a restored backup
    restore_public_files()
    assert names_in(storage) == sorted([*before, fresh.file.name, "captures/just-written.html"])
    newsroom.correct_review(review, headline="Đoạn phim là của năm 2020")


def test_restored_state_and_discarded_correction_keep_the_capture(newsroom: Newsroom, storage: Path) -> None:
    review = make_captured(newsroom)
    captures = [row.capture_id for row in review.sources.all()]
    newsroom.open_correction(review)
    review.sources.filter(position=0).update(title="Nguồn khác")
    discard_draft(draft=Review.objects.get(pk=review.pk), by=newsroom.reporter)
    assert [row.capture_id for row in review.sources.all()] == captures


def test_draft_that_was_thrown_away_takes_its_captures_along(newsroom: Newsroom, storage: Path) -> None:
    for submitted in (False, True):
        draft = newsroom.make_review(newsroom.make_claim())
        draft.sources.filter(position=0).update(capture=finish(make_capture(newsroom)))
        if submitted:
            proposal = workflow.submit(subject=draft, by=newsroom.reporter)
            workflow.return_(proposal=proposal, by=newsroom.editor, reason="Thêm nguồn.")
        discard_draft(draft=Review.objects.get(pk=draft.pk), by=newsroom.reporter)
        make_old(draft)
    delete_discarded()
    age(*Capture.objects.all(), days=2)
    delete_unused_captures()
    assert (Capture.objects.count(), names_in(storage)) == (0, [])
