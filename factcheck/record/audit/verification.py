"""The check of the record from the inside: entries, documents, tiles, checkpoints and the read model.

`verifier/verifier.py` contains the checks for outsiders and shares no code with this module. This module reads the
stored rows, checks every checkpoint, and compares the read model with newly computed rows.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import OuterRef, Subquery

from factcheck.record.files.picture_files import storage_name
from factcheck.record.files.public_files import read_public_file
from factcheck.record.log import merkle
from factcheck.record.log.models import Published
from factcheck.record.log.notes import Checkpoint, NoteError, VerifierKey, open_note, signed_by
from factcheck.record.models import (
    LogCheckpoint,
    LogEntry,
    LogTile,
    ProfileChange,
    PublishedClaim,
    PublishedCorrection,
    PublishedDemand,
    PublishedMapping,
    PublishedMerge,
    PublishedPicture,
    PublishedReference,
    PublishedReview,
    RevisionDocument,
    Word,
)
from factcheck.record.readmodel import demand_rows, mapping_rows, merge_rows, picture_rows, profile_rows, review_rows
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.claim_rows import claim_rows
from factcheck.record.readmodel.comparable_verdicts import derive_verdicts
from factcheck.record.readmodel.correction_rows import correction_rows
from factcheck.record.search.words import title_words

BATCH = 1000
Kind = LogEntry.Kind
Advance = Callable[[int], object]
_Row = TypeVar("_Row")


class DiscrepancyError(Exception):
    """The first discrepancy that a check finds, described in one sentence."""


def batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def check_log(key: VerifierKey, advance: Advance) -> None:
    """Check entries, documents, tiles and all checkpoints, in order. Raise DiscrepancyError for the first fault.

    The tiles and the root hashes are computed from the entries and then compared with the stored rows. `advance` is
    called with the number of entries after each batch.
    """
    checkpoints = iter(LogCheckpoint.objects.order_by("size").iterator(BATCH))
    checkpoint = next(checkpoints, None)
    current_key = _first_key() or key
    tiles: dict[tuple[int, int], bytes] = {}  # computed here. Full tiles are dropped after the comparison.
    erased = dict(LogEntry.objects.filter(kind=Kind.ERASURE).values_list("subject", "sequence"))
    numbers: dict[UUID, int] = {}
    size, at = 0, None
    entries = LogEntry.objects.order_by("sequence")
    for batch in batches(iter(entries.iterator(BATCH))):
        rows = RevisionDocument.objects.select_related("entry__approval")
        documents = rows.in_bulk([entry.sequence for entry in batch])
        for entry in batch:
            if entry.sequence != size:
                raise DiscrepancyError(f"Entry {size} is missing before entry {entry.sequence}.")
            if at and entry.at < at:
                raise DiscrepancyError(f"Entry {size} is dated before the one that it follows.")
            if entry.number != numbers.get(entry.subject, 0) + 1:
                raise DiscrepancyError(f"Entry {size} is revision {entry.number} of {entry.subject}, out of order.")
            numbers[entry.subject], at = entry.number, entry.at
            _check_document(entry, documents.get(entry.sequence), erased)
            if entry.kind == Kind.KEY_ROTATION:
                current_key = _next_key(entry, documents.get(entry.sequence), current_key)
            # Append the entry's hash to the computed tree. A full tile is compared at once, and the tiles at the right
            # edge are compared after the last entry.
            gained = merkle.append(size, [merkle.leaf_hash(entry.leaf())], lambda *position: tiles[position])
            for position, hashes in gained.items():
                tiles[position] = tiles.get(position, b"") + hashes
            for position in [
                position for position in gained if len(tiles[position]) == merkle.TILE_WIDTH * merkle.HASH_SIZE
            ]:
                _check_tile(position, tiles[position])
                # Only the newest full tile of each level stays in memory.
                if position[1]:
                    tiles.pop((position[0], position[1] - 1), None)
            size += 1
            while checkpoint and checkpoint.size == size:
                _check_checkpoint(checkpoint, merkle.root(size, lambda *position: tiles[position]), current_key)
                checkpoint = next(checkpoints, None)
        advance(len(batch))
    if checkpoint:
        raise DiscrepancyError(f"A checkpoint of {checkpoint.size} entries is signed, but the log has {size}.")
    if size and not LogCheckpoint.objects.filter(size=size).exists():
        raise DiscrepancyError(f"The log has {size} entries, but no checkpoint of that size.")
    if current_key != key:
        raise DiscrepancyError(f"The log was handed to the key {current_key}, but this server has {key}.")
    for position, hashes in tiles.items():
        _check_tile(position, hashes)
    # Each level has one hash for 256 hashes of the level below, and one tile for up to 256 hashes.
    expected = sum(-(-(size >> 8 * level) // 256) for level in range(8))
    if LogTile.objects.count() != expected:
        raise DiscrepancyError(f"The log has {LogTile.objects.count()} tiles instead of {expected}.")


def check_read_model(advance: Advance) -> None:
    """Compare the rows for readers with rows that are computed from entries and documents.

    Raise DiscrepancyError for the first row that differs.
    """
    counts = dict.fromkeys((PublishedReview, PublishedCorrection, PublishedPicture, ProfileChange), 0)
    profiles = profile_rows.Profiles()
    replaced: dict[UUID, PublishedReview] = {}  # the previous row of each review that has later entries
    entries = _with_until(LogEntry.objects.of_reviews())
    for batch in batches(iter(entries.iterator(BATCH))):
        expected: dict[type[models.Model], list[Any]] = {model: [] for model in counts}
        for entry in batch:
            published = Published.of(entry)
            expected[ProfileChange] += profiles.changes(entry, published.review)
            body = review_rows.body_of(entry, published.document)
            row = review_rows.review_row(entry, body, replaced.pop(entry.subject, None))
            expected[PublishedCorrection] += correction_rows(entry, row.published)
            if entry.until is None:
                expected[PublishedReview].append(row)
                expected[PublishedPicture] += picture_rows.picture_rows(published.review) if entry.is_live else []
            else:
                row.body = ""  # to save memory
                del row.published
                replaced[row.id] = row
        derive_verdicts(expected[PublishedReview])
        for model in counts:
            counts[model] += len(expected[model])
            _compare(model, {row.pk: row for row in expected[model]})
        for picture in expected[PublishedPicture]:
            if picture.width and read_public_file(storage_name(picture.sha256, picture.media_type)) is None:
                raise DiscrepancyError(f"The file of the picture {picture} is missing or has changed.")
        advance(len(batch))
    for model, count in counts.items():
        _require_count(model, count)
    _check_mappings()
    _check_latest(PublishedMerge, "claim.", _merge_row, advance)
    _check_claims()
    _check_references()
    _check_words()
    _check_latest(PublishedDemand, "demand.", _demand_row, advance, until=None)


def _first_key() -> VerifierKey | None:
    """Return the log's first key, from the document of the first rotation, or None if there has been no rotation."""
    rotations = RevisionDocument.objects.filter(entry__kind=Kind.KEY_ROTATION)
    row = rotations.order_by("entry_id").first()
    return _rotation(row)[0] if row else None


