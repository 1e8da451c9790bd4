"""Sheets that members upload at the desk. The worker checks them, imports them, and undoes imports."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from factcheck.clean_room.refusal import NotDecoded
from factcheck.editorial import errors
from factcheck.editorial.board import cards
from factcheck.editorial.captures.uploads import decode_upload
from factcheck.editorial.events import record_events
from factcheck.editorial.file_quotas import require_room_for_text
from factcheck.editorial.models import Claim, Comment, ImportBatch, Incident, Job, Publisher, Review, User
from factcheck.editorial.people import roles
from factcheck.editorial.proposals import import_policy, workflow
from factcheck.imports.importer import batches, draft_rows, references
from factcheck.imports.importer.files import Listing, import_files
from factcheck.imports.readers import sheets
from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.record.statements.output import construct

KEPT = timedelta(days=14)
MAX_SHEET = 20 * 1024**2  # bytes of an uploaded file
CHUNK = 1000  # rows that are undone before the page shows the progress
# The worker's step after a button, and the steps in which the buttons of a sheet's page work.
WORK = {"check": "checking", "import": "importing", "undo": "undoing"}
_OPEN = ("columns", "checked")
BUTTONS = {"check": _OPEN, "import": ("checked",), "undo": ("done",), "discard": _OPEN, "stop": (*WORK.values(),)}


def receive(*, newsroom: int, by: User, file: Any, text: str = "") -> ImportBatch:
    """Store what the clean room reads in the file or the text. The person chooses the columns of a table next."""
    file = file or ContentFile(text.encode(), str(_("pasted rows")))
    require_room_for_text(file.size, by=by, newsroom=newsroom)
    try:
        found = decode_upload("table", file)
    except NotDecoded as problem:
        raise errors.UnreadableFile(_("This file can’t be read or is too large. Save it as .xlsx or CSV.")) from problem
    batch = batches.begin_import(newsroom=Publisher.objects.get(pk=newsroom), by=by, files=file.name)
    rows = [list(map(str, row)) for row in found["rows"]]  # hostile code can choose the answer
    columns = [*map(sheets.find_field, sheets.split_rows(rows)[1])]
    batch.sheet, batch.step = {"rows": rows, "text": str(found["text"]), "columns": columns}, "columns"
    batch.save()
    return batch


@transaction.atomic
def act(batch: ImportBatch, by: User, name: str, columns: list[str]) -> None:
    """Do what a button of the sheet's page says. `columns` has the field of each column, or ""."""
    if by.pk != batch.imported_by_id or batch.step not in BUTTONS.get(name, ()):
        raise errors.NotAllowed(_("Only the person who uploaded a sheet can do this, and only once. Reload the page."))
    if name == "discard":
        forget_old(batch.pk)
    elif name == "stop":
        app.job_manager.cancel_job_by_id(batch.sheet.get("job", 0), abort=True)
        _go_back(batch.pk, "stopped")
    else:
        job = app.configure_task("imports.run_upload", lock=f"upload {batch.pk}").defer(batch=batch.pk)
        if name == "check" and batch.sheet["rows"]:
            batch.sheet["columns"] = [key for key in columns if key in ("", *sheets.NAMES)]
        batch.sheet |= {"job": job, "before": batch.step, "problem": None}
        batch.step = WORK[name]
        batch.save()


@transaction.atomic
def _go_back(batch: int, problem: str) -> None:
    """Return to the step before the work. Leave a row alone that a worker has locked, because that worker goes back."""
    for row in ImportBatch.objects.select_for_update(skip_locked=True).filter(pk=batch, step__in=WORK.values()):
        row.step = row.sheet.get("before", "columns")
        row.sheet["problem"] = problem
        row.save()


def _show_progress(batch: ImportBatch, done: int, rows: int) -> None:
    """Show the count outside of the transaction, as the name of its connection. Raise an error if a person stops it."""
    roles.call_function("set_config", "application_name", f"upload {batch.pk}: {done} {rows}", True)
    if Job.objects.filter(pk=batch.sheet.get("job"), abort_requested=True).exists():
        raise errors.WrongState("stopped")


def progress_of(batch: ImportBatch) -> list[str]:
    """Return how many rows are done of how many, or the state of the job while no worker works on the sheet."""
    return str(roles.call_function("editorial_upload_progress", batch.pk, batch.sheet.get("job", 0))).split()


def _undo(batch: ImportBatch, by: User) -> None:
    """Take the import back, throw its new drafts away, and delete its claims to check that nobody has worked on."""
    if batch.proposal:
        workflow.take_back(proposal=batch.proposal, by=by)
    drafts = Review.objects.filter(proposals__batch=batch, state="draft", change_class="")
    logged = [told["claim"] for told in batch.outcomes if told["claim"]]
    claims = Claim.objects.filter(pk__in=logged, version=1, reviews=None)
    claims = claims.exclude(cards__changed_at__gt=batch.sheet["done_at"])
    for about in (Comment, Incident):
        worked_on: Any = about.objects.filter(claim__in=logged).values("claim")
        claims = claims.exclude(pk__in=worked_on)
    acts = [("review.discarded", draft.pk) for draft in drafts] + [("claim.removed", claim.pk) for claim in claims]
    for begin in range(0, len(acts), CHUNK):
        part = acts[begin : begin + CHUNK]
        ids = [pk for _action, pk in part]
        # Without the digest, a later import fills the drafts again.
        Review.objects.filter(pk__in=ids).update(state=Review.State.DISCARDED, import_digest="")
        Claim.objects.filter(pk__in=ids).delete()
        record_events(by, batch.newsroom_id, [(*each, {}) for each in part])
        _show_progress(batch, begin + len(part), len(acts))
    forget_old(batch.pk)


