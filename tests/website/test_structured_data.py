"""The ClaimReview in a review's page, for search engines."""

import json
import re

import orjson
import pytest
from django.test import Client

from factcheck.record.models import PublishedReview
from factcheck.record.readmodel.claimreview import claim_review_document
from tests.website.conftest import HOSTILE, Published

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def structured(path: str) -> list[str]:
    return SCRIPT.findall(Client().get(path).content.decode())


@pytest.mark.parametrize("name", ["corrected", "english", "hostile"])
def test_page_of_a_review_of_ours_has_the_claim_review_that_the_api_sends(published: Published, name: str) -> None:
    path = getattr(published, name)
    (found,) = structured(path)
    row = PublishedReview.objects.get(pk=path.split("/")[2])
    assert json.loads(found) == orjson.loads(claim_review_document(row.body))


def test_hostile_text_cannot_leave_its_element(published: Published) -> None:
    (found,) = structured(published.hostile)
    assert not set("<>&") & set(found)
    assert json.loads(found)["claimReviewed"] == HOSTILE


@pytest.mark.parametrize("name", ["imported", "withdrawn", "erased"])
def test_pages_of_others_and_of_what_is_no_more_have_none(published: Published, name: str) -> None:
    assert structured(getattr(published, name)) == []


def test_page_of_a_revision_has_none_unless_it_is_the_current_one(published: Published) -> None:
    assert structured(f"{published.corrected}revisions/1/") == []
    assert len(structured(f"{published.corrected}revisions/2/")) == 1
