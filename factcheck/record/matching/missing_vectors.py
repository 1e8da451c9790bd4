"""Computing the vectors that are missing: of what was published just now, of imports, after a change of the model.

In batches, each kept as soon as it is computed: whoever stops it loses one batch, and the next run goes on. No row is
inserted here; what was withdrawn, erased or changed meanwhile has no row with the same digest any more. Rows that who
publishes holds just now are passed over: one that waited for another would have all who publish wait. A text that the
address refuses has no vector. What has none is asked for again by each run; the others go on.
"""

import math
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Q, QuerySet

from factcheck.record.matching.embeddings import Embeddings, NoVectorError
from factcheck.record.matching.models import ReviewVector, Vector, vector_literal
from factcheck.record.matching.vectors import text_digest, text_of
from factcheck.record.readmodel.models import PublishedReview

BATCH = 32
FORGOTTEN = 1000  # vectors of another model in a statement
ANY = "Does it answer?"  # a text that every model takes
_LOCK = 1178682197  # one after the other: two would compute the same

_KEEP = """
WITH free AS MATERIALIZED (
    SELECT review_id FROM record_reviewvector WHERE review_id = ANY (%s::uuid[]) FOR UPDATE SKIP LOCKED)
UPDATE record_reviewvector mine SET model = %s, embedding = made.embedding::halfvec
FROM free JOIN unnest(%s::uuid[], %s::bytea[], %s::text[]) AS made (review_id, digest, embedding) USING (review_id)
WHERE mine.review_id = made.review_id AND mine.digest = made.digest
"""
# In the order of the key, so that no batch goes through what those before it have forgotten.
_FORGET = f"""
UPDATE record_reviewvector SET model = NULL, embedding = NULL WHERE review_id IN (
    SELECT review_id FROM record_reviewvector WHERE review_id > %s AND embedding IS NOT NULL AND model <> %s
    ORDER BY review_id LIMIT {FORGOTTEN} FOR UPDATE SKIP LOCKED)
RETURNING review_id
"""  # noqa: S608 (a constant)


class BusyError(Exception):
    """Another process computes vectors."""


def count_missing(embeddings: Embeddings) -> int:
    """How many live reviews have no vector of this model."""
    return ReviewVector.objects.filter(embedding=None).count() + _of_others(embeddings).count()


def compute_missing(embeddings: Embeddings, seconds: float | None = None) -> Iterator[int]:
    """Gives how many were computed, after each batch; ends after so many seconds. Raises NoVectorError and BusyError.

    Vectors of another model are forgotten first, by whoever holds the lock alone: a process that has not heard of the
    new model yet would take the new vectors away again and again.
    """
    end = math.inf if seconds is None else time.monotonic() + seconds
    last = UUID(int=2**128 - 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise BusyError
        try:
            if _of_others(embeddings).exists():
                # It may be a wrong setting, and computing took hours: nothing is forgotten unless this one answers.
                embeddings.passages([ANY])
                _forget_others(cursor, embeddings, end)
            while time.monotonic() < end:
                # The newest first. What cannot be kept is left for the next run.
                waiting = ReviewVector.objects.filter(embedding=None, review_id__lt=last).order_by("-review_id")
                ids = list(waiting.values_list("review_id", flat=True)[:BATCH])
                if not ids:
                    return
                last = ids[-1]
                reviews = PublishedReview.objects.live().filter(id__in=ids).values_list("id", "body")
                texts = {pk: text_of(orjson.loads(body)) for pk, body in reviews}
                vectors = _vectors(embeddings, texts)
                digests = [text_digest(texts[pk]) for pk in vectors]
                literals = [vector_literal(vector) for vector in vectors.values()]
                kept = list(vectors)
                cursor.execute(_KEEP, [kept, embeddings.model, kept, digests, literals])
                yield cursor.rowcount
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _forget_others(cursor: Any, embeddings: Embeddings, end: float) -> None:
    last = UUID(int=0)
    while time.monotonic() < end:
        cursor.execute(_FORGET, [last, embeddings.model])
        if not (forgotten := cursor.fetchall()):
            return
        last = max(pk for (pk,) in forgotten)


def _vectors(embeddings: Embeddings, texts: dict[UUID, str]) -> dict[UUID, Vector]:
    """Those of the texts that are not refused. One such text has its whole batch refused: each is asked for then."""
    if not texts:
        return {}
    try:
        return dict(zip(texts, embeddings.passages(list(texts.values())), strict=True))
    except NoVectorError as problem:
        if not problem.refused:
            raise
    found = dict[UUID, Vector]()
    for pk, text in texts.items():
        try:
            [found[pk]] = embeddings.passages([text])
        except NoVectorError as problem:
            if not problem.refused:
                raise
    if not found:
        # Then it may be a wrong setting: the run ends unless another text is taken.
        embeddings.passages([ANY])
    return found


def _of_others(embeddings: Embeddings) -> QuerySet[ReviewVector]:
    """Vectors of another model, by the index: what is unequal would be looked for in the whole table."""
    unequal = Q(model__lt=embeddings.model) | Q(model__gt=embeddings.model)
    return ReviewVector.objects.filter(unequal, embedding__isnull=False)
