"""Corrections, updates, withdrawals, reinstatements and erasures of published reviews, newest first."""

from django.http import HttpResponse
from rest_framework.request import Request

from api.http.endpoint import Endpoint
from api.lists.pages import list_response
from api.lists.requests import ListOptions, read_list_request
from api.lists.search_pages import read_in_time
from api.schema.item_fields import fields_of
from api.schema.operations import documented
from factcheck.record.lists import published_lists
from factcheck.record.readmodel import bodies

CORRECTIONS = ListOptions.of(published_lists.CORRECTIONS, fields=fields_of(bodies.CorrectionOfReview))


class CorrectionList(Endpoint):
    reads_log_head = False

    @documented(
        "list_corrections", "Corrections",
        "Corrections, updates, withdrawals, reinstatements and erasures, newest first. Review filters other than"
        " `language` and `publisher` apply to the current version of the review.",
        "CorrectionList", CORRECTIONS,
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        list_request = read_list_request(request._request, CORRECTIONS)
        return list_response(list_request, read_in_time(list_request))
