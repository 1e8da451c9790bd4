"""One vector for each live review: what its claim, headline and summary mean, for matching.

A row stands there as soon as a review is live, without a vector until one is computed (`missing_vectors.py`,
`manage.py embed_claims`). `digest` is of the text, so that a change of anything else keeps what took long to compute.
A trigger (`sql/vectors.sql`) deletes the row of a review that isn't live any more. `rebuild_record` goes through all
that was published, and so keeps no vector of a review whose text was corrected, or that was withdrawn and reinstated,
or erased and redacted.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.postgres.indexes import OpClass, PostgresIndex
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

from factcheck.record.log.models import Published

DIMENSIONS = 384
MAX_TEXT = 1000  # characters; what comes after says little new and costs much (multilingual-e5-small reads 512 tokens)

Vector = Sequence[float]


class HalfVectorField(models.Field[Vector | None, Vector | None]):
    """pgvector's halfvec: numbers of two bytes, which halve table and index and change no ranking that matters."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"halfvec({DIMENSIONS})"

    def get_prep_value(self, value: Vector | None) -> str | None:
        return None if value is None else vector_literal(value)


class HnswIndex(PostgresIndex):
    """pgvector's graph of near neighbours, denser than its defaults (m = 16, ef_construction = 64).

    Among a million vectors the way through the default graph misses a fifth of the ten nearest.
    """

    suffix = "hnsw"

    def get_with_params(self) -> list[str]:
        return ["m = 32", "ef_construction = 128"]


def vector_literal(vector: Vector) -> str:
    """The vector as pgvector reads it."""
    return f"[{','.join(f'{number:.6g}' for number in vector)}]"


class ReviewVector(models.Model):
    """Derived, and only for reviews that are live."""

    review_id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(help_text="The first half of the SHA-256 of the text.")
    model = models.CharField(max_length=200, null=True, help_text="What computed the vector.")
    embedding = HalfVectorField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(model__isnull=True, embedding__isnull=True)
                | Q(model__isnull=False, embedding__isnull=False),
                name="reviewvector_model_named",
            ),
        ]
        indexes = [
            HnswIndex(OpClass("embedding", name="halfvec_cosine_ops"), name="reviewvector_near"),
            models.Index(fields=["review_id"], name="reviewvector_waiting", condition=Q(embedding__isnull=True)),
            models.Index(fields=["model"], name="reviewvector_model", condition=Q(embedding__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"vector of {self.review_id}"


def text_of(document: Mapping[str, Any]) -> str:
    """What of a review (its document or body) is compared with what people ask."""
    parts = (document["claim"]["text"], document["headline"], document["summary"])
    return " ".join(part for part in parts if part)[:MAX_TEXT]


def text_digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


# A row whose text is the same keeps its vector.
_EXPECT = """
INSERT INTO record_reviewvector (review_id, digest) SELECT * FROM unnest(%s::uuid[], %s::bytea[])
ON CONFLICT (review_id) DO UPDATE SET digest = EXCLUDED.digest, model = NULL, embedding = NULL
WHERE record_reviewvector.digest <> EXCLUDED.digest
"""


def apply(published: Sequence[Published]) -> None:
    """Makes a row for each review that is live now; its vector is computed later."""
    live = [each for each in published if each.entry.is_live]
    if live:
        ids = [each.entry.subject for each in live]
        with connection.cursor() as cursor:
            cursor.execute(_EXPECT, [ids, [text_digest(text_of(each.document)) for each in live]])


def rebuild() -> None:
    """Keeps the rows, since their vectors took long to compute. A trigger has deleted those of what is not live."""
