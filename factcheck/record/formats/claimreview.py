"""Published reviews as schema.org ClaimReview (docs/reference/claimreview.md says what becomes what).

Made from a stored body whenever it is asked for, so that no second text of a review is kept.
"""

from typing import Any
from uuid import UUID

import orjson

from factcheck.record.formats.ratings import rating_numbers
from factcheck.record.formats.urls import claim_url, page_url

CONTEXT = "https://schema.org"
MEDIA_TYPE = "application/ld+json"

Node = dict[str, Any]

_MEDIA = {"text": "TextObject", "image": "ImageObject", "video": "VideoObject", "audio": "AudioObject"}
_POLICIES = {
    "verificationFactCheckingPolicy": "methodology_url",
    "correctionsPolicy": "corrections_url",
    "publishingPrinciples": "principles_url",
    "unnamedSourcesPolicy": "unnamed_sources_url",
    "actionableFeedbackPolicy": "feedback_url",
}


def claim_review_document(body: str) -> bytes:
    """A whole JSON-LD document, from the stored body of a live review."""
    return orjson.dumps({"@context": CONTEXT, **claim_review(orjson.loads(body))})


def claim_review(body: dict[str, Any]) -> Node:
    """The ClaimReview of a live review's body, without `@context`. What is unknown is left out."""
    imported = body["original_url"] is not None
    claim = body["claim"]
    return _known(
        {
            "@type": "ClaimReview",
            # Our page names the node; `url` is where the review was published.
            "@id": body["url"],
            "identifier": f"urn:uuid:{body['id']}",
            "url": body["original_url"] or body["url"],
            "archivedAt": body["archive_url"],
            "inLanguage": _language(body["language"]),
            "headline": body["headline"],
            "abstract": body["summary"],
            "reviewBody": body["body"],
            # When another publisher dates a review is not for us to say.
            "datePublished": body["reviewed_on"] or (None if imported else body["published_at"]),
            "dateModified": None if imported else body["updated_at"],
            "creativeWorkStatus": "Published",
            "author": _authors(body),
            "claimReviewed": claim["text"],
            "itemReviewed": _claim(claim),
            "translationOfWork": _translated(body.get("translation_of")),
            "reviewRating": _rating(body["verdict"]),
            "correction": [_correction(change) for change in body["corrections"] if change["kind"] == "correction"],
            "citation": [_source(source) for source in body["sources"]],
            # The licence of an imported review's text is its publisher's affair.
            "license": None if imported else body["license"],
            "sdLicense": body["license"],
            "sdDatePublished": body["updated_at"][:10],
        }
    )


def _known(node: Node) -> Node:
    """Without what is null, blank or an empty list."""
    return {key: value for key, value in node.items() if value not in (None, "", [])}


def _language(tag: str) -> str | None:
    return None if tag == "und" else tag


def _translated(said: dict[str, Any] | None) -> Node | None:
    return {"@type": "ClaimReview", "@id": page_url("reviews", UUID(said["id"]))} if said else None


def _authors(body: dict[str, Any]) -> Node | list[Node]:
    """Who answers for the review comes first, then who wrote it."""
    publisher = _publisher(body["publisher"])
    writers = [{"@type": "Person", "name": author["name"]} for author in body["authors"]]
    return [publisher, *writers] if writers else publisher


def _publisher(publisher: dict[str, Any]) -> Node:
    is_person = publisher["type"] == "person"
    # schema.org knows the policy on fact-checking of news organisations only.
    organization = "NewsMediaOrganization" if publisher["methodology_url"] else "Organization"
    return _known(
        {
            "@type": "Person" if is_person else organization,
            "name": publisher["name"],
            "url": publisher["url"],
            "image" if is_person else "logo": publisher["logo_url"],
            "sameAs": publisher["same_as"],
            **{term: publisher[key] for term, key in _POLICIES.items()},
        }
    )


def _claim(claim: dict[str, Any]) -> Node:
    claimant = claim["claimant"]
    named = claimant is not None and claimant["name"]
    firsts = [_appearance(each) for each in claim["appearances"] if each["first"]]
    return _known(
        {
            "@type": "Claim",
            "@id": claim_url(claim["id"]),
            "text": claim["text"],
            "inLanguage": _language(claim["language"]),
            "datePublished": claim["claimed_on"],
            "locationCreated": {"@type": "Place", "name": claim["location"]} if claim["location"] else None,
            "author": _claimant(claimant) if named else None,
            # Who is described and not named is no Person or Organization that anybody could look up.
            "creditText": claimant["description"] if claimant and not named else None,
            "firstAppearance": firsts[0] if firsts else None,
            "appearance": [_appearance(each) for each in claim["appearances"] if not each["first"]] + firsts[1:],
        }
    )


def _claimant(claimant: dict[str, Any]) -> Node:
    is_organization = claimant["type"] == "organization"
    return _known(
        {
            "@type": "Organization" if is_organization else "Person",
            "name": claimant["name"],
            "jobTitle": None if is_organization else claimant["job_title"],
            "description": claimant["description"],
            "sameAs": claimant["same_as"],
        }
    )


def _appearance(appearance: dict[str, Any]) -> Node:
    digest = appearance["media_sha256"]
    return _known(
        {
            # Only a MediaObject has a digest.
            "@type": _MEDIA.get(appearance["medium"], "MediaObject" if digest else "CreativeWork"),
            "url": appearance["url"],
            "archivedAt": appearance["archive_url"],
            "sha256": digest,
        }
    )


def _rating(verdict: dict[str, Any]) -> Node:
    """The verdict in words: the publisher's own where it was imported, else those of the review's language."""
    original = verdict["original"]
    said = original or verdict
    return _known(
        {
            "@type": "Rating",
            "alternateName": said["label"],
            **rating_numbers(verdict),
            "ratingExplanation": said["explanation"],
            "image": original["image_url"] if original else None,
        }
    )


def _correction(change: dict[str, Any]) -> Node:
    return _known({"@type": "CorrectionComment", "datePublished": change["at"], "text": change["note"]})


def _source(source: dict[str, Any]) -> Node:
    return _known(
        {
            "@type": "CreativeWork",
            "name": source["title"],
            "url": source["url"],
            "archivedAt": source["archive_url"],
            "publisher": {"@type": "Organization", "name": source["publisher"]} if source["publisher"] else None,
            "hasPart": {"@type": "Quotation", "text": source["quote"]} if source["quote"] else None,
        }
    )
