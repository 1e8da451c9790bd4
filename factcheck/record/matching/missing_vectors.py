"""The computation of missing vectors: for new reviews, after an import, and after a change of model.

Each batch is saved when it is complete, so an interrupted run loses only one batch. This module never inserts rows. If
a review has since been withdrawn, erased or changed, no row has the same digest, and the vector is dropped. Rows locked
by a publication are skipped (`SKIP LOCKED`), so computing vectors never blocks a publication. If the API refuses a
text, the text is tried again in every run.
"""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from factcheck.record.matching.embeddings import BATCH_TIMEOUT, EmbeddingError, Embeddings
from factcheck.record.matching.models import DIMENSIONS, ReviewVector, Vector, folded, half_vector
from factcheck.record.matching.vectors import embedded_text, text_digest
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Review

BATCH = 32
TEST_TEXT = "Does it answer?"  # every model accepts this text
_LOCK = 1178682197  # prevents two processes from computing the same vectors

K = TypeVar("K")

_SAVE = """
WITH free AS MATERIALIZED (
    SELECT review_id FROM record_reviewvector WHERE review_id = ANY (%s::uuid[]) FOR UPDATE SKIP LOCKED)
UPDATE record_reviewvector mine SET model = %s, embedding = made.embedding, long_embedding = made.long_embedding
FROM free JOIN unnest(%s::uuid[], %s::bytea[], %s::halfvec[], %s::halfvec[])
    AS made (review_id, digest, embedding, long_embedding) USING (review_id)
WHERE mine.review_id = made.review_id AND mine.digest = made.digest
"""
# Without this, a text that the new model refuses would keep its old vector, and matching would wait for it.
_CLEAR = """
UPDATE record_reviewvector SET model = NULL, embedding = NULL, long_embedding = NULL WHERE review_id IN (
    SELECT review_id FROM record_reviewvector WHERE review_id = ANY (%s::uuid[]) AND model <> %s
    FOR UPDATE SKIP LOCKED)
"""


class BusyError(Exception):
    """The error for a process that starts while another process is computing vectors."""


def count_missing(embeddings: Embeddings) -> int:
    """Return the number of live reviews that have no vector of this model."""
    return ReviewVector.objects.filter(embedding=None).count() + _of_others(embeddings).count()


def compute_missing(embeddings: Embeddings, seconds: float | None = None) -> Iterator[int]:
    """Compute missing vectors for at most `seconds`, and yield the number of computed vectors after each batch.

    Raise EmbeddingError if vectors can't be computed, and BusyError if another process is computing them.

    Vectors of another model are replaced last, one batch at a time, and only by the process with the lock. Otherwise a
    process with an outdated setting could replace the new vectors again and again.
    """
    end = math.inf if seconds is None else time.monotonic() + seconds
    with connection.cursor() as cursor:
        cursor.callproc("pg_try_advisory_lock", [_LOCK])
        if not cursor.fetchone()[0]:
            raise BusyError
        try:
            for rows in (ReviewVector.objects.filter(embedding=None), _of_others(embeddings)):
                last = UUID(int=2**128 - 1)
                # The newest reviews come first. Vectors that can't be saved now are left for the next run.
                while time.monotonic() < end and (ids := _next_batch(rows, last)):
                    last = ids[-1]
                    reviews = PublishedReview.objects.live().filter(id__in=ids).values_list("id", "body")
                    texts = {pk: embedded_text(read(Review, body)) for pk, body in reviews}
                    made = compute(embeddings, texts)
                    cursor.execute(_SAVE, [[each.key for each in made], embeddings.model, *columns(made)])
                    computed = cursor.rowcount
                    cursor.execute(_CLEAR, [ids, embeddings.model])
                    yield computed
        finally:
            cursor.callproc("pg_advisory_unlock", [_LOCK])


def _next_batch(rows: QuerySet[ReviewVector], last: UUID) -> list[UUID]:
    return [*rows.filter(review_id__lt=last).order_by("-review_id").values_list("review_id", flat=True)[:BATCH]]


@dataclass(frozen=True, slots=True)
class Computed(Generic[K]):
    """The vector of a text, as it is stored. `long` is None if `short` is the whole vector."""

    key: K
    digest: bytes
    short: str
    long: str | None


def columns(computed: Sequence[Computed[Any]]) -> list[list[Any]]:
    """Return the keys, digests and vectors as arrays for an SQL statement."""
    return [[getattr(each, name) for each in computed] for name in ("key", "digest", "short", "long")]


def compute(embeddings: Embeddings, texts: Mapping[K, str], seconds: float = BATCH_TIMEOUT) -> list[Computed[K]]:
    """Return the vectors of all texts that the API accepts. Raise EmbeddingError if vectors can't be computed."""
    found = []
    for key, vector in _vectors(embeddings, texts, seconds).items():
        half = half_vector(vector)
        long = half.to_text() if half.dimensions() > DIMENSIONS else None
        found.append(Computed(key, text_digest(texts[key]), folded(half).to_text(), long))
    return found


def _vectors(embeddings: Embeddings, texts: Mapping[K, str], seconds: float) -> dict[K, Vector]:
    """Return the vectors of all texts that the API accepts. If the API refuses the batch, send each text separately."""
    if not texts:
        return {}
    try:
        return dict(zip(texts, embeddings.embed_passages(list(texts.values()), seconds), strict=True))
    except EmbeddingError as problem:
        if not problem.refused:
            raise
    found = dict[K, Vector]()
    for pk, text in texts.items():
        try:
            [found[pk]] = embeddings.embed_passages([text], seconds)
        except EmbeddingError as problem:
            if not problem.refused:
                raise
    if not found:
        # The setting may be wrong. The run ends here unless the API accepts the test text.
        embeddings.embed_passages([TEST_TEXT], seconds)
    return found


def _of_others(embeddings: Embeddings) -> QuerySet[ReviewVector]:
    """Return the rows with a vector of a different model. The index supports `<` and `>`, but not `<>`."""
    unequal = Q(model__lt=embeddings.model) | Q(model__gt=embeddings.model)
    return ReviewVector.objects.filter(unequal, embedding__isnull=False)
