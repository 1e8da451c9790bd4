"""Published reviews as schema.org ClaimReview. docs/reference/claimreview.md documents the mapping.

A ClaimReview is computed from the stored body on each request, so that reviews aren't stored twice.
"""

import re
from decimal import Decimal
from uuid import UUID

import orjson

from factcheck.record.formats.canonical import JsonObject as Node
from factcheck.record.formats.urls import claim_url, page_url
from factcheck.record.readmodel.bodies import Correction, Review
from factcheck.record.statements import review as parts
from factcheck.record.statements.output import read

CONTEXT = "https://schema.org"
MEDIA_TYPE = "application/ld+json"

Number = int | float | str

# Longer numbers and other notations don't count as ratings.
_NUMBER = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?")
# schema.org's default values for a rating without `bestRating` or `worstRating`.
_BEST, _WORST = Decimal(5), Decimal(1)

_MEDIA = {"text": "TextObject", "audio": "AudioObject"}
# Google requires a name, a thumbnail and a date for a VideoObject, and the file and the rights for an ImageObject. Only
# the URL of an appearance is known, so its type is MediaObject.
_FORMATS = {"image": "image/*", "video": "video/*"}
_POLICIES = {
    "verificationFactCheckingPolicy": "methodology_url",
    "correctionsPolicy": "corrections_url",
    "publishingPrinciples": "principles_url",
    "unnamedSourcesPolicy": "unnamed_sources_url",
    "actionableFeedbackPolicy": "feedback_url",
}


def claim_review_document(body: str | bytes) -> bytes:
    """Return the JSON-LD document for a live review, built from its stored body."""
    return orjson.dumps({"@context": CONTEXT, **claim_review(read(Review, body))})


def claim_review(body: Review) -> Node:
    """Return the ClaimReview of a live review, without `@context`. Unknown properties are left out."""
    imported = body.original_url is not None
    claim = body.claim
    return _without_empty(
        {
            "@type": "ClaimReview",
            # The page on this site identifies the node. `url` is the page on which the review was published.
            "@id": body.url,
            "identifier": f"urn:uuid:{body.id}",
            "url": body.original_url or body.url,
            "archivedAt": body.archive_url,
            "inLanguage": _language(body.language),
            "headline": body.headline,
            "abstract": body.summary,
            "reviewBody": body.body,
            # Only the publisher knows when an imported review was published.
            "datePublished": body.reviewed_on or (None if imported else body.published_at),
            "dateModified": None if imported else body.updated_at,
            "creativeWorkStatus": "Published",
            "author": _authors(body),
            "claimReviewed": claim.worded(body.language).text,
            "itemReviewed": _claim(claim),
            "translationOfWork": _translated(body.translation_of),
            "reviewRating": _rating(body.verdict),
            "correction": [_correction(change) for change in body.corrections if change.kind == "correction"],
            "citation": [_source(source) for source in body.sources],
            # Only the publisher can license the text of an imported review.
            "license": None if imported else body.license,
            "sdLicense": body.license,
            "sdDatePublished": body.updated_at[:10],
        }
    )


def _without_empty(node: Node) -> Node:
    """Return the node without properties whose value is null, blank or an empty list."""
    return {key: value for key, value in node.items() if value not in (None, "", [])}


def _language(tag: str) -> str | None:
    return None if tag == "und" else tag


def _translated(original: parts.Translated | None) -> Node | None:
    return {"@type": "ClaimReview", "@id": page_url("reviews", UUID(original.id))} if original else None


def _authors(body: Review) -> Node | list[Node]:
    """Return the publisher, followed by the authors."""
    publisher = _publisher(body.publisher)
    writers = [{"@type": "Person", "name": author.name} for author in body.authors]
    return [publisher, *writers] if writers else publisher


def _publisher(publisher: parts.Publisher) -> Node:
    is_person = publisher.type == "person"
    # In schema.org, only news organisations have a property for the fact-checking policy.
    organization = "NewsMediaOrganization" if publisher.methodology_url else "Organization"
    return _without_empty(
        {
            "@type": "Person" if is_person else organization,
            "name": publisher.name,
            "url": publisher.url,
            "image" if is_person else "logo": publisher.logo_url,
            "sameAs": publisher.same_as,
            **{term: getattr(publisher, key) for term, key in _POLICIES.items()},
        }
    )


