"""Bytes in a query that aren't UTF-8, at every kind of address."""

import json
from typing import Any

import pytest
from django.test import RequestFactory

from api import middleware
from api.lists.parameters import read_detail_parameters

DETAIL = "This isn't UTF-8. Percent-encode the value as UTF-8, for example chùa as ch%C3%B9a."


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=%FF", ["q"]),
        ("q=ch%F9a", ["q"]),  # chùa in Windows-1258
        ("q=%C3%28", ["q"]),
        ("q=%ED%A0%80", ["q"]),  # a surrogate (RFC 3629, section 3)
        ("q=%C0%AF", ["q"]),  # an overlong form (RFC 3629, section 10)
        ("q=a&language=%FF&%FE=1&topic=%FF", ["language", "\ufffd", "topic"]),
    ],
)
@pytest.mark.parametrize("address", ["/api/v1/reviews/", "/api/v1/topics/", "/feeds/reviews.atom", "/api/v1/match/"])
def test_query_that_is_no_utf_8_is_refused(api, module_database, address, query, names):
    response = api.client.get(f"{address}?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert json.loads(response.content)["errors"] == [{"parameter": name, "detail": DETAIL} for name in names]


@pytest.mark.parametrize("query", ["q=%EF%BF%BD", "q=%", "q=%zz", "q=ch%C3%B9a", "q=%F0%9F%98%80"])
def test_query_in_utf_8_is_taken(api: Any, module_database: str, query: str) -> None:
    assert api.client.get(f"/api/v1/reviews/?{query}").status_code == 200


def test_google_refuses_it_in_its_own_shape(module_database: str, api: Any) -> None:
    response = api.client.get("/v1alpha1/claims:search?query=%FF")
    error = json.loads(response.content)["error"]
    assert (response.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["details"][0]["fieldViolations"] == [{"field": "query", "description": DETAIL}]


def test_server_can_leave_out_an_empty_query() -> None:
    """PEP 3333 allows this."""
    request = RequestFactory().get("/api/v1/reviews/")
    del request.META["QUERY_STRING"]
    assert middleware._places(request) is None
    assert read_detail_parameters(request, []) == (None, {})
