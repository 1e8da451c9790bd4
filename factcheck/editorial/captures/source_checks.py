"""Weekly checks of the sources of published reviews: whether they died, changed, or lost the quoted words.

A check changes nothing that is published. The checks are spread over the week, and one run asks each host only once.
Each check is committed in its own transaction, so the next run continues after an interruption.
"""

import logging
import re
import time
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import BooleanField, Exists, Func, JSONField, OuterRef, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.captures.page_details import read_details
from factcheck.editorial.errors import AlreadyDone
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Capture, User, WatchedSource
from factcheck.editorial.models.captures import WEEK
from factcheck.editorial.people import roles
from factcheck.record.evidence.source_checks import SourceState, store_check
from factcheck.record.formats.quotes import contains_quote, normalise
from factcheck.record.models import PublicCapture, PublishedReview
from factcheck.record.statements.review import Source
from factcheck.tools.http_client import FetchError, Problem, fetch

logger = logging.getLogger(__name__)

SECONDS = 300.0  # the time limit of a run. A run begins every ten minutes.
MAX_CHECKS = 100  # in a run
MAX_REVIEWS = 500  # whose sources are read in one run
CONFIRM_AFTER = timedelta(hours=20)  # a problem counts only if a second check on another day finds it too
ROOM_AGAIN = timedelta(hours=1)  # after a check without the clean room
_GONE = (404, 410)
# Shorter pages aren't compared, because a date or a menu would be a large part of their words.
MIN_WORDS = 50
# A page has changed if it contains less than this share of the earlier copy's word sequences.
MIN_KEPT = 0.5
_RUN = 5  # length of a word sequence
_MAX_WORDS = 20_000
_WORD = re.compile(r"\w+")
_HAS_URL: Any = Func(
    Cast("body", JSONField()),
    Value("$.sources[*].url ? (@ != null)"),
    template="jsonb_path_exists(%(expressions)s::jsonpath)",
    output_field=BooleanField(),
)


class Found(NamedTuple):
    """The result of a check: whether the page has all quotes, its state, and the text if the page has changed."""

    had_quote: bool
    state: SourceState
    text: str = ""


def check_sources() -> int:
    """Check the sources that are due, each host at most once, and return their number.

    If a check fails with an error, its source is checked again after a week, so that it doesn't delay the other
    sources. If the clean room gives no answer, the source is checked again after an hour.
    """
    end, hosts, done = time.monotonic() + SECONDS, set[str](), 0
    read_new_sources()
    due = WatchedSource.objects.filter(next_at__lte=timezone.now()).order_by("next_at", "pk")
    for source in due.select_related("review")[: MAX_CHECKS * 10]:
        host = urlsplit(source.url).hostname or ""
        if time.monotonic() >= end or done == MAX_CHECKS:
            break
        if host not in hosts:
            hosts.add(host)
            row = WatchedSource.objects.filter(pk=source.pk)
            try:
                check_source(source)
            except OSError as problem:
                logger.warning("The source %s couldn't be read (%s), so it is checked again.", source.pk, problem)
                row.update(next_at=timezone.now() + ROOM_AGAIN)
            except Exception:
                logger.exception("The check of the source %s failed", source.pk)
                row.update(next_at=timezone.now() + WEEK)
            done += 1
    return done


def read_new_sources() -> None:
    """Begin to watch the sources of new revisions, and stop watching sources that are no longer cited."""
    known = WatchedSource.objects.filter(review=OuterRef("pk"), sequence=OuterRef("sequence"))
    reviews = PublishedReview.objects.live().filter(~Exists(known), _HAS_URL, original_key=None)
    for review in reviews.order_by("-sequence")[:MAX_REVIEWS]:
        _read_sources(review)
    live = PublishedReview.objects.live().filter(pk=OuterRef("review"))
    WatchedSource.objects.filter(~Exists(live)).delete()


@transaction.atomic
def _read_sources(review: PublishedReview) -> None:
    urls = {source.url for source in review.live_body.sources if source.url}
    watched = WatchedSource.objects.filter(review=review.pk)
    watched.exclude(url__in=urls).delete()
    # A correction may have replaced the quote, so the next run checks the source again.
    watched.exclude(state=SourceState.UNCHANGED).update(next_at=timezone.now())
    watched.update(sequence=review.sequence)
    new = sorted(urls - set(watched.values_list("url", flat=True)))
    # Sources that are published together are spread over the week, so that no host gets many requests at once. The
    # multiple of a prime number lets the sources of successive reviews begin at different times.
    step = WEEK / max(len(new), 1)
    start = timezone.now() + timedelta(seconds=(review.sequence + 1) * 7919 % step.total_seconds())
    rows = (
        WatchedSource(review_id=review.pk, url=url, sequence=review.sequence, next_at=start + place * step)
        for place, url in enumerate(new)
    )
    WatchedSource.objects.bulk_create(rows, ignore_conflicts=True)  # two runs of the job can overlap


