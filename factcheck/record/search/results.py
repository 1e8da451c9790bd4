"""The results of a search: ranked hits, and older rows that match but aren't ranked.

Older rows follow the ranked rows, newest first, so every match can be reached. The score of an older row is its
position in the log, which is lower than the score of every ranked row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from factcheck.record.readmodel.models import PublishedClaim, PublishedReview
from factcheck.record.search.query import Query

LEAST_RANKED = 1 << 40  # the lowest score of a ranked row

SearchModel = type[PublishedReview] | type[PublishedClaim] | type[Any]  # or drafts, which this package can't import
Position = tuple[int, UUID]  # score and id


@dataclass(frozen=True, slots=True)
class Hit:
    """A result. The upper bits of its score are the rank, and the lower 40 bits are the row's position in the log.

    The score depends only on the row and the query, so cursors can contain the score. `by_words` is false for a row
    that was found only by its meaning.
    """

    score: int
    id: UUID
    body: str
    by_words: bool = True


@dataclass(frozen=True, slots=True)
class Results:
    """The best hits among `candidates` ranked rows that match the query, of which `good` have a good rank.

    - `tsquery` is the text for `to_tsquery` that all results by words match.

    - `relaxed` is true if no row contains all the words.
    - `complete` is false if the time ran out.
    - `explanation` tells the user why texts with a similar meaning couldn't be found.
    - `oldest` is the log entry of the oldest candidate if older rows may match too.
    - `used` is the query after corrections, for example of misspelt words.
    """

    hits: list[Hit]
    candidates: int = 0
    good: int = 0
    tsquery: str = ""
    relaxed: bool = False
    complete: bool = True
    explanation: str | None = None
    oldest: int | None = None
    used: Query = field(default_factory=lambda: Query(()))


@dataclass(frozen=True, slots=True)
class Similar:
    """Rows with a similar meaning, each with the amount that is added to its rank. `explanation` is as in Results."""

    gains: Mapping[UUID, float]
    explanation: str | None = None


FindSimilar = Callable[[SearchModel, str, bool], Similar]  # `matching.candidates`, which this package can't import