def _claim(claim: parts.ReviewedClaim) -> Node:
    claimant = claim.claimant
    firsts = [_appearance(each) for each in claim.appearances if each.first]
    return _without_empty(
        {
            "@type": "Claim",
            "@id": claim_url(claim.id),
            "text": claim.text,
            "inLanguage": _language(claim.language),
            "datePublished": claim.claimed_on,
            "locationCreated": {"@type": "Place", "name": claim.location} if claim.location else None,
            "author": _claimant(claimant) if claimant and claimant.name else None,
            # A claimant without a name isn't a Person or an Organization that can be looked up.
            "creditText": claimant.description if claimant and not claimant.name else None,
            "firstAppearance": firsts[0] if firsts else None,
            "appearance": [_appearance(each) for each in claim.appearances if not each.first] + firsts[1:],
        }
    )


def _claimant(claimant: parts.Claimant) -> Node:
    is_organization = claimant.type == "organization"
    return _without_empty(
        {
            "@type": "Organization" if is_organization else "Person",
            "name": claimant.name,
            "jobTitle": None if is_organization else claimant.job_title,
            "description": claimant.description,
            "sameAs": claimant.same_as,
        }
    )


def _appearance(appearance: parts.Appearance) -> Node:
    medium, digest = appearance.medium or "", appearance.media_sha256
    return _without_empty(
        {
            # Only a MediaObject can have `sha256`.
            "@type": _MEDIA.get(medium, "MediaObject" if digest or medium in _FORMATS else "CreativeWork"),
            "url": appearance.url,
            "encodingFormat": _FORMATS.get(medium),
            "archivedAt": appearance.archive_url,
            "sha256": digest,
        }
    )


def _rating(verdict: parts.Verdict) -> Node:
    """Return the rating of a verdict. An imported review keeps its publisher's label."""
    original = verdict.original
    wording = original or verdict
    return _without_empty(
        {
            "@type": "Rating",
            "alternateName": wording.label,
            **rating_numbers(verdict),
            "ratingExplanation": wording.explanation,
            "image": original.image_url if original else None,
        }
    )


def _correction(change: Correction) -> Node:
    return _without_empty({"@type": "CorrectionComment", "datePublished": change.at, "text": change.note})


def _source(source: parts.Source) -> Node:
    return _without_empty(
        {
            "@type": "CreativeWork",
            "name": source.title,
            "url": source.url,
            "archivedAt": source.archive_url,
            "publisher": {"@type": "Organization", "name": source.publisher} if source.publisher else None,
            "hasPart": {"@type": "Quotation", "text": source.quote} if source.quote else None,
        }
    )


def rating_numbers(verdict: parts.Verdict) -> dict[str, Number]:
    """Return `ratingValue`, `bestRating` and `worstRating` of a published verdict, or {} if they would mislead.

    Consumers expect that 1 <= worst < best, and that higher values are truer.

    An imported review keeps its publisher's numbers, because the publisher didn't use the site's scale. A descending
    scale is reversed, and a scale that begins below 1 is shifted up. Distances between values don't change. A value
    outside its scale and a scale with a single point are left out.
    """
    original = verdict.original
    if original is None:
        numbers = {"ratingValue": verdict.value, "bestRating": verdict.best, "worstRating": verdict.worst}
        return (
            {name: number for name, number in numbers.items() if number is not None} if numbers["ratingValue"] else {}
        )
    values = {"ratingValue": original.value, "bestRating": original.best, "worstRating": original.worst}
    texts = {name: text.strip() for name, text in values.items() if text is not None}
    if "ratingValue" not in texts or not all(_NUMBER.fullmatch(text) for text in texts.values()):
        return {}
    value = Decimal(texts["ratingValue"])
    best, worst = Decimal(texts.get("bestRating", _BEST)), Decimal(texts.get("worstRating", _WORST))
    if best == worst or not min(best, worst) <= value <= max(best, worst):
        return {}
    if 1 <= worst < best:
        return {name: _json_number(text) for name, text in texts.items()}
    # On a descending scale, the value is mirrored.
    if worst > best:
        value, best, worst = best + worst - value, worst, best
    # Consumers expect that the worst value is at least 1.
    up = max(Decimal(0), 1 - worst)
    moved = {"ratingValue": value + up, "bestRating": best + up, "worstRating": worst + up}
    return {name: _json_number(f"{number:f}") for name, number in moved.items()}


def _json_number(text: str) -> Number:
    """Return a number if JSON writes it with the same digits, or else the text itself. schema.org allows both."""
    if str(int(Decimal(text))) == text:
        return int(text)
    return float(text) if repr(float(text)) == text else text
