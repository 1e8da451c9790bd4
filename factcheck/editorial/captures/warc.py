"""The writer of WARC files (ISO 28500), which store pages so that web archives can replay them."""

import hashlib
from base64 import b32encode
from collections.abc import Sequence
from io import BytesIO
from uuid import uuid4

from django.conf import settings
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from factcheck import __version__
from factcheck.tools.http_client import Exchange


def write_warc(exchanges: Sequence[Exchange] = (), resources: Sequence[tuple[str, str, bytes]] = ()) -> bytes:
    """Return the file, with one gzip member per record. The blocks are the exact bytes on the wire.

    `resources` are files that aren't from a server, with their URLs and media types.
    """
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    software = {"software": f"factcheck/{__version__} ({settings.SITE_URL})", "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record(None, software))
    for exchange in exchanges:
        response = _record(writer, exchange, "response", exchange.response)
        response.rec_headers.add_header("WARC-IP-Address", exchange.address)
        writer.write_request_response_pair(_record(writer, exchange, "request", exchange.request), response)
    for url, media_type, content in resources:
        digests = dict.fromkeys(("WARC-Block-Digest", "WARC-Payload-Digest"), _digest(content))
        of = (url, "resource", BytesIO(content), len(content), media_type, digests)
        writer.write_record(writer.create_warc_record(*of))
    return out.getvalue()


def _record(writer: WARCWriter, exchange: Exchange, kind: str, block: bytes) -> ArcWarcRecord:
    # The record is built by hand, because the builder's public functions parse and rewrite the HTTP headers, which can
    # change bytes.
    _headers, _end, payload = block.partition(b"\r\n\r\n")
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<{uuid4().urn}>",
        "WARC-Target-URI": exchange.url,
        "WARC-Date": exchange.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "WARC-Block-Digest": _digest(block),
        "WARC-Payload-Digest": _digest(payload),
    }
    headers = StatusAndHeaders("", list(fields.items()), protocol=writer.warc_version)
    return ArcWarcRecord("warc", kind, headers, BytesIO(block), None, writer.WARC_RECORDS[kind], len(block))


def _digest(data: bytes) -> str:
    return f"sha256:{b32encode(hashlib.sha256(data).digest()).decode()}"
