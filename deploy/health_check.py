"""Exits with 0 if this container's server responds. deploy/compose.yaml calls it.

``health_check.py PORT PATH`` asks a web server. ``health_check.py SOCKET [LINE]`` asks the log's signer or the
clean room.
"""

import os
import socket
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit


def main(place: str, path: str = "") -> int:
    if place.startswith("/"):
        with socket.socket(socket.AF_UNIX) as service:
            service.settimeout(4)
            service.connect(place)
            service.sendall((path or '{"do": "status"}').encode() + b"\n")
            service.shutdown(socket.SHUT_WR)
            return int(not service.recv(4096).startswith((b'{"keys"', b'{"kind"')))
    connection = HTTPConnection("127.0.0.1", int(place), timeout=4)
    # As the proxy does. Otherwise, the site redirects to HTTPS.
    connection.request(
        "GET", path, headers={"Host": urlsplit(os.environ["SITE_URL"]).netloc, "X-Forwarded-Proto": "https"}
    )
    return int(connection.getresponse().status >= 500)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
