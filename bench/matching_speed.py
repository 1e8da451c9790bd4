"""Matching among very many reviews beside the same among few, and what of the nearest its index finds (`searching.py`).

Real claims are asked for, of which no vector was made. Once with each vector computed anew, once with vectors that
were computed before. Recall is of the ten nearest by an exact scan.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from unittest.mock import patch

from loading import use
from table import p95, ratio_row
from vectors import ASKED, REAL, real_claims

SAME = 10


class Known:
    """The model in this process, which computes each vector once."""

    def __init__(self) -> None:
        from factcheck.record.matching.embeddings import LocalModel

        self.model, self.together, self._local = LocalModel.model, 1, LocalModel()
        self._found: dict[str, list[float]] = {}

    def embed_queries(self, texts: Sequence[str]) -> list[list[float]]:
        for text in texts:
            if text not in self._found:
                self._found[text] = [*self._local.embed_queries([text])[0]]
        return [self._found[text] for text in texts]


def measure(reviews: int, few: int, rounds: int) -> Iterator[str]:
    """The rows of the table, from the databases "many" and "few"."""
    from factcheck.record.matching import matches

    asked, known = real_claims(ASKED, skip=REAL), Known()
    for work, wanted, model in (
        ("without the embedding", "≤ 3 ×", patch.object(matches, "get_embeddings", lambda: known)),
        ("with the embedding", "–", nullcontext()),
    ):
        found = {}
        with model:
            for database in ("few", "many"):
                use(database)
                p95(matches.match, asked, 1)  # warm
                found[database] = p95(matches.match, asked, rounds)
        yield ratio_row(f"match among {reviews:,}, p95, {work}", f"among {few:,}", found["many"], found["few"], wanted)
    vectors = known.embed_queries(asked)
    yield f"| the ten nearest of {reviews:,} by the index | an exact scan | {recall(vectors):.3f} found | ≥ 0.95 | |"


def recall(vectors: list[list[float]]) -> float:
    """What part of the nearest by an exact scan is among the nearest by the index; in the database in use."""
    from django.db import connections, transaction

    from factcheck.record.matching.embeddings import LocalModel
    from factcheck.record.matching.models import half_vector
    from factcheck.record.models import ReviewVector

    rows, same = ReviewVector.objects.using("public"), 0
    for vector in map(half_vector, vectors):
        with transaction.atomic("public"), connections["public"].cursor() as cursor:
            quick = [*rows.nearest(LocalModel.model, [vector])][:SAME]
            cursor.execute("SET LOCAL enable_indexscan = off")
            exact = [*rows.nearest(LocalModel.model, [vector])][:SAME]
        same += len({*quick} & {*exact})
    return same / (SAME * len(vectors))
