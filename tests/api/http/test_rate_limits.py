"""The headers RateLimit-Policy and RateLimit, at every kind of address and with every kind of answer."""

import re

import pytest

# draft-ietf-httpapi-ratelimit-headers: a list of names, each with a quota and a window, or with what is left.
POLICY = re.compile(r'"[a-z]+";q=\d+;w=\d+(, "[a-z]+";q=\d+;w=\d+)*')
STATE = re.compile(r'"[a-z]+";r=\d+;t=\d+(, "[a-z]+";r=\d+;t=\d+)*')


@pytest.mark.parametrize(
    ("method", "address", "headers", "status", "names"),
    [
        ("get", "/api/v1/", {}, 200, ["reading"]),
        ("head", "/api/v1/", {}, 200, ["reading"]),
        ("get", "/api/v1/", {"If-None-Match": "*"}, 304, ["reading"]),
        ("get", "/api/v1", {}, 301, ["reading"]),
        ("post", "/api/v1/tips", {}, 308, ["reading"]),
        ("get", "/api/v1/reviews/?q=%FF", {}, 400, ["search", "reading"]),
        ("get", "/api/v1/reviews/?q=a", {"Host": "elsewhere.example"}, 400, ["search", "reading"]),
        ("get", "/api/v1/stats/?language=vi", {}, 200, ["search", "reading"]),
        ("get", "/api/v1/drafts/claims/", {}, 401, ["reading"]),
        ("get", "/api/v1/nothing/", {}, 404, ["reading"]),
        ("delete", "/api/v1/", {}, 405, ["reading"]),
        ("get", "/api/v1/", {"Accept": "text/html"}, 406, ["reading"]),
        ("post", "/api/v1/match/", {}, 411, ["search", "reading"]),
        ("post", "/api/v1/tips/", {"Transfer-Encoding": "chunked"}, 411, ["reading"]),
        ("get", "/api/v1/log/checkpoint", {}, 404, ["log"]),
        ("get", "/api/v1/dumps/", {}, 200, ["reading"]),
        ("get", "/api/docs/", {}, 200, ["reading"]),
        ("get", "/api/problems/", {}, 200, ["reading"]),
        ("get", "/feeds/reviews.atom", {}, 200, ["reading"]),
        ("get", "/feeds/claimreview.json", {}, 503, ["reading"]),
        ("get", "/feeds/nothing", {}, 404, ["reading"]),
        ("get", "/v1alpha1/claims:search?query=a", {}, 200, ["search", "reading"]),
        ("get", "/v1alpha1/claims:imageSearch", {}, 400, ["search", "reading"]),
        ("get", "/v1alpha1/nothing", {}, 404, ["reading"]),
        ("get", "/$discovery/rest", {}, 200, ["reading"]),
    ],
)
def test_every_answer_names_the_limits(
    api, module_database, settings, tmp_path, method, address, headers, status, names
):
    settings.DUMPS_FOLDER = tmp_path  # without a feed
    settings.API_RATE_LIMIT, settings.SEARCH_RATE_LIMIT = "600/min", "60/min"
    response = api.client.generic(method.upper(), address, headers=headers)
    assert response.status_code == status
    assert POLICY.fullmatch(response["RateLimit-Policy"])
    assert STATE.fullmatch(response["RateLimit"])
    for header in ("RateLimit-Policy", "RateLimit"):
        assert re.findall('"([a-z]+)"', response[header]) == names
