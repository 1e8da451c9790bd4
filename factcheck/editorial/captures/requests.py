"""Requests for captures of sources and appearances. The worker makes the captures (`editorial.capture_page`)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from factcheck.editorial.file_quotas import require_room_for_action
from factcheck.editorial.models import Appearance, Capture, Publisher, Review, Source, User
from factcheck.editorial.people import roles

TASK, QUEUE = "editorial.capture_page", "captures"
REUSED_FOR = timedelta(days=1)

Evidence = Source | Appearance


@transaction.atomic
def request_capture(*, url: str, newsroom: Publisher, by: User) -> Capture:
    """Create a capture, and queue the worker's task in the same transaction. Raise OverQuota after too many actions."""
    require_room_for_action(by=by)
    capture = Capture.objects.create(url=url, newsroom=newsroom, requested_by=by)
    app.configure_task(TASK, queue=QUEUE).defer(capture=str(capture.pk))
    return capture


def request_missing(rows: Iterable[Evidence], *, newsroom: Publisher, by: User) -> None:
    """Request a capture for each row whose URL has none yet.

    The newsroom's newest capture of the same URL is used again, if it is from the last day and hasn't failed.
    """
    recent = Capture.objects.filter(newsroom=newsroom, requested_at__gt=timezone.now() - REUSED_FOR)
    for row in rows:
        if row.url and _is_missing(row):
            found = recent.filter(url=row.url).exclude(state=Capture.State.FAILED).first()
            set_capture(row, found or request_capture(url=row.url, newsroom=newsroom, by=by))


def capture_again(row: Evidence, *, newsroom: Publisher, by: User) -> Capture:
    """Request another capture. From now on, the row refers to the new capture."""
    return set_capture(row, request_capture(url=row.url, newsroom=newsroom, by=by))


@transaction.atomic
def renew_capture(*, capture: Capture, by: User) -> Capture:
    """Request another capture of the same URL, for all drafts and claims that use the old capture."""
    roles.require_member(by, capture.newsroom_id)
    renewed = request_capture(url=capture.url, newsroom=capture.newsroom, by=by)
    capture.sources.filter(review__state=Review.State.DRAFT).update(capture=renewed)
    capture.appearances.update(capture=renewed)
    return renewed


def replace_rows(old: Any, new: list[Any], *, newsroom: Publisher, by: User) -> None:
    """Replace the sources or appearances of a draft.

    A row with the same URL as an old row keeps the old row's id and capture.
    """
    known = {row.url: row for row in old.all() if row.url}
    for row in new:
        if same := known.pop(row.url, None):
            row.pk, row.capture_id = same.pk, same.capture_id
    old.all().delete()
    old.bulk_create(new)
    request_missing(new, newsroom=newsroom, by=by)


def newsroom_of(row: Evidence) -> Publisher:
    return row.review.newsroom if isinstance(row, Source) else row.claim.newsroom


def _is_missing(row: Evidence) -> bool:
    """Return whether the row needs a capture of its URL.

    An uploaded capture stays even if somebody edits the URL, because only a person can replace it.
    """
    capture = row.capture
    return capture is None or (capture.origin == Capture.Origin.WORKER and capture.url != row.url)


def set_capture(row: Evidence, capture: Capture) -> Capture:
    """Let the row refer to the capture, and return the capture."""
    row.capture = capture
    type(row)._default_manager.filter(pk=row.pk).update(capture=capture)
    return capture
