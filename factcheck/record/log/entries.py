"""The appending of entries and documents to the log. After the commit, `checkpoints.py` signs them.

This module doesn't depend on anything that is derived from the log (see `publish.py`). Sequence numbers don't have gaps
and follow the commit order.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from factcheck.database.bulk_writes import insert
from factcheck.record.approvals.assertions import Opening
from factcheck.record.errors import RecordError
from factcheck.record.formats.canonical import canonical, rfc3339, sha256_hex
from factcheck.record.log import checkpoints
from factcheck.record.log.models import Approval, ChangeClass, LogEntry, Published, RevisionDocument
from factcheck.record.statements.output import construct
from factcheck.record.statements.review import Verdict

LOCK = 1178682196  # "FACT" in ASCII. The trigger record_entry_follows takes the same lock.
Kind = LogEntry.Kind

# In characters, after trimming. Readers of a substantive correction must learn what was wrong. The trigger
# record_reason_given enforces the same minimum.
MIN_SUBSTANTIVE_NOTE = 40


@dataclass(frozen=True, slots=True)
class Publication:
    """A statement to publish. `note` is public.

    Without a `kind`, the statement belongs to a review, and the kind depends on the change. The first revision is
    `review.original`, a change of class "update" or "metadata" is `review.update`, and any other change is
    `review.correction`. Two people can have signed `salt` and the statement. `opening` contains their signatures.
    """

    subject: UUID
    statement: dict[str, Any]
    kind: Kind | None = None
    change_class: str | None = None
    note: str | None = None
    salt: bytes | None = None
    opening: Opening | None = None


def lock() -> bool:
    """Lock the log and its projections until the transaction ends. Wait for other writers.

    Return whether the transaction had already locked the log.
    """
    with connection.cursor() as cursor:
        # A rollback to a savepoint resets both the lock and the parameter, so the parameter always tells the truth. One
        # statement saves round trips.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s), current_setting('factcheck.log', true),"
            " set_config('factcheck.log', 'locked', true)",
            [LOCK],
        )
        row = cursor.fetchone()
    return bool(row and row[1] == "locked")


def lock_for_append() -> None:
    """Lock the log. Raises SetupError if the signer can't continue the log or can't sign earlier entries."""
    # If the transaction had already locked the log, the newest entries can be from this transaction. They must not be
    # signed before they are committed.
    if not lock():
        checkpoints.require_signable()


def append(publications: Sequence[Publication]) -> list[Published]:
    """Append the publications in order, after a call of `lock_for_append`. Raises RecordError.

    Each subject can occur only once per call.
    """
    subjects = {publication.subject for publication in publications}
    if len(subjects) != len(publications):
        raise RecordError("One call can publish only one revision of a review.")
    head = LogEntry.objects.newest().first()
    # Times in the log never go backwards, even if the server's clock does.
    at = max(timezone.now(), head.at) if head else timezone.now()
    sequence = head.sequence + 1 if head else 0
    before = {entry.subject: Published.of(entry) for entry in LogEntry.objects.last_of(subjects)}
    kinds = [_kind(publication, before.get(publication.subject)) for publication in publications]
    for publication, kind in zip(publications, kinds, strict=True):
        if kind == Kind.CLAIM_MERGE:
            _require_target(publication)
    documents: list[RevisionDocument] = []
    approvals: list[Approval] = []
    published: list[Published] = []

    def entries() -> Iterator[LogEntry]:
        for index, (publication, kind) in enumerate(zip(publications, kinds, strict=True), sequence):
            previous = before.get(publication.subject)
            number = previous.entry.number + 1 if previous else 1
            document = _document(publication, kind, number, at, previous)
            salt = publication.salt or secrets.token_bytes(32)
            if opening := publication.opening:
                document["approval"] = {"commitment": opening.commitment(salt)}
                approvals.append(Approval(entry_id=index, opening=str(opening)))
            data = canonical(document)
            digest = sha256_hex(salt + data)
            entry = LogEntry(
                sequence=index, at=at, kind=kind, subject=publication.subject, number=number, digest=digest
            )
            documents.append(RevisionDocument(entry_id=index, salt=salt, document=data))
            published.append(Published(entry, data, previous))
            yield entry

    insert(LogEntry, entries())
    insert(RevisionDocument, documents)
    insert(Approval, approvals)
    return published


def _kind(publication: Publication, last: Published | None) -> Kind:
    """Return the entry's kind. Raises RecordError if the kind can't follow the last entry about the subject."""
    previous = Kind(last.entry.kind) if last else None
    if publication.kind in (
        Kind.DEMAND_PUBLISHED,
        Kind.DEMAND_UPDATED,
        Kind.DISOWNING,
        Kind.MAPPING,
        Kind.KEY_ROTATION,
    ):
        return publication.kind
    if publication.kind in (Kind.CLAIM_MERGE, Kind.CLAIM_SPLIT):
        if previous not in (None, Kind.CLAIM_MERGE, Kind.CLAIM_SPLIT):
            raise RecordError(_("The log contains this ID, but the ID doesn't belong to a claim."))
        if (previous == Kind.CLAIM_MERGE) == (publication.kind == Kind.CLAIM_MERGE):
            merged = previous == Kind.CLAIM_MERGE
            raise RecordError(
                _("This claim has already been merged.") if merged else _("Only a merged claim can be split off.")
            )
        return publication.kind
    if publication.kind == Kind.REINSTATEMENT:
        if previous != Kind.WITHDRAWAL:
            raise RecordError(_("Only a withdrawn review can be reinstated."))
        return Kind.REINSTATEMENT
    if publication.kind in (Kind.WITHDRAWAL, Kind.ERASURE):
        if previous is None:
            raise RecordError(_("This review has never been published."))
        if previous in (publication.kind, Kind.ERASURE):
            raise RecordError(_("This review has already been withdrawn or erased."))
        return publication.kind
    if previous == Kind.WITHDRAWAL:
        raise RecordError(_("This review has been withdrawn. Reinstate the review before you publish a correction."))
    if previous is None:
        return Kind.ORIGINAL
    if publication.change_class == "substantive" and len((publication.note or "").strip()) < MIN_SUBSTANTIVE_NOTE:
        raise RecordError(
            _("A substantive correction needs a reason of at least %(count)s characters.")
            % {"count": MIN_SUBSTANTIVE_NOTE}
        )
    # The redacted revision after an erasure is always a correction, even if its class is "update".
    is_update = publication.change_class in (ChangeClass.UPDATE, ChangeClass.METADATA)
    return Kind.UPDATE if is_update and previous != Kind.ERASURE else Kind.CORRECTION


def _require_target(publication: Publication) -> None:
    """Raise RecordError if the target is the claim itself or has been merged. Merges must never form a cycle."""
    target = UUID(publication.statement["into"]["id"])
    if target == publication.subject:
        raise RecordError(_("A claim cannot be merged into itself."))
    last = LogEntry.objects.filter(subject=target).order_by("-number").first()
    if last and last.kind == Kind.CLAIM_MERGE:
        raise RecordError(
            _("The other claim has been merged into a third claim. Merge this claim into the third claim.")
        )


def _document(publication: Publication, kind: Kind, number: int, at: datetime, previous: Published | None) -> Any:
    """Return the statement with the keys that the log adds (docs/explanation/architecture.md, "Bytes")."""
    before = orjson.loads(previous.document) if previous else {}
    # An erasure drops the list of corrections, because the list can contain erased content.
    corrections = before.get("corrections", []) if kind != Kind.ERASURE else []
    short_kind = kind.partition(".")[2]
    if previous and kind in (Kind.UPDATE, Kind.CORRECTION) and publication.change_class != ChangeClass.METADATA:
        corrections.append(
            {
                "revision": number,
                "at": rfc3339(at),
                "kind": short_kind,
                "class": publication.change_class,
                "note": publication.note,
                "publisher": publication.statement["publisher"]["site"],
                "verdict_before": _verdict_names(previous.review.verdict),
                "verdict_after": _verdict_names(construct(Verdict, publication.statement["verdict"])),
            }
        )
    document = {
        **publication.statement,
        "published_at": before.get("published_at", rfc3339(at)),
        "updated_at": rfc3339(at),
        "revision": {
            "number": number,
            "kind": short_kind,
            "class": publication.change_class,
            "note": publication.note,
        },
    }
    if kind.startswith(("demand.", "claim.", "disowning.", "mapping.")):
        return document  # without corrections, because the revisions' notes explain the changes
    return document | {"corrections": corrections}


def _verdict_names(verdict: Verdict | None) -> dict[str, str | None] | None:
    """Return the verdict's names, or None for a withdrawn or erased review."""
    return {"scale": verdict.scale, "slug": verdict.slug, "label": verdict.label} if verdict else None
