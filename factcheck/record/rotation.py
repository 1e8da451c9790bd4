"""Handing the log to another key: an entry that the old key signed, under a checkpoint that both sign."""

from uuid import UUID

from factcheck.record import log, tree
from factcheck.record.errors import RecordError
from factcheck.record.models import LogEntry
from factcheck.record.notes import SigningKey


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
    (entry,) = log.publish([log.Publication(subject, statement, LogEntry.Kind.KEY_ROTATION)], new)
    return entry
