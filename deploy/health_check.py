"""Exits with 0 if this container's server responds: ``health_check.py PORT PATH``. deploy/compose.yaml calls it."""

import os
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit


def main(port: str, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", int(port), timeout=4)
    # As the proxy does. Otherwise, the site redirects to HTTPS.
    connection.request(
        "GET", path, headers={"Host": urlsplit(os.environ["SITE_URL"]).netloc, "X-Forwarded-Proto": "https"}
    )
    return int(connection.getresponse().status >= 500)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
