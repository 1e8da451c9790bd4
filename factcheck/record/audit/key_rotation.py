"""The rotation of the log's signing key. The old key signs the entry, and both keys sign its checkpoint."""

from uuid import UUID

from factcheck.record import publish
from factcheck.record.errors import RecordError
from factcheck.record.log import checkpoints, entries, tree
from factcheck.record.log.notes import VerifierKey, open_note, signed_by
from factcheck.record.log.signer import rotation_statement
from factcheck.record.models import LogEntry
from factcheck.record.statements.rotation import KeyRotation


def rotate() -> LogEntry:
    """Publish the rotation to the signer's next key. The current key signs the log for the last time.

    Raise RecordError in three cases:

    - There is no next key.
    - The next key has a different name. The log's origin never changes.
    - The log has used the next key before, so the keys would form a cycle.
    """
    # Raises SetupError for a signer that still has the key from before a rotation.
    signer, _status = checkpoints.require_identity(tree.newest_checkpoint())
    with checkpoints.signing_errors():
        statement = rotation_statement(*signer.rotation())
    subject = UUID(statement["id"])
    if LogEntry.objects.filter(subject=subject).exists():
        raise RecordError("The log had this key before. Make a new one.")
    (entry,) = publish.publish([entries.Publication(subject, statement, LogEntry.Kind.KEY_ROTATION)])
    return entry


def current_key(using: str | None = None) -> VerifierKey:
    """Return the log's current key.

    After a rotation, this key differs from the server's key until the server is restarted.
    """
    ours, newest = checkpoints.verifier_key(), tree.newest_checkpoint(using)
    if newest is None:
        return ours
    _text, signatures = open_note(newest.note)
    key_id = signatures[-1][1]  # a rotation's checkpoint ends with the signature of the new key
    if key_id == ours.id:
        return ours
    # The subject of a rotation begins with the id of the new key.
    first, last = (UUID(bytes=key_id + rest * 12) for rest in (b"\x00", b"\xff"))
    rotations = LogEntry.objects.using(using).filter(kind=LogEntry.Kind.KEY_ROTATION, subject__range=(first, last))
    for rotation in rotations.select_related("revision_document"):
        new = VerifierKey.parse(rotation.revision_document.read(KeyRotation).new_key)
        if signed_by(newest.note, new):
            return new
    return ours
