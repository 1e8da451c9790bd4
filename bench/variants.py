"""The posts of CheckThat as people also write them: without a date or an author, mistyped, in capitals, shortened."""

import re
from collections.abc import Callable
from random import Random

_DATE = re.compile(
    r"\s*(?:January|February|March|April|May|June|July|August|September|October|November|December) \d\d?, \d{4}\s*$"
)


def without_date(post: str) -> str:
    return _DATE.sub("", post)


def without_author(post: str) -> str:
    """Without " — Name (@name) date" at the end, unless it would leave next to nothing."""
    post = without_date(post)
    end = post.rfind(" — ")
    return post[:end] if end > 40 else post


def mistyped(post: str) -> str:
    """One letter in every fourth longer word is missing, swapped or replaced."""
    rolled = Random(post)
    return " ".join(_mistype(word, rolled) for word in without_author(post).split())


def capitals(post: str) -> str:
    return without_author(post).upper()


def beginning(post: str) -> str:
    """The first 6, 9 or 12 words. Often these aren't enough to know the claim."""
    return " ".join(without_author(post).split()[: Random(post).choice((6, 9, 12))])


def _mistype(word: str, rolled: Random) -> str:
    if len(word) < 5 or rolled.random() >= 0.25:
        return word
    at = rolled.randrange(1, len(word) - 1)
    return rolled.choice((
        word[:at] + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + rolled.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :],
    ))  # fmt: skip


VARIANTS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "without date": without_date,
    "without author": without_author,
    "mistyped": mistyped,
    "capitals": capitals,
    "beginning": beginning,
}
