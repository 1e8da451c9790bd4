"""The table of vectors, with one row for each live review. Vectors are stored as half-precision numbers (pgvector).

A model can return vectors of any length. The column `embedding`, which has the index, always contains DIMENSIONS
numbers. A shorter vector is filled up with zeros, so its cosines stay the same. A longer vector is folded: the index
finds the nearest vectors approximately, and `long_embedding` contains the whole vector for the exact cosine.
"""

from collections.abc import Sequence

from django.db import models
from django.db.models import Q
from pgvector import HalfVector
from pgvector.django import HalfVectorField, HnswIndex

DIMENSIONS = 384

Vector = Sequence[float]


def half_vector(vector: Vector) -> HalfVector:
    """Return the vector as it is compared. Vectors have at least DIMENSIONS numbers."""
    return HalfVector([*vector, *[0.0] * (DIMENSIONS - len(vector))])


def folded(vector: HalfVector) -> HalfVector:
    """Return the vector for the index: the sums of the numbers that are DIMENSIONS apart."""
    numbers = vector.to_list()
    return HalfVector([sum(numbers[start::DIMENSIONS]) for start in range(DIMENSIONS)])


class ReviewVector(models.Model):
    """The vector of a live review, derived from its text."""

    review_id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(help_text="The first 16 bytes of the text’s SHA-256.")
    model = models.CharField(max_length=200, null=True, help_text="The model that computed the vector.")
    # Two-byte numbers halve the table and the index, and hardly change the ranking.
    embedding = HalfVectorField(dimensions=DIMENSIONS, null=True)
    long_embedding = HalfVectorField(null=True, help_text="The vector, if it has more numbers than `embedding`.")

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
