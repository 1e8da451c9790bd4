"""sitemap.xml: every page once."""

import xml.etree.ElementTree as ET
from copy import deepcopy
from itertools import chain

import pytest
from django.core.management import call_command
from django.test import Client

from factcheck.editorial.models import Claimant, Review
from factcheck.tools.whole_files import locked
from factcheck.website import sitemaps
from tests.support.databases import ground_fixture
from tests.support.drafts import make_newsroom

SITE = "http://127.0.0.1:8000"
XHTML = "{http://www.w3.org/1999/xhtml}"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DUMPS_FOLDER = tmp_path


def write() -> None:
    call_command("make_sitemaps")


def read(address: str) -> list[str]:
    """The addresses in a sitemap or an index, in order."""
    assert address.startswith((SITE, "/"))
    response = Client(headers={"host": "localhost"}).get(address.removeprefix(SITE))
    assert (response.status_code, response["Content-Type"]) == (200, "application/xml")
    root = ET.fromstring(response.getvalue())  # noqa: S314 (our own)
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
    write()
    (pages, of_reviews, of_claims, of_demands, *others) = read("/sitemap.xml")
    assert read(of_reviews) == [f"{SITE}/reviews/{review.pk}/" for review in reviews[:5]]
    assert len(read(of_claims)) == 5
    assert [part.split("/")[-1] for part in others] == ["publishers-1.xml"]
    found = [address for part in (pages, of_claims, of_demands, *others) for address in read(part)]
    assert len(found) == len(set(found))
    for path in ("/", "/browse/", "/corrections/", "/demands/", "/tips/", "/verify/", "/publishers/kiemchung.example/"):
        assert {f"{SITE}/en{path}", f"{SITE}/vi{path}"} <= set(found), path
    for address in found:
        if "/docs/" in address:
            continue  # tests/website/test_documentation.py opens all guides
        assert Client().get(address.removeprefix(SITE)).status_code == 200, address


def test_page_in_several_languages_names_all_of_them(reviews):
    write()
    names = {"en": f"{SITE}/en/browse/", "vi": f"{SITE}/vi/browse/", "x-default": f"{SITE}/browse/"}
    root = ET.fromstring(Client().get("/sitemaps/pages.xml").getvalue())  # noqa: S314 (our own)
    links = {
        page.findtext(f"{NAMESPACE}loc"): {link.get("hreflang"): link.get("href") for link in page.iter(f"{XHTML}link")}
        for page in root
    }
    assert links[names["en"]] == links[names["vi"]] == names
    # A guide without a translation has one page.
    guide = f"{SITE}/en/docs/adr/0001-postgresql-always/"
    assert links[guide] == {"en": guide, "x-default": f"{SITE}/docs/adr/0001-postgresql-always/"}
    assert f"{SITE}/vi/docs/adr/0001-postgresql-always/" not in links


def test_claimants_with_a_page_are_in_it(newsroom):
    figure = make_claimant(newsroom, "person", confirmed=True)
    for claimant in (figure, make_claimant(newsroom, "unnamed")):
        newsroom.publish_review(newsroom.make_review(newsroom.make_claim(claimant=claimant)))
    write()
    (part,) = [part for part in read("/sitemap.xml") if "/claimants-1.xml" in part]
    assert read(part) == [f"{SITE}/{language}/claimants/{figure.pk}/" for language in ("en", "vi")]


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (4, [4, 1]), (5, [5]), (6, [5])])
def test_index_is_split(reviews, monkeypatch, limit, sizes):
    monkeypatch.setattr(sitemaps, "LIMIT", limit)
    write()
    parts = [read(part) for part in read("/sitemap.xml") if "/reviews-" in part]
    assert [len(part) for part in parts] == sizes
    assert [*chain(*parts)] == [f"{SITE}/reviews/{review.pk}/" for review in reviews[:5]]


def test_unknown_parts_are_not_found(reviews):
    assert Client().get("/sitemap.xml").status_code == 404  # the worker hasn't written it yet
    write()
    for address in ("/sitemaps/reviews-9.xml", "/sitemaps/others.xml", "/sitemaps/", "/sitemaps/%00.xml"):
        assert Client().get(address).status_code == 404


def test_sitemaps_are_written_again_only_when_something_was_published(database, monkeypatch):
    newsroom = make_newsroom()
    newsroom.publish_review(newsroom.make_review())
    assert sitemaps.write_sitemaps([]) == 4
    assert sitemaps.write_sitemaps([]) is None
    newsroom.publish_review(newsroom.make_review())
    with locked(sitemaps.sitemap_folder() / "lock"):
        assert sitemaps.write_sitemaps([]) is None
    monkeypatch.setattr(sitemaps, "LIMIT", 1)
    assert sitemaps.write_sitemaps([]) == 6
    monkeypatch.undo()
    newsroom.publish_review(newsroom.make_review())
    assert sitemaps.write_sitemaps([]) == 4
    assert Client().get("/sitemaps/reviews-2.xml").status_code == 404
