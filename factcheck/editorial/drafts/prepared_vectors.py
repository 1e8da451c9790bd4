"""Vectors of submitted reviews, so that a review can be compared with posts as soon as it is public.

The worker computes them for all submissions, also for imports that are waiting for their approval. The trigger
`vector_goes` (`sql/prepared_vectors.sql`) copies the vector when the review is published, and deletes it then or when
the submission is returned. A text can be guessed from its vector, so readers' connections can't read this table.

With EMBEDDINGS_URL, nothing is computed, because the server would receive the reviews before they are public.
"""

import math
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.db import connection

from factcheck.editorial.models import Proposal
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.record.matching.embeddings import (
    BATCH_TIMEOUT,
    QUERY_TIMEOUT,
    EmbeddingError,
    Embeddings,
    RemoteModel,
    get_embeddings,
)
from factcheck.record.matching.missing_vectors import BATCH, columns, compute
from factcheck.record.matching.vectors import embedded_text
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Review

# A submission that somebody is deciding on is skipped. One that has changed has another digest.
_SAVE = """
INSERT INTO editorial_preparedvector (proposal_id, digest, model, embedding, long_embedding)
SELECT id, made.digest, %s, made.embedding, made.long_embedding FROM (
    SELECT id FROM editorial_proposal JOIN unnest(%s::bigint[], %s::text[]) AS read (id, digest) USING (id, digest)
    WHERE sequence IS NULL AND decision <> 'returned' FOR SHARE OF editorial_proposal SKIP LOCKED) proposal
JOIN unnest(%s::bigint[], %s::bytea[], %s::halfvec[], %s::halfvec[])
    AS made (id, digest, embedding, long_embedding) USING (id)
ON CONFLICT (proposal_id) DO UPDATE SET digest = EXCLUDED.digest, model = EXCLUDED.model,
    embedding = EXCLUDED.embedding, long_embedding = EXCLUDED.long_embedding
"""


def prepare_vectors(
    embeddings: Embeddings, *, proposal: Proposal | None = None, seconds: float = math.inf
) -> Iterator[int]:
    """Compute vectors of submitted reviews, or of one, and yield the number of computed vectors after each batch.

    Each batch is saved, so an interrupted run continues. Raise EmbeddingError if vectors can't be computed.
    """
    if isinstance(embeddings, RemoteModel):
        return
    last, end = 0, time.monotonic() + seconds
    waiting = Proposal.objects.open().filter(kind=Kind.REVIEW, action=Action.PUBLICATION).exclude(statement="")
    waiting = waiting.exclude(preparedvector__model=embeddings.model).order_by("pk")
    if proposal is not None:
        waiting = waiting.filter(pk=proposal.pk)
    while time.monotonic() < end:
        rows = list(waiting.filter(pk__gt=last).only("digest", "statement")[:BATCH])
        if not rows:
            return
        last = rows[-1].pk
        texts = {each.pk: embedded_text(read(Review, each.statement)) for each in rows}
        made = compute(embeddings, texts, QUERY_TIMEOUT if proposal else BATCH_TIMEOUT)
        with connection.cursor() as cursor:
            known: list[list[Any]] = [[each.pk for each in rows], [each.digest for each in rows]]
            cursor.execute(_SAVE, [embeddings.model, *known, *columns(made)])
            yield cursor.rowcount


def prepare_vector(proposal: Proposal) -> None:
    """Compute the vector of a submission that is about to be published, if it is missing.

    Nothing is computed inside a transaction, or if the model doesn't respond in time. The review is then public without
    a vector, and the worker computes it.
    """
    if not connection.in_atomic_block:
        with suppress(EmbeddingError):
            sum(prepare_vectors(get_embeddings(), proposal=proposal))
