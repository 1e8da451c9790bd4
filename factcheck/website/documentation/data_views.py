"""The page that explains how to use the data: licence, citation, programs, spreadsheets and downloads."""

from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from factcheck.record.files import dump_files
from factcheck.record.lists.counts import count_live
from factcheck.record.lists.statistics import MAX_ROWS
from factcheck.record.models import LogEntry, PublishedReview
from factcheck.record.statements.values import UNKNOWN_LANGUAGE
from factcheck.website.responses import page_for_readers
from factcheck.website.statistics.charts import grouped


@page_for_readers
def data(request: HttpRequest) -> HttpResponse:
    counts = count_live(PublishedReview, ("language",), limit=MAX_ROWS)
    languages = [language for (language,), _ in counts.groups["language",] if language != UNKNOWN_LANGUAGE]
    newest = LogEntry.objects.using("public").newest().first()
    context = {
        "reviews": counts.total,
        "languages": len(languages),
        "review_count": grouped(counts.total),
        "newest": newest,
        "entries": grouped(newest.sequence + 1) if newest else "",
        "dump": _newest_dump(),
        "license": settings.LICENSE_URL,
        "by": settings.LICENSE_URL.startswith("https://creativecommons.org/licenses/by/"),
        "site_url": settings.SITE_URL,
        "api_limit": settings.API_RATE_LIMIT,
        "json_url": f"{settings.SITE_URL}/api/v1/",
        "language": get_language(),
    }
    return render(request, "website/data.html", context)


def _newest_dump() -> dict[str, Any] | None:
    """Return the manifest of the newest dump, if there is one."""
    for dump in dump_files.available("public"):
        manifest: dict[str, Any] = orjson.loads(dump.manifest)
        for file in manifest["files"]:
            file["rows_text"] = grouped(file["rows"])
        return manifest
    return None
