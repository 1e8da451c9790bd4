"""Computing the vectors that are missing: of what was published just now, of imports, after a change of the model.

In batches, each kept as soon as it is computed: whoever stops it loses one batch, and the next run goes on. No row is
inserted here; what was withdrawn, erased or changed meanwhile has no row with the same digest any more.
"""

import time
from collections.abc import Iterator
from uuid import UUID

import orjson
from django.db import connection

from factcheck.record.embeddings import Embeddings
from factcheck.record.models import PublishedReview, ReviewVector, Status
from factcheck.record.vectors import text_digest, text_of, vector_literal

BATCH = 32
_LOCK = 1178682197  # one after the other: two would compute the same

_KEEP = """
UPDATE record_reviewvector mine SET model = %s, embedding = made.embedding::halfvec
FROM unnest(%s::uuid[], %s::bytea[], %s::text[]) AS made (review_id, digest, embedding)
WHERE mine.review_id = made.review_id AND mine.digest = made.digest
"""


def count_missing(embeddings: Embeddings) -> int:
    """How many live reviews have no vector of this model. Those of another model count, and are forgotten.

    Raises NoVectorError; then nothing is forgotten, since it may be a wrong setting, and computing took hours.
    """
    others = ReviewVector.objects.exclude(model=embeddings.model).exclude(model=None)
    if others.exists():
        embeddings.passages(["Does it answer?"])
        others.update(model=None, embedding=None)
    return ReviewVector.objects.filter(embedding=None).count()


def compute_missing(embeddings: Embeddings, seconds: float | None = None) -> Iterator[int]:
    """Gives how many were computed, after each batch; ends after so many seconds. Raises NoVectorError.

    Ends at once while another process computes.
    """
    begun, last = time.monotonic(), UUID(int=2**128 - 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return
        try:
            while seconds is None or time.monotonic() - begun < seconds:
                # The newest first. What cannot be kept is left for the next run.
                waiting = ReviewVector.objects.filter(embedding=None, review_id__lt=last).order_by("-review_id")
                ids = list(waiting.values_list("review_id", flat=True)[:BATCH])
                if not ids:
                    return
                last = ids[-1]
                reviews = PublishedReview.objects.filter(id__in=ids, status=Status.LIVE).values_list("id", "body")
                texts = {pk: text_of(orjson.loads(body)) for pk, body in reviews}
                vectors = embeddings.passages(list(texts.values())) if texts else []
                digests = [text_digest(text) for text in texts.values()]
                literals = [vector_literal(vector) for vector in vectors]
                cursor.execute(_KEEP, [embeddings.model, list(texts), digests, literals])
                yield cursor.rowcount
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
