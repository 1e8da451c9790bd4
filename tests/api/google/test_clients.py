"""Google's own clients, unmodified: only the base address is another one."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from tests.support.go_programs import has_package, run_go

SCRIPT = Path(__file__).with_name("client.mjs")


@pytest.fixture
def service(site):
    """As documented by Google; the description of the API is the one that the package brings."""
    with build(
        "factchecktools", "v1alpha1", developerKey="AIza-any", static_discovery=True,
        client_options={"api_endpoint": site},
    ) as found:  # fmt: skip
        yield found


@pytest.mark.prove
def test_python_client_searches_and_pages(service):
    claims = service.claims()
    request, texts = claims.search(query="nước lũ", languageCode="vi", maxAgeDays=9999, pageSize=2), []
    while request is not None:
        found = request.execute()
        assert len(found["claims"]) <= 2
        texts += [claim["text"] for claim in found["claims"]]
        request = claims.search_next(request, found)
    assert sorted(texts) == ["Nước lũ số 0", "Nước lũ số 1", "Nước lũ số 2"]


def test_python_client_takes_an_offset_and_a_part(service):
    found = service.claims().search(
        reviewPublisherSiteFilter="kiemchung.example", offset=1, pageSize=1,
        fields="claims(text,claimReview/textualRating),nextPageToken",
    ).execute()  # fmt: skip
    assert found["claims"] == [{"text": "Nước lũ số 1", "claimReview": [{"textualRating": "Sai"}]}]


def test_python_client_sends_a_long_query_as_a_form(service):
    request = service.claims().search(query="nước lũ " * 200)
    assert len(request.uri) > 2048
    assert len(request.execute()["claims"]) == 3
    assert (request.method, request.headers["x-http-method-override"]) == ("POST", "GET")


def test_python_client_understands_errors(service):
    with pytest.raises(HttpError) as caught:
        service.claims().search(languageCode="vi").execute()
    assert caught.value.status_code == 400
    assert (
        caught.value.reason
        == "query: There is nothing to search for. Send search words or a reviewPublisherSiteFilter."
    )
    for request in (
        service.pages().list(organization="kiemchung.example"),
        service.pages().create(body={"pageUrl": "https://kiemchung.example/1"}),
        service.pages().get(name="pages/1"),
        service.pages().update(name="pages/1", body={}),
        service.pages().delete(name="pages/1"),
    ):
        with pytest.raises(HttpError) as caught:
            request.execute()
        assert caught.value.status_code == 501


if shutil.which("npm"):  # a skipped test is a failed one, and without Node there is nothing to prove

    @pytest.mark.prove
    def test_node_client_searches_and_understands_errors(site, tmp_path):
        """`@googleapis/factchecktools` from npm."""
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "@googleapis/factchecktools@9"],
            cwd=tmp_path, check=True, timeout=300,
        )  # fmt: skip
        script = shutil.copy(SCRIPT, tmp_path)
        done = subprocess.run(["node", script, site], check=True, timeout=60, capture_output=True, text=True)
        assert json.loads(done.stdout) == {
            "texts": ["Nước lũ số 0", "Nước lũ số 1", "Nước lũ số 2"],
            "rating": "Sai",
            "status": 400,
            "reason": "INVALID_ARGUMENT",
        }


if has_package("google.golang.org/api/factchecktools"):

    @pytest.mark.prove
    def test_go_client_searches_and_understands_errors(site, tmp_path):
        """`google.golang.org/api/factchecktools/v1alpha1`."""
        assert json.loads(run_go(SCRIPT.with_suffix(".go"), site, tmp_path)) == {
            "texts": ["Nước lũ số 0", "Nước lũ số 1", "Nước lũ số 2"],
            "rating": "Sai",
            "pages": 2,
            "statuses": [400, 501],
        }
