"""Answers of Google's claims:search: read from a file or from their address, and out again with the same values."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.core.management.base import CommandError
from django.test import Client

from factcheck.editorial.models import ImportBatch
from factcheck.imports.importer import batches
from factcheck.imports.readers.google_fetch import fetch_claims
from factcheck.imports.readers.results import Record, Refusal
from tests.imports.own_records import IMPORTER, bodies, publish, run
from tests.imports.reading import records
from tests.imports.spelled import place

SAVED = Path(__file__).parents[2] / "data" / "google" / "claims_search_response.json"
REVIEW = {
    "publisher": {"name": "Alt News", "site": "altnews.in"},
    "url": "https://www.altnews.in/1/",
    "title": "Photos from 2019",
    "reviewDate": "2020-09-28T00:00:00Z",
    "textualRating": "False",
    "languageCode": "en",
}
CLAIM = {"text": "Shopkeepers sleep", "claimant": "Social media", "claimDate": "2016-06-20T00:00:00Z"}


def claim(*reviews: Any, **changes: Any) -> dict[str, Any]:
    return {**CLAIM, **changes, "claimReview": list(reviews)}


def read(folder: Path, *claims: Any) -> list[Record | Refusal]:
    file = folder / "answer.json"
    file.write_text(json.dumps({"claims": list(claims), "nextPageToken": "CBQ"}), encoding="utf-8")
    return list(records(file))


def test_saved_answer_of_google_comes_out_again_with_the_same_values(newsroom):
    assert run("import_reviews", SAVED, by=IMPORTER)[0] == "1 new, 0 unchanged, 0 changed, 0 refused."
    publish()
    saved = json.loads(SAVED.read_bytes())
    for query in ({"query": "shopkeepers"}, {"reviewPublisherSiteFilter": "altcheck.example", "languageCode": "en-IN"}):
        answer = json.loads(Client().get("/v1alpha1/claims:search", query).content)
        assert answer == {"claims": saved["claims"]}
    assert run("import_reviews", SAVED, by=IMPORTER)[0] == "0 new, 1 unchanged, 0 changed, 0 refused."


def test_answer_of_ours_comes_in_elsewhere_and_is_the_same(newsroom, tmp_path):
    run("import_reviews", SAVED, by=IMPORTER)
    publish()
    ours = tmp_path / "ours.json"
    ours.write_bytes(Client().get("/v1alpha1/claims:search", {"query": "shopkeepers"}).content)
    assert run("import_reviews", ours, by=IMPORTER)[0] == "0 new, 1 unchanged, 0 changed, 0 refused."


def test_every_field_is_carried(tmp_path):
    (record,) = read(tmp_path, claim(REVIEW))
    assert isinstance(record, Record)
    assert place(record.position) == "line 1, /claims/0/claimReview/0"
    assert record.dropped == ()
    said = record.data.to_json_object()
    assert said["claim"]["text"] == "Shopkeepers sleep"
    assert said["claim"]["claimed_on"] == "2016-06-20"
    assert said["claim"]["claimant"] == {
        "id": None, "type": "person", "name": "Social media", "description": None, "job_title": None, "same_as": [],
        "confirmed": False, "is_public_figure": None,
    }  # fmt: skip
    assert (said["original_url"], said["headline"], said["language"], said["reviewed_on"]) == (
        "https://www.altnews.in/1/", "Photos from 2019", "en", "2020-09-28",
    )  # fmt: skip
    assert said["verdict"]["original"] == {
        "label": "False", "value": None, "best": None, "worst": None, "explanation": None, "image_url": None,
    }  # fmt: skip
    assert (said["publisher"]["name"], said["publisher"]["site"]) == ("Alt News", "altnews.in")


def test_every_review_of_a_claim_is_a_record(tmp_path):
    found = read(tmp_path, claim(REVIEW, {**REVIEW, "url": "https://other.example/2"}), claim(REVIEW, text="Another"))
    assert [place(each.position) for each in found] == [
        "line 1, /claims/0/claimReview/0",
        "line 1, /claims/0/claimReview/1",
        "line 1, /claims/1/claimReview/0",
    ]
    assert [each.data.to_json_object()["publisher"]["site"] for each in found if isinstance(each, Record)] == [
        "altnews.in", "other.example", "altnews.in",
    ]  # fmt: skip


def test_absent_fields_stay_unknown(tmp_path):
    (record,) = read(
        tmp_path, {"text": "Só isto", "claimReview": [{"url": "https://a.example/", "textualRating": "Falso"}]}
    )
    assert isinstance(record, Record)
    said = record.data.to_json_object()
    assert (said["language"], said["headline"], said["reviewed_on"]) == ("und", None, None)
    assert (said["claim"]["claimant"], said["claim"]["claimed_on"]) == (None, None)
    assert (said["publisher"]["name"], said["publisher"]["site"]) == (None, "a.example")


@pytest.mark.parametrize(
    ("found", "reasons"),
    [
        (claim(), [("/claimReview", "no_review")]),
        (claim("text"), [("/claimReview", "no_review")]),
        (claim({**REVIEW, "url": None}), [("/claimReview/url", "no_address")]),
        (claim({**REVIEW, "url": "altnews.in/1"}), [("/claimReview/url", "bad_address")]),
        (claim({**REVIEW, "textualRating": " "}), [("/claimReview/textualRating", "no_verdict")]),
        (claim(REVIEW, text=""), [("/text", "no_claim_text")]),
        (claim({}, text=None), [
            ("/claimReview/url", "no_address"), ("/text", "no_claim_text"), ("/claimReview/textualRating", "no_verdict"),
        ]),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_in_is_refused_with_its_reasons(tmp_path, found, reasons):
    (refusal,) = read(tmp_path, found)
    assert isinstance(refusal, Refusal)
    assert [(problem.pointer, problem.code) for problem in refusal.problems] == reasons


def test_what_cannot_be_kept_is_noted(tmp_path):
    other = {**REVIEW, "publisher": {"name": "Alt News", "site": "altnews.example"}, "reviewDate": "28/09/2020"}
    (record,) = read(tmp_path, claim(other))
    assert isinstance(record, Record)
    assert [(each.pointer, each.code) for each in record.dropped] == [
        ("/claimReview/publisher/site", "other_site"), ("/claimReview/reviewDate", "no_date"),
    ]  # fmt: skip


@contextmanager
def answering(*answers: tuple[int, bytes]) -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """A claims:search that gives these answers in turn, and what it was asked."""
    asked: list[dict[str, list[str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(parse_qs(urlsplit(self.path).query))
            status, content = answers[min(len(asked), len(answers)) - 1]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1alpha1/claims:search", asked
        finally:
            server.shutdown()
            thread.join()


def page(token: str, *claims: Any) -> tuple[int, bytes]:
    return 200, json.dumps({"claims": claims, "nextPageToken": token} if claims else {}).encode()


def test_address_is_read_to_its_last_page(newsroom, capsys):
    pages = (page("b", claim(REVIEW)), page("c", claim({**REVIEW, "url": "https://www.altnews.in/2/"})), page(""))
    with answering(*pages) as (address, asked):
        printed = run("import_reviews", f"{address}?query=nước lũ&key=SECRET".replace(" ", "%20"), by=IMPORTER)
    assert printed[0] == "2 new, 0 unchanged, 0 changed, 0 refused."
    assert [each.get("pageToken") for each in asked] == [None, ["b"], ["c"]]
    assert {tuple(each["query"] + each["key"]) for each in asked} == {("nước lũ", "SECRET")}
    batch = ImportBatch.objects.get()
    assert re.fullmatch("127001-nước-lũ-[0-9a-f]{12}.jsonl", batch.files)
    assert "SECRET" not in "".join(printed) + capsys.readouterr().err
    publish()
    assert [body["original_url"] for body in bodies()] == ["https://www.altnews.in/1/", "https://www.altnews.in/2/"]


def test_addresses_that_search_for_the_same_are_files_of_their_own(newsroom):
    answers = (page("", claim(REVIEW)), page("", claim({**REVIEW, "url": "https://www.altnews.in/2/"})))
    with answering(*answers) as (address, _):
        printed = run("import_reviews", f"{address}?query=a&languageCode=vi", f"{address}?query=a", by=IMPORTER)
    assert printed[0] == "2 new, 0 unchanged, 0 changed, 0 refused."
    assert len(set(ImportBatch.objects.get().files.split(", "))) == 2


def test_address_that_was_interrupted_goes_on_whatever_it_answers_now(newsroom, monkeypatch):
    def interrupted(**arguments):
        raise KeyboardInterrupt

    second = claim({**REVIEW, "url": "https://www.altnews.in/2/"})
    with answering(page("", claim(REVIEW)), page("", second, claim(REVIEW))) as (address, _):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(batches, "submit_import", interrupted)
            run("import_reviews", f"{address}?query=a", by=IMPORTER)
        printed = run("import_reviews", f"{address}?query=a", by=IMPORTER)
    assert printed[0] == "1 new, 1 unchanged, 0 changed, 0 refused."
    assert list(ImportBatch.objects.values_list("new", flat=True)) == [2]


def test_name_of_the_file_is_the_addresses_and_not_the_keys(tmp_path):
    with answering(page("", claim(REVIEW))) as (address, _):
        queries = ("query=a&key=SECRET", "key=OTHER&query=a&access_token=x", "query=a", "query=a&pageToken=b")
        names = [fetch_claims(f"{address}?{query}", tmp_path).name for query in queries]
    assert names[0] == names[1] == names[2] != names[3]


def test_name_of_the_file_leaves_room_for_what_is_made_of_it(tmp_path):
    with answering(page("", claim(REVIEW))) as (address, _):
        path = fetch_claims(f"{address}?query={quote('洪水' * 100)}", tmp_path)
    assert path.name.startswith("127001-洪水洪水")
    assert len(f"{path.name}.left-out.jsonl".encode()) < 255


def test_half_a_character_refuses_its_record_alone(newsroom):
    """One in a token is sent back as it came."""
    pages = (page("\ud800", claim({**REVIEW, "title": "\ud83d"})), page("", claim({**REVIEW, "title": "Ảnh"})))
    with answering(*pages) as (address, asked):
        printed = run("import_reviews", f"{address}?query=\udcff", by=IMPORTER)
    assert printed[0] == "1 new, 0 unchanged, 0 changed, 1 refused (forbidden_character 1)."
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([(403, b'{"error": {"message": "API key not valid."}}')], "127.0.0.1 responds with 403: API key not valid."),
        ([(500, b"<html>")], "127.0.0.1 responds with 500: Internal Server Error"),
        ([(200, b"<html>")], "127.0.0.1 sends something other than a claims:search response."),
        ([(200, b"[]")], "127.0.0.1 sends something other than a claims:search response."),
        ([(200, b'{"claims":' + b"[" * 100_000)], "127.0.0.1 sends something other than a claims:search response."),
        ([(500, b"[" * 100_000)], "127.0.0.1 responds with 500: Internal Server Error"),
        ([page("b", CLAIM), page("b", CLAIM)], "127.0.0.1 names page 2 as its own next page."),
        ([(200, b" " * (16 * 1024 * 1024 + 1))], "127.0.0.1 sends a page of more than 16777216 bytes."),
    ],
)
def test_fault_of_an_address_is_told_without_its_key(module_newsroom, answers, message):
    with answering(*answers) as (address, _), pytest.raises(CommandError) as caught:
        run("import_reviews", f"{address}?query=a&key=SECRET", by=IMPORTER)
    assert str(caught.value) == message
    assert ImportBatch.objects.count() == 0


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/",
        "http:///v1alpha1/claims:search",
        "https://a.example/v1/claims",
        "http://[x/v1alpha1/claims:search",
    ],
)
def test_other_addresses_are_not_asked(module_newsroom, address):
    with pytest.raises(CommandError, match="Give the URL of a claims:search"):
        run("import_reviews", address, by=IMPORTER)


@pytest.mark.parametrize("host", ["a..example", "\udcff.example", "a.example:port"])
def test_host_that_cannot_be_one(newsroom, host):
    with pytest.raises(CommandError, match="cannot be reached: ") as caught:
        run("import_reviews", f"http://{host}/v1alpha1/claims:search?query=a&key=SECRET", by=IMPORTER)
    assert "SECRET" not in str(caught.value)


def test_address_that_cannot_be_reached(newsroom):
    with pytest.raises(CommandError, match=r"^127\.0\.0\.1 cannot be reached: .*refused"):
        run("import_reviews", "http://127.0.0.1:1/v1alpha1/claims:search?query=a", by=IMPORTER)
