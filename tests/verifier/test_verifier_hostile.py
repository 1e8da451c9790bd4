"""The verifier against a server that answers with something else: one sentence, whatever it is."""

import hashlib
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from factcheck.record.log.notes import Checkpoint, SigningKey
from tests.support.serving import running
from tests.verifier.verifying import verify
from verifier import verifier

LEAF: dict[str, Any] = {
    "at": "2026-11-24T08:30:00.000000Z", "digest": "0" * 64, "kind": "review.original", "number": 1, "sequence": 0,
    "subject": "6a4c1b9e-0f65-4d2f-8f0e-1d2c3b4a5968", "v": 1,
}  # fmt: skip


FED = {key: value for key, value in LEAF.items() if key != "v"}
DOCUMENT: dict[str, Any] = {"id": LEAF["subject"], "revision": {"number": 1, "kind": "original"}}


class OneAnswer(verifier.Site):
    """Answers every request with the same bytes, as of a publisher who signs what it likes."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = data

    def get(self, path: str, etag: str | None = None) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, self.data


def begun(site: verifier.Site) -> verifier.Verifier:
    return verifier.Verifier(site, None, None, [], quiet=True)


@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        ({"v": True}, "Entry 0 is not a leaf of version 1."),
        ({"v": 1.0}, "Entry 0 is not a leaf of version 1."),
        ({"v": 2}, "Entry 0 is not a leaf of version 1."),
        ({"sequence": False}, "Entry 0 is not a leaf of version 1."),
        ({"number": 1.0}, "Entry 0 is not a leaf of version 1."),
        ({"number": "1"}, "Entry 0 is not a leaf of version 1."),
        ({"kind": ["review.original"]}, "Entry 0 is not a leaf of version 1."),
        ({"kind": "review.Sale"}, "Entry 0 is not a leaf of version 1."),
        ({"at": 0}, "Entry 0 is not a leaf of version 1."),
        ({"at": "2026-11-24T08:30:00Z"}, "Entry 0 is not a leaf of version 1."),
        ({"at": "2026-13-24T08:30:00.000000Z"}, "Entry 0 is not a leaf of version 1."),
        ({"digest": "0" * 63 + "A"}, "Entry 0 is not a leaf of version 1."),
        ({"subject": "../log/key"}, "Entry 0 is not a leaf of version 1."),
        ({"subject": {}}, "Entry 0 is not a leaf of version 1."),
        ({"more": 1}, "Entry 0 is not a leaf of version 1."),
        (b"", "Entry 0 is not JSON."),
        (b"\xff", "Entry 0 is not JSON."),
        (b'"\\ud800"', "Entry 0 is not JSON."),
        (b"\xef\xbb\xbf{}", "Entry 0 is not JSON."),
        ("{}".encode("utf-16"), "Entry 0 is not JSON."),
        (b'{"number":NaN}', "Entry 0 is not JSON."),
        (b'{"number":1e999}', "Entry 0 is not JSON."),
        (b"[" * 100_000, "Entry 0 is not JSON."),
        (json.dumps(list(LEAF)).encode(), "Entry 0 is not an object in canonical JSON."),
        (json.dumps(LEAF).encode(), "Entry 0 is not an object in canonical JSON."),
    ],
)
def test_leaf_that_is_none_is_refused_in_a_sentence(leaf: Any, said: str) -> None:
    data = leaf if isinstance(leaf, bytes) else verifier.canonical(LEAF | leaf)
    with pytest.raises(verifier.DiscrepancyError) as wrong:
        begun(OneAnswer()).check_leaf(data)
    assert str(wrong.value) == said
    for kind in ("review.original", "review.newer_kind"):
        assert begun(OneAnswer()).check_leaf(verifier.canonical(LEAF | {"kind": kind})).kind == kind


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        (b"", "Entry bundle 0 does not have 2 entries."),
        (b"\x00", "Entry bundle 0 ends within an entry."),
        (b"\x00\x00\x00\x05{}", "Entry bundle 0 ends within an entry."),
        (b"\x00\x00", "Entry bundle 0 does not have 2 entries."),
        (bytes(20 * 2**20), "Entry bundle 0 does not have 2 entries."),  # at once: each entry copies what follows it
    ],
)
def test_bundle_that_is_none_is_refused_in_a_sentence(bundle: bytes, said: str) -> None:
    note = f"x\n2\n{'A' * 43}=\n\n\n"
    with pytest.raises(verifier.DiscrepancyError) as wrong:
        begun(OneAnswer(bundle)).check_bundle(verifier.Checkpoint(note))
    assert str(wrong.value) == said


def line_of(document: bytes, salt: str = "07" * 32) -> bytes:
    return verifier.canonical({"document": document.decode(), "salt": salt})


def check_line(line: bytes, **entry: str) -> bool:
    return begun(OneAnswer()).is_missing(verifier.Entry(**FED | entry), line, None)


@pytest.mark.parametrize(
    ("kind", "document", "said"),
    [
        ("review.original", b"{", "The document of entry 0 is not JSON."),
        ("review.original", b"[]", "The document of entry 0 is not an object in canonical JSON."),
        ("review.original", {}, "The document of entry 0 is of another revision."),
        ("review.original", {"id": LEAF["subject"], "revision": []}, "The document of entry 0 is of another revision."),
        (
            "review.original",
            DOCUMENT | {"revision": {"number": True, "kind": "original"}},
            "The document of entry 0 is of another revision.",
        ),
        (
            "claim.merge",
            DOCUMENT | {"revision": {"number": 1, "kind": "merge"}, "into": []},
            "The document of entry 0 doesn't name the claim that its claim is merged into.",
        ),
        (
            "disowning.published",
            DOCUMENT | {"revision": {"number": 1, "kind": "published"}, "entries": [0]},
            "The document of entry 0 doesn't name the earlier entries that it disowns.",
        ),
        (
            "key.rotation",
            DOCUMENT | {"revision": {"number": 1, "kind": "rotation"}},
            "The rotation in entry 0 is malformed.",
        ),
        (
            "key.rotation",
            DOCUMENT | {"revision": {"number": 1, "kind": "rotation"}, "old_key": "x+00000000+", "new_key": 1},
            "The rotation in entry 0 is malformed.",
        ),
    ],
)
def test_document_that_is_none_is_refused_in_a_sentence(kind: str, document: Any, said: str) -> None:
    data = document if isinstance(document, bytes) else verifier.canonical(document)
    digest = hashlib.sha256(b"\x07" * 32 + data).hexdigest()
    with pytest.raises(verifier.DiscrepancyError) as wrong:
        check_line(line_of(data), kind=kind, digest=digest)
    assert str(wrong.value) == said


@contextmanager
def answering(data: bytes, **headers: str) -> Iterator[str]:
    """A site that answers everything with these bytes, whatever its headers say of them."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(data)

        def log_message(self, *arguments: object) -> None:
            pass

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        yield address


