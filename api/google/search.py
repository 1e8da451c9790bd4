"""Claims and their reviews in the format of Google's Fact Check Tools API."""

from datetime import date
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from api.google.discovery import shape_of
from api.google.errors import invalid
from api.google.parameters import Search, read_token
from api.http.problems import TooSlow
from api.lists.cursors import write_cursor
from factcheck.database.query_timeout import time_limit
from factcheck.record.formats.canonical import JsonObject
from factcheck.record.formats.urls import site_of
from factcheck.record.lists.dimensions import LANGUAGE, PUBLISHER
from factcheck.record.lists.pages import Cursor, Position, Row, as_q, condition_of, read_rows
from factcheck.record.lists.published_lists import CLAIMS
from factcheck.record.matching.candidates import find_similar
from factcheck.record.models import PublishedClaim, PublishedMerge, PublishedReview
from factcheck.record.readmodel.bodies import Claim, ReviewOfClaim
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.search.pictures import NoPicture, claims_about
from factcheck.record.search.query import read_query
from factcheck.record.search.ranking import Search as Ranking
from factcheck.record.statements.output import read

RESPONSE, IMAGE_RESPONSE = shape_of("SearchResponse"), shape_of("ImageSearchResponse")

MAX_LISTED = 1000  # reviews by our own newsrooms. Up to this number, the condition lists their claims by id.
TOO_SLOW = "This search takes too long. Use rarer words or fewer conditions, or try again later."
PICTURE_TOO_SLOW = "This search takes too long. Try again later."
UNREADABLE_NOW = "This site can't read pictures at the moment. Try again in a few minutes."


def search_claims(search: Search) -> JsonObject:
    """Return a page of claims that have a matching live review, and the token of the next page.

    Raise GoogleError for an invalid token, and TooSlow if the search takes too long.
    """
    position = read_token(search.token, search.place)
    try:
        found = (_best if search.query else _newest)(search, position)
    except TimeoutError as error:  # an empty result would suggest that nobody has checked the claim
        raise TooSlow(TOO_SLOW) from error
    page = found[: search.page_size]
    claims = [_write_claim(read(Claim, body), search) for _, _, body in page]
    # A claim can match only because of the date of a merged claim. In this case, it has no review to show.
    matching_claims = [claim for claim in claims if "claimReview" in claim]
    token = write_cursor(Cursor(position=(page[-1][0], page[-1][1])), search.place) if len(found) > len(page) else None
    return _known({"claims": matching_claims, "nextPageToken": token})


def search_by_picture(search: Search) -> JsonObject:
    """Return a page of claims with similar pictures, most similar first.

    Raise GoogleError for an invalid token or picture, and TooSlow if the search takes too long.
    """
    position = read_token(search.token, search.place)
    offset = position[0] if position else search.offset
    try:
        bodies = claims_about(search.uri)
    except OSError as error:  # also if the clean room doesn't answer
        raise TooSlow(UNREADABLE_NOW if not isinstance(error, TimeoutError) else PICTURE_TOO_SLOW) from error
    except NoPicture as problem:
        raise invalid([("imageUri", str(problem))]) from problem
    claims = [_write_claim(read(Claim, body), Search(language=search.language)) for body in bodies]
    results = [{"claim": claim} for claim in claims if "claimReview" in claim]
    end = offset + search.page_size
    token = write_cursor(Cursor(position=(end, 0)), search.place) if len(results) > end else None
    return _known({"results": results[offset:end], "nextPageToken": token})


def _write_claim(claim: Claim, search: Search) -> JsonObject:
    """Return the claim with its reviews that match the search. The claim has no `claimReview` if no review matches."""
    claimant = claim.claimant
    return _known(
        {
            "text": claim.text,
            "claimant": (claimant.name or claimant.description) if claimant else None,
            "claimDate": _day(claim.claimed_on),
            "claimReview": [_review(review) for review in claim.reviews if _shows(review, claim, search)],
        }
    )


