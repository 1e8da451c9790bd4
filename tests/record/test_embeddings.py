"""Vectors: from an address that may be down, slow or wrong, computed for what is live, and gone with it."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction

from factcheck.database import DatabaseProblem
from factcheck.record import embeddings, log, missing_vectors
from factcheck.record.embeddings import AT_ONCE, NoVectorError, Remote, configured
from factcheck.record.matching import match
from factcheck.record.missing_vectors import _LOCK, BATCH
from factcheck.record.models import LogEntry, ReviewVector
from tests.conftest import fresh_database
from tests.record.conftest import make_statement

# What the address of these tests understands: words of one meaning share a direction.
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
def address(settings: Any) -> Iterator[Address]:
    known = Address()

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
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMBEDDINGS_URL = f"http://127.0.0.1:{server.server_port}/v1/"
        settings.EMBEDDINGS_MODEL, settings.EMBEDDINGS_KEY = "e5-test", "secret"
        yield known
        server.shutdown()


def publish(text: str) -> UUID:
    subject = uuid4()
    log.publish([log.Publication(subject, {**make_statement(subject, text), "headline": None, "summary": None})])
    return subject


def erasure(review: UUID) -> log.Publication:
    notice = {
        "ground": "court_order",
        "text": "A court ordered it.",
        "redaction": False,
        "newsroom": {"name": "T", "site": "s"},
    }
    statement = {"id": str(review), "license": "https://example.org/", "notice": notice}
    return log.Publication(review, statement, LogEntry.Kind.ERASURE, note="A court ordered it.")


def embed() -> str:
    said = StringIO()
    call_command("embed_claims", stdout=said, verbosity=0)
    return said.getvalue().strip()


def test_match_by_meaning_crosses_languages(address: Address, bare_record: None) -> None:
    pagoda, vaccine = publish("Nước lũ ngập chùa."), publish("Tiêm vắc xin để theo dõi.")
    assert embed() == "2 vectors computed, 0 missing."
    matching = match("The flood reached the pagoda.")
    assert [each.claim_id for each in matching.results][:1] == [pagoda]
    assert (matching.method, matching.explanation) == ("words+meaning", None)
    assert matching.results[0].matched == {"words": 0.0, "meaning": pytest.approx(1, abs=0.001)}
    assert match("a vaccine with a chip").results[0].claim_id == vaccine
    path, key, content = address.asked[-1]
    assert (path, key) == ("/v1/embeddings", "Bearer secret")
    assert content == {"model": "e5-test", "input": ["query: a vaccine with a chip"], "encoding_format": "float"}
    assert address.asked[0][2]["input"][0].startswith("passage: ")


def test_long_text_is_compared_sentence_by_sentence(address: Address, bare_record: None) -> None:
    """Those with words that some claim has come first; one vector of all of them would say little about any."""
    pagoda = publish("Nước lũ ngập chùa.")
    embed()
    around = "Nobody remembers why people talked about elephants. " * 8
    best = match(f"{around}The flood reached the pagoda, our chùa. {around}").results[0]
    assert (best.claim_id, best.matched["meaning"]) == (pagoda, pytest.approx(1, abs=0.001))
    asked = address.asked[-1][2]["input"]
    assert asked[0] == "query: The flood reached the pagoda, our chùa."
    assert len(asked) == 8


def test_match_says_for_how_many_meaning_is_missing(address: Address, bare_record: None) -> None:
    publish("Nước lũ ngập chùa.")
    matching = match("The flood reached the pagoda.")
    assert (matching.method, matching.explanation) == ("words", "What 1 review means has not been computed yet.")
    embed()
    publish("Chùa cháy.")
    publish("Chùa mở cửa.")
    matching = match("The flood reached the pagoda.")
    assert (matching.method, matching.explanation) == (
        "words+meaning",
        "What 2 reviews mean has not been computed yet.",
    )


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (500, {}, "The embeddings address answered 500."),
        (200, b"<html>", "The embeddings address answered with something else than vectors."),
        (200, {"data": []}, "The embeddings address answered with 0 vectors for 1 texts."),
        (200, {"data": [{"index": 0, "embedding": [1.0] * 1024}]}, "The embeddings address answered with vectors of 1024 numbers; 384 are needed."),
        (200, {"data": [{"index": 0, "embedding": [0] * 384}]}, "The embeddings address answered with a vector without a direction."),
        (200, {"data": [{"index": 0, "embedding": ["x"] * 384}]}, "The embeddings address answered with something else than vectors."),
        (200, {"data": [{"index": 0, "embedding": [10**400] * 384}]}, "The embeddings address answered with something else than vectors."),
        (200, b"[" * 200_000, "The embeddings address answered with something else than vectors."),
    ],
)  # fmt: skip
def test_match_goes_by_words_when_the_address_fails(
    address: Address, bare_record: None, status: int, answer: Any, said: str
) -> None:
    pagoda = publish("Nước lũ ngập chùa.")
    embed()
    address.answer = lambda texts: (status, answer)
    matching = match("Nước lũ ngập chùa")
    assert ([each.claim_id for each in matching.results], matching.method) == ([pagoda], "words")
    assert matching.explanation == said


def test_address_with_a_query_keeps_it(address: Address, settings: Any) -> None:
    settings.EMBEDDINGS_URL += "?api-version=1"
    configured().questions(["flood"])
    assert address.asked[0][0] == "/v1/embeddings?api-version=1"


def test_slow_address_is_given_up(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "QUESTION_TIMEOUT", 0.2)
    late = threading.Event()
    address.answer = lambda texts: (200, late.wait(20) and {})
    with pytest.raises(NoVectorError, match="does not answer in time"):
        configured().questions(["flood"])
    late.set()


def test_address_that_answers_letter_by_letter_is_given_up(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "QUESTION_TIMEOUT", 0.3)
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
        with pytest.raises(NoVectorError, match="does not answer in time"):
            Remote(f"http://127.0.0.1:{server.server_port}", "m", "").questions(["flood"])
        over.set()
        server.shutdown()


def test_address_that_begins_its_answer_letter_by_letter_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of a connection is for each packet, and each letter of a header is one."""
    monkeypatch.setattr(embeddings, "QUESTION_TIMEOUT", 0.3)
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
        with pytest.raises(NoVectorError, match="does not answer in time"):
            Remote(f"http://127.0.0.1:{listening.getsockname()[1]}", "m", "").questions(["flood"])
        assert time.monotonic() - begun < 3
        over.set()
        server.join()


