"""The reader of schema.org ClaimReview, which returns records in this project's own format.

A record needs the claim's text, the verdict in words and the review's URL. Other missing values stay empty. Values are
never guessed. For example, the review's date is never used as the claim's date. docs/reference/import-formats.md lists
every property.
"""

from factcheck.imports.readers.itemreviewed import appearances_of, claimant_of, is_organization, location_of
from factcheck.imports.readers.jsonld import Node
from factcheck.imports.readers.jsonld_graphs import Node as Members
from factcheck.imports.readers.normalise import site_of_review, web_address
from factcheck.imports.readers.results import Notes
from factcheck.record.formats.canonical import JsonObject, JsonValue
from factcheck.record.statements.parts import Part, keys_of
from factcheck.record.statements.review import (
    Appearance,
    Author,
    OriginalRating,
    Publisher,
    Review,
    ReviewedClaim,
    Source,
)
from factcheck.record.statements.values import MAX_LIST, UNKNOWN_LANGUAGE, same_language


def statement_of(members: Members, notes: Notes) -> JsonObject | None:
    """Return the record of one ClaimReview, or None with the reasons in `notes.refused`.

    `notes.dropped` lists values that have been left out.
    """
    review = Node(members, "", notes)
    item = review.node("itemReviewed")
    address = review_address(review)
    language = review.language("inLanguage") or UNKNOWN_LANGUAGE
    claim_text, claim_language, wording = _claim_text(review, item, language)
    verdict = _verdict(review)
    sources = [source for key in ("citation", "isBasedOn") for source in _sources(review, key)]
    appearances = appearances_of(item) if item else []
    for key, members_of_list in (("citation", sources), ("itemReviewed/appearance", appearances)):
        if len(members_of_list) > MAX_LIST:
            review.refuse(key, "too_long", f"has {len(members_of_list)} members; {MAX_LIST} are allowed")
    publisher, authors = _publisher_and_authors(review, address or "")
    statement: JsonObject = {
        "original_url": address or "",
        "language": language,
        "headline": review.text_for(Review, "headline", "headline") or review.text_for(Review, "headline", "name"),
        "summary": review.text_for(Review, "summary", "abstract") or review.text_for(Review, "summary", "description"),
        "body": review.text_for(Review, "body", "reviewBody"),
        "claim": {
            "text": claim_text or "",
            "language": claim_language or language,
            "claimed_on": item.day("datePublished", language) if item else None,
            "location": location_of(item) if item else None,
            "claimant": claimant_of(item) if item else None,
            "appearances": appearances,
            **({"wordings": wording} if wording else {}),
        },
        "verdict": {"original": verdict},
        "sources": sources,
        "publisher": publisher,
        "authors": authors,
        "reviewed_on": review.day("datePublished", language),
        "archive_url": review.address("archivedAt"),
        "license": review.address("sdLicense", "license"),
    }
    if notes.refused:
        return None
    review.drop_unread()
    return statement


def unspecified_paths(statement: JsonObject) -> frozenset[str]:
    """Return the paths of this project's own format that a ClaimReview can't express.

    These are the keys that this module never sets, and the publisher's site, which comes from the review's URL.
    """
    (claim,) = _objects(statement["claim"])
    places: tuple[tuple[str, type[Part], list[JsonObject]], ...] = (
        ("", Review, [statement]),
        ("publisher.", Publisher, _objects(statement["publisher"])),
        ("sources.", Source, _objects(statement["sources"])),
        ("claim.appearances.", Appearance, _objects(claim["appearances"])),
    )
    absent = {f"{at}{key}" for at, part, rows in places for row in rows for key in keys_of(part).keys() - row.keys()}
    return frozenset(absent - {"id", "language_detected"} | {"publisher.site"})


def _objects(value: JsonValue) -> list[JsonObject]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def review_address(review: Node) -> str | None:
    """Return the URL of the review's own page. A record without a valid URL is refused."""
    written = next(review.written("url"), None)
    if written is None:
        review.refuse("url", "no_address", "the review's own URL is missing")
        return None
    address = web_address(written)
    if address is None:
        review.refuse("url", "bad_address", f"{written[:100]!r} isn't an absolute URL (http or https)")
    return address


