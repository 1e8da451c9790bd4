"""The log: entries and documents are appended, the tree grows, and the checkpoint is signed.

Nothing here knows what is derived from the log (`publish.py`). Sequence numbers are gapless and in commit order.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from factcheck.database.bulk_writes import insert
from factcheck.record.errors import RecordError
from factcheck.record.formats.canonical import canonical, rfc3339, sha256_hex
from factcheck.record.log import tree
from factcheck.record.log.models import LogCheckpoint, LogEntry, Published, RevisionDocument
from factcheck.record.log.notes import SigningKey

LOCK = 1178682196  # "FACT" in ASCII. The trigger record_entry_follows takes the same lock.
Kind = LogEntry.Kind

# Characters, without white space at the ends. Readers of a substantive correction learn what was wrong.
# The trigger record_reason_given holds the same rule.
MIN_SUBSTANTIVE_NOTE = 40

# The keys that a document has beyond its statement.
ADDED_KEYS = frozenset({"published_at", "updated_at", "revision", "corrections"})


@dataclass(frozen=True, slots=True)
class Publication:
    """A statement to publish. `note` is public.

    Without a `kind` it is what a review says, and the log's kind follows from the change: the first is
    `review.original`, a change of class "update" is `review.update`, any other is `review.correction`.
    """

    subject: UUID
    statement: dict[str, Any]
    kind: Kind | None = None
    change_class: str | None = None
    note: str | None = None


def lock() -> None:
    """Waits until nobody else extends the log or makes its projections. Holds the lock until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def hold() -> LogCheckpoint | None:
    """Locks the log to extend it. Returns its newest checkpoint. Raises SetupError if this server has another key."""
    lock()
    return tree.require_identity()


def append(publications: Sequence[Publication], *also: SigningKey, newest: LogCheckpoint | None) -> list[Published]:
    """Appends the publications in their order after the checkpoint that `hold` returned. Raises RecordError.

    A subject may occur once in a call. The keys in `also` sign the new checkpoint beside the log's own.
    """
    subjects = {publication.subject for publication in publications}
    if len(subjects) != len(publications):
        raise RecordError("One call can publish one revision of a review, not two.")
    head = LogEntry.objects.newest().first()
    # A clock that was set back must not make the log run backwards.
    at = max(timezone.now(), head.at) if head else timezone.now()
    sequence = head.sequence + 1 if head else 0
    before = {entry.subject: Published.of(entry) for entry in LogEntry.objects.last_of(subjects)}
    kinds = [_kind(publication, before.get(publication.subject)) for publication in publications]
    for publication, kind in zip(publications, kinds, strict=True):
        if kind == Kind.CLAIM_MERGE:
            _require_target(publication)
    documents: list[RevisionDocument] = []
    published: list[Published] = []

    def entries() -> Iterator[LogEntry]:
        for place, (publication, kind) in enumerate(zip(publications, kinds, strict=True), sequence):
            previous = before.get(publication.subject)
            number = previous.entry.number + 1 if previous else 1
            document = _document(publication, kind, number, at, previous.document if previous else None)
            salt, data = secrets.token_bytes(32), canonical(document)
            digest = sha256_hex(salt + data)
            entry = LogEntry(
                sequence=place, at=at, kind=kind, subject=publication.subject, number=number, digest=digest
            )
            documents.append(RevisionDocument(entry_id=place, salt=salt, document=data))
            published.append(Published(entry, document, previous))
            yield entry

    insert(LogEntry, entries())
    insert(RevisionDocument, documents)
    tree.extend(newest, [each.entry for each in published], *also)
    return published


def _kind(publication: Publication, last: Published | None) -> Kind:
    """The log's kind. Refuses what can't follow the last entry about the same subject."""
    was = Kind(last.entry.kind) if last else None
    if publication.kind in (Kind.DEMAND_PUBLISHED, Kind.DEMAND_UPDATED, Kind.KEY_ROTATION):
        return publication.kind
    if publication.kind in (Kind.CLAIM_MERGE, Kind.CLAIM_SPLIT):
        if was not in (None, Kind.CLAIM_MERGE, Kind.CLAIM_SPLIT):
            raise RecordError(_("The log knows this id as something else than a claim."))
        if (was == Kind.CLAIM_MERGE) == (publication.kind == Kind.CLAIM_MERGE):
            merged = was == Kind.CLAIM_MERGE
            raise RecordError(
                _("This claim has already been merged.") if merged else _("Only a merged claim can be split off.")
            )
        return publication.kind
    if publication.kind == Kind.REINSTATEMENT:
        if was != Kind.WITHDRAWAL:
            raise RecordError(_("Only a withdrawn review can be reinstated."))
        return Kind.REINSTATEMENT
    if publication.kind in (Kind.WITHDRAWAL, Kind.ERASURE):
        if was is None:
            raise RecordError(_("This review has never been published."))
        if was in (publication.kind, Kind.ERASURE):
            raise RecordError(_("This review has already been withdrawn or erased."))
        return publication.kind
    if was == Kind.WITHDRAWAL:
        raise RecordError(_("This review is withdrawn. Reinstate it before you publish a correction."))
    if was is None:
        return Kind.ORIGINAL
    if publication.change_class == "substantive" and len((publication.note or "").strip()) < MIN_SUBSTANTIVE_NOTE:
        raise RecordError(
            _("A substantive correction needs a reason of %(count)s characters or more.")
            % {"count": MIN_SUBSTANTIVE_NOTE}
        )
    # The revision after an erasure is the redacted one. It is a correction, even of class "update".
    return Kind.UPDATE if publication.change_class == "update" and was != Kind.ERASURE else Kind.CORRECTION


def _require_target(publication: Publication) -> None:
    """A claim is merged into one that isn't merged itself, so that merges never go in a circle."""
    target = UUID(publication.statement["into"]["id"])
    if target == publication.subject:
        raise RecordError(_("A claim cannot be merged into itself."))
    last = LogEntry.objects.filter(subject=target).order_by("-number").first()
    if last and last.kind == Kind.CLAIM_MERGE:
        raise RecordError(
            _("The other claim has itself been merged into a third one. Merge this claim into the third one.")
        )


def _document(
    publication: Publication, kind: Kind, number: int, at: datetime, previous: dict[str, Any] | None
) -> dict[str, Any]:
    """The statement with what is known only now (docs/explanation/architecture.md, "Bytes")."""
    # The corrections of an erased review may hold what had to go.
    corrections = list(previous.get("corrections", [])) if previous and kind != Kind.ERASURE else []
    word = kind.partition(".")[2]
    if previous and kind in (Kind.UPDATE, Kind.CORRECTION):
        corrections.append(
            {
                "revision": number,
                "at": rfc3339(at),
                "kind": word,
                "class": publication.change_class,
                "note": publication.note,
                "publisher": publication.statement["publisher"]["site"],
                "verdict_before": _verdict_named(previous),
                "verdict_after": _verdict_named(publication.statement),
            }
        )
    document = {
        **publication.statement,
        "published_at": previous["published_at"] if previous else rfc3339(at),
        "updated_at": rfc3339(at),
        "revision": {
            "number": number,
            "kind": word,
            "class": publication.change_class,
            "note": publication.note,
        },
    }
    if kind.startswith(("demand.", "claim.")):
        return document  # no list of corrections: the revisions' notes say what changed
    return document | {"corrections": corrections}


def _verdict_named(document: dict[str, Any]) -> dict[str, Any] | None:
    """None for the notice that an erasure leaves, which a redacted revision may follow."""
    if "verdict" not in document:
        return None
    return {key: document["verdict"][key] for key in ("scale", "slug", "label")}
