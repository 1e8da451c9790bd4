"""The vectors of queries: each is computed once, and the newest are remembered in this process.

A query can be a private post. So queries are remembered by a keyed digest, only in memory, and never in a log or file.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future
from hashlib import blake2b

from factcheck.record.matching.embeddings import BUSY, QUERY_TIMEOUT, EmbeddingError, Embeddings
from factcheck.record.matching.models import Vector

REMEMBERED = 500  # queries with up to eight vectors, at most 12 MB
Vectors = list[Vector]

_KEY = secrets.token_bytes(32)
_lock = threading.Lock()
_remembered = OrderedDict[bytes, "Future[Vectors]"]()


def embed_query(embeddings: Embeddings, texts: Sequence[str]) -> Vectors:
    """The result of `embed_queries`. Threads with the same query wait for one computation. Raises EmbeddingError."""
    digest = _digest(embeddings.model, texts)
    with _lock:
        known = _remembered.get(digest)
        if known is None:
            computed = _remembered[digest] = Future[Vectors]()
            while len(_remembered) > REMEMBERED:
                _remembered.popitem(last=False)
        else:
            _remembered.move_to_end(digest)
    if known is not None:
        try:
            return known.result(QUERY_TIMEOUT)
        except TimeoutError as problem:
            raise EmbeddingError(BUSY) from problem
    try:
        vectors = embeddings.embed_queries(texts)
    except BaseException as problem:
        with _lock:
            _remembered.pop(digest, None)
        computed.set_exception(problem)
        raise
    computed.set_result(vectors)
    return vectors


def forget_queries() -> None:
    """Forget all vectors. Tests use this, because the model of a test gives other vectors for the same text."""
    with _lock:
        _remembered.clear()


def _digest(model: str, texts: Sequence[str]) -> bytes:
    digest = blake2b(key=_KEY, digest_size=32)
    for text in (model, *texts):
        encoded = text.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()
