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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from factcheck.record.log import merkle
from factcheck.record.log.notes import Checkpoint, SigningKey, VerifierKey, open_note, signed_by
from factcheck.tools.whole_files import whole_file


class SigningError(Exception):
    """The error if the signer refuses. The message gives the reason."""


@dataclass(frozen=True, slots=True)
class SignerStatus:
    """The keys, and the size and the root of the last signed checkpoint."""

    keys: tuple[VerifierKey, ...]
    size: int
    root: bytes


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

    def __init__(self, keys: Sequence[SigningKey], memory: Memory) -> None:
        self.keys = tuple(keys)
        self.memory = memory

    def status(self) -> SignerStatus:
        last = self._last()[1]
        return SignerStatus(tuple(key.verifier() for key in self.keys), last.size, last.root)

    def rotation(self) -> tuple[VerifierKey, VerifierKey, str]:
        """Return the current key, the next key, and the current key's signature on both."""
        current = self.current_key()
        if current == self.keys[-1]:
            raise SigningError("The key's file doesn't contain a next key. Add one with make_log_key --next.")
        old, new = current.verifier(), self.keys[-1].verifier()
        if old.name != new.name:
            raise SigningError(f"The next key is for {new.name}, but the log's name is {old.name} and never changes.")
        return old, new, current.sign(f"{old}\n{new}\n")

    def sign(self, size: int, root: bytes, proof: list[bytes], *, rotate: bool = False) -> str:
        """Return the signature lines for a checkpoint that extends the last one. Raises SigningError.

        With `rotate`, the next key signs too.
        """
        note, last = self._last()
        if note and (size, root) == (last.size, last.root):
            return note.partition("\n\n")[2]
        if size <= last.size:
            raise SigningError(f"A checkpoint of {last.size} entries is signed already, so {size} can't be signed.")
        if not merkle.is_consistent(last.size, last.root, size, root, proof):
            raise SigningError(f"The {size} entries don't begin with the {last.size} entries that are signed already.")
        current = self.current_key()
        signing = [current]
        if rotate and current != self.keys[-1]:
            self.rotation()  # raises SigningError for a key of another log
            signing.append(self.keys[-1])
        text = Checkpoint(current.name, size, root).text()
        lines = "".join(key.sign(text) for key in signing)
        self.memory.write(f"{text}\n{lines}")
        return lines

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
