"""ClaimReview by its own address, by content negotiation, and all of them as one DataFeed."""

import gc
import json
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest
from django.db import connections
from django.test import Client

from api.http import streams
from factcheck.editorial.models import Review
from factcheck.record.models import PublishedReview
from factcheck.record.readmodel import datafeed
from tests.api.published import make_imported
from tests.drafts import (
    correct_review,
    erase_review,
    make_newsroom,
    make_review,
    publish_review,
    reinstate_review,
    withdraw_review,
)
from tests.serving import served

LINKED_DATA = "application/ld+json"
SITE = "http://127.0.0.1:8000"


@dataclass
class World:
    live: Review
    imported: Review
    withdrawn: Review
    erased: Review


@pytest.fixture(scope="module")
def world(module_database) -> World:
    newsroom = make_newsroom()
    found = World(
        make_review(newsroom),
        make_imported(newsroom, "https://outra.example/1"),
        make_review(newsroom, headline="Bài bị rút"),
        make_review(newsroom, headline="Bài bị xoá"),
    )
    for review in (found.live, found.imported, found.withdrawn, found.erased):
        publish_review(newsroom, review)
    withdraw_review(newsroom, found.withdrawn)
    erase_review(newsroom, found.erased)
    return found


def claim_review(review: Review) -> str:
    return f"/api/v1/reviews/{review.pk}/claimreview/"


def test_claim_review_is_linked_data(api, world, schemaorg):
    response = api.send(claim_review(world.live))
    assert (response.status_code, response["Content-Type"]) == (200, LINKED_DATA)
    document = json.loads(response.content)
    api.validate({"$ref": "#/components/schemas/ClaimReview"}, document)
    assert (document["@context"], document["@type"]) == ("https://schema.org", "ClaimReview")
    assert document["url"] == f"http://127.0.0.1:8000/reviews/{world.live.pk}/"
    assert schemaorg.faults(document) == []


def test_claim_review_of_an_import_fits_its_description(api, world, schemaorg):
    document = json.loads(api.send(claim_review(world.imported)).content)
    api.validate({"$ref": "#/components/schemas/ClaimReview"}, document)
    assert document["url"] == "https://outra.example/1"
    assert schemaorg.faults(document) == []


def test_claim_review_is_sent_once(api, world):
    first = api.send(claim_review(world.live))
    again = api.send(claim_review(world.live), **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("accept", ["", "application/ld+json", "application/json", "*/*", "text/html,*/*;q=0.8"])
def test_claim_review_goes_to_whoever_reads_json(world, accept):
    response = Client().get(claim_review(world.live), headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, LINKED_DATA)


def test_claim_review_goes_to_nobody_who_rules_it_out(api, world):
    response = api.send(claim_review(world.live), Accept="text/csv")
    assert (response.status_code, response["Content-Type"]) == (406, "application/problem+json")


def test_withdrawn_review_is_no_claim_review(api, world):
    problem = api.problem(claim_review(world.withdrawn), status=404)
    assert problem["detail"] == "This review has been withdrawn and no longer has a ClaimReview. Remove your copy."
    response = api.send(f"reviews/{world.withdrawn.pk}/", Accept=LINKED_DATA)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert json.loads(response.content)["revision"]["kind"] == "withdrawal"


def test_erased_review_is_gone_in_every_form(api, world):
    api.problem(claim_review(world.erased), status=410)
    assert api.send(f"reviews/{world.erased.pk}/", Accept=LINKED_DATA).status_code == 410


def test_unknown_review_and_parameter_are_refused(api, world):
    api.problem("/api/v1/reviews/01912d68-783e-7a51-9b2c-3f0e8d6c5b4a/claimreview/", status=404)
    api.problem(claim_review(world.live), {"as_of": "0"})


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        ("application/ld+json", LINKED_DATA),
        ("application/ld+json, application/json;q=0.9", LINKED_DATA),
        ("application/ld+json, */*", LINKED_DATA),
        ("application/ld+json, */*;q=0.1", LINKED_DATA),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json, application/ld+json", "application/json"),
        ("application/ld+json;q=0.5, application/json", "application/json"),
        ("application/ld+json;q=0, */*", "application/json"),
    ],
)
def test_review_comes_in_the_form_that_is_preferred(world, accept, sent):
    response = Client().get(f"/api/v1/reviews/{world.live.pk}/", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, sent)
    assert response["Vary"] == "Accept, origin"
    assert (json.loads(response.content).get("@type") == "ClaimReview") == (sent == LINKED_DATA)


def test_review_as_it_was_is_a_claim_review_too(database, api):
    newsroom = make_newsroom()
    review = make_review(newsroom)
    publish_review(newsroom, review)
    correct_review(newsroom, review, headline="Tiêu đề mới")
    withdraw_review(newsroom, review)
    response = api.send(f"reviews/{review.pk}/", {"as_of": "0"}, Accept=LINKED_DATA)
    assert (response["Content-Type"], response["Factcheck-As-Of"]) == (LINKED_DATA, "0")
    assert json.loads(response.content)["headline"] == "Video nước lũ là của năm 2020"


def feed() -> dict[str, object]:
    response = Client().get("/feeds/claimreview.json")
    assert (response.status_code, response["Content-Type"]) == (200, LINKED_DATA)
    return json.loads(b"".join(response.streaming_content))