def forget_old(also: int = 0) -> None:
    """Delete the sheets whose import has been decided on, and old sheets. Delete imports without reviews too."""
    decided = models.Q(proposals__kind="import", proposals__decision__gt="") | models.Q(pk=also)
    old = ImportBatch.objects.exclude(sheet=None).filter(decided | models.Q(imported_at__lt=timezone.now() - KEPT))
    old.filter(proposals=None).delete()
    ImportBatch.objects.filter(pk__in=old).update(sheet=None, outcomes=[], step="")


@app.task(name="imports.run_upload")
def run_upload(batch: int) -> None:
    """Do the work of the step. If it fails or is stopped, nothing of it remains, and the page says why."""
    try:
        _run(batch)
    except Exception as problem:
        is_refusal = isinstance(problem, errors.EditorialError)
        _go_back(batch, str(problem) if is_refusal else type(problem).__name__)
        if not is_refusal:
            raise


@transaction.atomic
def _run(batch: int) -> None:
    """Check, import or undo the sheet, in one transaction. If the worker is killed, the next one begins again."""
    row = import_policy.lock_batch(batch)
    if row.step not in WORK.values():
        return  # an earlier job has done it, or a person has stopped it
    is_dry, table, by = row.step == "checking", row.sheet["rows"], row.imported_by
    rows = sum(map(any, table[1:]))
    _show_progress(row, 0, rows)
    if row.step == "undoing":
        _undo(row, by)
        return

    def tell(_bytes: int) -> None:
        _show_progress(row, outcomes.lines, rows)

    text, notes = sheets.to_csv(table, row.sheet["columns"], row.newsroom.site) if table else (row.sheet["text"], {})
    with TemporaryDirectory() as name, transaction.atomic():
        files = [Path(name, each) for each in ("sheet", "refused", "left-out", "outcomes")]
        files[0].write_text(text, encoding="utf-8")
        with Listing(files[1]) as refused, Listing(files[2]) as left_out, Listing(files[3]) as outcomes:
            import_files(files[:1], row, by, refused, left_out, outcomes=outcomes, progress=tell)
        own = [each for each in refused.read() if table and each["reasons"][0]["code"] == "own_newsroom"]
        claims = _log_claims(row, {each["line"]: construct(ImportedReview, each["record"]) for each in own})
        _assign(row, {UUID(claim): notes[line] for line, claim in claims.items() if claim})
        row.outcomes = outcomes.read()
        transaction.set_rollback(is_dry)
    for each in row.outcomes:
        each["claim"] = claims.get(each["line"])
        each["outcome"] = "claim" if each["claim"] else "unchanged" if each["line"] in claims else each["outcome"]
        each |= notes.get(each["line"], {"title": each["address"], "unread": {}})
    row.step, row.sheet["done_at"] = "checked" if is_dry else "done", timezone.now().isoformat()
    row.save()
    if not is_dry and row.members.exists():
        told = [each["outcome"] for each in row.outcomes]
        counts = {outcome: told.count(outcome) for outcome in ("unchanged", "refused")}
        import_policy.submit_batch(row, by, "submitted", **counts)


def _log_claims(batch: ImportBatch, records: Mapping[int, ImportedReview]) -> dict[int, str | None]:
    """Log the claims, and return their ids by line. The id is None if the newsroom has the claim already."""
    texts = {record.claim.text for record in records.values()}
    known = set(Claim.objects.filter(newsroom=batch.newsroom, text__in=texts).values_list("text", flat=True))
    found = references.References(batch.newsroom, records.values())
    found.make_missing(record for record in records.values() if record.claim.text not in known)
    rows, logged = draft_rows.Rows(found, batch.imported_by), dict[int, str | None]()
    for line, record in records.items():
        logged[line] = None if record.claim.text in known else str(rows.add_claim(record).id)
        known.add(record.claim.text)
    rows.save()
    return logged


def _assign(batch: ImportBatch, notes: Mapping[UUID, dict[str, Any]]) -> None:
    """Give the cards of new claims their owners and due dates. An owner who isn't a member is noted as unread."""
    people = User.objects.filter(memberships__publisher=batch.newsroom_id, is_active=True)
    members = {sheets.fold(name): each for each in people for name in (each.username, each.email, each.byline) if name}
    for claim, note in notes.items():
        card = {key: value for key, value in note["card"].items() if value}
        if (name := card.pop("owner", "")) and (owner := members.get(sheets.fold(name))):
            card["owner"] = owner
        elif name:
            note["unread"]["owner"] = name
        if card and batch.step == "importing":
            cards.change(newsroom=batch.newsroom_id, claim=claim, by=batch.imported_by, **card)
