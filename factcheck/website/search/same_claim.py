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
from factcheck.record.matching.claim_groups import compare_verdicts
from factcheck.record.matching.differences.comparison import same_words
from factcheck.record.matching.match_numbers import THRESHOLD
from factcheck.record.matching.match_scoring import Match
from factcheck.record.matching.matches import match
from factcheck.record.readmodel.bodies import Claim
from factcheck.record.readmodel.comparable_verdicts import shown_reviews
from factcheck.record.readmodel.translated_reviews import ListedReview, judgements
from factcheck.record.statements.review import ReviewedClaim
from factcheck.website.browse.filters import Filters
from factcheck.website.browse.review_lists import ResultsPage
from factcheck.website.search.search_text import SearchText

MAX_CLAIMS, MAX_REVIEWS = 3, 5
MATCHED = 10  # claims that are compared, because a filter can leave some of them out
MAX_WORDS = 8  # that differ. If more differ, text and claim have little in common or are in different languages.

Found = TypeVar("Found", Claim, ListedReview)
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
    - `others` are reviews of similar claims. A program put them together, and not an editor.
    - `unsure` contains the ids of all reviews whose claim isn't in the same words as the text.
    - `verdicts` is "agree" or "conflict" if the claim is in the same words, and the verdicts can be compared.
    """

    claim: Claim
    reviews: list[ListedReview]
    differences: Sequence[str | Promise]
    asked: Sequence[str]
    checked: Sequence[str]
    others: list[ListedReview]
    unsure: frozenset[str]
    verdicts: str | None

    @property
    def is_sure(self) -> bool:
        return not any(review.id in self.unsure for review in self.reviews)


def find_same(text: str, filters: Filters, posted: date | None = None) -> tuple[list[SameClaim], int]:
    """Return the claims that say the same or reach the threshold: first the claim in the same words, then the others.

    The number counts the reviews that can't be compared yet. Raise TimeoutError if the comparison takes too long.
    """
    answer = match(text, posted=posted, limit=MATCHED)
    matches = [*answer.results, *(each for each in answer.related if each.score >= THRESHOLD)]
    if not matches:
        return [], answer.not_compared
    groups = [(each, *each.others) for each in matches]
    claims = _read(Claim, CLAIMS.rows, [each.claim_id for group in groups for each in group])
    wanted = [UUID(review.id) for claim in claims.values() for review in claim.reviews]
    allowed = _read(ListedReview, filters.narrow(REVIEWS.rows), wanted)
    found = []
    for group in groups:
        shown = [
            (each, claim, reviews)
            for each in group
            if (claim := claims.get(each.claim_id))
            and (reviews := [allowed[pk] for review in claim.reviews if (pk := UUID(review.id)) in allowed])
        ]
        if shown:
            found.append(_put_together(text, shown))
    return sorted(found, key=lambda each: not each.is_sure)[:MAX_CLAIMS], answer.not_compared


def _put_together(text: str, group: Sequence[tuple[Match, Claim, list[ListedReview]]]) -> SameClaim:
    """Return the first claim of a group with the reviews of the others. Claims in the words of the text come first."""
    exact = [_is_in_words(text, claim) for _, claim, _ in group]
    first = exact.index(True) if any(exact) else 0
    same = [number for number, _ in enumerate(group) if number == first or (exact[number] and exact[first])]
    reviews = judgements(each for number in same for each in group[number][2])[:MAX_REVIEWS]
    similar = (review for number, each in enumerate(group) if number not in same for review in each[2])
    others = judgements(similar)[:MAX_REVIEWS]
    match, claim, _ = group[first]
    judged, sure = match.judgement, exact[first]
    few = max(len(judged.asked), len(judged.checked)) <= MAX_WORDS
    words = (judged.asked, judged.checked) if few and not sure else ((), ())
    unsure = frozenset(review.id for review in (others if sure else [*reviews, *others]))
    verdicts = compare_verdicts([review.verdict for review in reviews]) if sure else None
    differences = [DIFFERENCES[name] for name in judged.differs]
    return SameClaim(claim, reviews, differences, *words, others, unsure, verdicts)


def find_unsure(text: SearchText, listed: ResultsPage) -> frozenset[str]:
    """Return the ids of listed reviews whose claim may be a different claim than the reader's.

    A search of several words must be in the same words as the claim. For a search of one or two words, a review only
    has to contain the words.
    """
    if text.has_several_words:
        return frozenset(each.id for each in listed.reviews if not _is_in_words(text.text, each.claim))
    return frozenset(each.id for each in listed.reviews if listed.relaxed or each.id in listed.similar)


def _is_in_words(text: str, claim: ReviewedClaim) -> bool:
    return any(same_words(text, each) for each in claim.texts)


def _read(model: type[Found], rows: Any, ids: Sequence[UUID]) -> dict[UUID, Found]:
    found = dict(rows.filter(pk__in=ids).values_list("pk", "body"))
    return dict(zip(found, shown_reviews(model, found.values()), strict=True))