def _claim_text(review: Node, item: Node | None, language: str) -> tuple[str | None, str | None, list[JsonValue]]:
    """Return the claim's text, the Claim's language if the text comes from the Claim, and the text as a wording.

    `claimReviewed` is a wording if the Claim is in another language than the review.
    """
    text = review.text_for(ReviewedClaim, "text", "claimReviewed")
    if item and "Claim" in item.types:
        own = item.text_for(ReviewedClaim, "text", "text")
        if own and own == (text or own):
            return own, item.language("inLanguage"), []
        spoken = item.language("inLanguage") if own and language != UNKNOWN_LANGUAGE else None
        if spoken and not same_language(spoken, language):
            return own, spoken, [{"text": text, "language": language, "by": None}]
        if own:
            item.drop("text", "other_text", "the text is taken from claimReviewed, which differs")
    if text is None:
        why = "missing" if review.members.get("claimReviewed") is None else "empty, or not a single text"
        review.refuse("claimReviewed", "no_claim_text", f"the claim's text is {why}")
    return text, None, []


def _verdict(review: Node) -> JsonObject | None:
    ratings = [
        (label, rating)
        for rating in review.nodes("reviewRating")
        if (label := rating.text_for(OriginalRating, "label", "alternateName"))
    ]
    if len(ratings) != 1:
        code, detail = (
            ("several_verdicts", "more than one rating has a verdict in words")
            if ratings
            else ("no_verdict", "the verdict in words is missing (reviewRating.alternateName)")
        )
        review.refuse("reviewRating", code, detail)
        return None
    label, rating = ratings[0]
    return {
        "label": label,
        "value": rating.number_for(OriginalRating, "value", "ratingValue"),
        "best": rating.number_for(OriginalRating, "best", "bestRating"),
        "worst": rating.number_for(OriginalRating, "worst", "worstRating"),
        "explanation": rating.text_for(OriginalRating, "explanation", "ratingExplanation"),
        "image_url": rating.address("image"),
    }


def _sources(review: Node, key: str) -> list[JsonObject]:
    """Return the sources in file order, including repetitions. A cited text that isn't a URL is used as a title."""
    found: list[JsonObject] = []
    for entry in review.entries(key):
        work = entry if isinstance(entry, Node) else _cited_text(review, key, entry)
        written = work.written_address()
        address = web_address(written) if written else None
        if written and not address:
            review.drop_address(key, written)
        title = work.text_for(Source, "title", "name") or work.text_for(Source, "title", "headline")
        publisher = work.node("publisher")
        quotation = next((part for part in work.nodes("hasPart") if "Quotation" in part.types), None)
        if title or address:
            found.append(
                {
                    "title": title,
                    "url": address,
                    "publisher": publisher.text_for(Source, "publisher", "name")
                    if publisher
                    else work.text_for(Source, "publisher", "publisher"),
                    "quote": quotation.text_for(Source, "quote", "text") if quotation else None,
                    "archive_url": work.address("archivedAt"),
                }
            )
    return found


def _cited_text(review: Node, key: str, text: str) -> Node:
    is_url = text.strip().lower().startswith(("http://", "https://"))
    return Node({"url" if is_url else "name": text}, f"{review.pointer}/{key}", review.notes)


def _publisher_and_authors(review: Node, address: str) -> tuple[JsonObject, list[JsonObject]]:
    """Return the publisher and the other authors.

    The publisher is the first organisation among the authors, or else the `publisher`, or else the first author. The
    site is the host of the review's URL.
    """
    authors = [_party(review, "author", entry) for entry in review.parties("author")]
    named = [_party(review, "publisher", entry) for entry in review.parties("publisher")]
    party = next((each for each in [*filter(is_organization, authors), *named, *authors]), None)
    party = party or Node({}, "/author", review.notes)
    others = [name for each in authors if each is not party and (name := each.text_for(Author, "name", "name"))]
    publisher = {
        "type": "person" if "Person" in party.types else "organization",
        "name": party.text_for(Publisher, "name", "name"),
        "site": site_of_review(address),
        "url": party.address("url"),
        "logo_url": party.address("logo", "image"),
        "same_as": party.profiles(),
        "methodology_url": party.address("verificationFactCheckingPolicy"),
        "corrections_url": party.address("correctionsPolicy"),
        "principles_url": party.address("publishingPrinciples"),
        "unnamed_sources_url": party.address("unnamedSourcesPolicy"),
        "feedback_url": party.address("actionableFeedbackPolicy"),
    }
    return publisher, [{"name": name} for name in others]


def _party(review: Node, key: str, entry: Node | str) -> Node:
    if isinstance(entry, Node):
        return entry
    return Node({"url" if web_address(entry) else "name": entry}, f"{review.pointer}/{key}", review.notes)
