"""Rotates the log's signing key. The old key signs the entry, and both keys sign its checkpoint."""

from uuid import UUID

from factcheck.record import publish
from factcheck.record.errors import RecordError
from factcheck.record.log import entries, tree
from factcheck.record.log.notes import SigningKey, VerifierKey, open_note, signed_by
from factcheck.record.models import LogEntry


def rotate(new: SigningKey) -> LogEntry:
    """Publishes the rotation to the key `new`. This server's key signs the log for the last time.

    Raises RecordError if `new` has a different name, because the log's origin never changes. Also raises RecordError if
    the log has used this key before, because the keys would form a cycle.
    """
    old = tree.signing_key()
    if new.name != old.name:
        raise RecordError(f"The new key is for {new.name}, but the log's name is {old.name} and never changes.")
    if new == old:
        raise RecordError("The log already has this key.")
    subject = UUID(bytes=new.verifier().digest[:16])
    tree.require_identity()  # raises SetupError on a server that still has the key from before a rotation
    if LogEntry.objects.filter(subject=subject).exists():
        raise RecordError("The log had this key before. Make a new one.")
    keys = f"{old.verifier()}\n{new.verifier()}\n"
    statement = {
        "id": str(subject),
        "old_key": str(old.verifier()),
        "new_key": str(new.verifier()),
        "signature": old.sign(keys),
    }
    (entry,) = publish.publish([entries.Publication(subject, statement, LogEntry.Kind.KEY_ROTATION)], new)
    return entry


def current_key(using: str | None = None) -> VerifierKey:
    """The log's current key. After a rotation, this key differs from the server's key until the server is restarted."""
    ours, newest = tree.signing_key().verifier(), tree.newest_checkpoint(using)
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
        new = VerifierKey.parse(rotation.revision_document.parsed()["new_key"])
        if signed_by(newest.note, new):
            return new
    return ours
