"""An attempt of a search, and its results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from factcheck.record.readmodel.models import PublishedClaim, PublishedReview
from factcheck.record.search.query import Branch, Query, all_of, any_of

SearchModel = type[PublishedReview] | type[PublishedClaim]
Position = tuple[int, UUID]  # score and id


@dataclass(frozen=True, slots=True)
class Hit:
    """A result. The upper bits of its score are the rank, and the lower 40 bits are the row's position in the log.

    The score depends only on the row and the query, so it can be used in a cursor. `by_words` is false for a row that
    was found only by its meaning.
    """

    score: int
    id: UUID
    body: str
    by_words: bool = True


@dataclass(frozen=True, slots=True)
class Results:
    """The best hits among `candidates` ranked rows that match the query `tsquery`, of which `good` have a good rank.

    `relaxed` means that no row contains all the words. `complete` is false if the time ran out. `explanation` says why
    texts with a similar meaning couldn't be found. `oldest` is the log entry of the oldest candidate if older rows may
    match too. `used` is the query after corrections, for example of misspelt words. `deadline` is the time at which
    further statements for the same search must end (`time.monotonic`).
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
    deadline: float = 0.0


@dataclass(frozen=True, slots=True)
class Similar:
    """Rows with a similar meaning, each with the amount that is added to its rank. `explanation` is as in Results."""

    gains: Mapping[UUID, float]
    explanation: str | None = None


FindSimilar = Callable[[SearchModel, str], Similar]  # `matching.similar_rows`, which this package doesn't know


class Attempt(NamedTuple):
    """A query and its branches, of which at least one must match."""

    query: Query
    branches: list[Branch]

    @property
    def tsquery(self) -> str:
        return any_of(map(all_of, self.branches))
