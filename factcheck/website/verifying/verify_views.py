"""The page that explains how to check a review and the log."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from factcheck.record.audit.key_rotation import current_key
from factcheck.record.log.witnesses import configured_witnesses
from factcheck.record.models import LogEntry, PublishedReview
from factcheck.record.statements.demand import Outcome
from factcheck.website import queries
from factcheck.website.responses import page_for_readers


@page_for_readers
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page with commands for ?review=&revision= or ?demand=&revision=, or for the newest review."""
    chosen = next((name for name in ("review", "demand") if name in request.GET), None)
    entry = _chosen_entry(request, chosen) if chosen else _newest_entry()
    context: dict[str, object] = {
        "chosen": chosen,
        "outcomes": Outcome.values(),
        "key": current_key("public"),
        "witnesses": [{"name": each.key.name, "key": str(each.key)} for each in configured_witnesses()],
        "site_url": settings.SITE_URL,
    }
    if entry and entry.is_of_demand:
        context |= {"entry": entry, "demand": queries.find_demand(entry.subject)}
    elif entry:
        row = queries.find_review(entry.subject)
        context |= {"entry": entry, "review": queries.current_title(row.published)}
    return render(request, "website/verify.html", context)


def _chosen_entry(request: HttpRequest, name: str) -> LogEntry:
    """Return the entry that the parameters name. Raise Http404 if there is no such entry."""
    number = request.GET.get("revision", "1")
    try:
        subject = UUID(request.GET[name])
    except ValueError:
        raise Http404 from None
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Http404
    return queries.find_entry(f"{name}s", subject, number)


def _newest_entry() -> LogEntry | None:
    newest = PublishedReview.objects.using("public").live().order_by("-published_at", "-id").first()
    return queries.list_revisions(newest.pk).filter(sequence=newest.sequence).first() if newest else None