def test_answer_that_is_too_long_cut_off_or_garbled_is_none(monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(verifier, "MAX_RESPONSE", 1000)
    monkeypatch.setattr(verifier.time, "sleep", lambda seconds: None)
    with answering(b"x" * 1001, Content_Length="1001") as address:
        code, said = verify(address, capsys=capsys)
    assert (code, said) == (2, f"{address}/api/v1/log/key sends more than 1000 bytes.")
    with answering(b"x" * 999, Content_Length="1000") as address:
        code, said = verify(address, capsys=capsys)
    assert code == 2
    assert said.startswith(f"{address}/api/v1/log/key does not answer: IncompleteRead(999 bytes read, 1 more expected)")
    with answering(b"-5\r\nx", Transfer_Encoding="chunked") as address:
        code, said = verify(address, capsys=capsys)
    assert code == 2
    assert said.startswith(f"{address}/api/v1/log/key does not answer: read length must be")


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_site_that_drips_is_not_waited_for(head: bytes, monkeypatch: Any, capsys: Any) -> None:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(head)
            with suppress(OSError):
                while not threading.Event().wait(0.05):
                    self.request.sendall(b"x")

    monkeypatch.setattr(verifier, "TOTAL_TIMEOUT", 0.5)
    monkeypatch.setattr(verifier.time, "sleep", lambda seconds: None)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        address, begun_at = f"http://127.0.0.1:{server.server_address[1]}", time.monotonic()
        code, said = verify(address, capsys=capsys)
        taken = time.monotonic() - begun_at
        server.shutdown()
    assert (code, said) == (2, f"{address}/api/v1/log/key does not answer: timed out.")
    assert 2 <= taken < 5  # four times


def test_site_does_not_steer_the_terminal(monkeypatch: Any, capsys: Any) -> None:
    key = SigningKey("x", bytes(32))
    text = Checkpoint("\x1b[2K\r9 entries hold.\x1b[8m", 9, bytes(32)).text()
    answers = {"key": str(key.verifier()), "checkpoint": f"{text}\n{key.sign(text)}"}
    monkeypatch.setattr(
        verifier.Site, "get", lambda self, path, etag=None: (200, {}, answers[path.rpartition("/")[2]].encode())
    )
    code, said = verify("http://127.0.0.1:9", capsys=capsys)
    assert (code, said) == (1, r"The checkpoint is of \x1b[2K\r9 entries hold.\x1b[8m, not of x.")


@pytest.mark.parametrize("salt", ["", "7", "xy" * 32, "07" * 31, " " + "07" * 32])
def test_salt_that_is_none_is_refused_in_a_sentence(salt: str) -> None:
    with pytest.raises(verifier.DiscrepancyError, match="The document of entry 0 doesn't match its digest in the log"):
        check_line(line_of(b"{}", salt))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"", "The document of entry 0 with its salt is not JSON."),
        (b"\xff", "The document of entry 0 with its salt is not JSON."),
        (b"[" * 100_000, "The document of entry 0 with its salt is not JSON."),
        (b"7", "The document of entry 0 with its salt is not a JSON object."),
        (b"{}", "The document of entry 0 is not served with its salt."),
        (b'{"document":"{}"}', "The document of entry 0 is not served with its salt."),
        (b'{"document":{},"salt":""}', "The document of entry 0 is not served with its salt."),
        (b'{"document":"{}","salt":null}', "The document of entry 0 is not served with its salt."),
        (b'{"document":"{}","more":"","salt":""}', "The document of entry 0 is not served with its salt."),
    ],
)
def test_line_that_is_none_is_refused_in_a_sentence(line: bytes, said: str) -> None:
    with pytest.raises(verifier.DiscrepancyError) as wrong:
        check_line(line)
    assert str(wrong.value) == said
    assert check_line(b"null") is True


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"", verifier.CheckError, "Bundle ends after 0 of 2 lines."),
        (b"null\nnull", verifier.CheckError, "Bundle ends after 1 of 2 lines."),
        (b"null\nnull\n ", verifier.DiscrepancyError, "Bundle has more than 2 lines."),
        (b"\n" * 20 * 2**20, verifier.DiscrepancyError, "Bundle has more than 2 lines."),
    ],
)
def test_lines_of_another_number_are_refused_in_a_sentence(data: bytes, error: Any, said: str) -> None:
    with pytest.raises(error) as wrong:
        verifier.split_lines(data, 2, "Bundle")
    assert str(wrong.value) == said
    assert verifier.split_lines(b"null\n{}\n", 2, "Bundle") == [b"null", b"{}"]


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (b"<html>", "The changes feed is not JSON."),
        (b"[]", "The changes feed is not a JSON object."),
        ({"results": {}}, "The changes feed does not have 1 entries from 0."),
        ({"results": [FED, FED]}, "The changes feed does not have 1 entries from 0."),
        ({"results": [7]}, "The changes feed does not tell what the log contains of entry 0."),
        ({"results": [FED | {"sequence": False}]}, "The changes feed does not tell what the log contains of entry 0."),
        ({"results": [FED | {"number": 1.0}]}, "The changes feed does not tell what the log contains of entry 0."),
        ({"results": [FED | {"kind": "review.erasure"}]}, "The changes feed does not tell what the log contains of entry 0."),
        ({"results": [FED | {"body": 7}]}, "don't get the last revision."),
        ({"results": [FED | {"body": {"revision": []}}]}, "don't get the last revision."),
        ({"results": [FED | {"body": {"revision": {"sequence": False, "digest": "0" * 64}}}]}, "don't get the last revision."),
        ({"results": [FED | {"body": {"revision": {"sequence": 0, "digest": "1" * 64}}}]}, "don't get the last revision."),
    ],
)  # fmt: skip
def test_feed_that_is_none_is_refused_in_a_sentence(feed: Any, said: str) -> None:
    data = feed if isinstance(feed, bytes) else verifier.canonical(feed)
    with pytest.raises(verifier.DiscrepancyError) as wrong:
        verifier.read_bodies(data, [verifier.Entry(**FED)])
    assert str(wrong.value).endswith(said)
    assert verifier.read_bodies(verifier.canonical({"results": [FED | {"body": None}]}), [verifier.Entry(**FED)]) == [
        None
    ]


