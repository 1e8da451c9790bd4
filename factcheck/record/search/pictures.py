"""Search by picture: claims about a similar picture.

This site doesn't fetch pictures for its callers (docs/reference/google.md#search-by-picture). The caller sends the
picture as a `data:` URL, or names a picture that is already in the record.
"""

import base64
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.conf import settings

from factcheck.clean_room.door import decode
from factcheck.clean_room.refusal import NotDecoded
from factcheck.database.query_timeout import time_limit
from factcheck.database.rows import run_public
from factcheck.record.formats.urls import PICTURE_PATH, url_key
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.models import PublishedClaim, PublishedReview
from factcheck.record.readmodel.picture_models import PublishedPicture
from factcheck.record.statements.values import read_url

MAX_REVIEWS = 1000  # the most similar pictures that are looked at
MAX_PIXELS, MAX_BYTES, MAX_CLAIMS = 12_000_000, 5_000_000, 10
# Pictures with more different bits aren't considered similar (docs/reference/google.md#search-by-picture).
MAX_DISTANCE = 11
_DATA = "data:image/"
_UNKNOWN = (
    "This site doesn't fetch pictures from other hosts, and no fact-check names this URL. Send the picture itself as a"
    " data: URL, for example data:image/jpeg;base64,…"
)
_NOT_STORED = "No live fact-check shows this picture. Send the picture itself as a data: URL."
_UNREADABLE = "This isn't a picture. Send a JPEG, PNG, WebP, GIF or AVIF file, in a URL as data:image/jpeg;base64,…"
_TOO_LARGE = f"This picture has more than {MAX_PIXELS // 1_000_000} million pixels. Reduce its size."


class NoPicture(Exception):
    """The error if there is no picture to compare, with a sentence for the caller."""


def claims_about(picture: str | bytes) -> list[str]:
    """Return the bodies of the claims about a similar picture, most similar first.

    `picture` is the content of a file, which nobody keeps, or a URL as in Google's API.

    Raise NoPicture, TimeoutError if the search takes too long, or OSError if the clean room doesn't answer.
    """
    with time_limit():
        distances = similar_reviews(_hashes_of(picture)) if isinstance(picture, bytes) else _distances(picture)
        reviews = PublishedReview.objects.using("public").live().filter(id__in=distances)
        claim_of = {pk: claim for pk, claim in reviews.values_list("id", "claim_id") if claim}
        group = MergeGroup.of(set(claim_of.values()), using="public")
        found = [group.root(claim_of[pk]) for pk in sorted(claim_of, key=lambda pk: (distances[pk], pk))]
        rows = PublishedClaim.objects.using("public").live().filter(id__in=found)
        bodies = dict(rows.values_list("id", "body"))
    return [bodies[pk] for pk in dict.fromkeys(found) if pk in bodies]


def _distances(uri: str) -> Mapping[UUID, int]:
    """Return the reviews with a similar picture or with this URL as an appearance, and the number of different bits.

    Raise NoPicture.
    """
    pictures = PublishedPicture.objects.using("public")
    if uri.startswith(_DATA):
        return similar_reviews(_hashes_of(_content_of(uri)))
    if found := PICTURE_PATH.fullmatch(uri.removeprefix(settings.SITE_URL)):
        stored = pictures.filter(sha256=found[1], width__isnull=False)
        hashes = {each for pair in stored.values_list("whole_hash", "inner_hash") for each in pair if each is not None}
        if not (same := dict.fromkeys(stored.values_list("review_id", flat=True), 0)):
            raise NoPicture(_NOT_STORED)
        return {**similar_reviews(hashes), **same}
    try:
        key = url_key(read_url(uri) or "")
    except ValueError:
        raise NoPicture(_UNKNOWN) from None
    named = PublishedReview.objects.using("public").live().filter(appearance_keys__contains=[key])
    same = {review.id: 0 for review in named}
    if not same:
        raise NoPicture(_UNKNOWN)
    checked = pictures.filter(review_id__in=same, width__isnull=True, whole_hash__isnull=False)
    hashes = {found for found in checked.values_list("whole_hash", flat=True) if found is not None}
    return {**similar_reviews(hashes), **same}


def _content_of(uri: str) -> bytes:
    """Return the content of a `data:` URL (RFC 2397). Raise NoPicture if it isn't in base64."""
    header, _comma, content = uri.partition(",")
    try:
        return base64.b64decode(content if header.endswith(";base64") else "?", validate=True)
    except ValueError as problem:
        raise NoPicture(_UNREADABLE) from problem


def _hashes_of(body: bytes) -> list[int]:
    """Return the hashes of a picture. Raise NoPicture if the clean room can't decode it."""
    try:
        hashes: list[int] = decode("picture", body, side=512, most_pixels=MAX_PIXELS, hashes="query")["hashes"]
    except NotDecoded as problem:
        raise NoPicture(_TOO_LARGE if problem.too_large else _UNREADABLE) from problem
    return hashes


def similar_reviews(hashes: Iterable[int]) -> dict[UUID, int]:
    """Return the reviews with a similar picture, and the number of bits in which the hashes differ.

    All rows are read, which takes less than 0.1 seconds for 100,000 pictures. An index of parts of the hashes is slower
    until there are many more pictures, because each search looks up thousands of neighbouring values. The statement is
    SQL because Django can't group the rows of a union.
    """
    pairs = [(column, value) for column in ("whole_hash", "inner_hash") for value in hashes]
    if not pairs:
        return {}
    least = ", ".join(f"bit_count(({column} # {int(value)}::bigint)::bit(64))" for column, value in pairs)
    statement = (
        f"SELECT review_id, min(distance) FROM (SELECT review_id, least({least}) AS distance"  # noqa: S608 (integers)
        " FROM (SELECT review_id, whole_hash, inner_hash FROM record_publishedpicture WHERE whole_hash IS NOT NULL"
        " UNION ALL SELECT review_id, whole_hash, inner_hash FROM record_publiccapture WHERE whole_hash IS NOT NULL)"
        " AS pictures) AS compared"
        f" WHERE distance <= {MAX_DISTANCE} GROUP BY review_id ORDER BY 2, 1 LIMIT {MAX_REVIEWS}"
    )
    return dict(run_public(statement))