def _check_document(entry: LogEntry, row: RevisionDocument | None, erased: dict[UUID, int]) -> None:
    """Raise DiscrepancyError if the document is missing, has been changed, or should have been erased."""
    gone = entry.sequence < erased.get(entry.subject, -1)
    if row is None:
        if not gone:
            raise DiscrepancyError(f"The document of entry {entry.sequence} is gone, and no erasure says why.")
        return
    if gone:
        raise DiscrepancyError(f"The document of entry {entry.sequence} was erased, but is still there.")
    data = bytes(row.document)
    if hashlib.sha256(bytes(row.salt) + data).hexdigest() != entry.digest:
        raise DiscrepancyError(f"The document of entry {entry.sequence} doesn't match its digest in the log.")
    document = json.loads(data)
    opening = row.entry.approval.opening if hasattr(row.entry, "approval") else ""
    approval = {"commitment": hashlib.sha256(bytes(row.salt) + opening.encode()).hexdigest()}
    if document.get("approval", approval) != approval:
        raise DiscrepancyError(f"The approval of entry {entry.sequence} isn't what its document commits to.")
    revision, short_kind = document["revision"], entry.kind.partition(".")[2]
    if (document["id"], revision["number"], revision["kind"]) != (str(entry.subject), entry.number, short_kind):
        raise DiscrepancyError(f"The document of entry {entry.sequence} is of another revision.")


