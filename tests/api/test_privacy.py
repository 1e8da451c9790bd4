"""The reading side reads what is public and nothing else, with few queries."""

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.models import Appearance, Source, Topic, TopicLabel
from tests.support.drafts import Newsroom, make_newsroom

MARKER = "zwielicht"


@pytest.fixture(scope="module")
def world(module_database):
    """One published review, and a draft, a submitted correction and people full of the marker."""
    newsroom = make_newsroom()
    review = newsroom.publish_new()
    claim = newsroom.make_claim(text=f"{MARKER} claim", location=MARKER)
    Appearance.objects.create(claim=claim, url=f"https://{MARKER}.example/1")
    topic = Topic.objects.create(slug=MARKER)
    TopicLabel.objects.create(topic=topic, language="en", label=MARKER)
    claim.topics.add(topic)
    draft = newsroom.make_review(claim, headline=MARKER, summary=MARKER, body=MARKER, verdict_explanation=MARKER)
    Source.objects.create(review=draft, title=MARKER, url=f"https://{MARKER}.example/2", quote=MARKER, stance="context")
    # The published review's own draft moves on after its publication.
    type(review).objects.filter(pk=review.pk).update(headline=MARKER, body=MARKER)
    type(review.claim).objects.filter(pk=review.claim_id).update(text=MARKER)
    other = make_newsroom(f"{MARKER}.example")
    other.make_review()
    return {"review": review, "draft": draft}


def lists(review):
    return {
        "reviews/": 1,
        "reviews/?sort=claimed_on": 2,  # those with a date, then those without
        "claims/": 1,
        "publishers/": 2,
        "claimants/": 2,
        "topics/": 2,
        "rating-scales/": 3,  # the scales of the page, then their verdicts
        f"reviews/{review.pk}/revisions/": 3,  # that there is such a review, then the page
        f"reviews/{review.pk}/": 1,  # with the head
        f"reviews/{review.pk}/revisions/1/": 2,
        f"reviews/{review.pk}/revisions/1/document/": 2,
        f"claims/{review.claim_id}/": 2,
        "corrections/": 3,  # none: the head, and again, so that none came meanwhile
        "changes/": 3,  # the entries, then the bodies of reviews
        "": 1,
        "/api/schema/": 0,
        "/api/docs/": 0,
        "nothing/": 0,
    }


def test_nothing_of_a_draft_is_anywhere(world, api):
    searched = [*lists(world["review"]), f"reviews/?q={MARKER}", f"claims/?q={MARKER}", f"reviews/?topic={MARKER}"]
    for address in searched:
        content = api.send(address).content.decode().lower()
        assert content, address
        assert MARKER not in content.replace(f"={MARKER}", ""), address
    for of, row in (("reviews", world["draft"].pk), ("claims", world["draft"].claim_id)):
        api.problem(f"{of}/{row}/", status=404)
        assert api.ids(f"{of}/?ids={row}") == []
    api.problem(f"reviews/{world['draft'].pk}/revisions/", status=404)


def test_every_address_has_its_number_of_queries_by_the_reading_role(world, api):
    """One asks for the log's head, unless the rows come with it or the answer doesn't depend on the log.

    None goes over the application's connection.
    """
    openapi_is_made_once = api.send("/api/schema/")
    assert openapi_is_made_once.status_code == 200
    for address, expected in lists(world["review"]).items():
        with (
            CaptureQueriesContext(connections["public"]) as public,
            CaptureQueriesContext(connections["default"]) as default,
            CaptureQueriesContext(connections["owner"]) as owner,
        ):
            api.send(address)
        assert len(public) == expected, address
        assert (len(default), len(owner)) == (0, 0), address


def test_page_of_many_rows_takes_no_more_queries(newsroom: Newsroom, api):
    for _ in range(4):
        newsroom.publish_new()
    for address, expected in (("reviews/", 1), ("claims/", 1), ("claimants/", 2), ("reviews/?sort=claimed_on", 2)):
        with CaptureQueriesContext(connections["public"]) as public:
            assert len(api.get(address)["results"]) == 4
        assert len(public) == expected, address
    with CaptureQueriesContext(connections["public"]) as public:
        api.get("reviews/?sort=claimed_on&page_size=2")
    assert len(public) == 1  # the page is full before those without a date are asked for


def test_reading_role_is_not_the_application(world):
    with connections["public"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        (user,) = cursor.fetchone()
    assert user == settings.DATABASES["public"]["USER"]
    assert user != settings.DATABASES["default"]["USER"]
