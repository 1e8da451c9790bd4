"""Imported reviews don't hide the newsrooms' own reviews, and every list can show the reviews of one origin."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.test import Client

from tests.api.published import make_imported, publish_world
from tests.record.lists.test_doors import Ids, api, in_feed, on_page
from tests.support.drafts import Newsroom


@pytest.fixture
def world(newsroom: Newsroom) -> SimpleNamespace:
    """Own and imported reviews. One of each is live and one is withdrawn."""
    found = publish_world(newsroom)
    withdrawn = make_imported(newsroom, "https://outra.example/2")
    newsroom.publish_review(withdrawn)
    newsroom.withdraw_review(withdrawn)
    return SimpleNamespace(own=found, imported=found.imported, withdrawn_import=withdrawn)


def ids(path: str, **query: str) -> Ids:
    return {each.get("review", each)["id"] for each in api(path, query)["results"]}


def test_news_is_the_newsrooms_own_work_unless_asked(world: SimpleNamespace) -> None:
    own, imported = str(world.own.live.pk), str(world.imported.pk)
    assert on_page("", {}) == {own}
    assert in_feed("reviews", {}) == in_feed("reviews", {"language": "vi"}) == {own}
    assert in_feed("reviews", {"language": "pt"}) == set()
    for query in ({"origin": "imported"}, {"publisher": "outra.example"}):
        assert in_feed("reviews", query) == {imported}
    assert Client().get("/en/?origin=imported")["Location"] == "/en/search/?origin=imported"
    assert on_page("search/", {}) == ids("reviews") == {own, imported}
    assert (ids("claims", origin="own"), ids("claims", origin="imported")) == (
        {str(world.own.live.claim_id)},
        {str(world.imported.claim_id)},
    )


def test_imported_reviews_keep_their_publishers_date(world: SimpleNamespace, newsroom: Newsroom) -> None:
    newsroom.publish_review(make_imported(newsroom, "https://outra.example/3", reviewed_on=date(2019, 8, 14)))
    for group, expected in (("year", {"2019", None}), ("reviewed_month", {"2019-08", None})):
        values = api("stats", {"group_by": group, "origin": "imported"})["groups"]["values"]
        assert {each[group] for each in values} == expected
    assert len(ids("reviews", year="2019")) == len(ids("claims", year="2019")) == 1
    this_year = f"{datetime.now(UTC).year}"
    for path in ("reviews", "claims"):
        assert ids(path, year=this_year, origin="imported") == set()
        assert ids(path, year=this_year)
    assert "1 imported review has no date." in Client().get("/en/statistics/").content.decode()


def test_changes_of_withdrawn_reviews_keep_their_origin(world: SimpleNamespace) -> None:
    assert ids("corrections", origin="own") == {str(world.own.withdrawn.pk)}
    assert ids("corrections", origin="imported") == {str(world.withdrawn_import.pk)}
    assert len(ids("corrections")) == 3  # also the erasure