def _next_key(entry: LogEntry, row: RevisionDocument | None, current_key: VerifierKey) -> VerifierKey:
    """Return the new key of a rotation. The rotation must be signed by the log's current key."""
    if row is None:
        raise DiscrepancyError(f"The document of entry {entry.sequence}, a rotation, is gone.")
    old, new, signature = _rotation(row)
    if old != current_key:
        raise DiscrepancyError(f"The rotation in entry {row.pk} replaces the key {old}, but the log has {current_key}.")
    try:
        signed = signed_by(f"{old}\n{new}\n\n{signature}", old)
    except NoteError:
        signed = False
    if not signed:
        raise DiscrepancyError(f"The rotation in entry {row.pk} is not signed by the key that it replaces.")
    if new.name != old.name:
        raise DiscrepancyError(f"The rotation in entry {row.pk} changes the log's name.")
    return new


def _rotation(row: RevisionDocument) -> tuple[VerifierKey, VerifierKey, str]:
    """Return the old key, the new key and the signature line from a rotation's document.

    Raise DiscrepancyError if the document is malformed.
    """
    try:
        document = json.loads(bytes(row.document))
        return VerifierKey.parse(document["old_key"]), VerifierKey.parse(document["new_key"]), document["signature"]
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise DiscrepancyError(f"The rotation in entry {row.pk} is malformed.") from problem


def _check_tile(position: tuple[int, int], hashes: bytes) -> None:
    tile = LogTile.objects.filter(level=position[0], index=position[1]).first()
    if tile is None or bytes(tile.hashes) != hashes:
        raise DiscrepancyError(f"Tile {position[0]}/{position[1]} is not what the entries give.")


def _check_checkpoint(row: LogCheckpoint, root: bytes, key: VerifierKey) -> None:
    """Check a checkpoint against the log's key at this size. From a rotation on, this is the new key."""
    try:
        checkpoint = Checkpoint.parse(open_note(row.note)[0])
        signed = signed_by(row.note, key)
    except NoteError as problem:
        raise DiscrepancyError(f"The checkpoint of {row.size} entries is malformed: {problem}.") from problem
    if not signed or checkpoint.origin != key.name:
        raise DiscrepancyError(
            f"The checkpoint of {row.size} entries is not signed by this log's key {key}. Check LOG_SIGNING_KEY or"
            " LOG_SIGNER."
        )
    if (checkpoint.size, checkpoint.root, bytes(row.root)) != (row.size, root, root):
        raise DiscrepancyError(f"The checkpoint of {row.size} entries doesn't match the entries' root hash.")


def _with_until(entries: models.QuerySet[LogEntry]) -> models.QuerySet[Any]:
    """Annotate each entry with `until`, the sequence number of the next entry about the same subject."""
    later = LogEntry.objects.filter(subject=OuterRef("subject"), number=OuterRef("number") + 1)
    return entries.annotate(until=Subquery(later.values("sequence")))


def _check_latest(model: type[Any], kinds: str, row_of: Callable[[Any], Any], advance: Advance, **chosen: None) -> None:
    """Compare the rows of merges or demands. Each row is derived from one entry."""
    total = 0
    entries = LogEntry.objects.filter(kind__startswith=kinds).select_related("revision_document")
    for batch in batches(iter(_with_until(entries).filter(**chosen).order_by("sequence").iterator(BATCH))):
        _compare(model, {row.pk: row for row in map(row_of, batch)})
        total += len(batch)
        advance(len(batch))
    _require_count(model, total)


def _merge_row(entry: Any) -> PublishedMerge:
    return merge_rows.merge_row(entry, entry.revision_document.checked(), entry.until)


