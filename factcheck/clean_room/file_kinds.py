"""The kinds of uploaded captures, recognised by their bytes. The name that the browser sends is never used."""

import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

_START = 4096  # bytes that are read to recognise a kind


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
KINDS = {kind.ending: kind for kind in (PNG, JPEG, WEBP, PDF, WACZ, WARC, WARC_GZ, MHTML, HTML)}


def read_kind(body: bytes) -> dict[str, Any]:
    """Return the key of the kind in `KINDS`."""
    return {"kind": getattr(find_kind(body), "ending", None)}


def find_kind(body: bytes) -> FileKind | None:
    """Return the kind of the file, or None if the file can't be a capture."""
    start = body[:_START]
    return _kind_of_start(start) or (WACZ if start.startswith(b"PK\x03\x04") and _is_wacz(body) else None)


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


def _is_wacz(body: bytes) -> bool:
    """Return whether the ZIP file lists the description and a WARC file, as every WACZ file does. Unpack nothing.

    `zipfile` reads the whole list. The clean room limits the memory and the time for this.
    """
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return False
    return "datapackage.json" in names and any(
        name.startswith("archive/") and name.endswith((".warc", ".warc.gz")) for name in names
    )
