"""Documents in bundles: exact bytes, ETags that cost nothing, places that an erasure empties, and bounded memory."""

import hashlib
import json
import shutil
import subprocess
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.record import publish
from factcheck.record.log import entries, tree
from factcheck.record.models import LogEntry
from tests.record.conftest import disarm, make_statement, publish_some
from tests.support.databases import Ground, ground_fixture
from tests.support.granian import free_port, wait_for_port
from tests.support.serving import served

PATH = "/api/v1/log/document-bundles/"


def publish_300() -> list[LogEntry]:
    tree.signing_key.cache_clear()
    disarm()
    return publish_some(300)


bundles_ground = ground_fixture(publish_300)


@pytest.fixture
def filled(bundles_ground: Ground, database: str) -> list[LogEntry]:
    tree.signing_key.cache_clear()
    return list(bundles_ground.made)


def erase(subject: Any) -> None:
    whole = make_statement(subject)
    notice = {"ground": "court_order", "text": "Toà án.", "redaction": False, "newsroom": whole["publisher"]}
    statement = {"id": str(subject), "license": whole["license"], "notice": notice}
    publish.publish([entries.Publication(subject, statement, LogEntry.Kind.ERASURE, note="Toà án.")])


def lines_of(content: bytes) -> list[Any]:
    assert content.endswith(b"\n")
    return [json.loads(line) for line in content.splitlines()]


@pytest.mark.parametrize(("place", "first", "width"), [("000", 0, 256), ("001.p/44", 256, 44), ("000.p/3", 0, 3)])
def test_bundle_has_the_exact_documents(filled: list[LogEntry], place: str, first: int, width: int) -> None:
    response = Client().get(PATH + place)
    assert (response.status_code, response["Content-Type"]) == (200, "application/jsonl")
    assert response["Cache-Control"] == "no-cache"
    lines = lines_of(response.content)
    digests = [hashlib.sha256(bytes.fromhex(each["salt"]) + each["document"].encode()).hexdigest() for each in lines]
    assert digests == [entry.digest for entry in filled[first : first + width]]


def test_unchanged_bundle_is_known_without_reading_a_document(filled: list[LogEntry]) -> None:
    response = Client().get(f"{PATH}000")
    with CaptureQueriesContext(connections["public"]) as asked:
        again = Client().get(f"{PATH}000", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", response["ETag"])
    assert [query["sql"] for query in asked.captured_queries if "salt" in query["sql"]] == []
    with CaptureQueriesContext(connections["public"]) as asked:
        assert Client().head(f"{PATH}000")["ETag"] == response["ETag"]
    assert [query["sql"] for query in asked.captured_queries if "salt" in query["sql"]] == []


def test_bundle_that_is_not_there(filled: list[LogEntry]) -> None:
    for place in ("002", "001", "001.p/45", "000.p/256", "000.p/0", "00", "x000/000", "", "000/", "000?a=1"):
        response = Client().get(PATH + place)
        status = 400 if "?" in place else 404
        assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), place


