"""The newest check of each source of a live review. Checks are outside the log."""

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.schema.evidence import SourceCheck, SourceCheckList
from api.schema.operations import documented
from api.views.reviews import find_review
from factcheck.record.evidence.source_checks import checks_of
from factcheck.record.formats.canonical import rfc3339


class SourceChecks(Endpoint):
    @documented(
        "list_source_checks",
        "Reviews",
        "The newest check of each source. Empty if the review isn't live or hasn't been checked yet.",
        "SourceCheckList",
        missing=True,
    )
    def get(self, request: Request, review_id: UUID) -> HttpResponse:
        refuse_parameters(request)
        find_review(review_id)
        checks = sorted(checks_of(review_id).values(), key=lambda check: check.url)
        results = [
            SourceCheck(
                url=check.url,
                state=check.state,
                since=rfc3339(check.since),
                checked_at=rfc3339(check.checked_at),
            )
            for check in checks
        ]
        return responses.respond(SourceCheckList(results=results).to_json())
