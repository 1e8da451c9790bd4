"""Batches of imported reviews, from the first record to the submission."""

from collections.abc import Sequence

from django.db import DataError, IntegrityError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import ProgramLimitExceeded

from factcheck.editorial.errors import NotAllowed, WrongState
from factcheck.editorial.models import ImportBatch, Proposal, Publisher, User
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.import_policy import lock_batch, submit_batch
from factcheck.imports.importer.record_import import Outcome, Refused, import_records
from factcheck.imports.readers.results import Record
from factcheck.record.formats.canonical import CanonicalError


@transaction.atomic
def begin_import(*, newsroom: Publisher, by: User, files: str, files_digest: str = "") -> ImportBatch:
    """Return the batch to add records to: the person's interrupted batch for the same files, or a new batch.

    `files` is a label. `files_digest` identifies the files by their names and contents. Without a digest, the batch is
    always new.
    """
    roles.require_member(by, newsroom)
    files = files if len(files) <= 2000 else f"{files[:1999]}…"
    if not files_digest:
        return ImportBatch.objects.create(newsroom=newsroom, imported_by=by, files=files)
    batch, _created = ImportBatch.objects.get_or_create(
        newsroom=newsroom, imported_by=by, files_digest=files_digest, defaults={"files": files}
    )
    return batch


def add_to_batch(*, batch: ImportBatch, by: User, records: Sequence[Record]) -> list[Outcome | Refused]:
    """Import the records in one transaction, and return the outcome for each record.

    If the database refuses a record, the function tries each half of the records again. A bad record therefore doesn't
    block the others.
    """
    try:
        with transaction.atomic():
            return import_records(_own_batch(batch, by), by, records)
    except (IntegrityError, DataError, CanonicalError, OperationalError) as problem:
        # If a value is too long for an index, the record is at fault. Other operational errors have other causes, for
        # example a full disk.
        if isinstance(problem, OperationalError) and not isinstance(problem.__cause__, ProgramLimitExceeded):
            raise
        if len(records) == 1:
            return [Refused("cannot_be_stored", str(problem).partition("\n")[0])]
    middle = len(records) // 2
    return [
        outcome
        for half in (records[:middle], records[middle:])
        for outcome in add_to_batch(batch=batch, by=by, records=half)
    ]


@transaction.atomic
def submit_import(*, batch: ImportBatch, by: User, unchanged: int = 0, refused: int = 0) -> Proposal | None:
    """Submit the batch to a second person and fix its digest. Delete an empty batch and return None."""
    batch = _own_batch(batch, by)
    if not batch.members.exists():
        batch.delete()
        return None
    return submit_batch(batch, by, "submitted", unchanged=unchanged, refused=refused)


def _own_batch(batch: ImportBatch, by: User) -> ImportBatch:
    """Lock and return the batch. Raises EditorialError unless this person is allowed to add to it."""
    batch = lock_batch(batch.pk)
    roles.require_member(by, batch.newsroom_id)
    if by.pk != batch.imported_by_id:
        raise NotAllowed(_("Another person started this import. Only that person can add reviews to it."))
    if batch.proposal is not None:
        raise WrongState(_("This import has been completed. Start a new import."))
    return batch