def test_dead_address_leaves_time_for_the_next(
    address: Address, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind one name: the first drops what comes, as behind a firewall."""
    monkeypatch.setattr(embeddings, "QUESTION_TIMEOUT", 3)
    port = int(settings.EMBEDDINGS_URL.split(":")[2].split("/")[0])
    with socket.create_server(("127.0.0.1", 0), backlog=0) as dead, socket.socket() as waiting:
        waiting.connect(dead.getsockname())  # there is room for one
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        found = [(*kind, dead.getsockname()), (*kind, ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert len(configured().questions(["flood"])[0]) == 384


def test_address_that_leads_elsewhere_does_not_take_the_key_there(address: Address) -> None:
    came = threading.Event()

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.set()

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address.headers["Location"] = f"http://localhost:{server.server_port}/"
        address.answer = lambda texts: (302, {})
        with pytest.raises(NoVectorError, match="answered 302"):
            configured().questions(["flood"])
        server.shutdown()
    assert not came.is_set()


def test_model_of_this_process_knows_what_texts_mean(settings: Any, bare_record: None) -> None:
    settings.EMBEDDINGS_URL = ""
    publish("Drinking warm water with lemon cures cancer.")
    publish("Vaccines contain microchips that track people.")
    flood = publish("The flood has reached the roof of the pagoda.")
    assert embed() == "3 vectors computed, 0 missing."
    matching = match("Nước lũ đã lên tới mái chùa rồi bà con ơi")
    assert (matching.results[0].claim_id, matching.method) == (flood, "words+meaning")
    assert matching.results[0].matched["meaning"] > 0.8
    assert len(set(ReviewVector.objects.values_list("model", flat=True))) == 1


@pytest.mark.parametrize(
    ("post", "claims"),
    [
        (
            "o quê uống nước chanh nóng là hết ung thư thiệt hả trời",
            ["Hot lemon water cures cancer.", "Uống nước dừa có hại cho thận.", "Nghe nói uống nước lá là khỏi bệnh."],
        ),
        (
            "Ở tù coi tivi miễn phí nha",
            [
                "Watching television in prison is free.",
                "Xem bóng đá miễn phí trên truyền hình.",
                "Người dân được đi xe buýt miễn phí.",
            ],
        ),
    ],
)
def test_same_meaning_in_another_language_is_nearer_than_the_same_language(
    settings: Any, post: str, claims: list[str]
) -> None:
    """As the model gives them, the first claim is the farthest and the second farthest."""
    settings.EMBEDDINGS_URL = ""
    model = configured()
    [asked] = model.questions([post])
    nearness = [sum(a * b for a, b in zip(asked, vector, strict=True)) for vector in model.passages(claims)]
    assert nearness[0] > max(nearness[1:]) + 0.005
    assert sum(number * number for number in asked) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", ["ệ ộ ữ ự " * 125, "🤷" * 1000, "x" * 1000, "a-" * 500])
def test_question_is_clipped_to_what_is_quickly_computed(settings: Any, text: str) -> None:
    settings.EMBEDDINGS_URL = ""
    model = configured()
    with pytest.MonkeyPatch.context() as patch:
        asked: list[str] = []
        engine = model._loaded()  # type: ignore[attr-defined]
        patch.setattr(engine, "query", lambda text: asked.append(text) or np.eye(1, 384)[0])
        model.questions([text])
        model.questions(["Nước lũ đã lên tới mái chùa"])
    assert 240 <= engine.token_count(asked[0], is_query=True) <= 256
    assert text.startswith(asked[0])
    assert asked[1] == "Nước lũ đã lên tới mái chùa"
    assert 10 < len(model.questions(["Nước lũ đã lên tới mái chùa"] * 40)) < 30


def test_sign_that_the_model_has_no_room_for_is_written_out(settings: Any) -> None:
    """Handed on as it is, a thousand of it end the process."""
    settings.EMBEDDINGS_URL = ""
    model = configured()
    assert len(model.questions(["\ufdfa" * 1000])[0]) == 384
    [many, one] = model.passages(["\ufdfa" * 1000, "محمد \ufdfa"])
    assert len(many) == 384
    assert model.passages(["محمد صلى الله عليه وسلم"])[0] == pytest.approx(one, abs=0.001)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.0.0.1:x", "http://" + "a" * 64, "http://[::1"])
def test_address_that_is_down_or_none(url: str) -> None:
    with pytest.raises(NoVectorError, match="does not answer in time"):
        Remote(url, "m", "").questions(["flood"])


def test_no_more_than_a_few_questions_at_once(address: Address) -> None:
    late, arrived = threading.Event(), threading.Semaphore(0)

    def answer(texts: list[str]) -> tuple[int, Any]:
        arrived.release()
        late.wait(20)
        return 200, {"data": [{"index": 0, "embedding": meaning(texts[0])}]}

    address.answer = answer
    asking = [threading.Thread(target=configured().questions, args=[["flood"]]) for _ in range(AT_ONCE)]
    for each in asking:
        each.start()
    for _ in asking:
        assert arrived.acquire(timeout=10)
    with pytest.raises(NoVectorError, match="busy just now"):
        configured().questions(["flood"])
    late.set()
    for each in asking:
        each.join()
    assert len(configured().questions(["flood"])[0]) == 384


def test_embed_claims_goes_on_where_it_failed(address: Address, bare_record: None) -> None:
    for number in range(BATCH + 1):
        publish(f"Nước lũ {number}")
    address.answer, good = (lambda texts: (200, good(texts)[1]) if len(texts) > 1 else (503, {})), address.answer
    with pytest.raises(CommandError, match=r"The embeddings address answered 503. 32 vectors were computed and kept."):
        embed()
    address.answer = good
    assert embed() == "1 vectors computed, 0 missing."


@pytest.mark.parametrize("status", [400, 413, 422])
def test_text_that_the_address_refuses_does_not_stop_the_others(
    address: Address, bare_record: None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing_vectors, "BATCH", 2)
    texts = ["Nước lũ một", "Nước lũ hai", "quá dài", "Nước lũ ba", "Nước lũ bốn"]
    ids = {text: publish(text) for text in texts}
    good = address.answer
    address.answer = lambda texts: (status, {}) if any("quá dài" in text for text in texts) else good(texts)
    assert embed() == "4 vectors computed, 1 missing."
    assert ReviewVector.objects.get(embedding=None).review_id == ids["quá dài"]
    assert embed() == "0 vectors computed, 1 missing."
    assert match("lũ một").explanation == "What 1 review means has not been computed yet."


@pytest.mark.parametrize(("status", "asked"), [(400, 4), (401, 1), (429, 1), (503, 1)])
def test_address_that_takes_no_text_at_all_ends_the_run(
    address: Address, bare_record: None, status: int, asked: int
) -> None:
    publish("Nước lũ một")
    publish("Nước lũ hai")
    address.answer = lambda texts: (status, {})
    with pytest.raises(CommandError, match=f"The embeddings address answered {status}. 0 vectors were computed"):
        embed()
    assert len(address.asked) == asked  # together, each, and a text that every model takes


def test_another_model_computes_anew(address: Address, bare_record: None, settings: Any) -> None:
    publish("Nước lũ ngập chùa.")
    embed()
    settings.EMBEDDINGS_MODEL = "other"
    assert embed() == "1 vectors computed, 0 missing."
    assert ReviewVector.objects.get().model == "other"
    assert embed() == "0 vectors computed, 0 missing."


@pytest.mark.parametrize("model", ["e5-test", "other"], ids=["new", "of another model"])
def test_row_that_who_publishes_holds_is_left_for_the_next_run(
    address: Address, bare_record: None, settings: Any, model: str
) -> None:
    held, free = publish("Nước lũ ngập chùa."), publish("Tiêm vắc xin.")
    if model == "other":
        embed()
        settings.EMBEDDINGS_MODEL = model
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT FROM record_reviewvector WHERE review_id = %s FOR UPDATE", [held])
        with connections["default"].cursor() as computing:
            computing.execute("SET lock_timeout = '1s'")
        try:
            assert embed() == "1 vectors computed, 1 missing."
        finally:
            with connections["default"].cursor() as computing:
                computing.execute("RESET lock_timeout")
    assert ReviewVector.objects.get(model=model, embedding__isnull=False).review_id == free
    assert embed() == "1 vectors computed, 0 missing."


@pytest.mark.parametrize("erased", [False, True], ids=["corrected", "erased"])
def test_vector_of_a_text_that_changed_meanwhile_is_not_kept(address: Address, bare_record: None, erased: bool) -> None:
    review, good = publish("Nước lũ ngập chùa."), address.answer
    corrected = {**make_statement(review, "Tiêm vắc xin."), "headline": None, "summary": None}
    change = log.Publication(
        review,
        corrected,
        change_class="substantive",
        note="The video was about something else: what was claimed is another claim.",
    )
    if erased:
        change = erasure(review)

    def changed(texts: list[str]) -> tuple[int, Any]:
        address.answer = good
        try:
            log.publish([change])
        finally:
            connections.close_all()
        return good(texts)  # type: ignore[no-any-return]

    address.answer = changed
    assert embed() == "0 vectors computed, 1 missing."
    assert list(ReviewVector.objects.values_list("review_id", "embedding")) == ([] if erased else [(review, None)])


def test_another_model_that_does_not_answer_takes_no_vectors_away(
    address: Address, bare_record: None, settings: Any
) -> None:
    publish("Nước lũ ngập chùa.")
    embed()
    settings.EMBEDDINGS_MODEL = "mistyped"
    address.answer = lambda texts: (404, {})
    with pytest.raises(CommandError, match="answered 404"):
        embed()
    assert ReviewVector.objects.get().model == "e5-test"


def test_who_does_not_compute_takes_no_vectors_of_another_model_away(
    address: Address, bare_record: None, settings: Any
) -> None:
    publish("Nước lũ ngập chùa.")
    embed()
    settings.EMBEDDINGS_MODEL = "other"
    with connections["owner"].cursor() as cursor:  # as a worker does that has not heard of the new model
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        said = embed()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    assert said.splitlines() == [
        "Another process is computing vectors (the worker for 20 seconds of each minute).",
        "0 vectors computed, 1 missing.",
    ]
    assert ReviewVector.objects.get().model == "e5-test"


def test_match_says_when_vectors_are_of_another_model(address: Address, bare_record: None, settings: Any) -> None:
    assert match("The flood reached the pagoda.").explanation is None  # nothing is there
    publish("Nước lũ ngập chùa.")
    embed()
    settings.EMBEDDINGS_MODEL = "other"
    matching = match("The flood reached the pagoda.")
    assert (matching.method, matching.explanation) == (
        "words",
        "What reviews mean was computed by another model, and not by this one yet.",
    )


def test_vector_goes_with_an_erasure_and_stays_with_a_rebuild(address: Address, bare_record: None) -> None:
    gone, kept = publish("Nước lũ ngập chùa."), publish("Tiêm vắc xin.")
    embed()
    log.publish([erasure(gone)])
    rows = list(ReviewVector.objects.values_list("review_id", "embedding"))
    assert [pk for pk, _ in rows] == [kept]
    call_command("rebuild_record", verbosity=0)
    assert list(ReviewVector.objects.values_list("review_id", "embedding")) == rows


def test_database_takes_the_vector_whoever_withdraws(address: Address, bare_record: None) -> None:
    publish("Nước lũ ngập chùa.")
    embed()
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE record_publishedreview SET status = 'withdrawn'")
    assert not ReviewVector.objects.exists()


def test_reading_side_cannot_change_vectors(bare_record: None) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connections["public"].cursor() as cursor:
        cursor.execute("DELETE FROM record_reviewvector")


def test_migration_without_the_extension_says_what_to_do(database: str) -> None:
    extension = import_module("factcheck.record.migrations.0010_vectors").VectorExtension()
    with fresh_database("template0"), connections["owner"].schema_editor() as editor:
        with pytest.raises(DatabaseProblem) as problem:
            extension.database_forwards("record", editor, None, None)
        editor.connection.set_rollback(True)
    assert str(problem.value) == (
        "The database lacks the extension vector, and its owner may not make it: have an administrator of the server "
        "run CREATE EXTENSION vector in it, and migrate again."
    )
