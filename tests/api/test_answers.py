"""The headers of every answer, and every way in which a request can fail."""

import json
import logging
import re
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from api.http import responses
from api.views import reviews
from factcheck.tools.budget import current
from tests.support.drafts import Newsroom, make_newsroom

LICENSE = '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'


@pytest.fixture(scope="module")
def world(module_database):
    newsroom = make_newsroom()
    review = newsroom.publish_new()
    return SimpleNamespace(newsroom=newsroom, review=review, id=review.pk)


@pytest.fixture
def addresses(world):
    """One of each kind, with whether it takes parameters."""
    return [
        "/api/",
        "/api/v1/",
        "/api/v1/reviews/",
        f"/api/v1/reviews/{world.id}/",
        f"/api/v1/reviews/{world.id}/revisions/",
        f"/api/v1/reviews/{world.id}/revisions/1/",
        f"/api/v1/reviews/{world.id}/revisions/1/document/",
        "/api/v1/corrections/",
        "/api/v1/claims/",
        f"/api/v1/claims/{world.review.claim_id}/",
        "/api/v1/demands/",
        "/api/v1/publishers/",
        "/api/v1/rating-scales/",
        "/api/v1/claimants/",
        "/api/v1/topics/",
        "/api/schema/",
        "/api/docs/",
        "/api/problems/",
        "/api/problems/gone/",
    ]


# These are answered without the database.
WITHOUT_LOG = {"/api/schema/", "/api/docs/", "/api/problems/", "/api/problems/gone/", "/api/v1/nothing/"}


def test_every_answer_has_the_common_headers(addresses, api):
    for address in [*addresses, "/api/v1/nothing/", "/api/v1/reviews/?x=1"]:
        response = api.send(address)
        assert response.headers.get("Factcheck-Head") == (None if address in WITHOUT_LOG else "0"), address
        assert response["Link"] == LICENSE, address
        assert response["Cache-Control"] == "no-cache", address
        assert response["Vary"] == "Accept", address
        assert response["Allow"] == "GET, HEAD, OPTIONS", address
        assert "Content-Language" not in response, address
        assert not response.cookies, address


def test_known_etag_gets_304(addresses, api):
    for address in addresses:
        response = api.send(address)
        etag = response["ETag"]
        assert etag[0] == etag[-1] == '"', address
        for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            again = api.send(address, **{"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b""), (address, known)
            assert (again["ETag"], again["Cache-Control"]) == (etag, "no-cache")
            assert again.headers.get("Factcheck-Head") == (None if address in WITHOUT_LOG else "0")
            assert not {"Content-Length", "Content-Type"} & {*again.headers}
        assert api.send(address, **{"If-None-Match": '"other"'}).status_code == 200
        assert api.send(address, **{"If-None-Match": "nonsense"}).status_code == 200


def test_etag_changes_with_the_content(newsroom: Newsroom, api):
    empty = api.send("reviews/")
    newsroom.publish_new()
    response = api.send("reviews/", **{"If-None-Match": empty["ETag"]})
    assert (response.status_code, response["Factcheck-Head"]) == (200, "0")
    assert response["ETag"] != empty["ETag"]
    assert "Factcheck-Head" not in empty


def test_head_is_get_without_content(addresses, api):
    for address in addresses:
        got, head = api.send(address), api.client.head(address)
        assert (head.status_code, head.content) == (200, b""), address
        assert head["X-Request-ID"] != got["X-Request-ID"]
        assert head.headers == {**got.headers, "X-Request-ID": head["X-Request-ID"]}, address


def test_options_lists_the_methods(addresses, api):
    for address in addresses:
        response = api.client.options(address)
        assert (response.status_code, response.content, response["Allow"]) == (204, b"", "GET, HEAD, OPTIONS"), address
        assert not {"Content-Length", "Content-Type"} & {*response.headers}, address


def test_any_page_may_read(world, api):
    response = api.send("reviews/", Origin="https://reader.example")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Expose-Headers"].split(", ") == [
        "Accept-Ranges", "Content-Range", "ETag", "Link", "Retry-After", "RateLimit", "RateLimit-Policy",
        "Factcheck-Head", "Factcheck-As-Of", "Factcheck-Sequence", "Factcheck-Digest", "Factcheck-Salt",
        "Factcheck-Left-Out", "Factcheck-Disowned", "Factcheck-Mapped-Verdict", "X-Request-ID",
    ]  # fmt: skip
    assert "Access-Control-Allow-Credentials" not in response
    for address, status in (
        ("/api/v1/nothing/", 404), ("/api/v1/reviews/?x=1", 400), ("/v1alpha1/claims:search", 400), ("/oembed/", 400),
    ):  # fmt: skip
        refused = api.client.get(address)
        assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (status, "*")


def test_preflight_allows_conditional_reads_and_drafts(world, api):
    asked = {"Origin": "https://reader.example", "Access-Control-Request-Method": "GET"}
    response = api.client.options("/api/v1/reviews/", headers=asked)
    assert response.status_code == 200
    assert response["Access-Control-Allow-Methods"] == "DELETE, GET, HEAD, OPTIONS, PATCH, POST"
    assert response["Access-Control-Allow-Headers"] == (
        "accept, authorization, content-type, idempotency-key, if-none-match, if-range, range, x-goog-api-client,"
        " x-goog-api-key, x-http-method-override"
    )


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/json",
        "APPLICATION/JSON; charset=utf-8",
        "application/*",
        "text/html,application/xhtml+xml,*/*;q=0.8",
        "text/html, application/json;q=0.1",
        "application/json;q=x",
    ],
)
def test_accept_that_takes_json_gets_it(world, api, accept):
    assert api.send("reviews/", Accept=accept)["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/xml, text/*",
        "application/problem+json",
        "application/json;q=0",
        "*/*, application/json;q=0",
        "*/*, application/*;q=0.0",
        "nonsense",
        ",;",
    ],
)
def test_accept_that_rules_json_out_is_not_acceptable(world, api, accept):
    response = api.send("reviews/", Accept=accept)
    problem = json.loads(response.content)
    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")
    assert problem["type"] == "http://127.0.0.1:8000/api/problems/not-acceptable/"
    assert response["Factcheck-Head"] == "0"


