"""Published claims that say the same thing as the search text or something similar, for the top of the search page.

The page says nothing about claims below the threshold of matching. docs/explanation/performance.md has the precision.
Only a claim in the same words is certainly the reader's claim. Other reviews don't show the colour of their verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.record.lists.published_lists import CLAIMS, REVIEWS
from factcheck.record.matching.differences.comparison import same_words
from factcheck.record.matching.match_numbers import THRESHOLD
from factcheck.record.matching.matches import match
from factcheck.record.readmodel.bodies import Claim, Review
from factcheck.record.statements.output import read
from factcheck.website.browse.filters import Filters
from factcheck.website.browse.review_lists import ResultsPage
from factcheck.website.search.search_text import SearchText

MAX_CLAIMS, MAX_REVIEWS = 3, 5
MATCHED = 10  # claims that are compared, because a filter can leave some of them out
MAX_WORDS = 8  # that differ. If more differ, text and claim have little in common or are in different languages.

Found = TypeVar("Found", Claim, Review)
DIFFERENCES = {
    "negation": _("One of the two texts denies what the other says."),
    "number": _("The texts state different numbers."),
    "date": _("The texts state different dates."),
}


@dataclass(frozen=True, slots=True)
class SameClaim:
    """A claim with its live reviews that the filters allow.

    - `differences` are warnings for readers.
    - `asked` and `checked` are the words of the text and of the claim that the other doesn't contain.
    - `unsure` contains the ids of the reviews if the claim isn't in the same words as the text.
    """

    claim: Claim
    reviews: list[Review]
    differences: Sequence[str | Promise]
    asked: Sequence[str]
    checked: Sequence[str]
    unsure: frozenset[str]

    @property
    def is_sure(self) -> bool:
        return not self.unsure


def find_same(text: str, filters: Filters, posted: date | None = None) -> tuple[list[SameClaim], int]:
    """Return the claims that say the same or reach the threshold: first the claim in the same words, then the others.

    The number counts the reviews that can't be compared yet. Raise TimeoutError if the comparison takes too long.
    """
    answer = match(text, posted=posted, limit=MATCHED)
    matches = [*answer.results, *(each for each in answer.related if each.score >= THRESHOLD)]
    if not matches:
        return [], answer.not_compared
    claims = _read(Claim, CLAIMS.rows, [each.claim_id for each in matches])
    wanted = [UUID(review.id) for claim in claims.values() for review in claim.reviews]
    allowed = _read(Review, filters.narrow(REVIEWS.rows), wanted)
    found = []
    for each in matches:
        if each.claim_id in claims:
            claim = claims[each.claim_id]
            reviews = [allowed[pk] for review in claim.reviews if (pk := UUID(review.id)) in allowed]
            if reviews:
                sure, judged = same_words(text, claim.text), each.judgement
                few = max(len(judged.asked), len(judged.checked)) <= MAX_WORDS
                words = (judged.asked, judged.checked) if few and not sure else ((), ())
                unsure = frozenset[str]() if sure else frozenset(review.id for review in reviews)
                differences = [DIFFERENCES[name] for name in judged.differs]
                found.append(SameClaim(claim, reviews[:MAX_REVIEWS], differences, *words, unsure))
    return sorted(found, key=lambda each: not each.is_sure)[:MAX_CLAIMS], answer.not_compared


def find_unsure(text: SearchText, listed: ResultsPage) -> frozenset[str]:
    """Return the ids of listed reviews whose claim may be a different claim than the reader's.

    A search of several words must be in the same words as the claim. For a search of one or two words, a review only
    has to contain the words.
    """
    if text.has_several_words:
        return frozenset(each.id for each in listed.reviews if not same_words(text.text, each.claim.text))
    return frozenset(each.id for each in listed.reviews if listed.relaxed or each.id in listed.similar)


def _read(model: type[Found], rows: Any, ids: Sequence[UUID]) -> dict[UUID, Found]:
    return {pk: read(model, body) for pk, body in rows.filter(pk__in=ids).values_list("pk", "body")}
