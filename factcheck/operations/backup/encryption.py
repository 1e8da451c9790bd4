"""Encrypts and decrypts streams with age, in bounded memory. The tools `age` and `rage` read the same format."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import pyrage

from factcheck.operations.backup.problems import BackupError, disk_problem

Advance = Callable[[int], object]  # called with the number of bytes of the encrypted file
Identity = Any  # pyrage.x25519.Identity, which has no types
Recipient = Any


def parse_recipient(text: str) -> Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise BackupError(
            f"BACKUP_RECIPIENT is {text[:80]!r}. Set the public key that age-keygen printed, for example age1…"
        ) from None


def read_identity(file: Path) -> Identity:
    """Return the private key from a file that age-keygen wrote."""
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it isn't a text file"
        raise BackupError(f"The key file {file} can't be read ({reason}).") from None
    keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        return pyrage.x25519.Identity.from_str(keys[0])
    except (IndexError, pyrage.IdentityError):
        raise BackupError(
            f"{file} doesn't contain a private key. It needs a line that begins with AGE-SECRET-KEY-1. "
            "If a passphrase protects the file, decrypt it first with: age --decrypt"
        ) from None


def encrypt(chunks: Iterator[bytes], file: BinaryIO, recipient: Recipient, advance: Advance) -> None:
    """Write the chunks to the file, encrypted. Exceptions from the chunks and from the file are raised unchanged."""
    source, target = _Source(chunks), _Target(file, advance)
    try:
        pyrage.encrypt_io(source, target, [recipient])
    except pyrage.EncryptError:
        raise source.problem or target.problem or BackupError("The backup can't be encrypted.") from None


@contextmanager
def decrypted(file: Path, identity: Identity, advance: Advance) -> Iterator[BinaryIO]:
    """Open the content of an encrypted file as a stream. Raises BackupError if the file was damaged or cut off.

    At the end of the block, the rest of the file is read too, because damage is only noticed where it is.
    """
    read_end, write_end = os.pipe()
    problems: list[BackupError] = []
    thread = threading.Thread(target=_decrypt, args=(file, write_end, identity, advance, problems), daemon=True)
    thread.start()
    failed: Exception | None = None
    with open(read_end, "rb") as stream:
        try:
            yield stream
            while stream.read(2**20):
                pass
        except Exception as problem:  # noqa: BLE001 - raised below, unless damage to the file explains it
            failed = problem
    thread.join()
    if problems:
        raise problems[0] from failed
    if failed:
        raise failed


class _Source:
    """A file that reads from chunks. The library would only pass on an exception's text, so it is kept."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks, self.rest = chunks, memoryview(b"")
        self.problem: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            while not self.rest:
                if (chunk := next(self.chunks, None)) is None:
                    return b""
                self.rest = memoryview(chunk)
        except BaseException as problem:
            self.problem = problem
            raise
        part, self.rest = self.rest[:size], self.rest[size:]
        return bytes(part)


class _Target:
    """A file that reports each write."""

    def __init__(self, file: BinaryIO, advance: Advance) -> None:
        self.file, self.advance = file, advance
        self.problem: BaseException | None = None

    def write(self, data: bytes) -> int:
        try:
            self.file.write(data)
            self.advance(len(data))
        except BaseException as problem:
            self.problem = problem
            raise
        return len(data)

    def flush(self) -> None:
        pass


class _Counted:
    def __init__(self, file: BinaryIO, advance: Advance) -> None:
        self.file, self.advance = file, advance

    def read(self, size: int) -> bytes:
        data = self.file.read(size)
        self.advance(len(data))
        return data


def _decrypt(file: Path, write_end: int, identity: Identity, advance: Advance, problems: list[BackupError]) -> None:
    target = None
    try:
        with suppress(BrokenPipeError), open(write_end, "wb") as pipe, open(file, "rb") as source:
            target = _Target(pipe, lambda size: None)
            pyrage.decrypt_io(_Counted(source, advance), target, [identity])
    except pyrage.DecryptError as problem:
        if target and target.problem:
            return  # the block stopped reading
        if "No matching keys" in str(problem):
            problems.append(BackupError(f"The key doesn't fit {file}. Use the private key of its BACKUP_RECIPIENT."))
        else:
            problems.append(BackupError(f"{file} isn't an encrypted backup, or it is damaged. Use another backup."))
    except OSError as problem:
        if target and target.problem:
            return
        if problem.errno is not None:
            problems.append(disk_problem(problem, file))
            return
        problems.append(BackupError(f"{file} is damaged or incomplete, so it can't be decrypted. Use another backup."))
