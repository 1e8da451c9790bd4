"""The rows of claims, derived from the rows of their reviews.

A claim's row contains the claim from its newest live review, and the reviews of all claims that have been merged into
it.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.conf import settings

from factcheck.database.bulk_writes import insert
from factcheck.record.formats.canonical import canonical_unchecked
from factcheck.record.formats.urls import claim_url
from factcheck.record.readmodel.bodies import Claim, ClaimTombstone, NameOfPublisher, Review, ReviewOfClaim
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.models import PublishedClaim, PublishedReview
from factcheck.record.readmodel.row_models import Status
from factcheck.record.statements.output import Output


def write_claims(ids: Collection[UUID], added: Sequence[PublishedReview] = ()) -> None:
    """Write the rows of these claims, and of the claims under which they are shown.

    `added` contains the reviews that have just been added, so that they aren't read again.
    """
    group = MergeGroup.of(ids)
    homes = {group.root(each) for each in ids}
    stored, _ = PublishedClaim.objects.filter(id__among=homes | set(ids)).delete()
    reviews = [*added]
    if stored or not added:  # a claim without a row has no other reviews
        others = PublishedReview.objects.filter(claim_id__among=group.members)
        reviews = [*(others.filter(sequence__lt=added[0].sequence) if added else others), *added]
    insert(PublishedClaim, claim_rows(reviews, group, homes))


def claim_rows(reviews: Sequence[PublishedReview], group: MergeGroup, homes: Collection[UUID]) -> list[PublishedClaim]:
    """Return the rows of the claims `homes`. Claims without a review have no row."""
    shown: dict[UUID, list[PublishedReview]] = {}
    for review in sorted(reviews, key=lambda review: review.sequence):
        if review.claim_id:
            shown.setdefault(group.root(review.claim_id), []).append(review)
    return [claim_row(each, shown[each]) for each in sorted(homes) if each in shown]


def claim_row(claim_id: UUID, reviews: Sequence[PublishedReview]) -> PublishedClaim:
    """Return the claim's row with these reviews. The reviews are sorted by entry, oldest first."""
    live = [review for review in reviews if review.status == Status.LIVE]
    row = PublishedClaim(id=claim_id, sequence=reviews[-1].sequence)
    row.status = Status.LIVE if live else Status.WITHDRAWN
    row.language = "und"
    row.published_at = min(review.published_at for review in reviews)
    row.updated_at = max(review.updated_at for review in reviews)
    url = claim_url(claim_id)
    body: Output = ClaimTombstone(id=str(claim_id), url=url, reviews=[], license=settings.LICENSE_URL)
    if live:
        # The newest review of each claim. The claim is worded as in its own review, not as in a merged claim's review.
        newest = {review.claim_id: review for review in live}
        main = newest.get(claim_id, live[-1])
        merged = [review for claim, review in sorted(newest.items()) if claim != claim_id]
        sources = [main, *merged]
        claim = main.live_body.claim
        wordings = {each.language: each for review in live for each in review.live_body.claim.wordings}
        topics = {topic.slug: topic for review in reversed(sources) for topic in review.live_body.topics}
        row.language = claim.language.lower()
        row.claimant = main.claimant
        row.topics = sorted(topics)
        row.appearance_keys = list(dict.fromkeys(key for review in sources for key in review.appearance_keys))
        row.claimed_on = main.claimed_on
        row.verdicts = sorted({review.verdict for review in live if review.verdict})
        row.original_verdicts = sorted({review.original_verdict for review in live if review.original_verdict})
        row.publishers = sorted({review.publisher for review in live})
        row.origins = sorted({"imported" if review.original_key else "own" for review in live})
        days = {review.reviewed_on if review.original_key else review.published_at for review in live}
        row.years = sorted({f"{day.year:04}" for day in days if day})
        oldest_first = sorted(live, key=lambda review: (review.published_at, review.sequence))
        body = Claim.model_construct(
            **{**vars(claim), "id": str(claim_id), "wordings": list(wordings.values())},
            url=url,
            merged=[review.live_body.claim for review in merged],
            topics=[topics[slug] for slug in row.topics],
            reviews=[_short(review.live_body) for review in oldest_first],
            published_at=oldest_first[0].live_body.published_at,
            updated_at=max(review.live_body.updated_at for review in live),
            license=main.live_body.license,
        )
    row.body = canonical_unchecked(body.model_dump()).decode()
    return row


def _short(review: Review) -> ReviewOfClaim:
    publisher = NameOfPublisher(name=review.publisher.name, site=review.publisher.site)
    names = ReviewOfClaim.model_fields.keys() - {"publisher"}
    return ReviewOfClaim.model_construct(**{name: getattr(review, name) for name in names}, publisher=publisher)