def _best(search: Search, position: Position | None) -> list[Row]:
    """Return the claims that contain the words, best match first: one page plus one extra claim."""
    with time_limit():
        condition = _condition(search)
    ranking = Ranking(PublishedClaim, read_query(search.query), condition, find_similar=find_similar)
    place = (position[0], UUID(position[1])) if position else None
    found = ranking.page(search.offset + search.page_size + 1, place)
    if not (found.candidates or found.complete):
        raise TimeoutError
    return [(hit.score, hit.id, hit.body) for hit in found.hits[search.offset :]]


def _newest(search: Search, position: Position | None) -> list[Row]:
    """Return the claims, newest publication first: one page plus one extra claim."""
    with time_limit():
        conditions = [condition_of(CLAIMS.rows.filter(_condition(search)))]
        if search.offset:
            skipped = read_rows(CLAIMS.source, conditions, [], CLAIMS.newest_first, Cursor(), search.offset, walks=True)
            if len(skipped) < search.offset:
                return []
            position = (skipped[-1][0], skipped[-1][1])
        cursor = Cursor(position=position)
        size = search.page_size + 1
        return read_rows(CLAIMS.source, conditions, ["body"], CLAIMS.newest_first, cursor, size, walks=True)


def _condition(search: Search) -> Q:
    """Return the condition: a single review must match language, site and age. `_shows` checks the same for a body."""
    condition, review = Q(), Q()
    if search.language:
        review &= as_q([LANGUAGE.where([search.language])])
    if search.site:
        if search.site == site_of(settings.SITE_URL):
            review &= Q(original_key=None)
        else:
            review &= as_q([PUBLISHER.where([search.site])])
            condition &= Q(publishers__overlap=[search.site])  # this condition can use an index
    if search.since:
        undated = Q(reviewed_on=None, original_key=None, published_at__date__gte=search.since)
        review &= Q(claimed_on__gte=search.since) | Q(reviewed_on__gte=search.since) | undated
    if not review:
        return condition
    reviews = PublishedReview.objects.using("public").live().filter(review)
    if search.site == site_of(settings.SITE_URL) and reviews[: MAX_LISTED + 1].count() <= MAX_LISTED:
        return Q(pk__in={pk for pk in reviews.values_list("claim_id", flat=True) if pk} | merged_into(reviews))
    return condition & (Q(Exists(reviews.filter(claim_id=OuterRef("pk")))) | Q(pk__in=merged_into(reviews)))


def merged_into(reviews: QuerySet[PublishedReview]) -> set[UUID]:
    """Return the claims that show these reviews, because the reviews' own claims have been merged into them."""
    merged = PublishedMerge.objects.using("public").merged().values("claim_id")
    ids = {pk for pk in reviews.filter(claim_id__in=merged).values_list("claim_id", flat=True) if pk}
    if not ids:
        return set()
    group = MergeGroup.of(ids, using="public")
    return {group.root(pk) for pk in ids}


def _shows(review: ReviewOfClaim, claim: Claim, search: Search) -> bool:
    language = review.language.lower()
    if search.language and language != search.language and not language.startswith(f"{search.language}-"):
        return False
    if search.site and search.site not in (review.publisher.site, site_of(_url(review))):
        return False
    days = (claim.claimed_on, _reviewed_on(review))
    return search.since is None or any(day and date.fromisoformat(day[:10]) >= search.since for day in days)


def _review(review: ReviewOfClaim) -> JsonObject:
    verdict = review.verdict.original or review.verdict
    return _known(
        {
            # This is the host of the URL, as in Google's API. The publisher's own site may differ.
            "publisher": _known({"name": review.publisher.name, "site": site_of(_url(review))}),
            "url": _url(review),
            "title": review.headline,
            "reviewDate": _day(_reviewed_on(review)),
            "textualRating": verdict.label,
            "languageCode": None if review.language == "und" else review.language,
        }
    )


def _url(review: ReviewOfClaim) -> str:
    return review.original_url or review.url


def _reviewed_on(review: ReviewOfClaim) -> str | None:
    """Return the review's date. For an imported review, the date of publication on this site doesn't count."""
    return review.reviewed_on or (None if review.original_url else review.published_at)


def _day(day: str | None) -> str | None:
    return f"{day[:10]}T00:00:00Z" if day else None


def _known(value: JsonObject) -> JsonObject:
    return {key: each for key, each in value.items() if each}
