"""A receiver of webhooks over real HTTP. Tests choose its answers, and it stores what it receives."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
from standardwebhooks.webhooks import Webhook


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def message(self) -> dict[str, Any]:
        message: dict[str, Any] = orjson.loads(self.body)
        return message

    def verified(self, secret: str) -> dict[str, Any]:
        """Return the message after the receivers' own library has checked it. Raises WebhookVerificationError."""
        message: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return message


@dataclass
class Receiver:
    """The answers of a receiver, and the messages that it has received.

    `answers` are the successive statuses, of which the last one is repeated. A status in `told` has priority if its key
    occurs in the body.
    """

    url: str
    answers: list[int] = field(default_factory=lambda: [204])
    told: dict[str, int] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)  # while it is cleared, answers wait
    location: str = "/elsewhere"
    seconds: float = 0  # the time that each answer takes

    def status(self, body: bytes) -> int:
        for words, status in self.told.items():
            if words.encode() in body:
                return status
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(Received({name.lower(): value for name, value in self.headers.items()}, body))
            receiver.held.wait(30)
            time.sleep(receiver.seconds)
            self.send_response(receiver.status(body))
            self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # the sender has closed the connection
                super().handle()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
        receiver.held.set()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.held.set()
            server.shutdown()
            thread.join()
