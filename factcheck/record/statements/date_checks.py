"""Dates of a review that can't be, such as a copy that is older than its page.

Nobody states the zone of a day. So a time counts as the latest day that it can be anywhere on Earth, and only what is
impossible in every zone is found. A date of which only the year is known is often written as its first day, which is
never too late.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.time_zones import zone
from factcheck.record.statements.review import Review

_AHEAD = timedelta(hours=14)  # of the zone in which each day begins first (Pacific/Kiritimati)
_FUTURE = _("The date of %(what)s is in the future: %(day)s.")
_COPY = _("%(what)s is dated %(day)s, but its copy was made earlier, on %(earlier)s.")
_READ = _("%(what)s is dated %(day)s, but was read earlier, on %(earlier)s.")
_APPEARANCE = _("The claim is dated %(day)s, but %(what)s was copied earlier, on %(earlier)s.")


def find_impossible_dates(review: Review) -> list[str]:
    """Return a sentence for the editor about each date that can't be."""
    now, claim, local = timezone.now().isoformat(), review.claim, zone(review.publisher.time_zone)
    checks: list[tuple[Any, Any, str | None, str | None]] = [(_FUTURE, _("the claim"), claim.claimed_on, now)]
    for place in claim.appearances:
        checks += [(_APPEARANCE, place.url, claim.claimed_on, getattr(place.capture, "captured_at", None))]
    for each in review.sources:
        of, read = (f"“{each.title or each.url}”", each.published_on), each.accessed_on and f"{each.accessed_on}T12:00Z"
        checks += [(_FUTURE, *of, now), (_COPY, *of, getattr(each.capture, "captured_at", None)), (_READ, *of, read)]
    checks += [(_FUTURE, _("the question"), each.asked_on, now) for each in review.replies]
    return [
        text % {"what": what, "day": date_format(date.fromisoformat(day)), "earlier": date_format(at.astimezone(local))}
        for text, what, day, known in checks
        if day and known and date.fromisoformat(day) > ((at := datetime.fromisoformat(known)) + _AHEAD).date()
    ]
