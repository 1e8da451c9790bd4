"""The record alone: published without an editors' side, as the record's own tests need it; an embeddings address."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connections

from factcheck.record import publish
from factcheck.record.log import entries, tree
from factcheck.record.log.notes import SigningKey
from factcheck.record.matching import embeddings
from factcheck.record.models import LogEntry
from factcheck.record.statements.checks import with_defaults
from factcheck.record.statements.review import Review
from factcheck.tools import http_client


@pytest.fixture
def bare_record(database: str) -> None:
    """A database whose owner has switched off the editors' rules that every entry has an approval."""
    disarm()


# The model of these tests: words of one meaning share a direction.
MEANINGS = [{"flood", "lũ", "water"}, {"pagoda", "chùa"}, {"vaccine", "vắc"}, {"chip", "theo"}]


def meaning(text: str) -> list[float]:
    said = set(text.lower().replace(".", " ").split())
    return [1.0 * bool(said & words) for words in MEANINGS] + [0.1] + [0.0] * 379


class Address:
    """An embeddings address; `answer` makes what it says of a request, as status and content."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.headers: dict[str, str] = {}
        self.answer: Any = lambda texts: (
            200,
            {"data": [{"index": n, "embedding": meaning(text)} for n, text in enumerate(texts)]},
        )


@pytest.fixture
def address(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    """An embeddings API, which fails the test if it is called inside a transaction."""
    known = Address()

    def send(*arguments: Any, **options: Any) -> http_client.Exchange:
        open_ones = [alias for alias in ("default", "public") if connections[alias].in_atomic_block]
        assert open_ones == [], f"The embeddings API is called inside a transaction of {open_ones}."
        return http_client.send(*arguments, **options)

    monkeypatch.setattr(embeddings, "send", send)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known.asked.append((self.path, self.headers.get("Authorization"), content))
            status, answer = known.answer(content["input"])
            data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {**known.headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # the answer came too late, and nobody waits for it
                self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMBEDDINGS_URL = f"http://127.0.0.1:{server.server_port}/v1/"
        settings.EMBEDDINGS_MODEL, settings.EMBEDDINGS_KEY = "e5-test", "secret"
        yield known
        server.shutdown()


def disarm() -> None:
    with connections["owner"].cursor() as cursor:
        for trigger in ("entry_was_approved", "repeats_what_was_published"):
            cursor.execute(f"ALTER TABLE record_logentry DISABLE TRIGGER {trigger}")


def make_statement(subject: UUID, text: str = "Nước lũ đã lên tới mái chùa.") -> dict[str, Any]:
    """A small statement with all keys."""
    return with_defaults(
        {
            "id": str(subject),
            "language": "vi",
            "headline": "Video là của năm 2020",
            "summary": "Sai.",
            "claim": {"id": str(subject), "text": text, "language": "vi"},
            "verdict": {
                "scale": "truth", "slug": "false", "label": "Sai", "labels": {"vi": "Sai"}, "value": 1, "best": 5,
                "worst": 1,
            },
            "publisher": {"name": "Toà soạn", "site": "kiemchung.example"},
            "license": "https://creativecommons.org/licenses/by/4.0/",
        },
        Review,
    )  # fmt: skip


def publish_some(count: int) -> list[LogEntry]:
    """So many originals in one batch."""
    return publish.publish(
        [entries.Publication(subject, make_statement(subject)) for subject in [uuid4() for _ in range(count)]]
    )


def rotated(settings: Any, new: SigningKey | None = None) -> SigningKey:
    """Hands the log to a new key, which this process has alone from then on."""
    old = tree.signing_key()
    new = new or SigningKey.generate(old.name)
    settings.LOG_SIGNING_KEY = f"{old}\n{new}"
    call_command("rotate_log_key")
    settings.LOG_SIGNING_KEY = str(new)
    tree.signing_key.cache_clear()
    return new
