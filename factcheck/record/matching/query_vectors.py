"""A cache of query vectors in this process, for the newest queries.

A query can be a private post. So the key is a keyed digest, and a query never gets into a log or file.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from itertools import chain, islice
from typing import Any

from factcheck.record.matching.embeddings import EmbeddingError, Embeddings, refuse_if_hurried
from factcheck.record.matching.models import Vector

REMEMBERED = 500  # queries with up to eight vectors, at most 12 MB
Vectors = list[Vector]

_KEY = secrets.token_bytes(32)
_lock = threading.Lock()
_remembered = OrderedDict[bytes, Vectors]()


def embed_query(embeddings: Embeddings, texts: Sequence[str]) -> Vectors:
    """Return the result of `embed_queries`. Raise EmbeddingError if the vectors can't be computed."""
    [found] = embed_batch(embeddings, [texts])
    if isinstance(found, EmbeddingError):
        raise found
    return found


def embed_batch(embeddings: Embeddings, queries: Sequence[Sequence[str]]) -> list[Vectors | EmbeddingError]:
    """Return the vectors of several queries, in order. New queries are computed in as few calls as the model allows.

    A query whose vectors can't be computed gets an EmbeddingError instead.
    """
    digests = [_digest(embeddings.model, texts) for texts in queries]
    with _lock:
        found: dict[bytes, Any] = {each: _remembered.get(each) for each in digests}
    new = [pair for pair in dict(zip(digests, queries, strict=True)).items() if found[pair[0]] is None]
    for start in range(0, len(new), embeddings.together):
        group = new[start : start + embeddings.together]
        vectors = _compute(embeddings, [texts for _, texts in group])
        found |= zip([digest for digest, _ in group], vectors, strict=True)
    with _lock:
        for digest in digests:
            if not isinstance(found[digest], EmbeddingError):
                _remembered[digest] = found[digest]
                _remembered.move_to_end(digest)
        while len(_remembered) > REMEMBERED:
            _remembered.popitem(last=False)
    return [found[digest] for digest in digests]


def forget_queries() -> None:
    """Forget all vectors. Tests call this, because the model of a test gives other vectors for the same text."""
    with _lock:
        _remembered.clear()


def _compute(embeddings: Embeddings, queries: Sequence[Sequence[str]]) -> list[Vectors | EmbeddingError]:
    """Return the vectors of queries from one call. If the API refuses the call, send each query separately."""
    try:
        refuse_if_hurried()
        vectors = iter(embeddings.embed_queries([*chain.from_iterable(queries)]))
    except EmbeddingError as problem:
        if len(queries) == 1 or not problem.refused:
            return [problem] * len(queries)
        return [_compute(embeddings, [texts])[0] for texts in queries]
    if len(queries) == 1:  # the model can leave out sentences of a long text
        return [[*vectors]]
    return [[*islice(vectors, len(texts))] for texts in queries]


def _digest(model: str, texts: Sequence[str]) -> bytes:
    digest = blake2b(key=_KEY, digest_size=32)
    for text in (model, *texts):
        encoded = text.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()
