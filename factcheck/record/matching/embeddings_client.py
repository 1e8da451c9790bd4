"""Sends requests to the embeddings API, with a timeout for the whole request. The API key isn't sent to any other host.

urllib isn't suitable. It follows redirects to other hosts and sends the key to them. Its timeout applies to each
packet, so a host that sends one byte per second never times out. Proxies from the environment aren't used. Name lookups
count towards the timeout but are limited only by the system (resolv.conf).
"""

import socket
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from factcheck.server.http_client import connect

MAX_RESPONSE = 16 * 1024 * 1024  # in bytes


def post(url: str, content: bytes, headers: Mapping[str, str], seconds: float) -> tuple[int, bytes]:
    """Sends the content to `/embeddings` under the URL. Returns status and body. Raises OSError and HTTPException."""
    end = time.monotonic() + seconds
    target = urlsplit(url)
    path = f"{target.path.rstrip('/')}/embeddings"
    tls, host = target.scheme == "https", target.hostname or ""
    addresses = socket.getaddrinfo(host, target.port or (443 if tls else 80), type=socket.SOCK_STREAM)
    query = f"?{target.query}" if target.query else ""
    headers = {"Host": target.netloc.rpartition("@")[2], **headers}
    with connect(addresses, host, tls=tls, seconds=end - time.monotonic()) as connection:
        connection.request("POST", path + query, content, headers)
        response = connection.getresponse()
        data = response.read(MAX_RESPONSE + 1)
    if time.monotonic() >= end or len(data) > MAX_RESPONSE:
        raise TimeoutError  # a truncated body can look complete
    return response.status, data
