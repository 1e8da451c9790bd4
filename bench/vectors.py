"""Vectors that lie as those of real reviews do, for reviews whose texts are generated.

Around each real claim's vector others are strewn, in the directions in which real claims differ, and so far that
among 500 the nearest is as near as among 500 real claims (a cosine of 0.88 beside 0.87, the tenth 0.84 in both, any
two 0.77 in both; as measured before the direction of the language was taken out). A text of `generated.py` and its
vector say nothing about each other.
"""

import hashlib
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import Any

import numpy as np
from generated import Reviews
from loading import PROCESSES, begin_process, rebuilt_indexes, use

REAL = 200  # claims that others are strewn around
ASKED = 40  # claims that are asked for, and none of those
CLIP = 200  # characters of a claim
NEAR, FAR = 0.5, 1.0  # from the real one, as a part of the distance between claims at large
PART = 20_000
COLUMNS = "review_id, digest, model, embedding"


def real_claims(count: int, skip: int = 0, seed: int = 3) -> list[str]:
    """Texts from the real files, three in five English."""
    made, chance = Reviews(seed), random.Random(seed)
    english, vietnamese = made.claims("en"), made.claims("vi")
    chance.shuffle(english)
    chance.shuffle(vietnamese)
    mixed = [text for five in zip(*[iter(english)] * 3, *[iter(vietnamese)] * 2, strict=False) for text in five]
    return [text[:CLIP] for text in mixed[skip : skip + count]]


@cache
def real_vectors() -> Any:
    from factcheck.record.matching.embeddings import LocalModel

    return np.array([LocalModel().embed_passages([text])[0] for text in real_claims(REAL)], np.float32)


def load_vectors(count: int, seed: int = 1) -> None:
    """A vector for each of the `count` reviews of the database in use, and the index, built as after an import."""
    from django.db import connections

    from factcheck.record.matching.models import ReviewVector

    database = connections.settings["owner"]["NAME"]
    real = real_vectors()
    parts = [(database, seed, real, start, min(start + PART, count)) for start in range(0, count, PART)]
    with (
        rebuilt_indexes([ReviewVector]),
        ProcessPoolExecutor(PROCESSES, get_context("spawn"), initializer=begin_process) as processes,
    ):
        for _ in processes.map(_load_part, parts):
            pass
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE record_reviewvector")


def _load_part(part: tuple[str, int, Any, int, int]) -> None:
    from django.db import connections

    from factcheck.record.matching.embeddings import LocalModel

    database, seed, real, start, end = part
    if connections.settings["owner"]["NAME"] != database:
        use(database)
    reviews = Reviews(seed)
    with (
        connections["owner"].cursor() as cursor,
        cursor.copy(f"COPY record_reviewvector ({COLUMNS}) FROM STDIN (FORMAT BINARY)") as into,
    ):
        for index, vector in zip(range(start, end), strewn(real, seed, start, end), strict=True):
            review = reviews.review_id(index)
            # pgvector's halfvec: how many numbers, nothing, the numbers.
            into.write_row([review, hashlib.sha256(review.bytes).digest()[:16], LocalModel.model, vector])


def strewn(real: Any, seed: int, start: int, end: int) -> Iterator[bytes]:
    """Vectors of length 1 in pgvector's own bytes."""
    chance, middle = np.random.default_rng([seed, start]), real.mean(0)
    towards = real - middle
    apart = towards / len(real) ** 0.5  # a random mixture of its rows has the covariance of real claims
    for first in range(start, end, 1000):
        number = min(1000, end - first)
        mixture = chance.standard_normal((number, len(real)), np.float32) @ apart
        far = chance.uniform(NEAR, FAR, (number, 1)).astype(np.float32)
        found = middle + (1 - far**2) ** 0.5 * towards[chance.integers(len(real), size=number)] + far * mixture
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        head = found.shape[1].to_bytes(2, "big") + b"\0\0"
        for row in found.astype(">f2"):
            yield head + row.tobytes()
