"""Claims with their reviews as Google's Fact Check Tools API shows them."""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from api.google.errors import invalid
from api.google.fields import Shape
from api.google.parameters import Search
from api.http.problems import RETRY_AFTER_OUTAGE, UNAVAILABLE, Refused
from api.lists.cursors import Cursor, CursorError, read_cursor, write_cursor
from api.lists.frequency import unless_common
from api.lists.keyset import Order, Position, Row, read_rows
from factcheck.database.query_timeout import all_within
from factcheck.record.formats.urls import site_of
from factcheck.record.models import PublishedClaim, PublishedMerge, PublishedReview
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.search.query import read_query
from factcheck.record.search.ranking import SECONDS
from factcheck.record.search.ranking import Search as Ranking

Body = dict[str, Any]

_REVIEW: Shape = {name: {} for name in ("url", "title", "reviewDate", "textualRating", "languageCode")}
_CLAIM: Shape = {name: {} for name in ("text", "claimant", "claimDate")}
RESPONSE: Shape = {
    "claims": {**_CLAIM, "claimReview": {"publisher": {"name": {}, "site": {}}, **_REVIEW}},
    "nextPageToken": {},
}

ORDER = Order("published_at", descending=True)
WALK = 0.3  # of the seconds that a search has, for meeting claims along the order
FEW = 1000  # reviews of newsrooms here, whose claims are named one by one
TOO_SLOW = "This takes too long to find just now. Try again, with rarer words or fewer conditions."


def search_claims(asked: Search) -> Body:
    """A page of claims that have a live review which is what was asked for, and the token of the next page.

    Raises GoogleError, and Refused when the time is up.
    """
    position = None
    if asked.token:
        try:
            position = read_cursor(asked.token, asked.place).position
        except CursorError:
            raise invalid([("pageToken", "This token was not given for these parameters.")]) from None
    try:
        found = (_best if asked.query else _newest)(asked, position)
    except TimeoutError as error:  # an empty answer would say that nobody has checked it
        raise Refused(UNAVAILABLE, TOO_SLOW, headers={"Retry-After": str(RETRY_AFTER_OUTAGE)}) from error
    page = found[: asked.page_size]
    claims = [_claim(orjson.loads(body), asked) for _, _, body in page]
    # A claim that came in by the date of one that was merged into it has nothing to show.
    shown = [claim for claim in claims if "claimReview" in claim]
    response: Body = {"claims": shown} if shown else {}
    if len(found) > len(page):
        response["nextPageToken"] = write_cursor(Cursor(position=Position(*page[-1][:2])), asked.place)
    return response


def _best(asked: Search, position: Position | None) -> list[Row]:
    """What has the words, best first: the page and one more."""
    deadline = time.monotonic() + SECONDS
    with all_within(SECONDS):
        condition = _condition(asked)
    search = Ranking(PublishedClaim, read_query(asked.query), condition, deadline - time.monotonic())
    place = (position.value, position.tie) if position else None
    found = search.page(asked.offset + asked.page_size + 1, place)
    if not (found.candidates or found.complete):
        raise TimeoutError
    return [(hit.score, hit.id, hit.body) for hit in found.hits[asked.offset :]]


def _newest(asked: Search, position: Position | None) -> list[Row]:
    """The newest publication first: the page and one more."""
    begun = time.monotonic()
    with suppress(TimeoutError), all_within(min(WALK, SECONDS)):
        if not (asked.site and _has_few(asked.site)):
            return _in_order(asked, position, walk=True)
    # Most sites' claims came in together: what lies along the order before them, or after the last, may be most of all.
    with all_within(SECONDS - (time.monotonic() - begun)):
        return _in_order(asked, position, walk=False)


def _in_order(asked: Search, position: Position | None, *, walk: bool) -> list[Row]:
    """Met along the order, or found by their site and then sorted."""
    order = replace(ORDER, from_index=walk)
    rows = PublishedClaim.objects.using("public").live().filter(_condition(asked))
    if asked.offset:
        ordered = rows.order_by(*order.clauses(True)).values_list("published_at", "id")
        before = ordered[asked.offset - 1 : asked.offset]
        if not before:
            return []
        position = Position(*before[0])
    return read_rows([rows], ["body"], order, position, False, asked.page_size + 1)