def check_source(source: WatchedSource) -> None:
    """Fetch the page and store the result. If the page can't be judged now, store only the time of the next check."""
    cited = _cited(source)
    if not cited:
        source.delete()
        return
    found = _find_state(source, cited)
    at = timezone.now()
    with transaction.atomic():
        rows = WatchedSource.objects.select_for_update(of=("self",)).select_related("review").filter(pk=source.pk)
        for row in rows:  # none, if the review was withdrawn in the meantime
            row.next_at = at + WEEK
            if found is not None:
                row.had_quote |= found.had_quote
                _store(row, found, at)
            row.save()


def _store(source: WatchedSource, found: Found, at: datetime) -> None:
    """Set the new state. A problem that only one check has found is checked again on another day.

    Readers see the text of a changed page only beside a public copy, because the newsroom needs the rights.
    """
    source.checked_at, state = at, found.state
    if state not in (source.state, SourceState.UNCHANGED):
        # A problem counts only if an earlier check, on another day, found the same problem.
        first = source.suspected_at if source.suspected == state else None
        if first is None or at - first < CONFIRM_AFTER or at.date() == first.date():
            source.suspected, source.suspected_at = state, first or at
            source.next_at = (first or at) + timedelta(days=1)
            return
    source.suspected, source.suspected_at = "", None
    if state != source.state:
        source.state, source.since = state, at
        source.accepted_at = source.accepted_by = None
    store_check(source.review_id, source.url, state=state, checked_at=at, since=min(source.since, at))
    copies = PublicCapture.objects.filter(review_id=source.review_id, url=source.url)
    copies.update(newer_text=found.text, newer_at=at if found.text else None)


def _cited(source: WatchedSource) -> list[Source]:
    """Return the published sources with this URL. Several sources can quote the same page."""
    review = PublishedReview.objects.live().filter(pk=source.review_id).first()
    return [each for each in review.live_body.sources if each.url == source.url] if review else []


def _find_state(source: WatchedSource, cited: list[Source]) -> Found | None:
    """Return what the page has and lacks now. Return None if the page can't be judged now."""
    try:
        last = fetch(source.url)[-1]
    except FetchError as refused:
        return Found(False, SourceState.GONE) if refused.problem == Problem.UNKNOWN_HOST else None
    if last.status in _GONE:
        return Found(False, SourceState.GONE)
    page = read_details(last.body, last.headers.get("Content-Type", ""), last.url, insist=True)
    if last.status != 200 or not page.text:
        return None  # the host refuses programs, or the page has no text
    quotes = [each.quote for each in cited if each.quote]
    copy, words = _text_of_copy(source, cited), f"{page.text} {page.everything}"
    has_quotes = bool(quotes) and all(contains_quote(words, quote) for quote in quotes)
    had_quotes = source.had_quote or (bool(quotes) and all(contains_quote(copy, quote) for quote in quotes))
    if had_quotes and not has_quotes:
        return Found(True, SourceState.WITHOUT_QUOTE, page.text)
    if copy and has_changed(copy, words):
        return Found(has_quotes, SourceState.CHANGED, page.text)
    return Found(has_quotes, SourceState.UNCHANGED)


def has_changed(before: str, after: str) -> bool:
    """Return whether the later text has lost more than half of the earlier text. Additions don't count."""
    earlier = _runs(before)
    return len(earlier) > MIN_WORDS and len(earlier & _runs(after)) < MIN_KEPT * len(earlier)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(normalise(text))[:_MAX_WORDS]
    return {tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1)}


def _text_of_copy(source: WatchedSource, cited: list[Source]) -> str:
    """Return the readable text of the published capture, or ""."""
    hashes = [each.capture.sha256 for each in cited if each.capture]
    found = Capture.objects.filter(newsroom=source.review.newsroom_id, sha256__in=hashes).exclude(text="")
    return found.values_list("text", flat=True).first() or ""


@transaction.atomic
def accept_source(*, source: WatchedSource, by: User) -> None:
    """Record that an editor has looked at the problem. The desk hides the problem until a check finds another state."""
    roles.require_member(by, source.review.newsroom_id)
    source = WatchedSource.objects.select_for_update(of=("self",)).select_related("review").get(pk=source.pk)
    if source.state == SourceState.UNCHANGED or source.accepted_at is not None:
        raise AlreadyDone(_("Nothing has to be checked here any more. Reload the list."))
    source.accepted_at, source.accepted_by = timezone.now(), by
    source.save(update_fields=["accepted_at", "accepted_by"])
    record_event(by, "review.source_accepted", source.review)
