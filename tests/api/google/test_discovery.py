"""The discovery document and batches, with Google's own client and by hand."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from googleapiclient.discovery import build

from api.google import batch
from api.google.output import COMMON
from tests.support.drafts import make_claim, make_newsroom, make_review, publish_review
from tests.support.serving import served

ADDRESS = "/$discovery/rest"


@pytest.fixture(scope="module")
def site(module_database: str) -> Iterator[str]:
    newsroom = make_newsroom()
    for number in range(3):
        publish_review(newsroom, make_review(newsroom, make_claim(newsroom, text=f"Nước lũ số {number}")))
    with served() as address:
        yield address


@pytest.fixture
def service(site: str, settings: Any) -> Iterator[Any]:
    settings.SITE_URL = site
    url = f"{site}{ADDRESS}?version={{apiVersion}}"
    with build("factchecktools", "v1alpha1", developerKey="AIza-any", discoveryServiceUrl=url) as found:
        yield found


def test_client_is_built_from_the_document(service: Any) -> None:
    claims = service.claims()
    request, texts = claims.search(query="nước lũ", pageSize=2, fields="claims.text,nextPageToken"), []
    while request is not None:
        found = request.execute()
        texts += [claim["text"] for claim in found["claims"]]
        request = claims.search_next(request, found)
    assert sorted(texts) == ["Nước lũ số 0", "Nước lũ số 1", "Nước lũ số 2"]


def test_document_names_what_is_there_and_nothing_else(google: Any, module_database: str) -> None:
    response = google.send({"version": "v1alpha1", "key": "any", "userIp": "192.0.2.1"}, path=ADDRESS)
    document = json.loads(response.content)
    assert (document["rootUrl"], document["batchPath"]) == ("http://127.0.0.1:8000/", "batch")
    assert document["resources"].keys() == {"claims"}
    search = document["resources"]["claims"]["methods"]["search"]
    assert search["parameters"].keys() == {
        "query", "languageCode", "reviewPublisherSiteFilter", "maxAgeDays", "pageSize", "pageToken", "offset",
    }  # fmt: skip
    assert document["parameters"].keys() == COMMON.keys()
    assert response["ETag"]
    for wrong in ({"version": "v2"}, {"nonsense": "1"}):
        assert google.error(wrong, path=ADDRESS)["status"] == "INVALID_ARGUMENT"
    assert google.error({}, 404, "/$discovery/v1/apis")["status"] == "NOT_FOUND"


def test_client_sends_a_batch(service: Any) -> None:
    found: dict[str, Any] = {}
    requests = service.new_batch_http_request(
        callback=lambda name, content, error: found.update({name: error.status_code if error else content})
    )
    search = service.claims().search
    requests.add(search(query="nước lũ", offset=2, fields="claims.claimReview.textualRating"), request_id="a/b ü")
    requests.add(search(languageCode="vi"))
    requests.add(search(query="trà đá"))
    requests.execute()
    assert found == {"a/b ü": {"claims": [{"claimReview": [{"textualRating": "Sai"}]}]}, "1": 400, "2": {}}


def send(*parts: str, boundary: str = "b", path: str = "/batch", **more: str) -> HttpResponse:
    content = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    return Client().post(path, content.encode(), content_type=f"multipart/mixed; boundary={boundary}", **more)  # type: ignore[arg-type]


def part(line: str) -> str:
    return f"Content-Type: application/http\r\nContent-ID: <1>\r\n\r\n{line}\r\n\r\n"


def statuses(response: HttpResponse) -> list[int]:
    assert response.status_code == 200, response.content
    return [int(each.split()[1]) for each in response.content.decode().split("\r\n") if each.startswith("HTTP/1.1 ")]


SEARCH = part("GET /v1alpha1/claims:search?query=l%C5%A9&fields=claims.text HTTP/1.1")


def test_answer_to_a_batch(site: str) -> None:
    response = send(SEARCH, path="/batch/factchecktools/v1alpha1")
    boundary = response["Content-Type"].removeprefix("multipart/mixed; boundary=")
    lines = response.content.decode().split("\r\n")
    assert lines[:5] == [
        f"--{boundary}", "Content-Type: application/http", "Content-ID: <response-1>", "", "HTTP/1.1 200 OK",
    ]  # fmt: skip
    assert lines[-2] == f"--{boundary}--"
    assert "Content-Type: application/json; charset=UTF-8" in lines


def test_each_part_has_its_own_status(site: str) -> None:
    assert statuses(
        send(
            SEARCH,
            part("GET http://elsewhere.example/v1alpha1/claims:search?query=a"),
            part("POST /v1alpha1/claims:search HTTP/1.1"),
            part("GET /api/v1/tips/ HTTP/1.1"),
            part("GET /batch HTTP/1.1"),
            part("GET /v1alpha1/../admin/ HTTP/1.1"),
            part("GET //[x/v1alpha1/claims:search HTTP/1.1"),
            part("GET /v1alpha1/claims:imageSearch?imageUri=x HTTP/1.1"),
            part("GET /v1alpha1/claims:search?query=%FF HTTP/1.1"),
            part("nonsense"),
            "no header and no request",
        )
    ) == [200, 200, 400, 404, 404, 404, 400, 400, 400, 400, 400]


def test_parts_count_towards_the_limits(site: str, settings: Any) -> None:
    settings.SEARCH_RATE_LIMIT = "2/hour"
    response = send(SEARCH, SEARCH, SEARCH, REMOTE_ADDR="192.0.2.77")  # nobody else in these tests
    assert statuses(response) == [200, 200, 429]
    assert b"Retry-After: " in response.content
    assert b'"status": "RESOURCE_EXHAUSTED"' in response.content


@pytest.mark.parametrize(
    ("parts", "boundary"), [([], "b"), ([SEARCH] * 51, "b"), ([SEARCH], "other"), ([SEARCH], ""), (["x" * 2**18], "b")]
)
def test_batch_that_is_none_or_too_large_is_refused(module_database: str, parts: list[str], boundary: str) -> None:
    response = send(*parts, boundary=boundary)
    assert (response.status_code, json.loads(response.content)["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_batch_takes_a_limited_time(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "SECONDS", 0)
    assert statuses(send(SEARCH, SEARCH)) == [503, 503]


def test_batches_run_one_at_a_time(site: str) -> None:
    with batch.place:
        response = send(SEARCH)
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert statuses(send(SEARCH)) == [200]
