"""A receiver of webhooks over real HTTP, which answers as it is told and remembers what came."""

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
        """By the receivers' own library. Raises WebhookVerificationError."""
        message: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return message


@dataclass
class Receiver:
    """`answers` are statuses by turns, the last for ever; `told` by what is in the body comes first."""

    url: str
    answers: list[int] = field(default_factory=lambda: [204])
    told: dict[str, int] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)  # cleared: answers wait
    location: str = "/elsewhere"
    seconds: float = 0  # that each answer takes

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
            with suppress(OSError):  # the sender is gone
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
