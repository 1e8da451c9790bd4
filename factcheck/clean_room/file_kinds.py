"""The kinds of uploaded captures, recognised by their bytes. The name that the browser sends is never used."""

import zipfile
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import SEEK_END, BytesIO
from typing import IO, Any

_START = 4096  # bytes that are read to recognise a kind
_MAX_DIRECTORY = 4_000_000  # bytes of a WACZ file's list of members
_END = b"PK\x05\x06"  # first bytes of the record at a ZIP file's end (22 bytes and a comment of up to 64 KB)
_END_64 = b"PK\x06\x07"  # first bytes of the 20 bytes before this record, if the ZIP file is larger than 4 GB


@dataclass(frozen=True, slots=True)
class FileKind:
    media_type: str
    ending: str


PNG = FileKind("image/png", "png")
JPEG = FileKind("image/jpeg", "jpg")
WEBP = FileKind("image/webp", "webp")
PDF = FileKind("application/pdf", "pdf")
WACZ = FileKind("application/wacz", "wacz")
WARC = FileKind("application/warc", "warc")
WARC_GZ = FileKind("application/warc", "warc.gz")
MHTML = FileKind("multipart/related", "mhtml")
HTML = FileKind("text/html", "html")
KINDS = (PNG, JPEG, WEBP, PDF, WACZ, WARC, WARC_GZ, MHTML, HTML)


def read_kind(body: bytes) -> dict[str, Any]:
    kind = find_kind(body)
    return {"kind": kind and asdict(kind)}


def find_kind(body: bytes) -> FileKind | None:
    """Return the kind of the file, or None if the file can't be a capture."""
    start = body[:_START]
    return _kind_of_start(start) or (WACZ if start.startswith(b"PK\x03\x04") and _is_wacz(BytesIO(body)) else None)


def _kind_of_start(start: bytes) -> FileKind | None:
    for magic, kind in ((b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG), (b"%PDF-", PDF), (b"WARC/", WARC)):
        if start.startswith(magic):
            return kind
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return WEBP
    if start.startswith(b"\x1f\x8b"):
        return WARC_GZ if _unzipped_start(start).startswith(b"WARC/") else None
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"multipart/related" in text and text.startswith((b"from:", b"mime-version:", b"content-type:")):
        return MHTML
    while text.startswith(b"<!--"):
        text = text.partition(b"-->")[2].lstrip()
    return HTML if text.startswith((b"<!doctype html", b"<html", b"<head")) else None


def _unzipped_start(start: bytes) -> bytes:
    with suppress(zlib.error):
        return zlib.decompressobj(wbits=31).decompress(start, 16)
    return b""


def _is_wacz(file: IO[bytes]) -> bool:
    """Return whether the ZIP file lists the description and a WARC file, as every WACZ file does. Unpack nothing."""
    try:
        if _directory_size(file) > _MAX_DIRECTORY:
            return False
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return False
    return "datapackage.json" in names and any(
        name.startswith("archive/") and name.endswith((".warc", ".warc.gz")) for name in names
    )


def _directory_size(file: IO[bytes]) -> int:
    """Return the size in bytes of the ZIP file's list of members, or raise ValueError.

    `zipfile` reads this list completely, so a hostile file could fill the memory with it.
    """
    file.seek(0, SEEK_END)
    # The record is in the last 66 KB, because the comment after it has at most 64 KB.
    file.seek(max(file.tell() - 66_000, 0))
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < 22 or tail[max(place - 20, 0) :].startswith(_END_64):
        raise ValueError("no end, or a size with 64 bits")
    # Bytes 12 to 15 of the record are the size of the list.
    return int.from_bytes(tail[place + 12 : place + 16], "little")
