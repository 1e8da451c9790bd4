"""The discovery document, with Google's own client and by hand."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

ADDRESS = "/$discovery/rest"


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
    response = google.send({"version": "v1alpha1"}, path=ADDRESS)
    document = json.loads(response.content)
    assert (document["rootUrl"], document["documentationLink"]) == (
        "http://127.0.0.1:8000/",
        "http://127.0.0.1:8000/docs/reference/google/",
    )
    assert b"factcheck.example" not in response.content
    assert document["resources"].keys() == {"claims"}
    search = document["resources"]["claims"]["methods"]["search"]
    assert search["parameters"].keys() == {
        "query", "languageCode", "reviewPublisherSiteFilter", "maxAgeDays", "pageSize", "pageToken", "offset",
    }  # fmt: skip
    assert document["parameters"].keys() == {
        "key", "access_token", "oauth_token", "quotaUser", "userIp", "userProject", "uploadType", "upload_protocol", "alt",
        "fields", "prettyPrint", "$.xgafv",
    }  # fmt: skip
    assert response["ETag"]
    assert google.error({}, 404, "/$discovery/v1/apis")["status"] == "NOT_FOUND"


def test_client_that_sends_a_batch_gets_an_error(service: Any) -> None:
    batch = service.new_batch_http_request()
    batch.add(service.claims().search(query="nước lũ"))
    with pytest.raises(HttpError) as caught:
        batch.execute()
    assert caught.value.status_code == 404
