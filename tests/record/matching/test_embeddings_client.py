"""The embeddings address: down, slow, wrong, or leading elsewhere, it is given up in time."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from factcheck.record.matching import embeddings
from factcheck.record.matching.embeddings import EmbeddingError, get_embeddings
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
