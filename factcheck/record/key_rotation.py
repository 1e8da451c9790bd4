"""Handing the log to another key: an entry that the old key signed, under a checkpoint that both sign."""

from uuid import UUID

import orjson

from factcheck.record import publish
from factcheck.record.errors import RecordError
from factcheck.record.log import entries, tree
from factcheck.record.log.notes import SigningKey, VerifierKey, open_note, signed_by
from factcheck.record.models import LogEntry


def rotate(new: SigningKey) -> LogEntry:
    """Writes into the log that `new` follows the key of this server, which signs it for the last time.

    Raises RecordError when `new` has another name, since the log's origin stays what it was, or was the log's before,
    since whoever follows the log's keys would go in a circle.
    """
    old = tree.signing_key()
    if new.name != old.name:
        raise RecordError(f"The new key is of {new.name}; the log's name is {old.name} and stays so.")
    if new == old:
        raise RecordError("This is the key that the log has now.")
    subject = UUID(bytes=new.verifier().digest[:16])
    tree.require_identity()  # a server that has not heard of a rotation is told of that
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


def key_in_force(using: str | None = None) -> VerifierKey:
    """This server's, or the one that the log was handed to since it started."""
    ours, newest = tree.signing_key().verifier(), tree.newest_checkpoint(using)
    if newest is None:
        return ours
    _text, signatures = open_note(newest.note)
    key_id = signatures[-1][1]  # a rotation's checkpoint is signed by the new key last
    if key_id == ours.id:
        return ours
    # A rotation's subject begins with the id of the new key.
    first, last = (UUID(bytes=key_id + rest * 12) for rest in (b"\x00", b"\xff"))
    rotations = LogEntry.objects.using(using).filter(kind=LogEntry.Kind.KEY_ROTATION, subject__range=(first, last))
    for rotation in rotations.select_related("revision_document"):
        new = VerifierKey.parse(orjson.loads(bytes(rotation.revision_document.document))["new_key"])
        if signed_by(newest.note, new):
            return new
    return ours
