"""The verbs (see the package)."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg.errors import ProgramLimitExceeded

from factcheck.editorial import documents, roles
from factcheck.editorial.drafts import drafts_of
from factcheck.editorial.errors import EditorialError, NotAllowed
from factcheck.editorial.events import record_event, record_events
from factcheck.editorial.imports.incoming import Incoming, Outcome, Refused, take_in
from factcheck.editorial.models import Approval, Authorship, ImportBatch, Publisher, Review, User
from factcheck.editorial.models.approvals import Decision
from factcheck.editorial.publication import append_approved
from factcheck.record.canonical import CanonicalError, respelled

State = Review.State


@transaction.atomic
def begin_import(*, newsroom: Publisher, by: User, files: str, files_digest: str = "") -> ImportBatch:
    """A batch to add to: the person's own of the same files that was interrupted, or a new one.

    `files` is what people read; that they are the same says `files_digest`, of their names and contents. Without it
    the batch is new, and not found again.
    """
    roles.require_member(by, newsroom)
    files = files if len(files) <= 2000 else f"{files[:1999]}…"
    if not files_digest:
        return ImportBatch.objects.create(newsroom=newsroom, submitted_by=by, files=files)
    batch, _created = ImportBatch.objects.get_or_create(
        newsroom=newsroom, submitted_by=by, files_digest=files_digest, digest="", decision="", defaults={"files": files}
    )
    return batch


def add_to_batch(*, batch: ImportBatch, by: User, records: Sequence[Incoming]) -> list[Outcome | Refused]:
    """Takes the records in, in one transaction, and says of each what became of it.

    When the database refuses something, the halves are tried by themselves, so that one odd record
    does not keep the others out.
    """
    try:
        with transaction.atomic():
            return take_in(_begun(batch, by), by, records)
    except (IntegrityError, DataError, CanonicalError, OperationalError) as problem:
        # A text for which an index has no room is the record's fault, every other trouble of this class is none.
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
def submit_import(*, batch: ImportBatch, by: User, unchanged: int = 0, refused: int = 0) -> ImportBatch | None:
    """Puts the batch before a second person: fixes its digest. A batch without anything in it is taken away (None)."""
    batch = _begun(batch, by)
    if not batch.approvals.exists():
        batch.delete()
        return None
    batch.digest = _digest(batch)
    batch.files_digest = ""  # it has found its way; of a file with one record it would confirm a guess
    batch.changed = batch.approvals.exclude(change_class="").count()
    batch.new = batch.approvals.count() - batch.changed
    batch.unchanged, batch.refused = unchanged, refused
    batch.save()
    record_event(by, "import.submitted", batch, digest=batch.digest, new=batch.new, changed=batch.changed)
    return batch


@transaction.atomic
def approve_import(*, batch: ImportBatch, by: User, digest: str) -> ImportBatch:
    """Approves every statement of the batch that is still undecided, named by the digest over all of them.

    The decision is this one row: approvals and reviews learn of it when they are published.
    """
    batch = _locked(batch)
    roles.require_decider(by, batch.newsroom_id)
    if not batch.digest:
        raise EditorialError(_("This import is not finished: run it again to the end before you decide."))
    if batch.decision:
        raise EditorialError(_("This import is decided already."))
    if by.pk == batch.submitted_by_id:
        raise NotAllowed(_("You imported this yourself; somebody else has to decide."))
    if digest != batch.digest or _digest(batch) != batch.digest:
        raise EditorialError(_("The import is not what you read. Read it again before you decide."))
    if Authorship.objects.filter(user=by, review__approvals__batch=batch).exists():
        raise NotAllowed(_("You are an author of a review in this import; somebody else has to decide."))
    _decide(batch, {"decision": Decision.APPROVED, "decided_by": by, "decided_at": timezone.now()})
    record_event(by, "import.approved", batch, digest=digest)
    return batch


@transaction.atomic
def return_import(*, batch: ImportBatch, by: User, reason: str = "") -> ImportBatch:
    """Gives all of it back with a reason; whoever imported it can take it back without one.

    Its reviews stay as drafts.
    """
    batch = _locked(batch)
    asked = _("Write what is to be changed, so that the importer can go on.")
    roles.require_returner(by, batch.submitted_by_id, batch.newsroom_id, reason, asked)
    if batch.decision:
        raise EditorialError(_("This import is decided already."))
    decided = {"decision": Decision.RETURNED, "decided_by": by, "decided_at": timezone.now()}
    undecided = batch.approvals.filter(decision="")
    _hold_reviews(undecided)
    Review.objects.filter(pk__in=undecided.values("review")).update(state=State.DRAFT)
    undecided.update(**decided, decision_note=reason)
    _decide(batch, {**decided, "files_digest": ""})
    record_event(by, "import.returned", batch)  # the reason may say what is erased one day, and no erasure reaches this
    return batch


def publish_import(
    *,
    batch: ImportBatch,
    by: User,
    chunk: int = 1000,
    seconds: float = math.inf,
    progress: Callable[[int], object] | None = None,
) -> int:
    """Makes the approved statements public, one transaction a chunk, and returns how many; goes on where it stopped.

    A review that was changed after its approval is not published: its approval is returned, and it is a draft.
    After so many seconds no other chunk is begun. `progress` is called with how many approvals each chunk dealt with.
    """
    published, last, end = 0, 0, time.monotonic() + seconds
    while True:
        with transaction.atomic():
            locked = _locked(batch)
            roles.require_decider(by, locked.newsroom_id)
            if locked.decision != Decision.APPROVED:
                raise EditorialError(_("Only an approved import can be published."))
            wanted = locked.unpublished().filter(pk__gt=last).order_by("pk")
            keys = list(wanted.values_list("pk", flat=True)[: chunk + 1])
            if not keys or (last and time.monotonic() > end):
                return published
            more, keys = len(keys) > chunk, keys[:chunk]
            _hold_reviews(Approval.objects.filter(pk__among=keys))
            wanted = wanted.only("review_id", "action", "statement", "change_class", "note", "entry", "batch")
            published += _publish(list(wanted.filter(pk__among=keys)), by, locked.newsroom_id)
            # With the last chunk: of two who publish at once, one has it, and no interruption comes between.
            if not more and (reviews := locked.published().count()):
                record_event(by, "import.published", locked, reviews=reviews)
        last = keys[-1]
        if progress:
            progress(len(keys))


def _begun(batch: ImportBatch, by: User) -> ImportBatch:
    """The batch, locked, if this person may add to it."""
    batch = _locked(batch)
    roles.require_member(by, batch.newsroom_id)
    if by.pk != batch.submitted_by_id:
        raise NotAllowed(_("Somebody else began this import."))
    if batch.digest or batch.decision:
        raise EditorialError(_("This import is finished; begin another one."))
    return batch


def _locked(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.select_for_update(of=("self",)).select_related("newsroom").get(pk=batch.pk)


def _digest(batch: ImportBatch) -> str:
    """SHA-256 of the digests of all its statements in their order, each followed by a line feed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT editorial_import_digest(%s)", [batch.pk])
        return str(cursor.fetchone()[0])


