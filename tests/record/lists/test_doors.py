"""The API, the website, the feeds, Google's form and the assistants answer the same question with the same reviews."""

import json
import re
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api.assistants.server import make_server
from factcheck.editorial.models import Review, Topic
from factcheck.record.lists.published_lists import CORRECTIONS, REVIEWS
from factcheck.website.browse.filters import Filters
from tests.api.published import make_imported
from tests.api.test_assistants import talk
from tests.support.drafts import make_newsroom

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
REVIEW = re.compile(rf"/reviews/({UUID.pattern})/")
ON_GOOGLE = {"language": "languageCode", "publisher": "reviewPublisherSiteFilter"}
Ids = set[str]


@pytest.fixture(scope="module")
def world(module_database: str) -> SimpleNamespace:
    """Three reviews, which differ in all dimensions. Two have been corrected."""
    here, there = make_newsroom(), make_newsroom("checkpoint.org")
    first = here.make_review(here.make_claim(claimed_on=date(2026, 10, 3)), reviewed_on=date(2026, 10, 5))
    second = there.make_review(
        there.make_claim(text="Chanh chữa được ung thư.", claimed_on=None), language="en", headline="Lemons cure nothing",
        reviewed_on=None,
    )  # fmt: skip
    second.claim.topics.add(Topic.objects.create(slug="health"))
    imported = make_imported(there, "https://outra.example/check/1")
    for room, review in ((here, first), (there, second), (there, imported)):
        room.publish_review(review)
    here.correct_review(first, headline="Video nước lũ cũ")
    there.correct_review(second, headline="Lemons still cure nothing")
    return SimpleNamespace(first=first, second=second, imported=imported)


def values_of(world: SimpleNamespace) -> dict[str, Any]:
    """A value of each dimension that some of the reviews have. For facets, it is the rarest value."""
    facets = [each.name for each in REVIEWS.filters if each.facet]
    groups = {name: api("stats", {"group_by": name})["groups"]["values"] for name in facets}
    return {
        **{name: next(each[name] for each in reversed(found) if each[name]) for name, found in groups.items()},
        "q": "chua", "ids": world.first.pk, "claim": world.second.claim_id, "claimant": world.first.claim.claimant_id,
        "appearance_url": "https://social.example/p/1", "cited_url": "https://social.example/p/1", "original_url": "https://outra.example/check/1",
        "claimed_after": "2026-10-03", "claimed_before": "2026-10-04", "reviewed_after": "2026-10-05",
        "reviewed_before": "2026-10-06", "published_after": "2020-01-01", "published_before": "2999-01-01",
        "updated_after": "2020-01-01",
    }  # fmt: skip


def api(path: str, query: dict[str, Any]) -> Any:
    return json.loads(Client().get(f"/api/v1/{path}/?{urlencode(query)}").content)


def on_page(path: str, query: dict[str, Any]) -> Ids:
    text = Client().get(f"/en/{path}?{urlencode(query)}").content.decode()
    return set(REVIEW.findall(text.partition("<main")[2].partition("</main>")[0]))


def in_feed(path: str, query: dict[str, Any]) -> Ids:
    items = Client().get(f"/feeds/{path}.json?{urlencode(query, doseq=True)}").json()["items"]
    return {found for item in items for found in UUID.findall(item["id"])[:1]}


def on_google(query: dict[str, Any]) -> Ids:
    """The ids of the reviews, which Google's form names by the URLs of their pages."""
    claims = Client().get(f"/v1alpha1/claims:search?{urlencode(query)}").json().get("claims", [])
    urls = {review["url"] for claim in claims for review in claim["claimReview"]}
    own = {found for url in urls for found in REVIEW.findall(url)}
    return own | {str(pk) for pk in Review.objects.filter(original_url__in=urls - {""}).values_list("pk", flat=True)}


def asked(name: str, query: dict[str, Any]) -> Any:
    [answer] = talk(make_server(), (name, query))
    return answer


