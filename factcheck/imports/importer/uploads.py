"""Sheets that members upload at the desk: the dry run, the import in the worker, and its undoing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from factcheck.clean_room.door import decode
from factcheck.clean_room.refusal import NotDecoded
from factcheck.clean_room.table_decoder import MAX_COLUMNS, MAX_ROWS
from factcheck.editorial.board import cards
from factcheck.editorial.captures.uploads import clean_room_needed
from factcheck.editorial.drafts.discarding import DISCARDED
from factcheck.editorial.errors import Incomplete, TooLarge, UnreadableFile, WrongState
from factcheck.editorial.events import record_events
from factcheck.editorial.file_quotas import require_room_for_text
from factcheck.editorial.models import Claim, ImportBatch, Publisher, Review, TopicLabel, User
from factcheck.editorial.proposals import workflow
from factcheck.editorial.proposals.import_policy import close_import, lock_batch, submit_batch
from factcheck.imports.importer.batches import add_to_batch, begin_import
from factcheck.imports.importer.draft_rows import Rows
from factcheck.imports.importer.record_import import Refused
from factcheck.imports.importer.references import References
from factcheck.imports.readers.chunks import read_chunks
from factcheck.imports.readers.results import Problem, Record
from factcheck.imports.readers.sheets import NAMES, Row, Words, find_header, fold, guess_columns, read_rows

MAX_SHEET = 20 * 1024**2  # bytes of an uploaded file
CHUNK = 500  # rows of a transaction. The page shows the progress after each.
Step = ImportBatch.Step


def receive(*, newsroom: int, by: User, name: str, body: bytes, language: str) -> ImportBatch:
    """Store what the clean room reads in the file, and begin the dry run if all columns are known."""
    require_room_for_text(len(body), by=by, newsroom=newsroom)
    try:
        with clean_room_needed():
            sheet = decode("table", body)
        if not all(isinstance(text, str) for text in chain([sheet.get("text", "")], *sheet.get("rows", ()))):
            raise NotDecoded
    except NotDecoded as problem:
        raise UnreadableFile(_("This file can’t be read. Save it as .xlsx or CSV, and try again.")) from problem
    if sheet.get("cut"):
        most = {"rows": MAX_ROWS, "columns": MAX_COLUMNS}
        raise TooLarge(_("The sheet has more than %(rows)s rows or %(columns)s columns. Split it.") % most)
    batch = begin_import(newsroom=Publisher.objects.get(pk=newsroom), by=by, files=name)
    header = (rows := sheet.get("rows") or [[]])[find_header(rows)]
    columns = guess_columns(header)
    batch.sheet = sheet | {"columns": columns, "language": language}
    is_known = (
        "text" in sheet or "claim.text" in columns and all(map(bool.__le__, map(bool, header), map(bool, columns)))
    )
    start(batch, Step.CHECKING if is_known else Step.COLUMNS)
    return batch


def start(batch: ImportBatch, step: Step) -> None:
    """Begin a step. A stopped import goes on."""
    batch.outcomes = batch.outcomes if batch.step == Step.STOPPED else []
    batch.step = step
    batch.save()
    if step in (Step.CHECKING, Step.IMPORTING):
        app.configure_task("imports.run_upload", lock=f"upload {batch.pk}").defer(batch=batch.pk)


@transaction.atomic
def undo(batch: ImportBatch, by: User) -> None:
    """Return the import, throw its new drafts away, and delete its claims to check that nobody has worked on."""
    batch = lock_batch(batch.pk)
    proposal = close_import(batch=batch, by=by) if batch.members.exists() else None
    if proposal and proposal.decision:
        raise WrongState(_("This import has already been decided on, so it can’t be undone."))
    if proposal and by.pk == proposal.submitted_by_id:
        workflow.take_back(proposal=proposal, by=by)
    elif proposal:
        workflow.return_(proposal=proposal, by=by, reason=str(_("The import was undone.")))
    drafts = Review.objects.filter(proposals__batch=batch, state="draft", change_class="")
    logged = Claim.objects.filter(pk__in=[told[4] for told in batch.outcomes if told[4]], version=1, reviews=None)
    acts: list[Any] = [("review.discarded", pk, {}) for pk in drafts.values_list("pk", flat=True)]
    acts += [("claim.removed", pk, {}) for pk in logged.values_list("pk", flat=True)]
    drafts.update(state=DISCARDED, import_key=None, import_digest="")
    logged.delete()
    record_events(by, batch.newsroom_id, acts)
    forget(ImportBatch.objects.filter(pk=batch.pk))


@app.task(name="imports.run_upload")
def run_upload(batch: int) -> None:
    """Check or import the rest of the sheet. If the worker is killed, the next one continues after the last chunk."""
    begun = ImportBatch.objects.select_related("newsroom").get(pk=batch)
    rest, seen = islice(_rows(begun), len(begun.outcomes), None), dict[str, str]()
    try:
        while _take(batch, list(islice(rest, CHUNK)), seen):
            pass
    except Exception:  # the person sees that it has stopped, and the operator sees the failed job
        ImportBatch.objects.filter(pk=batch, step=Step.IMPORTING).update(step=Step.STOPPED)
        raise


def _rows(batch: ImportBatch) -> Iterator[Row]:
    sheet: Any = batch.sheet
    if "rows" in sheet:
        slugs = TopicLabel.objects.values_list("label", "topic__slug")
        words = Words(sheet["language"], {fold(label): slug for label, slug in slugs})
        yield from read_rows(sheet["rows"], sheet["columns"], batch.newsroom.site, words)
        return
    with NamedTemporaryFile() as file:
        Path(file.name).write_text(sheet["text"], encoding="utf-8")
        for chunk, _done in read_chunks(Path(file.name), sheet["language"]):
            yield from ((result, {}) for result, _node in chunk)


@transaction.atomic
def _take(pk: int, rows: Sequence[Row], seen: dict[str, str]) -> bool:
    """Import a chunk, or end the step if no rows are left. Return False if nothing is left to do.

    A dry run takes each chunk back. `seen` has the digests of its records, which a later chunk doesn't find.
    """
    batch = lock_batch(pk)
    if batch.step not in (Step.CHECKING, Step.IMPORTING):
        return False  # the person has stopped it
    if not rows:
        is_dry, batch.step = batch.step == Step.CHECKING, Step.CHECKED if batch.step == Step.CHECKING else Step.DONE
        batch.save()
        if not is_dry and batch.members.exists():
            counts = Counter(told[1] for told in batch.outcomes)
            submit_batch(
                batch, batch.imported_by, "submitted", unchanged=counts["unchanged"], refused=counts["refused"]
            )
        return False
    with transaction.atomic():
        told = _import(batch, rows, seen)
        transaction.set_rollback(batch.step == Step.CHECKING)
    batch.outcomes += told
    batch.save()
    return True


def _import(batch: ImportBatch, rows: Sequence[Row], seen: dict[str, str]) -> list[Any]:
    """Return the outcome of each row (`ImportBatch.outcomes`)."""
    records = [result for result, _card in rows if isinstance(result, Record)]
    found = iter(add_to_batch(batch=batch, by=batch.imported_by, records=records) if records else [])
    told: list[Any] = []
    claims: list[tuple[list[Any], Record, dict[str, Any]]] = []
    for result, card in rows:
        outcome, title, reasons = "refused", "", list(getattr(result, "problems", ()))
        if isinstance(result, Record):
            title, reasons, done = result.data.claim.text[:200], list(result.dropped), next(found)
            outcome = done if isinstance(done, str) else done.code
            if outcome in ("new", "changed") and seen.setdefault(result.key, result.digest) is not result.digest:
                outcome = "unchanged"
            if isinstance(done, Refused) and done.code != "own_newsroom":
                outcome, reasons = "refused", [Problem("", done.code, str(done.detail))]
        told.append([result.position.line, outcome, title, reasons, None])
    return told


def forget(batches: Any) -> None:
    batches.update(sheet=None, outcomes=[], step="")