def test_feed_has_every_review_and_says_which_are_no_more(world, monkeypatch, schemaorg):
    monkeypatch.setattr(datafeed, "CHUNK", 3)
    found = feed()
    assert found.keys() == {"@context", "@type", "url", "license", "dateModified", "dataFeedElement"}
    items = found["dataFeedElement"]
    rows = {str(row.pk): row for row in PublishedReview.objects.all()}
    by_address = {item["url"]: item for item in items}
    assert len(items) == len(by_address) == 4
    live = by_address[f"{SITE}/reviews/{world.live.pk}/"]
    imported = by_address["https://outra.example/1"]
    withdrawn = by_address[f"{SITE}/reviews/{world.withdrawn.pk}/"]
    erased = by_address[f"{SITE}/reviews/{world.erased.pk}/"]
    keys = ["@type", "dateCreated", "dateModified", "identifier", "item", "url"]
    assert sorted(live) == sorted(imported) == keys
    keys = ["@type", "dateCreated", "dateDeleted", "dateModified", "identifier", "url"]
    assert sorted(withdrawn) == sorted(erased) == keys
    for item in (live, imported):
        assert item["identifier"] == item["item"][0]["identifier"]
    assert live["item"][0]["@id"] == live["url"]
    assert imported["item"][0]["url"] == imported["url"]
    deleted = rows[str(world.withdrawn.pk)].updated_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert withdrawn["dateDeleted"] == deleted
    assert schemaorg.faults(found) == []


def test_feed_tells_an_erased_import_from_another_review_of_the_same_page(database):
    """What has to go is known by what its ClaimReview said, though its publisher's address is gone."""
    newsroom, url = make_newsroom(), "https://outra.example/1"
    erased, live = make_imported(newsroom, url), make_review(newsroom)
    live.publisher, live.original_url, live.original_label = erased.publisher, url, "Half true"
    live.save()
    for review in (erased, live):
        publish_review(newsroom, review)
    before = {item["item"][0]["identifier"]: item["url"] for item in feed()["dataFeedElement"]}
    assert before == {f"urn:uuid:{erased.pk}": url, f"urn:uuid:{live.pk}": url}
    erase_review(newsroom, erased)
    after = {item["identifier"]: item for item in feed()["dataFeedElement"]}
    assert after.keys() == before.keys()
    assert "dateDeleted" in after[f"urn:uuid:{erased.pk}"]
    assert url not in json.dumps(after[f"urn:uuid:{erased.pk}"])
    assert "item" in after[f"urn:uuid:{live.pk}"]


def test_feed_is_sent_again_only_when_something_was_published(database):
    newsroom = make_newsroom()
    client = Client()
    empty = client.get("/feeds/claimreview.json")
    assert json.loads(b"".join(empty.streaming_content))["dataFeedElement"] == []
    review = make_review(newsroom)
    publish_review(newsroom, review)
    first = client.get("/feeds/claimreview.json", headers={"If-None-Match": empty["ETag"]})
    assert (first.status_code, len(json.loads(b"".join(first.streaming_content))["dataFeedElement"])) == (200, 1)
    assert first["ETag"].startswith('W/"')
    again = client.get("/feeds/claimreview.json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    withdraw_review(newsroom, review)
    after = client.get("/feeds/claimreview.json", headers={"If-None-Match": first["ETag"]})
    assert "dateDeleted" in json.loads(b"".join(after.streaming_content))["dataFeedElement"][0]
    reinstate_review(newsroom, review)
    assert "item" in feed()["dataFeedElement"][0]


def test_feed_is_streamed_over_http_and_not_for_head(world):
    with served() as site:
        connection = HTTPConnection(site.removeprefix("http://"))
        connection.request("GET", "/feeds/claimreview.json")
        assert len(json.load(connection.getresponse())["dataFeedElement"]) == 4
        connection.request("HEAD", "/feeds/claimreview.json")
        head = connection.getresponse()
        assert (head.status, head.read(), head.headers["ETag"][:3]) == (200, b"", 'W/"')
        connection.close()


def test_feed_is_sent_to_so_many_at_a_time(world):
    """A reader who does not read on holds a place until the server closes the response."""
    client = Client()
    unread = [client.get("/feeds/claimreview.json") for _ in range(streams.MAX_STREAMS)]
    assert [response.status_code for response in unread] == [200, 200]
    beyond = client.get("/feeds/claimreview.json")
    assert (beyond.status_code, beyond["Retry-After"]) == (503, "30")
    assert (beyond["Content-Type"], beyond.json()["type"]) == (
        "application/problem+json", f"{SITE}/api/problems/unavailable/",
    )  # fmt: skip
    assert client.head("/feeds/claimreview.json").status_code == 200
    known = {"If-None-Match": unread[0]["ETag"]}
    assert client.get("/feeds/claimreview.json", headers=known).status_code == 304
    for _ in range(2):
        unread[0].close()
    again = client.get("/feeds/claimreview.json")
    assert (again.status_code, client.get("/feeds/claimreview.json").status_code) == (200, 503)
    again.close()
    unread[1].close()
    assert feed()["dataFeedElement"]


def test_feed_gives_its_place_back_when_nobody_closes_it(world):
    for _ in range(streams.MAX_STREAMS + 1):
        assert Client().get("/feeds/claimreview.json").status_code == 200
        gc.collect()


def test_feed_takes_no_parameter_and_no_other_form(world):
    refused = Client().get("/feeds/claimreview.json", {"page": "1"})
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert Client().get("/feeds/claimreview.json", headers={"Accept": "text/csv"}).status_code == 406


def test_feed_costs_one_query_a_chunk(world, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(datafeed, "CHUNK", 2)
    with django_assert_num_queries(3, connection=connections["public"]):
        list(datafeed.data_feed(None))
