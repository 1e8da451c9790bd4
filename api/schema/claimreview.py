"""JSON Schema of the ClaimReview that the API sends (docs/claimreview.md). Unknown keys are left out, never null."""

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
    """Return a JSON-LD node of one type with at least these keys."""
    typed = {"@type": {"const": kind}, **properties}
    return {"type": "object", "required": ["@type", *required], "properties": typed}


CLAIM_REVIEW: Json = {
    "ClaimReview": node(
        "ClaimReview",
        ["@context", "@id", "url", "claimReviewed", "itemReviewed", "reviewRating", "author"],
        **{"@context": {"const": "https://schema.org"}, "@id": about(URL, "Its page on this site.")},
        identifier=TEXT,
        url=about(
            ADDRESS, "The review's own page: at its publisher's site if it was imported, otherwise on this site."
        ),
        archivedAt=ADDRESS,
        inLanguage=LANGUAGE,
        headline=TEXT,
        abstract=TEXT,
        reviewBody=about(TEXT, "Markdown."),
        datePublished=DATE_OR_MOMENT,
        dateModified=DATE_OR_MOMENT,
        creativeWorkStatus=TEXT,
        author={"anyOf": [NODE, listed(NODE, description="The publisher first, then the writers.")]},
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
            creditText=about(TEXT, "The claimant, described instead of named."),
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
