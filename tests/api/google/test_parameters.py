"""Every parameter, wrong ones, and errors in Google's shape."""

import json
import logging

import pytest
from django.db import OperationalError
from django.test import Client

from api.google import views
from api.http.problems import UNAVAILABLE, Refused
from tests.api.google.conftest import PATH
from tests.support.drafts import make_newsroom

SECRET = "AIzaSyD-very-secret"


@pytest.fixture(scope="module", autouse=True)
def world(module_database):
    newsroom = make_newsroom()
    newsroom.publish_new()


def test_common_parameters_are_taken(google):
    found = google.search(query="chùa")
    for query in (
        {"key": SECRET}, {"access_token": SECRET}, {"oauth_token": SECRET}, {"alt": "json"}, {"prettyPrint": "false"},
        {"quotaUser": "me"}, {"uploadType": "media"}, {"upload_protocol": "raw"}, {"$.xgafv": "1"}, {"$.xgafv": "2"},
        {"fields": ""}, {"pageToken": ""}, {"offset": ""}, {"languageCode": ""}, {"userIp": "x"},
        {"$alt": "json"}, {"$key": SECRET}, {"$prettyPrint": "false"}, {"$fields": "*"}, {"$userProject": "mine"},
    ):  # fmt: skip
        assert google.search(query="chùa", **query) == found


def test_answer_is_indented_unless_asked_otherwise(google):
    assert google.send({"query": "chùa"}).content.startswith(b'{\n  "claims": [\n    {\n      "text": ')
    for value in ("false", "0", "False"):
        assert google.send({"query": "chùa", "prettyPrint": value}).content.startswith(b'{"claims":[{"text":')


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({}, ["query"]),
        ({"query": " "}, ["query"]),
        ({"languageCode": "vi"}, ["query"]),
        ({"query": "a", "pagesize": "1"}, ["pagesize"]),
        ({"query": "a", "callback": "show"}, ["callback"]),
        ({"query": "a", "imageUri": "https://image.example/"}, ["imageUri"]),
        ({"query": ["a", "b"]}, ["query"]),
        ({"query": "a", "pageSize": "-1"}, ["pageSize"]),
        ({"query": "a", "pageSize": "ten"}, ["pageSize"]),
        ({"query": "a", "pageSize": "2147483648"}, ["pageSize"]),
        ({"query": "a", "pageSize": "١"}, ["pageSize"]),
        ({"query": "a", "offset": "-1"}, ["offset"]),
        ({"query": "a", "offset": "10001"}, ["offset"]),
        ({"query": "a", "maxAgeDays": "-1"}, ["maxAgeDays"]),
        ({"query": "a", "maxAgeDays": "1.5"}, ["maxAgeDays"]),
        ({"query": "a", "languageCode": "not a language"}, ["languageCode"]),
        ({"reviewPublisherSiteFilter": "https://www.nytimes.com/"}, ["reviewPublisherSiteFilter"]),
        ({"reviewPublisherSiteFilter": "a\x00b"}, ["reviewPublisherSiteFilter"]),
        ({"query": "a", "prettyPrint": "yes"}, ["prettyPrint"]),
        ({"query": "a", "alt": "xml"}, ["alt"]),
        ({"query": "a", "$.xgafv": "3"}, ["$.xgafv"]),
        ({"query": "a", "$alt": "xml"}, ["alt"]),
        ({"query": "a", "$fields": "claims", "fields": "claims"}, ["fields"]),
        ({"$query": "a", "query": "a"}, ["$query"]),
        ({"query": "a", "$$alt": "json"}, ["$$alt"]),
        ({"query": "a", "fields": "claims/verdict"}, ["fields"]),
        ({"query": "a", "fields": "claims("}, ["fields"]),
        ({"pageSize": "x", "offset": "y", "nonsense": "z"}, ["nonsense", "pageSize", "offset"]),
    ],
)
def test_wrong_parameters_are_named(google, query, fields):
    error = google.error(query)
    assert error["status"] == "INVALID_ARGUMENT"
    (detail,) = error["details"]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert [each["field"] for each in detail["fieldViolations"]] == fields
    assert all(each["description"] in error["message"] for each in detail["fieldViolations"])