def test_erasure_empties_the_place_and_changes_the_etag(filled: list[LogEntry]) -> None:
    before, other = Client().get(f"{PATH}000"), Client().get(f"{PATH}001.p/44")
    erase(filled[7].subject)
    after = Client().get(f"{PATH}000", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert [number for number, line in enumerate(lines_of(after.content)) if line is None] == [7]
    assert Client().get(f"{PATH}001.p/44")["ETag"] == other["ETag"]


def test_document_that_was_rewritten_by_the_owner_changes_the_etag(filled: list[LogEntry]) -> None:
    before = Client().get(f"{PATH}000")["ETag"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE record_revisiondocument DISABLE TRIGGER USER")
        cursor.execute("UPDATE record_revisiondocument SET document = set_byte(document, 0, 255) WHERE sequence = 9")
    after = Client().get(f"{PATH}000")
    assert after["ETag"] != before
    assert lines_of(after.content)[9]["document"][0] == "\N{REPLACEMENT CHARACTER}"


def test_large_bundle_is_sent_in_bounded_memory(database: str) -> None:
    """48 reviews of 200,000 characters each, 13 MB in all."""
    disarm()
    body = "Nước lũ đã lên tới mái chùa. " * 6_896
    subjects = [uuid4() for _ in range(48)]
    published = publish.publish([entries.Publication(each, make_statement(each) | {"body": body}) for each in subjects])
    response = Client().get(f"{PATH}000.p/48")
    tracemalloc.start()
    try:
        digests, size = [], 0
        for line in response.streaming_content:
            size += len(line)
            said = json.loads(line)
            digests.append(hashlib.sha256(bytes.fromhex(said["salt"]) + said["document"].encode()).hexdigest())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert digests == [entry.digest for entry in published]
    assert size > 12_000_000
    assert peak < 12_000_000  # of which orjson asks for 4 MB, and gives back most of it
    unread = [Client().get(f"{PATH}000.p/48") for _ in range(3)]
    assert [each.status_code for each in unread] == [200, 200, 503]  # the slots for large downloads
    assert unread[2]["Retry-After"] == "30"


def test_bundles_count_as_reading(filled: list[LogEntry], settings: Any, tmp_path: Path) -> None:
    settings.API_RATE_LIMIT, settings.REQUEST_COUNTS = "600/min", tmp_path / "counts"
    assert Client().get(f"{PATH}000")["RateLimit-Policy"] == '"reading";q=600;w=60'
    assert Client().get("/api/v1/log/tile/entries/000")["RateLimit-Policy"] == '"log";q=3000;w=60'


@contextmanager
def cache_before(address: str, place: Path) -> Iterator[str]:
    """nginx as a cache, which says in X-Cache whether it asked the site."""
    port = free_port()
    (place / "nginx.conf").write_text(
        f"user root;\ndaemon off;\npid {place}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n"
        + "".join(f"{each}_temp_path {place}/{each};\n" for each in ("client_body", "fastcgi", "uwsgi", "scgi"))
        + f"proxy_temp_path {place}/proxy;\nproxy_cache_path {place}/cache keys_zone=all:1m;\n"
        f"server {{\nlisten 127.0.0.1:{port};\nlocation / {{\nproxy_pass {address};\nproxy_set_header Host 127.0.0.1;\n"
        "proxy_cache all;\nproxy_cache_revalidate on;\nadd_header X-Cache $upstream_cache_status;\n}\n}\n}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    proxy = subprocess.Popen([program, "-p", str(place), "-c", str(place / "nginx.conf"), "-e", str(place / "error")])
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        proxy.terminate()
        proxy.wait()


@pytest.mark.prove
def test_erased_document_does_not_stay_in_a_caching_proxy(filled: list[LogEntry], tmp_path: Path) -> None:
    with served() as address, cache_before(address, tmp_path) as through:

        def ask(path: str, etag: str = "") -> tuple[int, str | None, str | None, bytes]:
            connection = HTTPConnection(urlsplit(through).netloc, timeout=20)
            connection.request("GET", path, headers={"If-None-Match": etag} if etag else {})
            response = connection.getresponse()
            content = response.read()
            connection.close()
            return response.status, response.headers["X-Cache"], response.headers["ETag"], content

        assert [ask("/api/v1/log/tile/entries/000")[1] for _ in range(2)] == ["MISS", "HIT"]
        for _ in range(2):
            status, cached, etag, content = ask(f"{PATH}000")
            assert (status, cached, lines_of(content)[7] is None) == (200, "MISS", False)
        assert etag
        erase(filled[7].subject)
        for asked in ("", etag):
            status, _, changed, content = ask(f"{PATH}000", asked)
            assert (status, changed != etag) == (200, True)
            assert [number for number, line in enumerate(lines_of(content)) if line is None] == [7]
            assert str(filled[7].subject).encode() not in content
        kept = b"".join(file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file())
        assert str(filled[7].subject).encode() in kept  # of the entries, which stay
        assert b"/document-bundles/" not in kept