def _has_few(site: str) -> bool:
    """Whether the site's claims are so few that they are found first and sorted then."""
    if site != site_of(settings.SITE_URL):
        return unless_common(PublishedClaim, "publishers")([site])
    ours = PublishedReview.objects.using("public").live().filter(original_key=None)
    return ours[: FEW + 1].count() <= FEW


def _condition(asked: Search) -> Q:
    """One and the same review has to be in the language, of the site and new enough; `_shows` says it of a body."""
    condition, review = Q(), Q()
    if asked.language:
        review &= Q(language=asked.language) | Q(language__startswith=f"{asked.language}-")
    if asked.site:
        if asked.site == site_of(settings.SITE_URL):
            review &= Q(original_key=None)
        else:
            review &= Q(publisher=asked.site)
            condition &= Q(publishers__overlap=[asked.site])  # has an index of its own
    if asked.since:
        undated = Q(reviewed_on=None, original_key=None, published_at__date__gte=asked.since)
        review &= Q(claimed_on__gte=asked.since) | Q(reviewed_on__gte=asked.since) | undated
    if not review:
        return condition
    reviews = PublishedReview.objects.using("public").live().filter(review)
    if asked.site == site_of(settings.SITE_URL) and _has_few(asked.site):
        return Q(pk__in={pk for pk in reviews.values_list("claim_id", flat=True) if pk} | _homes(reviews))
    return condition & (Q(Exists(reviews.filter(claim_id=OuterRef("pk")))) | Q(pk__in=_homes(reviews)))


def _homes(reviews: QuerySet[PublishedReview]) -> set[UUID]:
    """The claims under which those of the reviews are shown whose own claims were merged into others."""
    merged = PublishedMerge.objects.using("public").merged().values("claim_id")
    ids = {pk for pk in reviews.filter(claim_id__in=merged).values_list("claim_id", flat=True) if pk}
    if not ids:
        return set()
    group = MergeGroup.of(ids, using="public")
    return {group.root(pk) for pk in ids}


def _claim(claim: Body, asked: Search) -> Body:
    claimant = claim["claimant"] or {}
    return _known(
        {
            "text": claim["text"],
            "claimant": claimant.get("name") or claimant.get("description"),
            "claimDate": _day(claim["claimed_on"]),
            "claimReview": [_review(review) for review in claim["reviews"] if _shows(review, claim, asked)],
        }
    )


def _shows(review: Body, claim: Body, asked: Search) -> bool:
    language = review["language"].lower()
    if asked.language and language != asked.language and not language.startswith(f"{asked.language}-"):
        return False
    if asked.site and asked.site not in (review["publisher"]["site"], site_of(_url(review))):
        return False
    days = (claim["claimed_on"], _reviewed_on(review))
    return asked.since is None or any(day and date.fromisoformat(day[:10]) >= asked.since for day in days)


def _review(review: Body) -> Body:
    said = review["verdict"]["original"] or review["verdict"]
    return _known(
        {
            # The host of the address, as in Google's API, whatever site the publisher calls its own.
            "publisher": _known({"name": review["publisher"]["name"], "site": site_of(_url(review))}),
            "url": _url(review),
            "title": review["headline"],
            "reviewDate": _day(_reviewed_on(review)),
            "textualRating": said["label"],
            "languageCode": None if review["language"] == "und" else review["language"],
        }
    )


def _url(review: Body) -> str:
    url: str = review["original_url"] or review["url"]
    return url


def _reviewed_on(review: Body) -> str | None:
    """When another publisher dated its review is not for us to say."""
    day: str | None = review["reviewed_on"] or (None if review["original_url"] else review["published_at"])
    return day


def _day(day: str | None) -> str | None:
    return f"{day[:10]}T00:00:00Z" if day else None


def _known(value: Body) -> Body:
    return {key: each for key, each in value.items() if each}
