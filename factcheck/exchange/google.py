"""Claims of Google's `claims:search` into the project's own records (docs/import.md lists every field).

The readers hand on a claim once for each of its reviews, which then stands under `claimReview` alone.
"""

from factcheck.exchange.claimreview import review_address
from factcheck.exchange.itemreviewed import claimant_of
from factcheck.exchange.jsonld import Node, Notes
from factcheck.exchange.normalise import site_of_review
from factcheck.exchange.shapes import (
    MAX_CLAIM,
    MAX_HEADLINE,
    MAX_NAME,
    MAX_ORIGINAL_LABEL,
    UNKNOWN_LANGUAGE,
    Statement,
    on_no_scale,
)

# Where a record has something that the answer did not say.
SILENT = frozenset({"claim.language", "claim.claimant.type", "publisher.type", "publisher.site"})


def statement_of(members: dict[str, object], notes: Notes) -> Statement | None:
    """The record of one review, or None; `notes.refused` then says why, `notes.dropped` what was left out."""
    claim = Node(members, "", notes)
    review = claim.node("claimReview")
    if review is None:
        claim.refuse("claimReview", "no_review", "the claim has no review")
        return None
    address = review_address(review) or ""
    text = claim.text("text", limit=MAX_CLAIM, one_line=False)
    if text is None:
        claim.refuse("text", "no_claim_text", "the claim's text is missing or empty")
    label = review.text("textualRating", limit=MAX_ORIGINAL_LABEL, one_line=False)
    if label is None:
        review.refuse("textualRating", "no_verdict", "the verdict in words is missing or empty")
    language = review.language("languageCode") or UNKNOWN_LANGUAGE
    publisher = review.node("publisher")
    site = site_of_review(address) if address else ""
    if publisher and (named := publisher.text("site", limit=MAX_NAME)) and named != site:
        publisher.drop("site", "other_site", f"the review's address is of {site}, not of {named[:100]}")
    statement: Statement = {
        "id": None,
        "original_url": address,
        "language": language,
        "headline": review.text("title", limit=MAX_HEADLINE),
        "summary": None,
        "body": None,
        "claim": {
            "id": None,
            "text": text or "",
            # `languageCode` is that of the review; of the claim's own, Google says nothing.
            "language": language,
            "claimed_on": claim.day("claimDate"),
            "location": None,
            "claimant": claimant_of(claim, "claimant"),
            "appearances": [],
        },
        "verdict": on_no_scale(
            {
                "label": label or "",
                "value": None,
                "best": None,
                "worst": None,
                "explanation": None,
                "image_url": None,
            }
        ),
        "sources": [],
        "publisher": {
            "type": "organization",
            "name": publisher.text("name", limit=MAX_NAME) if publisher else None,
            "site": site,
            "url": None,
            "logo_url": None,
            "same_as": [],
            "methodology_url": None,
            "corrections_url": None,
            "principles_url": None,
            "unnamed_sources_url": None,
            "feedback_url": None,
        },
        "authors": [],
        "topics": [],
        "reviewed_on": review.day("reviewDate"),
        "archive_url": None,
        "license": None,
    }
    if notes.refused:
        return None
    claim.drop_unread()
    return statement
