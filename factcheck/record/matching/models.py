"""The table of vectors, with one row for each live review. Vectors are stored as half-precision numbers (pgvector).

A model can return vectors of any length. The column `embedding`, which has the index, always contains DIMENSIONS
numbers. A shorter vector is filled up with zeros, so its cosines stay the same. A longer vector is folded: the index
finds the nearest vectors approximately, and `long_embedding` contains the whole vector for the exact cosine.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connections, models
from django.db.models import Func, IntegerField, Q
from django.db.models.functions import Coalesce
from pgvector import HalfVector
from pgvector.django import CosineDistance, HalfVectorField, HnswIndex

from factcheck.record.matching.match_numbers import EF_SEARCH, NEAREST

DIMENSIONS = 384

Vector = Sequence[float]


WHOLE = Coalesce("long_embedding", "embedding")
# Vectors of different lengths can't be compared. They can have the same model's name if the operator changed the model.
LENGTH = Func(WHOLE, function="vector_dims", output_field=IntegerField())


def half_vector(vector: Vector) -> HalfVector:
    """Return the vector as it is compared. Vectors have at least DIMENSIONS numbers."""
    return HalfVector([*vector, *[0.0] * (DIMENSIONS - len(vector))])


def folded(vector: HalfVector) -> HalfVector:
    """Return the vector for the index: the sums of the numbers that are DIMENSIONS apart."""
    numbers = vector.to_list()
    return HalfVector([sum(numbers[start::DIMENSIONS]) for start in range(DIMENSIONS)])


class ReviewVectorQuerySet(models.QuerySet["ReviewVector"]):
    def of_model(self, model: str) -> "ReviewVectorQuerySet":
        """Filter the rows whose vector was computed by this model."""
        return self.filter(model=model, embedding__isnull=False)

    def nearest(self, model: str, vectors: Sequence[HalfVector]) -> dict[UUID, float]:
        """Return the reviews whose vectors are nearest to any of these vectors, with their cosine similarities.

        EF_SEARCH and NEAREST are divided among the vectors, so that several vectors take about as long as one. The
        setting of the index is reset at the end of the transaction.
        """
        found = dict[UUID, float]()
        for vector in vectors:
            with connections[self.db].cursor() as cursor:
                cursor.execute("SELECT set_config('hnsw.ef_search', %s, true)", [str(EF_SEARCH // len(vectors))])
            exact: Any = CosineDistance(WHOLE, vector)
            rows = self.alias(length=LENGTH).filter(model=model, length=vector.dimensions())
            rows = rows.order_by(CosineDistance("embedding", folded(vector)))
            found |= dict(rows.values_list("review_id", 1 - exact)[: NEAREST // len(vectors)])
        return found


class ReviewVector(models.Model):
    """The vector of a live review, derived from its text."""

    review_id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(help_text="The first 16 bytes of the text’s SHA-256.")
    model = models.CharField(max_length=200, null=True, help_text="The model that computed the vector.")
    # Two-byte numbers halve the table and the index, and hardly change the ranking.
    embedding = HalfVectorField(dimensions=DIMENSIONS, null=True)
    long_embedding = HalfVectorField(null=True, help_text="The vector, if it has more numbers than `embedding`.")

    objects = ReviewVectorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(model__isnull=True, embedding__isnull=True)
                | Q(model__isnull=False, embedding__isnull=False),
                name="reviewvector_model_named",
            ),
        ]
        indexes = [
            # Among a million vectors, the default graph (m=16, ef_construction=64) misses a fifth of the ten nearest.
            HnswIndex(
                fields=["embedding"],
                opclasses=["halfvec_cosine_ops"],
                name="reviewvector_near",
                m=32,
                ef_construction=128,
            ),
            models.Index(fields=["review_id"], name="reviewvector_waiting", condition=Q(embedding__isnull=True)),
            models.Index(fields=["model"], name="reviewvector_model", condition=Q(embedding__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"vector of {self.review_id}"
