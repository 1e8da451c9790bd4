"""Files that are copies of pages, as the worker and browsers make them. Each takes files as (URL, media type, content)."""

import gzip
import io
import zipfile
from base64 import b64encode
from datetime import UTC, datetime
from email.message import Message

from factcheck.editorial.captures.warc import write_warc
from factcheck.tools.http_client import Exchange

File = tuple[str, str, bytes]


def warc(*files: File) -> bytes:
    return write_warc([_exchange(*file) for file in files])


def wacz(*files: File) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("archive/data.warc.gz", warc(*files))
    return out.getvalue()


def mhtml(*files: File) -> bytes:
    parts = [
        f"--x\r\nContent-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Location: {url}\r\n\r\n{b64encode(content).decode()}\r\n"
        for url, media_type, content in files
    ]
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n'
    return f"{head}{''.join(parts)}--x--".encode()


def _exchange(url: str, media_type: str, content: bytes) -> Exchange:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Encoding: gzip\r\n\r\n".encode()
    moment = datetime(2026, 10, 4, tzinfo=UTC)
    return Exchange(
        url, "192.0.2.1", moment, b"GET / HTTP/1.1\r\n\r\n", head + gzip.compress(content), 200, Message(), b""
    )
