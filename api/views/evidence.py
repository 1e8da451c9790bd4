"""Evidence outside the log: copies of pages that newsrooms show to readers, and the newest check of each source."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.schema import evidence
from api.schema.operations import documented
from api.views.reviews import find_review
from factcheck.record.evidence.source_checks import checks_of
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.models import PublicCapture


class CaptureDetail(Endpoint):
    @documented(
        "get_capture", "Captures", "A public copy of a source or an appearance.", "PublicCapture", missing=True
    )  # fmt: skip
    def get(self, request: Request, sha256: str) -> HttpResponse:
        refuse_parameters(request)
        rows = list(PublicCapture.objects.using("public").live().filter(sha256=sha256).order_by("pk"))
        if not rows:
            raise Http404
        return responses.respond(describe_capture(rows).to_json())


def describe_capture(rows: list[PublicCapture]) -> evidence.PublicCapture:
    """Return the body of a capture. Each row belongs to one review."""
    row = rows[0]
    return evidence.PublicCapture(
        sha256=row.sha256,
        captured_at=rfc3339(row.captured_at),
        size=row.size,
        media_type=row.media_type,
        original_url=row.url or None,
        final_url=row.final_url or None,
        title=row.title or None,
        language=row.language or None,
        text=row.text,
        url=settings.SITE_URL + reverse("capture", args=[row.sha256]),
        file_url=settings.SITE_URL + reverse("capture_file", args=[row.sha256]),
        reviews=[evidence.CitingReview(id=str(each.review_id)) for each in rows],
    )


class SourceChecks(Endpoint):
    @documented(
        "list_source_checks", "Reviews",
        "The newest check of each source. Empty if the review isn't live or hasn't been checked yet.",
        "SourceCheckList", missing=True,
    )  # fmt: skip
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        refuse_parameters(request)
        find_review(review_id)
        checks = sorted(checks_of(review_id).values(), key=lambda check: check.url)
        results = [
            evidence.SourceCheck(
                url=check.url,
                state=check.state,
                since=rfc3339(check.since),
                checked_at=rfc3339(check.checked_at),
            )
            for check in checks
        ]
        return responses.respond(evidence.SourceCheckList(results=results).to_json())