@pytest.mark.parametrize(
    "method",
    [
        "POST",
        "DELETE",
        *(pytest.param(each, marks=pytest.mark.prove) for each in ("PUT", "PATCH", "TRACE", "PROPFIND")),
    ],
)
def test_writing_is_not_allowed(world, addresses, method):
    for address in addresses:
        for client in (Client(), Client(enforce_csrf_checks=True)):
            response = client.generic(method, address, b"{", content_type="application/json")
            assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS"), address
            assert json.loads(response.content) == {
                "type": "http://127.0.0.1:8000/api/problems/method-not-allowed/",
                "title": "The method isn't supported",
                "status": 405,
                "detail": "This URL doesn't support the method. Most of the API is read-only.",
                "instance": address,
            }


def test_unknown_addresses_are_problems(world, api):
    for address in (
        "/api/v1/nothing/",
        "/api/v1/nothing",
        "/api/v2/",
        "/api/v1/reviews/not-an-id/",
        f"/api/v1/reviews/{world.id}/revisions/x/",
        "/api/v1/reviews/%0a/",
        "/api/v1/reviews/%00%ff/",
        "/api/problems/nothing/",
        "/api/" + "x" * 5000,
        "/api/v1/reviews/" + "9" * 5000,
        "/api//",
    ):
        problem = api.problem(address, status=404)
        assert problem["title"] == "Nothing found at this URL"
        assert problem["instance"].isascii()
    assert Client(enforce_csrf_checks=True).post("/api/nothing/").status_code == 404


def test_address_without_its_slash_leads_to_it(world, api):
    for address in ("/api/v1/reviews", "/api/v1", f"/api/v1/reviews/{world.id}", "/api/docs"):
        response = api.send(f"{address}?sort=published_at")
        assert (response.status_code, response["Location"]) == (301, f"{address}/?sort=published_at")


def test_what_is_sent_to_an_address_without_its_slash_is_led_there_whole(world, api):
    """By the same method and with its content (RFC 9110, section 15.4.9)."""
    for address in ("/api/v1/match", "/api/v1/tips", "/api/v1/drafts/claims", f"/api/v1/reviews/{world.id}"):
        response = api.client.post(address, b'{"text": "a"}', content_type="application/json")
        assert (response.status_code, response["Location"]) == (308, f"{address}/")


