"""The search for similar claims, for editors who log a claim or want to merge two claims."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from factcheck.editorial.models import Claim
from factcheck.editorial.search.draft_rows import find_rows
from factcheck.editorial.search.queries import plain_words, read_typed
from factcheck.record.matching.embeddings import is_configured
from factcheck.record.matching.judging import judge
from factcheck.record.matching.match_numbers import THRESHOLD
from factcheck.record.matching.matches import match
from factcheck.record.models import PublishedClaim, PublishedMerge
from factcheck.record.readmodel.bodies import Claim as PublicClaim
from factcheck.record.readmodel.bodies import ReviewOfClaim
from factcheck.record.statements.output import read

MOST = 5


@dataclass(frozen=True, slots=True)
class SimilarClaim:
    """A claim that may be the same, or about the same thing. `reviews` summarises its published reviews.

    `is_likely` tells whether it says the same, or its score reaches the threshold.
    """

    claim_id: UUID
    text: str
    language: str
    reviews: list[ReviewOfClaim]
    is_likely: bool


class MeaningNotCompared(Exception):
    """The error if claims can't currently be compared by meaning. Its text gives the reason.

    A later attempt can succeed. `by_words` contains the results of the comparison by words, or None if this comparison
    took too long.
    """

    def __init__(self, reason: str, by_words: list[SimilarClaim] | None = None) -> None:
        super().__init__(reason)
        self.by_words = by_words


def find_similar(
    text: str, *, exclude: UUID | None = None, likely_only: bool = False, limit: int = MOST
) -> list[SimilarClaim]:
    """Return published claims that are similar to the text, best match first. The claim `exclude` is left out.

    Raises MeaningNotCompared if the site compares claims by meaning but could compare only the words this time. If the
    model refuses the text, no error is raised, because a later attempt would fail too.
    """
    try:
        found = match(text, limit=limit + 1, private=True)
    except TimeoutError as problem:
        raise MeaningNotCompared("The comparison with published claims took too long.") from problem
    ranked = sorted(found.ranked, key=lambda each: not each.judgement.says_the_same)
    likely = {each.claim_id: each.judgement.says_the_same or each.score >= THRESHOLD for each in ranked}
    shown = [pk for pk in likely if pk != exclude and (likely[pk] or not likely_only)]
    rows = PublishedClaim.objects.live().filter(pk__in=shown).values_list("pk", "body")
    claims = {pk: read(PublicClaim, body) for pk, body in rows}
    alike = [
        SimilarClaim(pk, claims[pk].text, claims[pk].language, claims[pk].reviews, likely[pk])
        for pk in shown
        if pk in claims
    ][:limit]
    if found.method == "words" and found.explanation and not found.refused and is_configured():
        raise MeaningNotCompared(found.explanation, alike)
    return alike


def find_unpublished(text: str, newsrooms: Collection[int], *, exclude: UUID | None = None) -> list[Claim]:
    """Return up to five unpublished claims of these newsrooms that have all words of the text, or say the same.

    Claims that say the same come first, and have the attribute `is_same`. Diacritics can be missing.
    """
    results = find_rows(newsrooms, "claim", read_typed(text), 4 * MOST)
    public = Exists(PublishedClaim.objects.filter(pk=OuterRef("pk")))
    merged = Exists(PublishedMerge.objects.filter(claim_id=OuterRef("pk")))
    rows = Claim.objects.exclude(public | merged).select_related("logged_by")
    claims = [*rows.in_bulk([hit.id for hit in results.hits if hit.id != exclude]).values()]
    for claim, judgement in zip(claims, judge(text, [[each.text] for each in claims], at_most=MOST)[0], strict=True):
        # A text in ASCII alone can be Vietnamese that was typed without diacritics.
        claim.is_same = judgement.says_the_same or (text.isascii() and plain_words(text) == plain_words(claim.text))
    return sorted((each for each in claims if each.is_same or not results.relaxed), key=lambda each: not each.is_same)[
        :MOST
    ]
