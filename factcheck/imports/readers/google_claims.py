"""The reader of claims from Google's `claims:search` (docs/reference/import-formats.md).

Each claim is passed in once for each of its reviews, with only this review under `claimReview`.
"""

from factcheck.imports.readers.claimreview import review_address
from factcheck.imports.readers.itemreviewed import claimant_of
from factcheck.imports.readers.jsonld import Node
from factcheck.imports.readers.jsonld_graphs import Node as Members
from factcheck.imports.readers.normalise import site_of_review
from factcheck.imports.readers.results import Notes
from factcheck.record.formats.canonical import JsonObject
from factcheck.record.statements.review import OriginalRating, Publisher, Review, ReviewedClaim
from factcheck.record.statements.values import UNKNOWN_LANGUAGE

# Paths of values that a record contains but Google's response doesn't.
UNSPECIFIED = frozenset({"claim.language", "claim.claimant.type", "publisher.type", "publisher.site"})


def statement_of(members: Members, notes: Notes) -> JsonObject | None:
    """Return the record of one review, or None with the reasons in `notes.refused`.

    `notes.dropped` lists values that have been left out.
    """
    claim = Node(members, "", notes)
    review = claim.node("claimReview")
    if review is None:
        claim.refuse("claimReview", "no_review", "the claim has no review")
        return None
    address = review_address(review) or ""
    text = claim.text_for(ReviewedClaim, "text", "text")
    if text is None:
        claim.refuse("text", "no_claim_text", "the claim's text is missing or empty")
    label = review.text_for(OriginalRating, "label", "textualRating")
    if label is None:
        review.refuse("textualRating", "no_verdict", "the verdict in words is missing or empty")
    language = review.language("languageCode") or UNKNOWN_LANGUAGE
    publisher = review.node("publisher")
    site = site_of_review(address) if address else ""
    if publisher and (named := publisher.text_for(Publisher, "name", "site")) and named != site:
        publisher.drop("site", "other_site", f"the review's URL is on {site}, not on {named[:100]}")
    statement = {
        "original_url": address,
        "language": language,
        "headline": review.text_for(Review, "headline", "title"),
        "claim": {
            "text": text or "",
            # `languageCode` is the language of the review. Google doesn't return the claim's own language.
            "language": language,
            "claimed_on": claim.day("claimDate", language),
            "claimant": claimant_of(claim, "claimant"),
        },
        "verdict": {"original": {"label": label or ""}},
        "publisher": {
            "name": publisher.text_for(Publisher, "name", "name") if publisher else None,
            "site": site,
        },
        "reviewed_on": review.day("reviewDate", language),
    }
    if notes.refused:
        return None
    claim.drop_unread()
    return statement
