"""Publications in the record. All additions to the record go through this module.

One transaction appends to the log and updates its projections while the log is locked. So readers see all of a
publication or nothing. A second transaction signs the log, because a rolled-back entry must never be signed.
"""

from collections.abc import Sequence

from django.db import transaction

from factcheck.record.files import dump_files
from factcheck.record.log import checkpoints
from factcheck.record.log import entries as log
from factcheck.record.log.models import Approval, LogCheckpoint, LogEntry, RevisionDocument
from factcheck.record.projections import PROJECTIONS


@transaction.atomic
def publish(publications: Sequence[log.Publication]) -> list[LogEntry]:
    """Publish in the given order and return the entries. Arguments and errors are the same as for `log.append`."""
    log.lock_for_append()
    # `robust`: if the signer fails now, the publication stays valid, and the worker requests the signature again.
    transaction.on_commit(sign_log, robust=True)
    published = log.append(publications)
    entries = [each.entry for each in published]
    checkpoints.require_approved(entries)
    _forget_erased([entry for entry in entries if entry.kind == LogEntry.Kind.ERASURE])
    for projection in PROJECTIONS:
        projection.apply(published)
    return entries


@transaction.atomic(durable=True)
def sign_log() -> LogCheckpoint | None:
    """Sign all entries that have been committed, and return the newest checkpoint.

    Raise SetupError if the settings of the key don't match the log.
    """
    log.lock()
    return checkpoints.extend()


def _forget_erased(erasures: Sequence[LogEntry]) -> None:
    """Delete the documents and approvals that these entries erase and, after the commit, the dumps with them."""
    for entry in erasures:
        for model in (RevisionDocument, Approval):
            model.objects.filter(entry__subject=entry.subject, entry__sequence__lt=entry.sequence).delete()
    if erasures:
        # `robust`: the commit can't be undone, so a file that can't be deleted is only logged.
        transaction.on_commit(dump_files.discard_outdated, robust=True)
