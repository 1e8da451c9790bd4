"""The signer of one history's checkpoints. It uses neither Django nor the database, so it can run in its own process.

A publisher commits its entries first. Then it locks the log and sends the size, the root and a consistency proof from
the last signed size. The signer checks the proof, stores the signed checkpoint and answers with the signatures. Then
the publisher stores the checkpoint in a second transaction. Every signed entry has therefore already been committed. A
publisher can be killed at any time:

- Before the signature: The entries have no checkpoint. The next publication or the worker requests it again.
- After the signature: The entries are the same, so the next request has the same root or extends it. For the same root,
  the signer repeats its answer.
- After the second commit: Nothing is missing.

The signer never forgets a signed checkpoint, even if the checkpoint was never published. Somebody may have seen it. The
database can lose committed entries, for example after a restore. In this case, nothing is signed until the database
contains the entries again.
"""

import fcntl
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from factcheck.record.approvals.assertions import ApprovalError
from factcheck.record.approvals.key_register import Entry, KeyRegister
from factcheck.record.log import merkle
from factcheck.record.log.notes import Checkpoint, SigningKey, VerifierKey, open_note, signed_by
from factcheck.tools.whole_files import whole_file

Lines = Iterable[bytes]  # entries as JSON (checkpoints.entry_lines)
# The tiles at the right edge of the last tree, one for each level, and the entries since then.
Added = tuple[Sequence[bytes], Lines]
NONE: Added = ((), ())


class SigningError(Exception):
    """The error if the signer refuses. The message gives the reason."""


@dataclass(frozen=True, slots=True)
class SignerStatus:
    """The keys, and the size and the root of the last signed checkpoint."""

    keys: tuple[VerifierKey, ...]
    size: int
    root: bytes
    newsrooms: Mapping[str, Any] = field(default_factory=dict)  # KeyRegister.newsrooms()


def rotation_statement(old: VerifierKey, new: VerifierKey, signature: str) -> dict[str, str]:
    """Return the statement of a rotation. Its ID begins with the new key's ID."""
    subject = str(UUID(bytes=new.digest[:16]))
    return {"id": subject, "old_key": str(old), "new_key": str(new), "signature": signature}


class Memory(Protocol):
    """The storage for the note of the last signed checkpoint."""

    def read(self) -> str | None: ...

    def write(self, note: str) -> None: ...


class FileMemory:
    """The storage for the note in a folder. Only one process at a time can use the folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "checkpoint"
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)  # the lock is kept until the process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SigningError(f"Another signer already uses the folder {folder}.") from None

    def read(self) -> str | None:
        return self.file.read_text() if self.file.exists() else None

    def write(self, note: str) -> None:
        """Write the note, and return when it is on the disk. A power cut must not make the signer forget it."""
        with whole_file(self.file) as out:
            out.write(note.encode())


class Signer:
    """A signer with the log's current key. A second key is the next key, for a rotation."""

    def __init__(self, keys: Sequence[SigningKey], memory: Memory, register: KeyRegister | None = None) -> None:
        self.keys, self.memory, self.register = tuple(keys), memory, register

    def status(self) -> SignerStatus:
        last, newsrooms = self._last()[1], self.register.newsrooms() if self.register else {}
        return SignerStatus(tuple(key.verifier() for key in self.keys), last.size, last.root, newsrooms)

    def rotation(self) -> tuple[VerifierKey, VerifierKey, str]:
        """Return the current key, the next key, and the current key's signature on both."""
        current = self.current_key()
        if current == self.keys[-1]:
            raise SigningError("The key's file doesn't contain a next key. Add one with make_log_key --next.")
        old, new = current.verifier(), self.keys[-1].verifier()
        if old.name != new.name:
            raise SigningError(f"The next key is for {new.name}, but the log's name is {old.name} and never changes.")
        return old, new, current.sign(f"{old}\n{new}\n")

    def sign(self, size: int, root: bytes, proof: list[bytes], *, rotate: bool = False, added: Added = NONE) -> str:
        """Return the signature lines for a checkpoint that extends the last one. Raises SigningError.

        With `rotate`, the next key signs too. `added` is needed if a newsroom is protected.
        """
        note, last = self._last()
        if note and (size, root) == (last.size, last.root):
            return note.partition("\n\n")[2]
        if size <= last.size:
            raise SigningError(f"A checkpoint of {last.size} entries is signed already, so {size} can't be signed.")
        if not merkle.is_consistent(last.size, last.root, size, root, proof):
            raise SigningError(f"The {size} entries don't begin with the {last.size} entries that are signed already.")
        if self.register and self.register.protected():
            leaves = self._approve(self.register, last, last.size, islice(added[1], size - last.size))
            if _roots(last.size, added[0], leaves) != (last.root, root):
                raise SigningError("The entries don't lead to this root.")
            self.register.db.commit()
        current = self.current_key()
        signing = [current]
        if rotate and current != self.keys[-1]:
            self.rotation()  # raises SigningError for a key of another log
            signing.append(self.keys[-1])
        text = Checkpoint(current.name, size, root).text()
        lines = "".join(key.sign(text) for key in signing)
        self.memory.write(f"{text}\n{lines}")
        return lines

    def check(self, start: int, entries: Lines) -> None:
        """Raise SigningError if `sign` would refuse these entries, which begin with the entry `start`."""
        if self.register and self.register.protected():
            self._approve(self.register, self._last()[1], start, entries)

    def _approve(self, register: KeyRegister, last: Checkpoint, start: int, entries: Lines) -> list[bytes]:
        """Return the leaf hashes of these entries. Raise SigningError if two people haven't signed one of them."""
        register.forget_unsigned(last.size)
        leaves = []
        for sequence, line in enumerate(entries, start):
            try:
                entry = Entry.parse(line, sequence)
                if entry.leaf["kind"] != "key.rotation" or entry.statement != rotation_statement(*self.rotation()):
                    register.require_approval(entry)
            except ApprovalError as problem:
                raise SigningError(f"Entry {sequence}: {problem}") from problem
            leaves.append(merkle.leaf_hash(entry.leaf_text))
        return leaves

    def current_key(self) -> SigningKey:
        """Return the key whose signature is the last one on the last checkpoint."""
        note = self.memory.read()
        if note is None:
            return self.keys[0]
        key_id = open_note(note)[1][-1][1]
        for key in self.keys:
            if key.verifier().id == key_id and signed_by(note, key.verifier()):
                return key
        raise SigningError(f"The last checkpoint was signed by the key {key_id.hex()}, which this signer doesn't have.")

    def _last(self) -> tuple[str | None, Checkpoint]:
        note = self.memory.read()
        if note is None:
            return None, Checkpoint(self.keys[0].name, 0, merkle.EMPTY_ROOT)
        return note, Checkpoint.parse(open_note(note)[0])


def _roots(size: int, edge: Sequence[bytes], leaves: list[bytes]) -> tuple[bytes, bytes]:
    """Return the root of the tree with this right edge, and its root after the leaves are appended."""
    # A tile can have later hashes too, which must not be in the place of the leaves.
    rows = [(level, *divmod(size >> 8 * level, 256), hashes) for level, hashes in enumerate(edge)]
    tiles = {(level, index): hashes[: width * merkle.HASH_SIZE] for level, index, width, hashes in rows}
    old = merkle.root(size, lambda *place: tiles[place])
    for position, hashes in merkle.append(size, leaves, lambda *place: tiles[place]).items():
        tiles[position] = tiles.get(position, b"") + hashes
    return old, merkle.root(size + len(leaves), lambda *place: tiles[place])