@pytest.mark.parametrize("alt", ["media", "proto"])
def test_forms_of_an_answer_that_there_are_none_of(google, alt):
    assert google.error({"query": "a", "alt": alt}, 501)["status"] == "UNIMPLEMENTED"


@pytest.mark.parametrize(
    "query",
    [
        "x" * 5000,
        "chùa " * 2000,
        "a\x00b",
        "\u202e\ufffe",
        '"' * 400,
        "-a " * 100,
        "or " * 100,
        "(" * 400,
        "😀" * 400,
        "%",
    ],
)
def test_no_query_is_an_error_of_ours(google, query):
    assert google.send({"query": query}).status_code == 200


def test_long_query_counts_by_its_beginning(google):
    assert google.texts(query="chùa " * 500) == ["Nước lũ ở Huế đã lên tới mái chùa."]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("claims/text", {"claims": [{"text": "Nước lũ ở Huế đã lên tới mái chùa."}]}),
        ("claims(claimReview/textualRating)", {"claims": [{"claimReview": [{"textualRating": "Sai"}]}]}),
        ("claims/claimReview(languageCode,publisher/site)",
         {"claims": [{"claimReview": [{"languageCode": "vi", "publisher": {"site": "127.0.0.1"}}]}]}),
        ("claims.text,claims.claimReview.textualRating",
         {"claims": [{"text": "Nước lũ ở Huế đã lên tới mái chùa.", "claimReview": [{"textualRating": "Sai"}]}]}),
        ("claims(claimReview(languageCode,publisher.site))",
         {"claims": [{"claimReview": [{"languageCode": "vi", "publisher": {"site": "127.0.0.1"}}]}]}),
        ("claims.claimReview/textualRating", {"claims": [{"claimReview": [{"textualRating": "Sai"}]}]}),
        ("claims.*.textualRating", {"claims": [{"claimReview": [{"textualRating": "Sai"}]}]}),
        ("claims/*/textualRating", {"claims": [{"claimReview": [{"textualRating": "Sai"}]}]}),
        ("claims/claimReview/textualRating,claims/claimReview/languageCode",
         {"claims": [{"claimReview": [{"textualRating": "Sai", "languageCode": "vi"}]}]}),
        ("nextPageToken", {}),
    ],
)  # fmt: skip
def test_fields_choose_a_part(google, fields, found):
    assert google.search(query="chùa", fields=fields) == found


def test_fields_as_a_whole(google):
    whole = google.search(query="chùa")
    for fields in (
        "*",
        "claims",
        "claims,nextPageToken",
        "claims/*",
        "claims/text,claims",
        "*/*",
        "*.*",
        "claims.*",
        "claims(*)",
    ):
        assert google.search(query="chùa", fields=fields) == whole


@pytest.mark.parametrize(
    "fields",
    [",", "claims,", "claims//text", "claims..text", "claims./text", ".claims", "claims.", "claims.text.more", "claims(text", "claims)text", "claims text", "verdict", "claims/text/more",
     "claims()", "(", "/claims", "claims/text(", "a(" * 500, "claims/" * 500, "𝒸laims"],
)  # fmt: skip
def test_fields_that_cannot_be_read_are_refused(google, fields):
    assert google.error({"query": "a", "fields": fields})["details"][0]["fieldViolations"][0]["field"] == "fields"


def test_fields_may_be_named_again_and_again(google):
    fields = "claims/claimReview/textualRating," * 100 + "claims/claimReview/languageCode"
    assert google.search(query="chùa", fields=fields) == {
        "claims": [{"claimReview": [{"textualRating": "Sai", "languageCode": "vi"}]}]
    }


