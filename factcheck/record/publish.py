"""Publishing: the only way anything enters the record.

One transaction under the log's lock appends to the log and brings its projections up to date, so that readers see all
or nothing.
"""

from collections.abc import Sequence

from django.db import transaction

from factcheck.record import dump_files
from factcheck.record.log import entries as log
from factcheck.record.log.models import LogEntry, RevisionDocument
from factcheck.record.log.notes import SigningKey
from factcheck.record.projections import PROJECTIONS


@transaction.atomic
def publish(publications: Sequence[log.Publication], *also: SigningKey) -> list[LogEntry]:
    """Publishes in this order and returns the entries. Arguments and errors are those of `log.append`."""
    newest = log.hold()
    published = log.append(publications, *also, newest=newest)
    entries = [each.entry for each in published]
    _forget_erased([entry for entry in entries if entry.kind == LogEntry.Kind.ERASURE])
    for projection in PROJECTIONS:
        projection.apply(published)
    return entries


def _forget_erased(erasures: Sequence[LogEntry]) -> None:
    """Deletes the documents that these entries erase, and after the commit the dumps that hold them."""
    for entry in erasures:
        RevisionDocument.objects.filter(entry__subject=entry.subject, entry__sequence__lt=entry.sequence).delete()
    if erasures:
        # Robust: what is committed cannot be undone, so that a file that stays is logged instead.
        transaction.on_commit(dump_files.discard_overtaken, robust=True)