def _demand_row(entry: Any) -> PublishedDemand:
    return demand_rows.demand_row(entry, entry.revision_document.checked())


def _check_mappings() -> None:
    rows: dict[str, PublishedMapping | None] = {}
    for entry in LogEntry.objects.with_documents().filter(kind=Kind.MAPPING).iterator(BATCH):
        rows |= mapping_rows.mapping_rows(entry, entry.revision_document.checked())
    _compare(PublishedMapping, found := {key: row for key, row in rows.items() if row})
    _require_count(PublishedMapping, len(found))


def _check_claims() -> None:
    count = 0
    reviews = PublishedReview.objects.filter(claim_id__isnull=False)
    merged = PublishedMerge.objects.filter(into_id__isnull=False).values_list("into_id", flat=True)
    ids = reviews.values_list("claim_id", flat=True).union(merged).order_by("claim_id")
    for batch in batches(iter(ids.iterator(BATCH))):
        homes = [claim_id for claim_id in batch if claim_id]
        group = MergeGroup.of(homes)
        rows = claim_rows([*reviews.filter(claim_id__in=group.members)], group, homes)
        count += len(rows)
        _compare(PublishedClaim, {row.pk: row for row in rows})
    _require_count(PublishedClaim, count)


def _check_references() -> None:
    sources: dict[tuple[str, str], UUID] = {}  # the newest live review for each reference
    live = PublishedReview.objects.live().order_by("sequence").defer("body")
    for review in live.iterator(BATCH):
        sources |= dict.fromkeys(review_rows.references_of(review), review.pk)
    for batch in batches(iter(sources.items())):
        reviews = PublishedReview.objects.in_bulk([pk for _, pk in batch])
        stored = {
            (row.kind, row.key): row
            for row in PublishedReference.objects.filter(key__in=[key for (_, key), _ in batch])
        }
        for reference, pk in batch:
            row = review_rows.reference_row(*reference, reviews[pk])
            if reference not in stored or _differ(stored[reference], row, "id"):
                kind, key = reference
                raise DiscrepancyError(f"The {kind} {key} of the read model is not what the documents give.")
    _require_count(PublishedReference, len(sources))


def _check_words() -> None:
    expected = Counter[str]()
    for row in PublishedReview.objects.live().iterator(BATCH):
        expected.update(title_words(row.live_body))
    for word in Word.objects.iterator(BATCH):
        if word.reviews != expected[word.word]:
            raise DiscrepancyError(f"The word {word.word} is in {expected[word.word]} reviews, not {word.reviews}.")
    _require_count(Word, len(expected))


def _compare(model: type[Any], expected: dict[Any, Any]) -> None:
    stored = {row.pk: row for row in model.objects.filter(pk__in=list(expected))}
    for pk, row in expected.items():
        if pk not in stored or _differ(stored[pk], row):
            raise DiscrepancyError(f"The {model._meta.verbose_name} {pk} {_fault(stored.get(pk), row)}.")


def _fault(stored: Any, expected: Any) -> str:
    """Describe the fault of a stored row. Name the setting if the row was written with another value of it."""
    with suppress(ValueError, AttributeError):  # the stored body can be anything
        bodies = [json.loads(getattr(row, "body", "{}")) for row in (stored, expected)]
        for setting, key in (("SITE_URL", "url"), ("LICENSE_URL", "license")):
            was, now = (body.get(key) for body in bodies)
            if was and was != now:
                return f"was written with another {setting}: {was}, not {now}. Run manage.py rebuild_record"
    return "is not what the log's documents give"


def _differ(stored: models.Model, expected: models.Model, *excluded: str) -> bool:
    return any(
        getattr(stored, field.attname) != getattr(expected, field.attname)
        for field in expected._meta.concrete_fields
        if field.editable and field.attname not in excluded  # the database computes the others
    )


def _require_count(model: type[Any], expected: int) -> None:
    if (count := model.objects.count()) != expected:
        raise DiscrepancyError(f"The read model has {count} rows of {model._meta.verbose_name} instead of {expected}.")
