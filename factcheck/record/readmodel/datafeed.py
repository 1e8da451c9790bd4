"""All reviews as one schema.org DataFeed, generated with constant memory use."""

from collections.abc import Iterator

import orjson
from django.conf import settings

from factcheck.record.formats.canonical import rfc3339
from factcheck.record.formats.claimreview import CONTEXT, claim_review
from factcheck.record.formats.urls import page_url
from factcheck.record.log.models import LogEntry
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.readmodel.row_models import Status

CHUNK = 200


def data_feed(head: LogEntry | None) -> Iterator[bytes]:
    """Yield the feed as of the entry `head`. The feed contains each review once, sorted by id.

    The caller must read `head` and the feed in one snapshot.
    """
    feed = {
        "@context": CONTEXT,
        "@type": "DataFeed",
        "url": f"{settings.SITE_URL}/feeds/claimreview.json",
        "license": settings.LICENSE_URL,
        **({"dateModified": rfc3339(head.at)} if head else {}),
    }
    yield orjson.dumps(feed)[:-1] + b',"dataFeedElement":['
    columns = ("id", "status", "body", "published_at", "updated_at")
    separator = b"\n"
    for row in PublishedReview.objects.using("public").only(*columns).order_by("id").iterator(CHUNK):
        yield separator + orjson.dumps(feed_item(row))
        separator = b",\n"
    yield b"\n]}\n"


def feed_item(row: PublishedReview) -> object:
    """Return the feed item of a review. A withdrawn or erased review has `dateDeleted` instead of a ClaimReview.

    `identifier` always identifies the review, and its ClaimReview has the same identifier. `url` doesn't identify a
    review, because one page can contain several reviews. An erased review no longer has the URL of its publisher's
    page. The item has no `@id`, because `@id` would merge the item and the ClaimReview into a single node.
    """
    body = orjson.loads(row.body)
    item = {
        "@type": "DataFeedItem",
        "identifier": f"urn:uuid:{row.id}",
        "url": body.get("original_url") or page_url("reviews", row.id),
        "dateCreated": rfc3339(row.published_at),
        "dateModified": rfc3339(row.updated_at),
    }
    if row.status != Status.LIVE:
        return {**item, "dateDeleted": rfc3339(row.updated_at)}
    return {**item, "item": [claim_review(body)]}
