"""sitemap.xml: every page once, in pieces that stay as they are."""

import xml.etree.ElementTree as ET
from copy import deepcopy
from itertools import chain

import pytest
from django.db import connections
from django.test import Client

from factcheck.editorial.models import Claimant, Review
from factcheck.record.models import PublishedReview
from factcheck.website import sitemaps
from tests.support.databases import ground_fixture
from tests.support.drafts import make_newsroom

SITE = "http://127.0.0.1:8000"
XHTML = "{http://www.w3.org/1999/xhtml}"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read(address: str) -> list[str]:
    """The addresses in a sitemap or an index, in order."""
    response = Client().get(address.removeprefix(SITE))
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml; charset=utf-8")
    root = ET.fromstring(response.content)  # noqa: S314 (our own)
    assert root.tag in (f"{NAMESPACE}sitemapindex", f"{NAMESPACE}urlset")
    return [element.text or "" for element in root.iter(f"{NAMESPACE}loc")]


def make_claimant(newsroom, kind, **fields) -> Claimant:
    named = {"description": "một người"} if kind == "unnamed" else {"name": "Ông Bí thư"}
    return Claimant.objects.create(
        newsroom=newsroom.publisher, type=kind, is_public_figure=kind == "person", **named, **fields
    )


@pytest.fixture
def reviews(seven_ground, database) -> list[Review]:
    """Five that are live, in the order of publication, then one withdrawn and one erased."""
    return deepcopy(seven_ground.made)


def publish_seven() -> list[Review]:
    newsroom = make_newsroom()
    found = [newsroom.make_review() for _ in range(7)]
    for review in found:
        newsroom.publish_review(review)
    newsroom.withdraw_review(found[5])
    newsroom.erase_review(found[6])
    newsroom.publish_demand(newsroom.make_demand())
    return found


seven_ground = ground_fixture(publish_seven)


def test_every_page_that_is_public_is_in_it_once(reviews):
    (pages, of_reviews, of_claims, of_demands, *others) = read("/sitemap.xml")
    assert read(of_reviews) == [f"{SITE}/reviews/{review.pk}/" for review in reviews[:5]]
    assert len(read(of_claims)) == 5
    assert [part.split("/")[-2] for part in others] == ["publishers"]
    found = [address for part in (pages, of_claims, of_demands, *others) for address in read(part)]
    assert len(found) == len(set(found))
    for path in ("/", "/browse/", "/corrections/", "/demands/", "/tips/", "/verify/", "/publishers/kiemchung.example/"):
        assert {f"{SITE}/en{path}", f"{SITE}/vi{path}"} <= set(found), path
    for address in found:
        if "/docs/" in address:
            continue  # tests/website/test_documentation.py opens all guides
        assert Client().get(address.removeprefix(SITE)).status_code == 200, address


def test_page_in_several_languages_names_all_of_them(reviews):
    names = {"en": f"{SITE}/en/browse/", "vi": f"{SITE}/vi/browse/", "x-default": f"{SITE}/browse/"}
    root = ET.fromstring(Client().get("/sitemaps/pages.xml").content)  # noqa: S314 (our own)
    links = {
        page.findtext(f"{NAMESPACE}loc"): {link.get("hreflang"): link.get("href") for link in page.iter(f"{XHTML}link")}
        for page in root
    }
    assert links[names["en"]] == links[names["vi"]] == names
    # A guide without a translation has one page.
    assert links[f"{SITE}/en/docs/adr/0001-postgresql-always/"] == {}
    assert f"{SITE}/vi/docs/adr/0001-postgresql-always/" not in links


def test_claimants_with_a_page_are_in_it(newsroom):
    figure = make_claimant(newsroom, "person", confirmed=True)
    for claimant in (figure, make_claimant(newsroom, "unnamed")):
        newsroom.publish_review(newsroom.make_review(newsroom.make_claim(claimant=claimant)))
    (part,) = [part for part in read("/sitemap.xml") if "/claimants/" in part]
    assert read(part) == [f"{SITE}/{language}/claimants/{figure.pk}/" for language in ("en", "vi")]


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (4, [4, 1]), (5, [5]), (6, [5])])
def test_index_is_split(reviews, monkeypatch, limit, sizes):
    monkeypatch.setattr(sitemaps, "LIMIT", limit)
    parts = [read(part) for part in read("/sitemap.xml") if "/reviews/" in part]
    assert [len(part) for part in parts] == sizes
    assert [*chain(*parts)] == [f"{SITE}/reviews/{review.pk}/" for review in reviews[:5]]


def test_reviews_of_one_moment_are_split_without_loss(reviews, monkeypatch):
    """An import publishes a thousand at a time."""
    moment = PublishedReview.objects.get(pk=reviews[0].pk).published_at
    PublishedReview.objects.update(published_at=moment)
    monkeypatch.setattr(sitemaps, "LIMIT", 2)
    parts = [read(part) for part in read("/sitemap.xml") if "/reviews/" in part]
    assert [len(part) for part in parts] == [2, 2, 1]
    assert len(set(chain(*parts))) == 5


def test_part_that_begins_with_a_withdrawn_review_goes_on(reviews):
    assert read(f"/sitemaps/reviews/{reviews[5].pk}.xml") == []
    last = reviews[4]
    assert read(f"/sitemaps/reviews/{last.pk}.xml") == [f"{SITE}/reviews/{last.pk}/"]


def test_unknown_parts_are_not_found(reviews):
    for address in (
        "/sitemaps/reviews/01912d68-783e-7a51-9b2c-3f0e8d6c5b4a.xml", "/sitemaps/reviews/x.xml", "/sitemaps/", "/sitemaps/topics/%00.xml",
        f"/sitemaps/others/{reviews[0].pk}.xml", f"/sitemaps/demands/{reviews[0].pk}.xml",
    ):  # fmt: skip
        assert Client().get(address).status_code == 404


def test_record_that_is_empty_has_the_lists(database):
    assert read("/sitemap.xml") == [f"{SITE}/sitemaps/pages.xml"]


def test_page_says_when_it_changed(reviews):
    at = PublishedReview.objects.get(pk=reviews[0].pk).updated_at
    content = Client().get(f"/sitemaps/reviews/{reviews[0].pk}.xml").content.decode()
    assert f"<lastmod>{at:%Y-%m-%dT%H:%M:%S}Z</lastmod></url>" in content


def test_sitemap_is_sent_again_only_when_something_was_published(database):
    newsroom, client = make_newsroom(), Client()
    first = client.get("/sitemap.xml")
    assert client.get("/sitemap.xml", headers={"If-None-Match": first["ETag"]}).status_code == 304
    newsroom.publish_review(newsroom.make_review())
    assert client.get("/sitemap.xml", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_part_costs_two_queries_besides_the_head(reviews, django_assert_num_queries):
    with django_assert_num_queries(3, connection=connections["public"]):
        read(f"/sitemaps/reviews/{reviews[0].pk}.xml")