@pytest.mark.parametrize("dimension", REVIEWS.filters, ids=lambda each: each.name)
def test_reviews_are_the_same_at_each_door(world: SimpleNamespace, dimension: Any) -> None:
    name, value = dimension.name, str(values_of(world)[dimension.name])
    query = {name: value}
    can_count = {} if name == "claimant" else {"count": "true"}
    found = api("reviews", {**query, **can_count})
    expected = {each["id"] for each in found["results"]}
    assert expected
    # The news feeds, which have no other filter than the language, show this site's own reviews unless asked.
    asks = {**query, "origin": ["own", "imported"]} if name == "language" else query
    assert in_feed("reviews", asks) == expected
    if can_count:
        assert found["meta"]["count"] == {"value": len(expected), "exact": True}
    if name in REVIEWS.on_pages or name == "q":
        assert on_page("search/", query) == expected
    if name in ON_GOOGLE or name == "q":
        more = {} if name == "publisher" or name == "q" else {"query": "nothing OR lemons OR chanh OR video OR lũ"}
        assert on_google({ON_GOOGLE.get(name, "query"): value, **more}) == expected
    assert {each["id"] for each in asked("search_reviews", query)["results"]} == expected


@pytest.mark.parametrize("dimension", CORRECTIONS.filters, ids=lambda each: each.name)
def test_corrections_are_the_same_at_each_door(world: SimpleNamespace, dimension: Any) -> None:
    name = dimension.name
    value = str({**values_of(world), "kind": "correction", "class": "substantive"}[name])
    expected = {each["review"]["id"] for each in api("corrections", {name: value})["results"]}
    assert in_feed("corrections", {name: value}) == expected
    if name in CORRECTIONS.on_pages:
        assert on_page("corrections/", {name: value}) == expected
    assert {each["review"]["id"] for each in asked("list_corrections", {name: value})["results"]} == expected


def test_facets_have_the_same_numbers(world: SimpleNamespace) -> None:
    names = [*REVIEWS.on_pages]
    numbers = api("reviews", {"facets": ",".join(names)})["meta"]["facets"]
    shown = {each.name: each for each in Filters({}).facets(varied=True)}
    for name in names:
        groups = api("stats", {"group_by": name})["groups"]["values"]
        counted = {each[name]: each["count"] for each in groups if each[name]}
        assert {each["value"]: each["count"] for each in numbers[name]["values"]} == counted
        assert {choice.value: choice.count for choice in shown[name].values if name in shown} == counted


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("language", "englsh", "Did you mean en?"), ("verdict", "truth:flase", "Did you mean truth:false?"),
        ("publisher", "not a site", "This isn't a host."),
    ],
)  # fmt: skip
def test_invalid_values_get_the_same_suggestion(world: SimpleNamespace, name: str, value: str, meant: str) -> None:
    doors: dict[str, Callable[[], Any]] = {
        "api": lambda: Client().get(f"/api/v1/reviews/?{urlencode({name: value})}").content.decode(),
        "feed": lambda: Client().get(f"/feeds/reviews.atom?{urlencode({name: value})}").content.decode(),
        "assistants": lambda: asked("search_reviews", {name: value}),
    }
    if name in ON_GOOGLE:
        query = urlencode({"query": "x", ON_GOOGLE[name]: value})
        doors["google"] = lambda: Client().get(f"/v1alpha1/claims:search?{query}").content.decode()
    assert {door: meant in ask() for door, ask in doors.items()} == dict.fromkeys(doors, True)
    page = Client().get(f"/en/search/?{urlencode({name: value})}").content.decode()
    offered = re.findall(rf"Did you mean: <a href=\"\?{name}=([^\"]*)\"", page)
    assert [f"Did you mean {unquote(each)}?" for each in offered] == [meant] * ("Did you mean" in meant)
    assert on_page("search/", {name: value}) == set()


def test_unknown_verdicts_need_no_question_each(world: SimpleNamespace) -> None:
    asked = dict[int, int]()
    for count in (1, 20):
        query = urlencode({"verdict": [f"house:unknown-{number}" for number in range(count)]}, doseq=True)
        with CaptureQueriesContext(connections["public"]) as queries:
            for url in (f"/en/search/?{query}", f"/api/v1/reviews/?{query}"):
                assert Client().get(url).status_code == 200
        asked[count] = len([each for each in queries if "record_publishedreference" in each["sql"]])
    assert asked[20] == asked[1]
