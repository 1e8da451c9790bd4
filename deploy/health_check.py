"""Exits with 0 if this container's server responds. deploy/compose.yaml calls it.

``health_check.py PORT PATH`` asks a web server, and ``health_check.py SOCKET`` the log's signer.
"""

import os
import socket
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit


def main(place: str, path: str = "") -> int:
    if not path:
        with socket.socket(socket.AF_UNIX) as signer:
            signer.settimeout(4)
            signer.connect(place)
            signer.sendall(b'{"do": "status"}\n')
            return int(b'"keys"' not in signer.recv(4096))
    connection = HTTPConnection("127.0.0.1", int(place), timeout=4)
    # As the proxy does. Otherwise, the site redirects to HTTPS.
    connection.request(
        "GET", path, headers={"Host": urlsplit(os.environ["SITE_URL"]).netloc, "X-Forwarded-Proto": "https"}
    )
    return int(connection.getresponse().status >= 500)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
