"""Python's search for garbage while very many rows are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (200_000, 50, 100)  # instead of every 700 objects; a chunk of a thousand reviews makes about as many


@contextmanager
def seldom_collected() -> Iterator[None]:
    """For commands: what a chunk makes is freed with it, without being looked for.

    The search walks through all that a chunk holds, again and again, and finds nothing: a fifth of an import's time in
    Python. What was there before is left out of it.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