@pytest.mark.parametrize(
    "note", [b"\xff", b"x", b"x\n-1\n\n\n\n", b"x\n" + b"9" * 5000 + b"\n", b"x\n1\n" + b"*" * 44 + b"\n\n\n"]
)
def test_checkpoint_that_is_none_is_refused_in_a_sentence(note: bytes, monkeypatch: Any) -> None:
    key = str(SigningKey.generate("x").verifier()).encode()
    looking = begun(OneAnswer())
    monkeypatch.setattr(looking.site, "get", lambda path, etag=None: (200, {}, key if path.endswith("key") else note))
    with pytest.raises(verifier.DiscrepancyError, match="The checkpoint is"):
        looking.run()


@contextmanager
def answering_in_turn(*answers: tuple[int, dict[str, str]]) -> Iterator[str]:
    """A site with these statuses and headers, one after the other, and the last one from then on."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        yield address


def header(value: str | int) -> dict[str, str]:
    """`Retry-After` with this text, or with the date in so many seconds."""
    return {"Retry-After": value if isinstance(value, str) else formatdate(time.time() + value, usegmt=True)}


@pytest.mark.parametrize(
    ("status", "value", "least", "most"), [(429, "37", 37, 37), (503, "5", 5, 5), (429, 400, 300, 400), (429, -9, 1, 1)]
)
def test_site_that_asks_to_wait_is_obeyed(status, value, least, most, monkeypatch, capsys):
    slept: list[float] = []
    monkeypatch.setattr(verifier.time, "sleep", slept.append)
    waits = [(status, header(value))] * 2
    with answering_in_turn(*waits, (200, {})) as address:
        assert verifier.Site(address, quiet=False).get("/x")[0] == 200
    assert len(slept) == 2
    assert all(least <= seconds <= most for seconds in slept)
    said = capsys.readouterr().err.splitlines()
    assert [line.startswith(f"{address}/x asks to wait for ") for line in said] == [True, True]
    assert said[0].endswith(f" s (status {status}).")


@pytest.mark.parametrize("value", ["99999999", "9" * 5000, 86_400, "450"])
def test_site_that_asks_to_wait_for_too_long_is_left(value: str | int, monkeypatch: Any, capsys: Any) -> None:
    slept: list[float] = []
    monkeypatch.setattr(verifier.time, "sleep", slept.append)
    with answering_in_turn((429, header(value))) as address:
        code, said = verify(address, capsys=capsys)
    assert code == 2
    assert said.startswith(f"{address}/api/v1/log/key answers status 429 and asks to wait for ")
    assert sum(slept) <= verifier.PATIENCE


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}, {"Retry-After": "-1"}, {"Retry-After": "0"}])
def test_site_that_fails_is_asked_again_for_seven_seconds(headers: Any, monkeypatch: Any, capsys: Any) -> None:
    slept: list[float] = []
    monkeypatch.setattr(verifier.time, "sleep", slept.append)
    with answering_in_turn((500, headers)) as address:
        code, said = verify(address, capsys=capsys)
    assert (code, said) == (2, f"{address}/api/v1/log/key does not answer: status 500.")
    assert slept == [1, 2, 4]
