"""ClaimReview at its own URL."""

import json

import pytest
from django.test import Client

from factcheck.editorial.models import Review
from tests.api.published import World, publish_world
from tests.support.drafts import Newsroom, make_newsroom

LINKED_DATA = "application/ld+json"


@pytest.fixture(scope="module")
def world(module_database) -> World:
    return publish_world(make_newsroom())


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


def test_erased_review_is_gone_in_every_form(api, world):
    api.problem(claim_review(world.erased), status=410)


def test_unknown_review_and_parameter_are_refused(api, world):
    api.problem("/api/v1/reviews/01912d68-783e-7a51-9b2c-3f0e8d6c5b4a/claimreview/", status=404)
    api.problem(claim_review(world.live), {"fields": "id"})


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200),
        ("*/*", 200),
        ("application/json", 200),
        ("application/ld+json, application/json;q=0.9", 200),
        ("application/ld+json, */*;q=0.1", 200),
        ("application/ld+json", 406),
    ],
)
def test_review_is_json_and_names_the_address_of_its_claim_review(world, accept, status):
    response = Client().get(f"/api/v1/reviews/{world.live.pk}/", headers={"Accept": accept})
    assert (response.status_code, response["Vary"]) == (status, "Accept")
    if status == 406:
        address = f"http://127.0.0.1:8000{claim_review(world.live)}"
        assert response["Link"] == f'<{address}>; rel="alternate"; type="application/ld+json"'
        assert address in json.loads(response.content)["detail"]
    else:
        assert "@type" not in json.loads(response.content)


def test_review_as_it_was_is_a_claim_review_too(newsroom: Newsroom, live: Review, api):
    newsroom.correct_review(live, headline="Tiêu đề mới")
    newsroom.withdraw_review(live)
    response = api.send(claim_review(live), {"as_of": "0"})
    assert (response["Content-Type"], response["Factcheck-As-Of"]) == (LINKED_DATA, "0")
    assert json.loads(response.content)["headline"] == "Video nước lũ là của năm 2020"