def _decide(batch: ImportBatch, decided: dict[str, Any]) -> None:
    for name, value in decided.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(decided))


def _hold_reviews(approvals: QuerySet[Approval]) -> None:
    """Holds the reviews of these approvals, as whoever decides on one does: what is read from now on stays so."""
    held = Review.objects.select_for_update().filter(pk__in=approvals.values("review")).order_by("pk").values_list("pk")
    for _held in held.iterator(10_000):  # an import may have a million
        pass


def _publish(approvals: Sequence[Approval], by: User, newsroom: int) -> int:
    """The reviews are held."""
    drafts = drafts_of([approval.review_id for approval in approvals])
    approved: list[Approval] = []
    stale: list[Approval] = []
    for approval in approvals:
        said = respelled(documents.statement_from(drafts[approval.review_id]))
        (approved if said == approval.statement.encode() else stale).append(approval)
    if approved:
        append_approved(approved, by, newsroom)
    if stale:
        note = str(_("It was changed after its approval."))
        Approval.objects.filter(pk__in=[approval.pk for approval in stale]).update(
            decision=Decision.RETURNED, decision_note=note, decided_by=by, decided_at=timezone.now()
        )
        Review.objects.filter(pk__in=[approval.review_id for approval in stale]).update(state=State.DRAFT)
        returned = [("publication.returned", approval.review_id, {"reason": note}) for approval in stale]
        record_events(by, newsroom, returned)
    return len(approved)
