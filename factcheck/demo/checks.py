"""The newest checks of the demo's sources, of which one source is gone and one has changed."""

from datetime import datetime, timedelta
from typing import Any

from factcheck.editorial.models import Review, WatchedSource
from factcheck.record.evidence.source_checks import SourceState, store_check
from factcheck.record.models import PublishedReview

# The hosts of the demo's sources don't exist, so the worker must not check them.
NEVER = timedelta(days=100 * 365)
SINCE = timedelta(days=26)


def store_checks(claims: list[dict[str, Any]], now: datetime) -> None:
    """Store a check for each source of the live reviews.

    In the files, `check` is the result of a source with a problem.
    """
    results = {
        source["url"]: source.get("check", SourceState.UNCHANGED)
        for entry in claims
        for review in entry["reviews"]
        for source in review.get("sources", [])
    }
    for published in PublishedReview.objects.live().filter(pk__in=Review.objects.values("pk"), original_key=None):
        urls = {source.url for source in published.live_body.sources if source.url}
        for place, url in enumerate(sorted(urls)):
            state, checked = results[url], now - timedelta(days=1 + place, hours=place)
            since = checked - SINCE if state != SourceState.UNCHANGED else published.published_at
            store_check(published.pk, url, state=state, checked_at=checked, since=min(since, checked))
            WatchedSource.objects.create(
                review_id=published.pk,
                url=url,
                sequence=published.sequence,
                state=state,
                since=min(since, checked),
                checked_at=checked,
                next_at=now + NEVER,
            )
