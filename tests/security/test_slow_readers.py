"""Many clients that ask for large files and don't read them: they take neither the site's threads nor the proxy's disk."""

import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from factcheck.web import places
from tests.support.granian import ROOT, THREADS, free_port, granian, wait_for_port

FEED, DUMP = "/feeds/claimreview.json", "/api/v1/dumps/0/reviews.parquet"
SIZE = 48 * 2**20  # more than a kernel keeps for a connection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A feed and a dump as the worker leaves them, with zeros instead of reviews. Nothing has been published."""
    found = tmp_path / "dumps"
    (found / "0").mkdir(parents=True)
    feed = found / f"claimreview-0-{'0' * 32}-{'a' * 32}.json"
    for file in (feed, found / "0" / "reviews.parquet"):
        with file.open("wb") as out:
            out.truncate(SIZE)
    feed.with_name(f"{feed.name}.gz").write_bytes(gzip.compress(b"[]"))
    files = [{"name": "reviews.parquet", "media_type": "application/vnd.apache.parquet", "sha256": "b" * 64}]
    (found / "0" / "manifest.json").write_text(json.dumps({"files": files}))
    return found


def ask_and_not_read(address: str, path: str) -> socket.socket:
    """Ask for a file, and read only the status."""
    place = urlsplit(address)
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(20)
    reader.connect((place.hostname, place.port))
    reader.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    return reader


def status_of(reader: socket.socket) -> int:
    return int(reader.recv(12).split(b" ")[1])


def seconds_for(address: str, path: str) -> float:
    begun = time.monotonic()
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == 200
        response.read()
    return time.monotonic() - begun


@pytest.mark.prove
@pytest.mark.parametrize("path", [FEED, DUMP])
def test_readers_who_do_not_read_on_leave_threads_for_others(template, folder, path):
    with granian(DUMPS_FOLDER=str(folder)) as address, ExitStack() as open_:
        readers = [open_.enter_context(ask_and_not_read(address, path)) for _ in range(4 * THREADS)]
        assert sorted(map(status_of, readers)) == [200] * places.MAX_DOWNLOADS + [503] * (
            4 * THREADS - places.MAX_DOWNLOADS
        )
        assert max(seconds_for(address, "/api/v1/reviews/") for _ in range(10)) < 2
        with closing(HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:  # a small part takes no slot
            connection.request("GET", path, headers={"Range": "bytes=-1000"})
            response = connection.getresponse()
            assert (response.status, len(response.read())) == (206, 1000)


def test_reader_who_goes_makes_room(database, folder, monkeypatch):
    monkeypatch.setattr(settings, "DUMPS_FOLDER", folder)
    unread = [Client().get(FEED) for _ in range(places.MAX_DOWNLOADS)]
    assert [each.status_code for each in unread] == [200, 200]
    refused = Client().get(FEED)
    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert Client().head(FEED).status_code == 200
    for _ in range(2):  # a place is given back once
        unread[0].close()
    again = Client().get(FEED)
    assert (again.status_code, Client().get(FEED).status_code) == (200, 503)
    del again  # nobody closes it
    unread[1].close()
    assert sum(map(len, Client().get(FEED).streaming_content)) == SIZE


def test_proxy_is_given_the_name_of_the_file_only(database, folder, monkeypatch):
    monkeypatch.setattr(settings, "DUMPS_FOLDER", folder)
    monkeypatch.setattr(settings, "ACCEL_REDIRECT", "/published-files/")
    for path, name in ((FEED, next(folder.glob("*.json")).name), (DUMP, "0/reviews.parquet")):
        for _ in range(10 * places.MAX_DOWNLOADS):
            sent = Client().get(path, headers={"Range": "bytes=5-9"})
            assert (sent.status_code, sent.content) == (200, b"")
            assert sent["X-Accel-Redirect"] == f"/published-files/{name}"
            assert sent["ETag"]
    assert Client().get(DUMP, headers={"Range": f"bytes={SIZE}-"}).status_code == 416
    assert "X-Accel-Redirect" not in Client().get(DUMP, headers={"If-None-Match": f'"{"b" * 32}"'})


@contextmanager
def proxy(address: str, folder: Path, place: Path) -> Iterator[str]:
    """nginx with the site's own configuration, but without TLS, as the account that runs the tests."""
    port = free_port()
    config = (ROOT / "deploy/nginx.conf").read_text()
    config = (
        config[: config.index("# If the kernel doesn't support IPv6")]
        + config[config.index("server {\n    listen 443") :]
    )
    for pattern, value in (
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        (r"listen \[::\]:443 ssl;|ssl_certificate\S* [^;]*;", ""),
        (r"/var/log/nginx", str(place)),
        (r"/srv/factcheck/dumps", str(folder)),
        (r"http://127.0.0.1:800[02]", address),
    ):
        config = re.sub(pattern, value, config)
    temporary = "".join(
        f"{each}_temp_path {place}/{each};\n" for each in ("proxy", "client_body", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}\ndaemon off;\nworker_processes 1;\npid {place}/pid;\n"
        f"events {{}}\nhttp {{\n{temporary}sendfile on;\n{config}\n}}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    server = subprocess.Popen([program, "-p", str(place), "-c", str(place / "nginx.conf"), "-e", str(place / "error")])
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.mark.prove
@pytest.mark.parametrize("path", [FEED, DUMP])
def test_proxy_sends_files_without_the_sites_threads_and_without_buffering(template, folder, tmp_path, path):
    (place := tmp_path / "nginx").mkdir()
    with (
        granian(DUMPS_FOLDER=str(folder), ACCEL_REDIRECT="/published-files/") as address,
        proxy(address, folder, place) as through,
        ExitStack() as open_,
    ):
        readers = [open_.enter_context(ask_and_not_read(through, path)) for _ in range(40)]
        assert set(map(status_of, readers)) == {200}
        assert max(seconds_for(through, "/api/v1/reviews/") for _ in range(10)) < 2
        assert [file for file in (place / "proxy").rglob("*") if file.is_file()] == []
        with closing(HTTPConnection(urlsplit(through).netloc, timeout=20)) as connection:

            def ask(**headers: str):
                connection.request(
                    "GET", path, headers={name.replace("_", "-"): each for name, each in headers.items()}
                )
                response = connection.getresponse()
                return response, len(response.read())

            whole, size = ask(Origin="https://other.example")
            assert (whole.status, size, whole.headers["Access-Control-Allow-Origin"]) == (200, SIZE, "*")
            etag = whole.headers["ETag"]
            part, size = ask(Range="bytes=10-19", If_Range=etag)
            assert (part.status, size, part.headers["Content-Range"]) == (206, 10, f"bytes 10-19/{SIZE}")
            assert ask(Range="bytes=10-19", If_Range='"other"')[1] == SIZE
            assert ask(If_None_Match=etag)[0].status == 304
            connection.request("GET", "/published-files/0/reviews.parquet")
            hidden = connection.getresponse()
            assert (hidden.status, hidden.read()[:6]) == (404, b"<html>")
            if path == FEED:
                packed, size = ask(Accept_Encoding="gzip")
                assert (packed.headers["Content-Encoding"], packed.headers["ETag"]) == ("gzip", f'"{"a" * 32}-gzip"')
                assert size < 100
