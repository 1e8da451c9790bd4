"""JSON Schema of the ClaimReview that is sent (docs/claimreview.md): what is unknown is left out, never null."""

from typing import Any

from api.schema.bodies import ADDRESS, LANGUAGE, TEXT, URL, about, listed

Json = dict[str, Any]

DATE: Json = {"type": "string", "format": "date"}
DATE_OR_MOMENT: Json = {"anyOf": [DATE, {"type": "string", "format": "date-time"}]}
NUMBER: Json = {"type": ["number", "string"]}
NODE: Json = {
    "type": "object", "required": ["@type"], "properties": {"@type": TEXT, "url": ADDRESS, "archivedAt": ADDRESS},
}  # fmt: skip


def node(kind: str, required: list[str], **properties: Json) -> Json:
    """A JSON-LD node of one type that has these keys at the least."""
    typed = {"@type": {"const": kind}, **properties}
    return {"type": "object", "required": ["@type", *required], "properties": typed}


CLAIM_REVIEW: Json = {
    "ClaimReview": node(
        "ClaimReview",
        ["@context", "@id", "url", "claimReviewed", "itemReviewed", "reviewRating", "author"],
        **{"@context": {"const": "https://schema.org"}, "@id": about(URL, "Its page on this site.")},
        identifier=TEXT,
        url=about(ADDRESS, "Where it was published: an imported review's page at its publisher's, or its page here."),
        archivedAt=ADDRESS,
        inLanguage=LANGUAGE,
        headline=TEXT,
        abstract=TEXT,
        reviewBody=about(TEXT, "Markdown."),
        datePublished=DATE_OR_MOMENT,
        dateModified=DATE_OR_MOMENT,
        creativeWorkStatus=TEXT,
        author={"anyOf": [NODE, listed(NODE, description="Who answers for it comes first, then who wrote it.")]},
        claimReviewed=TEXT,
        itemReviewed=node(
            "Claim",
            ["@id", "text"],
            **{"@id": about(URL, "The claim in this API.")},
            text=TEXT,
            inLanguage=LANGUAGE,
            datePublished=about(DATE, "When the claim was made."),
            locationCreated=NODE,
            author=NODE,
            creditText=about(TEXT, "Who made it, described instead of named."),
            firstAppearance=NODE,
            appearance=listed(NODE),
        ),
        reviewRating=node(
            "Rating",
            ["alternateName"],
            alternateName=about(TEXT, "The verdict in words."),
            ratingValue=NUMBER,
            bestRating=NUMBER,
            worstRating=NUMBER,
            ratingExplanation=TEXT,
            image=ADDRESS,
        ),
        correction=listed(node("CorrectionComment", ["datePublished"], datePublished=DATE_OR_MOMENT, text=TEXT)),
        citation=listed(NODE),
        license=URL,
        sdLicense=ADDRESS,
        sdDatePublished=DATE,
    ),
}
