"""The responses of the searches, declared once for the field masks and for the discovery document."""

from typing import Any

Json = dict[str, Any]
Shape = dict[str, Any]  # maps each name to the shape below it, which is empty for a plain value


def _text(description: str) -> Json:
    return {"type": "string", "description": description}


def _date(description: str) -> Json:
    return {"type": "string", "format": "google-datetime", "description": description}


def _list_of(name: str, description: str) -> Json:
    return {"type": "array", "items": {"$ref": name}, "description": description}


SCHEMAS: dict[str, Json] = {
    "SearchResponse": {
        "claims": _list_of("Claim", "The claims of this page."),
        "nextPageToken": _text("The token of the next page. Absent on the last page."),
    },
    "ImageSearchResponse": {
        "results": _list_of("ImageSearchResult", "The claims of this page, with the most similar picture first."),
        "nextPageToken": _text("The token of the next page. Absent on the last page."),
    },
    "ImageSearchResult": {
        "claim": {"$ref": "Claim"},
    },
    "Claim": {
        "text": _text("The claim."),
        "claimant": _text("The name or description of the claimant."),
        "claimDate": _date("The date of the claim."),
        "claimReview": _list_of("ClaimReview", "The reviews of the claim that match the search."),
    },
    "ClaimReview": {
        "publisher": {"$ref": "Publisher"},
        "url": _text("The page of the review."),
        "title": _text("The headline of the review."),
        "reviewDate": _date("The date of the review."),
        "textualRating": _text("The verdict in the publisher's words."),
        "languageCode": _text("The language of the review (BCP 47)."),
    },
    "Publisher": {
        "name": _text("The name of the publisher."),
        "site": _text("The host of the review's page, without www."),
    },
}


def shape_of(name: str) -> Shape:
    """Return the fields of a schema, with the fields below each field."""
    fields = SCHEMAS[name].items()
    return {key: shape_of(below) if (below := _reference(each)) else {} for key, each in fields}


def _reference(field: Json) -> str | None:
    name: str | None = field.get("items", field).get("$ref")
    return name
