"""The computation of missing vectors: for new reviews, after an import, and after a change of model.

Each batch is saved when it is complete, so an interrupted run loses only one batch. This module never inserts rows. If
a review has since been withdrawn, erased or changed, no row has the same digest, and the vector is dropped. Rows locked
by a publication are skipped (`SKIP LOCKED`), so computing vectors never blocks a publication. If the API refuses a
text, the text is tried again in every run.
"""

import math
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from factcheck.record.matching.embeddings import EmbeddingError, Embeddings
from factcheck.record.matching.models import DIMENSIONS, ReviewVector, Vector, folded, half_vector
from factcheck.record.matching.vectors import embedded_text, text_digest
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Review

BATCH = 32
CLEARED = 1000  # vectors from other models that are cleared per SQL statement
TEST_TEXT = "Does it answer?"  # every model accepts this text
_LOCK = 1178682197  # prevents two processes from computing the same vectors

_SAVE = """
WITH free AS MATERIALIZED (
    SELECT review_id FROM record_reviewvector WHERE review_id = ANY (%s::uuid[]) FOR UPDATE SKIP LOCKED)
UPDATE record_reviewvector mine SET model = %s, embedding = made.embedding, long_embedding = made.long_embedding
FROM free JOIN unnest(%s::uuid[], %s::bytea[], %s::halfvec[], %s::halfvec[])
    AS made (review_id, digest, embedding, long_embedding) USING (review_id)
WHERE mine.review_id = made.review_id AND mine.digest = made.digest
"""
# In key order, so that no batch reads rows again that earlier batches have cleared.
_CLEAR = f"""
UPDATE record_reviewvector SET model = NULL, embedding = NULL, long_embedding = NULL WHERE review_id IN (
    SELECT review_id FROM record_reviewvector WHERE review_id > %s AND embedding IS NOT NULL AND model <> %s
    ORDER BY review_id LIMIT {CLEARED} FOR UPDATE SKIP LOCKED)
RETURNING review_id
"""  # noqa: S608 (a constant)


class BusyError(Exception):
    """The error for a process that starts while another process is computing vectors."""


def count_missing(embeddings: Embeddings) -> int:
    """Return the number of live reviews that have no vector of this model."""
    return ReviewVector.objects.filter(embedding=None).count() + _of_others(embeddings).count()


def compute_missing(embeddings: Embeddings, seconds: float | None = None) -> Iterator[int]:
    """Compute missing vectors for at most `seconds`, and yield the number of computed vectors after each batch.

    Raise EmbeddingError if vectors can't be computed, and BusyError if another process is computing them.

    Vectors of other models are cleared first. Only the process with the lock clears them. Otherwise a process with an
    outdated setting could clear the new vectors again and again.
    """
    end = math.inf if seconds is None else time.monotonic() + seconds
    last = UUID(int=2**128 - 1)
    with connection.cursor() as cursor:
        cursor.callproc("pg_try_advisory_lock", [_LOCK])
        if not cursor.fetchone()[0]:
            raise BusyError
        try:
            if _of_others(embeddings).exists():
                # The new setting could be a mistake, and the old vectors took hours to compute. So the old vectors are
                # cleared only if the new model works.
                embeddings.embed_passages([TEST_TEXT])
                _clear_others(cursor, embeddings, end)
            while time.monotonic() < end:
                # The newest reviews come first. Vectors that can't be saved now are left for the next run.
                missing = ReviewVector.objects.filter(embedding=None, review_id__lt=last).order_by("-review_id")
                ids = list(missing.values_list("review_id", flat=True)[:BATCH])
                if not ids:
                    return
                last = ids[-1]
                reviews = PublishedReview.objects.live().filter(id__in=ids).values_list("id", "body")
                texts = {pk: embedded_text(read(Review, body)) for pk, body in reviews}
                vectors = _vectors(embeddings, texts)
                digests = [text_digest(texts[pk]) for pk in vectors]
                halves, computed = [half_vector(vector) for vector in vectors.values()], list(vectors)
                short = [folded(half).to_text() for half in halves]
                long = [half.to_text() if half.dimensions() > DIMENSIONS else None for half in halves]
                cursor.execute(_SAVE, [computed, embeddings.model, computed, digests, short, long])
                yield cursor.rowcount
        finally:
            cursor.callproc("pg_advisory_unlock", [_LOCK])


def _clear_others(cursor: Any, embeddings: Embeddings, end: float) -> None:
    """Clear the vectors of other models, CLEARED at a time, until none are left or the time is over."""
    last = UUID(int=0)
    while time.monotonic() < end:
        cursor.execute(_CLEAR, [last, embeddings.model])
        if not (cleared := cursor.fetchall()):
            return
        last = max(pk for (pk,) in cleared)


def _vectors(embeddings: Embeddings, texts: dict[UUID, str]) -> dict[UUID, Vector]:
    """Return the vectors of all texts that the API accepts. If the API refuses the batch, send each text separately."""
    if not texts:
        return {}
    try:
        return dict(zip(texts, embeddings.embed_passages(list(texts.values())), strict=True))
    except EmbeddingError as problem:
        if not problem.refused:
            raise
    found = dict[UUID, Vector]()
    for pk, text in texts.items():
        try:
            [found[pk]] = embeddings.embed_passages([text])
        except EmbeddingError as problem:
            if not problem.refused:
                raise
    if not found:
        # The setting may be wrong. The run ends here unless the API accepts the test text.
        embeddings.embed_passages([TEST_TEXT])
    return found


def _of_others(embeddings: Embeddings) -> QuerySet[ReviewVector]:
    """Return the rows with a vector of a different model. The index supports `<` and `>`, but not `<>`."""
    unequal = Q(model__lt=embeddings.model) | Q(model__gt=embeddings.model)
    return ReviewVector.objects.filter(unequal, embedding__isnull=False)