def test_type_of_every_problem_leads_to_its_page(world, api):
    listed = api.send("/api/problems/").content.decode()
    addresses = [line.strip() for line in listed.splitlines() if "http" in line]
    assert [address.removeprefix("http://127.0.0.1:8000/api/problems/") for address in addresses] == [
        "bad-request/",
        "bad-parameter/",
        "unauthorized/",
        "forbidden/",
        "not-found/",
        "method-not-allowed/",
        "not-acceptable/",
        "conflict/",
        "gone/",
        "length-required/",
        "content-too-large/",
        "range-not-satisfiable/",
        "key-reused/",
        "invalid-content/",
        "too-many-requests/",
        "internal-error/",
        "unavailable/",
    ]
    for address in addresses:
        page = api.send(address.removeprefix("http://127.0.0.1:8000"), Accept="text/html")
        assert (page.status_code, page["Content-Type"]) == (200, "text/plain; charset=utf-8")
        assert "What to do: " in page.content.decode()


def test_unknown_parameters_are_named_with_what_was_meant(addresses, api):
    problem = api.problem("reviews/", {"langauge": "vi", "publsher": "a.example", "zzz": "1"})
    assert problem["type"] == "http://127.0.0.1:8000/api/problems/bad-parameter/"
    assert [(error["parameter"], error["detail"][:66]) for error in problem["errors"]] == [
        ("langauge", "This URL doesn't have this parameter. Did you mean language?"),
        ("publsher", "This URL doesn't have this parameter. Did you mean publisher?"),
        ("zzz", "This URL doesn't have this parameter. Use one of q, ids, verdict, "),
    ]
    for address in addresses[:-3]:
        errors = api.problem(address, {"pagesize": "1"})["errors"]
        assert [error["parameter"] for error in errors] == ["pagesize"], address


def test_error_of_ours_is_logged_and_says_nothing(world, api, monkeypatch, caplog):
    def fail(*args):
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(reviews, "read_searched", fail)
    with caplog.at_level(logging.ERROR, "django.request"):
        problem = api.problem("reviews/", status=500)
    assert problem == {
        "type": "http://127.0.0.1:8000/api/problems/internal-error/",
        "title": "An unexpected error",
        "status": 500,
        "detail": "An unexpected error occurred on the server and was logged.",
        "instance": "/api/v1/reviews/",
    }
    assert [record.getMessage() for record in caplog.records] == ["Internal Server Error: /api/v1/reviews/"]
    assert "the secret of the house" in caplog.text


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_database_that_is_away_is_unavailable(world, api, monkeypatch, error):
    asked = []

    def fail():
        asked.append(1)
        current().has_head = True
        raise error("could not connect to server at 10.0.0.7")

    monkeypatch.setattr(responses, "read_head", fail)
    response = api.send("publishers/")
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response.json()["detail"] == "The database isn't responding. Try again in a moment."
    assert b"10.0.0.7" not in response.content
    assert "Factcheck-Head" not in response
    assert len(asked) == 1
    assert api.send("reviews/", Accept="text/html").status_code == 406  # an error that does not need the database


def test_database_that_is_away_at_the_start_is_unavailable(world, away_at_start, api):
    response = api.send("reviews/")
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert json.loads(response.content)["type"] == "http://127.0.0.1:8000/api/problems/unavailable/"
    assert b"refused" not in response.content
    assert api.send("reviews/", Accept="text/html").status_code == 406  # an error that does not need the database


def test_error_pages_of_django_become_problems(world, api, settings):
    response = api.client.get("/api/v1/reviews/", headers={"host": "elsewhere.example", "origin": "https://a.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert json.loads(response.content)["type"] == "http://127.0.0.1:8000/api/problems/bad-request/"
    assert response["Link"] == LICENSE


def test_redirect_to_https_refuses_other_hosts_with_a_problem(world, api, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = Client().get("/api/v1/reviews/", headers={"Host": "elsewhere.example", "Origin": "https://a.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response["Access-Control-Allow-Origin"] == "*"


def test_website_keeps_its_own_error_pages(world, api):
    assert api.client.get("/nothing/")["Content-Type"] == "text/html; charset=utf-8"


def test_wrong_parameter_names_the_nearest_one(api):
    query = {"page": 1, "lang": "vi", "search": "a", "updated_before": "2026-01-01", "per_page": 5}
    meant = [re.findall(r"Did you mean (.+)\?", each["detail"])[0] for each in api.problem("reviews/", query)["errors"]]
    assert meant == ["cursor or page_size", "language", "q", "updated_after or claimed_before", "page_size"]


def test_limit_means_the_size_of_a_page(world, api):
    assert api.get("reviews/", {"limit": 1})["results"] == api.get("reviews/", {"page_size": 1})["results"]
    (error,) = api.problem("reviews/", {"limit": "ten"})["errors"]
    assert error == {"parameter": "page_size", "detail": "This isn't a whole number. Send a number from 1 to 100."}
