"""A batch of imported reviews, from the first record until it waits for a second person."""

from collections.abc import Sequence

from django.db import DataError, IntegrityError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import ProgramLimitExceeded

from factcheck.editorial import roles
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.models import ImportBatch, Proposal, Publisher, User
from factcheck.editorial.proposals.import_policy import lock_batch, submit_batch
from factcheck.imports.importer.record_import import IncomingRecord, Outcome, Refused, import_records
from factcheck.record.formats.canonical import CanonicalError


@transaction.atomic
def begin_import(*, newsroom: Publisher, by: User, files: str, files_digest: str = "") -> ImportBatch:
    """A batch to add to: the person's own of the same files that was interrupted, or a new one.

    `files` is what people read. `files_digest`, of their names and contents, says whether they are the same. Without
    it the batch is new, and cannot be found again.
    """
    roles.require_member(by, newsroom)
    files = files if len(files) <= 2000 else f"{files[:1999]}…"
    if not files_digest:
        return ImportBatch.objects.create(newsroom=newsroom, imported_by=by, files=files)
    batch, _created = ImportBatch.objects.get_or_create(
        newsroom=newsroom, imported_by=by, files_digest=files_digest, defaults={"files": files}
    )
    return batch


def add_to_batch(*, batch: ImportBatch, by: User, records: Sequence[IncomingRecord]) -> list[Outcome | Refused]:
    """Takes the records in, in one transaction, and says of each what became of it.

    When the database refuses something, the two halves are tried one after the other, so that one odd record does not
    keep the others out.
    """
    try:
        with transaction.atomic():
            return import_records(_own_batch(batch, by), by, records)
    except (IntegrityError, DataError, CanonicalError, OperationalError) as problem:
        # A text that is too long for an index is the record's fault. Every other trouble of this class is not.
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
    """Puts the batch before a second person and fixes its digest. A batch with nothing in it is deleted (None)."""
    batch = _own_batch(batch, by)
    if not batch.members.exists():
        batch.delete()
        return None
    return submit_batch(batch, by, "submitted", unchanged=unchanged, refused=refused)


def _own_batch(batch: ImportBatch, by: User) -> ImportBatch:
    """The batch, locked, if this person may add to it."""
    batch = lock_batch(batch.pk)
    roles.require_member(by, batch.newsroom_id)
    if by.pk != batch.imported_by_id:
        raise NotAllowed(_("Somebody else began this import."))
    if batch.proposal is not None:
        raise EditorialError(_("This import is finished. Begin another one."))
    return batch
