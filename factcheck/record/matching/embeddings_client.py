"""One exchange with the embeddings address: it ends in time once the name is looked up, and the key goes nowhere else.

urllib will not do: it follows a redirect with the key to another host, and its limit is for each packet, so that an
address which sends a letter a second is never given up. Proxies of the environment are not asked. How long looking up
the name takes is the system's to bound (resolv.conf); it counts.
"""

import socket
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from factcheck.server.http_client import connect

MAX_ANSWER = 16 * 1024 * 1024  # bytes


def post(url: str, content: bytes, headers: Mapping[str, str], seconds: float) -> tuple[int, bytes]:
    """Status and content of what `/embeddings` under the address answers. Raises OSError and HTTPException."""
    end = time.monotonic() + seconds
    target = urlsplit(url)
    path = f"{target.path.rstrip('/')}/embeddings"
    tls, host = target.scheme == "https", target.hostname or ""
    addresses = socket.getaddrinfo(host, target.port or (443 if tls else 80), type=socket.SOCK_STREAM)
    query = f"?{target.query}" if target.query else ""
    named = {"Host": target.netloc.rpartition("@")[2], **headers}
    with connect(addresses, host, tls=tls, seconds=end - time.monotonic()) as connection:
        connection.request("POST", path + query, content, named)
        answer = connection.getresponse()
        data = answer.read(MAX_ANSWER + 1)
    if time.monotonic() >= end or len(data) > MAX_ANSWER:
        raise TimeoutError  # what was cut off may look complete
    return answer.status, data
