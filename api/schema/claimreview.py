"""JSON Schema of ClaimReview (docs/reference/claimreview.md). A key without a value is left out, never null."""

from factcheck.record.statements.schema import Json
from factcheck.record.statements.values import URL_PATTERN

TEXT: Json = {"type": "string"}
URL: Json = {"type": "string", "format": "uri"}
ADDRESS: Json = {"type": "string", "pattern": URL_PATTERN}
LANGUAGE: Json = {"type": "string", "description": "BCP 47 tag. `und` if unknown."}
DATE: Json = {"type": "string", "format": "date"}
DATE_OR_TIME: Json = {"anyOf": [DATE, {"type": "string", "format": "date-time"}]}
NUMBER: Json = {"type": ["number", "string"]}
NODE: Json = {
    "type": "object", "required": ["@type"], "properties": {"@type": TEXT, "url": ADDRESS, "archivedAt": ADDRESS},
}  # fmt: skip


def described(schema: Json, description: str) -> Json:
    return {**schema, "description": description}


def node(kind: str, required: list[str], **properties: Json) -> Json:
    """Return the schema of a JSON-LD node of this type with at least these keys."""
    typed = {"@type": {"const": kind}, **properties}
    return {"type": "object", "required": ["@type", *required], "properties": typed}


CLAIM_REVIEW: Json = {
    "ClaimReview": node(
        "ClaimReview",
        ["@context", "@id", "url", "claimReviewed", "itemReviewed", "reviewRating", "author"],
        **{"@context": {"const": "https://schema.org"}, "@id": described(URL, "The review's page on this site.")},
        identifier=TEXT,
        url=described(
            ADDRESS, "The original page: on the publisher's site if the review was imported, otherwise on this site."
        ),
        archivedAt=ADDRESS,
        inLanguage=LANGUAGE,
        headline=TEXT,
        abstract=TEXT,
        reviewBody=described(TEXT, "Markdown."),
        datePublished=DATE_OR_TIME,
        dateModified=DATE_OR_TIME,
        creativeWorkStatus=TEXT,
        author={"anyOf": [NODE, described({"type": "array", "items": NODE}, "The publisher first, then the writers.")]},
        claimReviewed=TEXT,
        itemReviewed=node(
            "Claim",
            ["@id", "text"],
            **{"@id": described(URL, "The claim's URL in this API.")},
            text=TEXT,
            inLanguage=LANGUAGE,
            datePublished=described(DATE, "When the claim was made."),
            locationCreated=NODE,
            author=NODE,
            creditText=described(TEXT, "A description of the claimant, if the name isn't given."),
            firstAppearance=NODE,
            appearance={"type": "array", "items": NODE},
        ),
        reviewRating=node(
            "Rating",
            ["alternateName"],
            alternateName=described(TEXT, "The verdict in words."),
            ratingValue=NUMBER,
            bestRating=NUMBER,
            worstRating=NUMBER,
            ratingExplanation=TEXT,
            image=ADDRESS,
        ),
        correction={
            "type": "array",
            "items": node("CorrectionComment", ["datePublished"], datePublished=DATE_OR_TIME, text=TEXT),
        },
        citation={"type": "array", "items": NODE},
        license=URL,
        sdLicense=ADDRESS,
        sdDatePublished=DATE,
    ),
}