def test_fields_without_end_are_refused(google):
    """A form may be as long as 2.5 MB."""
    response = Client().post(
        PATH,
        f"query=a&fields={'claims/text,' * 200_000}claims",
        content_type="application/x-www-form-urlencoded",
        headers={"X-HTTP-Method-Override": "GET"},
    )
    error = json.loads(response.content)["error"]
    assert (response.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["message"] == "fields: The text is too long. Send at most 5000 characters."


def test_long_address_comes_as_a_form(google):
    form = {"query": "chùa", "prettyPrint": "false", "fields": "claims/text"}
    response = Client(enforce_csrf_checks=True).post(
        f"{PATH}?key={SECRET}",
        "&".join(f"{name}={value}" for name, value in form.items()),
        content_type="application/x-www-form-urlencoded",
        headers={"X-HTTP-Method-Override": "GET"},
    )
    assert response.status_code == 200
    assert json.loads(response.content) == {"claims": [{"text": "Nước lũ ở Huế đã lên tới mái chùa."}]}


@pytest.mark.parametrize(
    ("content_type", "override"),
    [
        ("application/x-www-form-urlencoded", ""),
        ("application/x-www-form-urlencoded", "DELETE"),
        ("application/json", "GET"),
    ],
)
def test_other_posts_are_no_method(content_type, override):
    response = Client().post(PATH, "query=a", content_type=content_type, headers={"X-HTTP-Method-Override": override})
    assert (response.status_code, json.loads(response.content)["error"]["status"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_none(method):
    response = getattr(Client(), method)(PATH)
    assert (response.status_code, json.loads(response.content)["error"]["status"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["nonsense", "claims:search/", "claims", "", "claims%3Asearch%0A", "pages/a/b"])
def test_unknown_address_is_not_found(google, path):
    assert google.error(None, 404, f"/v1alpha1/{path}")["status"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "pages"), ("post", "pages"), ("get", "pages/1"), ("put", "pages/1"), ("delete", "pages/1"),
    ],
)  # fmt: skip
def test_what_google_has_and_we_have_not(method, path):
    response = getattr(Client(), method)(f"/v1alpha1/{path}")
    assert (response.status_code, response["Content-Type"]) == (501, "application/json; charset=UTF-8")
    assert json.loads(response.content)["error"]["status"] == "UNIMPLEMENTED"


def test_errors_of_django_itself_have_the_shape(google):
    many = "&".join(f"a{number}=1" for number in range(1100))
    assert google.error(None, 400, f"{PATH}?{many}")["status"] == "INVALID_ARGUMENT"
    response = Client().get(PATH, headers={"Host": "evil.example"})
    assert (response.status_code, json.loads(response.content)["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_outage_is_unavailable_and_a_fault_internal(google, monkeypatch):
    def fail(error):
        def search(asked):
            raise error

        return search

    monkeypatch.setattr(views, "search_claims", fail(OperationalError("gone")))
    response = google.send({"query": "a"})
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert json.loads(response.content)["error"]["status"] == "UNAVAILABLE"
    monkeypatch.setattr(views, "search_claims", fail(Refused(UNAVAILABLE, "Full.", headers={"Retry-After": "30"})))
    assert google.send({"query": "a"})["Retry-After"] == "30"
    error = google.error({"query": "a"}, 503)
    assert (error["status"], error["message"]) == ("UNAVAILABLE", "Full.")
    monkeypatch.setattr(views, "search_claims", fail(KeyError("secret detail")))
    assert "secret" not in json.dumps(google.error({"query": "a"}, 500))


def test_outage_at_the_start_is_unavailable(google, away_at_start):
    response = google.send({"query": "a"})
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert json.loads(response.content)["error"]["status"] == "UNAVAILABLE"


def test_keys_and_tokens_are_never_logged(google, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    secrets = {"key": SECRET, "access_token": SECRET, "oauth_token": SECRET}
    google.send({"query": "chùa", **secrets})
    google.send({"nonsense": "1", **secrets})
    google.send(secrets, "/v1alpha1/pages")
    Client().get(PATH, secrets, headers={"Host": "evil.example"})

    def fail(asked):
        raise KeyError("fault")

    monkeypatch.setattr(views, "search_claims", fail)
    google.send({"query": "chùa", **secrets})
    assert "fault" in caplog.text
    assert SECRET not in caplog.text


def test_answer_is_sent_once(google):
    first = google.send({"query": "chùa"})
    again = google.send({"query": "chùa"}, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
