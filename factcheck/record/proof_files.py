"""Makes a file that proves what a revision said and that the log contains it. docs/reference/log.md lists the keys."""

import base64
from typing import Any

from factcheck.record.key_rotation import current_key
from factcheck.record.log import merkle, tree
from factcheck.record.log.notes import VerifierKey, signed_by
from factcheck.record.models import Cosignature, LogCheckpoint, LogEntry, RevisionDocument


def find_document(entry: LogEntry) -> RevisionDocument | None:
    """The document of an entry. None if the document has been erased."""
    return RevisionDocument.objects.using("public").filter(pk=entry.pk).first()


def salted(row: RevisionDocument) -> bytes:
    """The salt, followed by the document. The entry's digest is the SHA-256 of exactly these bytes."""
    return bytes(row.salt) + bytes(row.document)


def make_proof(entry: LogEntry) -> dict[str, Any] | None:
    """The content of a proof file. None if no checkpoint covers the entry yet."""
    key = current_key("public")
    checkpoint = _find_checkpoint(entry.sequence, key)
    if checkpoint is None:
        return None
    row = find_document(entry)
    path = merkle.inclusion_proof(entry.sequence, checkpoint.size, tree.tile_reader("public"))
    return {
        "leaf": entry.leaf().decode(),
        "document": bytes(row.document).decode() if row else None,
        "salt": bytes(row.salt).hex() if row else None,
        "proof": [base64.b64encode(value).decode() for value in path],
        "checkpoint": checkpoint.cosigned(),
        "key": str(key),
    }


def _find_checkpoint(sequence: int, key: VerifierKey) -> LogCheckpoint | None:
    """The newest checkpoint that covers the entry and that a witness has cosigned, or else the newest checkpoint.

    A cosigned checkpoint from before a rotation isn't used, because the current key didn't sign it.
    """
    cosigned = Cosignature.objects.using("public").filter(checkpoint__gt=sequence).order_by("-checkpoint")
    newest = cosigned.select_related("checkpoint").first()
    if newest and signed_by(newest.checkpoint.note, key):
        return newest.checkpoint
    return LogCheckpoint.objects.using("public").filter(size__gt=sequence).order_by("-size").first()
