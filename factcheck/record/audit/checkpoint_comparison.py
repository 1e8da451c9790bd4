"""The comparison of the log with a checkpoint that someone else kept, for example after a backup was restored.

The checkpoint comes from a witness's or a mirror's signed note, from a verifier's state file, or from the state file of
`examples/witness.py`.
"""

import json
from pathlib import Path

from factcheck.record.audit.verification import DiscrepancyError
from factcheck.record.log import merkle, tree
from factcheck.record.log.notes import Checkpoint, NoteError, VerifierKey, open_note, signed_by
from factcheck.record.models import RevisionDocument
from factcheck.tools.http_client import FetchError, fetch

SECONDS = 30
MAX_BYTES = 64 * 2**20
Kept = list[tuple[int, bytes]]  # sizes and root hashes


class UnreadableError(Exception):
    """The error for a file or URL that isn't readable or contains no checkpoint of this log."""


def read_checkpoints(place: str, key: VerifierKey) -> Kept:
    """Return the checkpoints in a file or at a URL. A signed note must be signed by the log.

    Raise UnreadableError if the file or URL isn't readable or contains no checkpoint of this log.
    """
    text = _read(place)
    try:
        if text.lstrip().startswith("{"):
            return _from_state(text, key.name)
        checkpoint = Checkpoint.parse(open_note(text)[0])
        if not any(signed_by(text, known) for known in (key, *_earlier_keys())):
            raise UnreadableError(f"The checkpoint in {place} isn't signed by this log's key.")
    except (NoteError, ValueError, TypeError, LookupError, AttributeError):
        raise UnreadableError(f"{place} is neither a signed checkpoint nor a state file.") from None
    return [(checkpoint.size, checkpoint.root)]


def compare(place: str, kept: Kept) -> str:
    """Return a sentence that confirms that the log contains all entries of the checkpoints.

    Raise DiscrepancyError if entries are different or missing.
    """
    newest = tree.newest_checkpoint()
    size = newest.size if newest else 0
    read = tree.tile_reader()
    largest = max((each for each, _ in kept), default=0)
    for each, root in sorted(kept):
        if each <= size and merkle.root(each, read) != root:
            raise DiscrepancyError(
                f"The log's first {each} entries aren't the entries of the checkpoint in {place}. Don't publish, "
                "because verifiers would report a second history. Restore another backup."
            )
    if largest > size:
        span = f"{size}" if largest == size + 1 else f"{size} to {largest - 1}"
        raise DiscrepancyError(
            f"{largest - size} entries are missing: the checkpoint in {place} has {largest} entries, but the log has "
            f"{size}. Entry {span} was published after the backup. Don't publish, because verifiers would report a "
            "second history. Restore a newer backup."
        )
    return f"The log contains the {largest} entries of the checkpoint in {place}, and {size - largest} newer entries."


def _read(place: str) -> str:
    try:
        if place.startswith(("https://", "http://")):
            last = fetch(place, {}, seconds=SECONDS, max_body=MAX_BYTES, any_host=True)[-1]
            if last.status != 200:
                raise UnreadableError(f"{place} can't be read: the server responds with {last.status}.")
            return last.body.decode()
        return Path(place).read_text()
    except (FetchError, OSError, ValueError) as problem:
        raise UnreadableError(f"{place} can't be read: {problem}.") from problem


def _from_state(text: str, origin: str) -> Kept:
    """Return the checkpoints of a verifier's state, or the checkpoint that a witness stored for this log."""
    state = json.loads(text)
    if "seen" in state or "shown" in state:
        kept = [(int(size), bytes.fromhex(root)) for size, root in state.get("shown", {}).items()]
        if last := state.get("seen"):
            kept.append((int(last["size"]), bytes.fromhex(last["root"])))
        return kept
    size, root = state[origin]
    return [(int(size), bytes.fromhex(root))]


def _earlier_keys() -> list[VerifierKey]:
    rotations = RevisionDocument.objects.filter(entry__kind="key.rotation").order_by("entry_id")
    return [VerifierKey.parse(json.loads(bytes(row.document))["old_key"]) for row in rotations]
