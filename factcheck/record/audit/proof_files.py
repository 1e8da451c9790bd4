"""The content of proof files. A proof file proves what a revision said and that the log contains the revision.

docs/reference/log.md lists the keys.
"""

import base64

from factcheck.record.audit.key_rotation import current_key
from factcheck.record.formats.canonical import JsonObject
from factcheck.record.log import merkle, tree
from factcheck.record.log.notes import VerifierKey, signed_by
from factcheck.record.models import Cosignature, LogCheckpoint, LogEntry, RevisionDocument


def find_document(entry: LogEntry) -> RevisionDocument | None:
    """Return the document of an entry, or None if the document has been erased."""
    return RevisionDocument.objects.using("public").select_related("entry").filter(pk=entry.pk).first()


def salted(row: RevisionDocument) -> bytes:
    """Return the salt, followed by the document. The entry's digest is the SHA-256 of exactly these bytes."""
    return bytes(row.salt) + row.checked()


def make_proof(entry: LogEntry) -> JsonObject | None:
    """Return the content of a proof file. Return None if no checkpoint covers the entry and its erasure yet."""
    row, erasure, key = find_document(entry), None, current_key("public")
    if row is None:
        erasures = LogEntry.objects.using("public").filter(subject=entry.subject, kind=LogEntry.Kind.ERASURE)
        erasure = erasures.with_documents().last()
    checkpoint = _find_checkpoint((erasure or entry).sequence, key)
    if checkpoint is None:
        return None
    return {
        **_part(entry, row, checkpoint.size),
        "erasure": _part(erasure, erasure.revision_document, checkpoint.size) if erasure else None,
        "checkpoint": checkpoint.cosigned(),
        "key": str(key),
    }


def _part(entry: LogEntry, row: RevisionDocument | None, size: int) -> JsonObject:
    path = merkle.inclusion_proof(entry.sequence, size, tree.tile_reader("public"))
    return {
        "leaf": entry.leaf().decode(),
        "document": row.checked().decode() if row else None,
        "salt": bytes(row.salt).hex() if row else None,
        "proof": [base64.b64encode(value).decode() for value in path],
    }


def _find_checkpoint(sequence: int, key: VerifierKey) -> LogCheckpoint | None:
    """Return the newest cosigned checkpoint that covers the entry, or else the newest checkpoint.

    A cosigned checkpoint from before a rotation isn't used, because the current key didn't sign it.
    """
    cosigned = Cosignature.objects.using("public").filter(checkpoint__gt=sequence).order_by("-checkpoint")
    newest = cosigned.select_related("checkpoint").first()
    if newest and signed_by(newest.checkpoint.note, key):
        return newest.checkpoint
    return LogCheckpoint.objects.using("public").filter(size__gt=sequence).order_by("-size").first()
