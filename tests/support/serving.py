"""The whole site over real HTTP, in a thread of the test's process and on the test's database."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socketserver import TCPServer, ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler

from factcheck.tools import fair_queue
from factcheck.web.places import Places


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served() -> Iterator[str]:
    """Serve the site and yield its URL. Each request has a separate database connection, which Django closes."""
    with running(make_server("127.0.0.1", 0, WSGIHandler(), _Server, _Silent)) as address:
        yield address


@contextmanager
def running(server: TCPServer) -> Iterator[str]:
    """Serve until the end of the block, and yield the server's URL."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def full(*gates: Places) -> Iterator[None]:
    """Take all turns until the end of the block, in which nobody waits for a turn."""
    with ExitStack() as entered, pytest.MonkeyPatch.context() as patch:
        for gate in gates:
            for _ in range(gate.kind.turns):
                entered.enter_context(gate.enter())
        patch.setattr(fair_queue, "MAX_WAIT", 0.0)
        yield
