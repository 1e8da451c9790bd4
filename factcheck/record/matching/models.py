"""The table of vectors, with one row for each live review. Vectors are stored as half-precision numbers (pgvector)."""

from collections.abc import Sequence

from django.contrib.postgres.indexes import OpClass, PostgresIndex
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

DIMENSIONS = 384


Vector = Sequence[float]


def vector_literal(vector: Vector) -> str:
    """The vector as a pgvector literal."""
    return f"[{','.join(f'{number:.6g}' for number in vector)}]"


class HalfVectorField(models.Field[Vector | None, Vector | None]):
    """pgvector's halfvec. Two-byte numbers halve the table and the index, and hardly change the ranking."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"halfvec({DIMENSIONS})"

    def get_prep_value(self, value: Vector | None) -> str | None:
        return None if value is None else vector_literal(value)


class HnswIndex(PostgresIndex):
    """pgvector's graph of nearest neighbours. The graph is denser than the default (m = 16, ef_construction = 64).

    With a million vectors, the default graph misses a fifth of the ten nearest vectors.
    """

    suffix = "hnsw"

    def get_with_params(self) -> list[str]:
        return ["m = 32", "ef_construction = 128"]


class ReviewVector(models.Model):
    """The vector of a live review, derived from its text."""

    review_id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(help_text="The first 16 bytes of the text’s SHA-256.")
    model = models.CharField(max_length=200, null=True, help_text="The model that computed the vector.")
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
