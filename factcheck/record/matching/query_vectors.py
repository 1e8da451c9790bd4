"""A cache of query vectors in this process. Each query is computed once, and the newest queries are kept.

A query can be a private post. So the key is a keyed digest, and a query never gets into a log or file.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from hashlib import blake2b
from itertools import chain, islice

from factcheck.record.matching.embeddings import BUSY, QUERY_TIMEOUT, EmbeddingError, Embeddings
from factcheck.record.matching.models import Vector

REMEMBERED = 500  # queries with up to eight vectors, at most 12 MB
Vectors = list[Vector]
Result = Future[Vectors | EmbeddingError]

_KEY = secrets.token_bytes(32)
_lock = threading.Lock()
_remembered = OrderedDict[bytes, Result]()


def embed_query(embeddings: Embeddings, texts: Sequence[str]) -> Vectors:
    """Return the result of `embed_queries`. Threads with the same query wait for one computation.

    Raise EmbeddingError if the vectors can't be computed.
    """
    [found] = embed_batch(embeddings, [texts])
    if isinstance(found, EmbeddingError):
        raise found
    return found


def embed_batch(embeddings: Embeddings, queries: Sequence[Sequence[str]]) -> list[Vectors | EmbeddingError]:
    """Return the vectors of several queries, in order. New queries are computed in as few calls as the model allows.

    Queries that another thread is already computing aren't computed again. A query whose vectors can't be computed gets
    an EmbeddingError instead.
    """
    # Under the lock, each new query gets a future, so exactly one thread computes it. All threads wait for the futures.
    digests = [_digest(embeddings.model, texts) for texts in queries]
    futures, new = list[Result](), dict[bytes, tuple[Sequence[str], Result]]()
    with _lock:
        for digest, texts in zip(digests, queries, strict=True):
            if digest not in _remembered:
                _remembered[digest] = Future()
                new[digest] = texts, _remembered[digest]
            _remembered.move_to_end(digest)
            futures.append(_remembered[digest])
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
    try:
        waiting = [*new.values()]
        for start in range(0, len(waiting), embeddings.together):
            group = waiting[start : start + embeddings.together]
            found = _compute(embeddings, [texts for texts, _ in group])
            for (_, future), vectors in zip(group, found, strict=True):
                future.set_result(vectors)
    finally:
        _settle(new)
    end = time.monotonic() + QUERY_TIMEOUT
    return [_result(future, end - time.monotonic()) for future in futures]


def forget_queries() -> None:
    """Forget all vectors. Tests call this, because the model of a test gives other vectors for the same text."""
    with _lock:
        _remembered.clear()


def _compute(embeddings: Embeddings, queries: Sequence[Sequence[str]]) -> list[Vectors | EmbeddingError]:
    """Return the vectors of queries from one call. If the API refuses the call, send each query separately."""
    try:
        vectors = iter(embeddings.embed_queries([*chain.from_iterable(queries)]))
    except EmbeddingError as problem:
        if len(queries) == 1 or not problem.refused:
            return [problem] * len(queries)
        return [_compute(embeddings, [texts])[0] for texts in queries]
    if len(queries) == 1:  # the model can leave out sentences of a long text
        return [[*vectors]]
    return [[*islice(vectors, len(texts))] for texts in queries]


def _settle(new: Mapping[bytes, tuple[Sequence[str], Result]]) -> None:
    """Forget the queries that have no vectors, and let no thread wait for their result."""
    for digest, (_, future) in new.items():
        if not future.done():  # an unexpected error
            future.set_result(EmbeddingError(BUSY))
        if isinstance(future.result(), EmbeddingError):
            with _lock:
                if _remembered.get(digest) is future:
                    del _remembered[digest]


def _result(future: Result, seconds: float) -> Vectors | EmbeddingError:
    try:
        return future.result(max(0.0, seconds))
    except TimeoutError:
        return EmbeddingError(BUSY)


def _digest(model: str, texts: Sequence[str]) -> bytes:
    digest = blake2b(key=_KEY, digest_size=32)
    for text in (model, *texts):
        encoded = text.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()
