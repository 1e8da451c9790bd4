"""The embeddings address: down, slow, wrong, or leading elsewhere, it is given up in time."""

import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from factcheck.record.matching import embeddings
from factcheck.record.matching.embeddings import EmbeddingError, RemoteModel, get_embeddings
from tests.record.conftest import Address


def test_address_with_a_query_keeps_it(address: Address, settings: Any) -> None:
    settings.EMBEDDINGS_URL += "?api-version=1"
    get_embeddings().embed_queries(["flood"])
    assert address.asked[0][0] == "/v1/embeddings?api-version=1"


def test_slow_address_is_given_up(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "QUERY_TIMEOUT", 0.2)
    late = threading.Event()
    address.answer = lambda texts: (200, late.wait(20) and {})
    with pytest.raises(EmbeddingError, match="did not respond in time"):
        get_embeddings().embed_queries(["flood"])
    late.set()


def test_address_that_answers_letter_by_letter_is_given_up(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "QUERY_TIMEOUT", 0.3)
    over = threading.Event()

    class Trickle(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while not over.wait(0.05):
                    self.wfile.write(b" ")

    with ThreadingHTTPServer(("127.0.0.1", 0), Trickle) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(EmbeddingError, match="did not respond in time"):
            RemoteModel(f"http://127.0.0.1:{server.server_port}", "m", "").embed_queries(["flood"])
        over.set()
        server.shutdown()


def test_address_that_begins_its_answer_letter_by_letter_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of a connection is for each packet, and each letter of a header is one."""
    monkeypatch.setattr(embeddings, "QUERY_TIMEOUT", 0.3)
    over = threading.Event()

    def trickle(listening: socket.socket) -> None:
        link, _ = listening.accept()
        with link, suppress(OSError):
            link.recv(65536)
            link.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.05):
                link.sendall(b"a")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=trickle, args=[listening])
        server.start()
        begun = time.monotonic()
        with pytest.raises(EmbeddingError, match="did not respond in time"):
            RemoteModel(f"http://127.0.0.1:{listening.getsockname()[1]}", "m", "").embed_queries(["flood"])
        assert time.monotonic() - begun < 20
        over.set()
        server.join()


def test_dead_address_leaves_time_for_the_next(address, settings, monkeypatch):
    """Behind one name: the first drops what comes, as behind a firewall."""
    monkeypatch.setattr(embeddings, "QUERY_TIMEOUT", 3)
    port = int(settings.EMBEDDINGS_URL.split(":")[2].split("/")[0])
    with socket.create_server(("127.0.0.1", 0), backlog=0) as dead, socket.socket() as waiting:
        waiting.connect(dead.getsockname())  # there is room for one
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        found = [(*kind, dead.getsockname()), (*kind, ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert len(get_embeddings().embed_queries(["flood"])[0]) == 384


def test_address_that_leads_elsewhere_does_not_take_the_key_there(address: Address) -> None:
    came = threading.Event()

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.set()

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address.headers["Location"] = f"http://localhost:{server.server_port}/"
        address.answer = lambda texts: (302, {})
        with pytest.raises(EmbeddingError, match="responded with status 302"):
            get_embeddings().embed_queries(["flood"])
        server.shutdown()
    assert not came.is_set()
