"""The tar archive inside a backup.

``backup.json``         a description, with the newest checkpoint
``environment``         the site's variables, without secrets
``database/00000001``…  the output of ``pg_dump --format=custom``, in parts whose size is known before they are written
``files/…``             the files in Django's storage

Without this software, age, tar, cat and pg_restore can restore a backup.
"""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from factcheck.operations.backup.problems import BackupError

DESCRIPTION, ENVIRONMENT, DATABASE, FILES = "backup.json", "environment", "database/", "files/"
FORMAT = 1
PART = 8 * 2**20  # bytes of the database's dump in one member
BLOCK = 2**16  # bytes of a file to read at a time


@dataclass(frozen=True)
class Description:
    """The content of ``backup.json``. ``roles`` are the database's owner, application role and reading role."""

    made_at: str
    site: str
    version: str
    roles: list[str]
    checkpoint: str | None

    def as_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **self.__dict__}, indent=2, ensure_ascii=False).encode()

    @classmethod
    def parse(cls, data: bytes) -> "Description":
        content = json.loads(data)
        if content.pop("format") != FORMAT:
            raise BackupError("A newer version of the site made this backup. Restore it with that version.")
        return cls(**content)


@dataclass(frozen=True)
class Member:
    """A part of the archive, to be read before the next part."""

    name: str
    size: int
    file: Any

    def chunks(self) -> Iterator[bytes]:
        while chunk := self.file.read(BLOCK):
            yield chunk


def member(name: str, size: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a part of the archive. The chunks must have exactly this size together."""
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    yield header.tobuf(tarfile.PAX_FORMAT)
    written = 0
    for chunk in chunks:
        written += len(chunk)
        yield chunk
    if written != size:
        raise BackupError(f"{name} changed while it was read. Start the backup again.")
    yield bytes(-size % tarfile.BLOCKSIZE)


def end() -> bytes:
    return bytes(2 * tarfile.BLOCKSIZE)


def members(stream: BinaryIO) -> Iterator[Member]:
    """Yield the parts of an archive in their order."""
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for header in archive:
                yield Member(header.name, header.size, archive.extractfile(header))
    except tarfile.TarError:
        raise BackupError("The file can be decrypted, but it isn't a backup of this site.") from None
