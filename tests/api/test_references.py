"""Searching publishers and claimants, and what the API says of one of them."""

import pytest

from factcheck.editorial.models import Claimant
from tests.api.published import make_imported
from tests.support.drafts import Newsroom, make_newsroom

SITE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def world(module_database):
    newsroom = make_newsroom()
    names = ("Nguyễn Đức Độ", "Đỗ Nguyên", "Miller & Sons Ltd", "Łukasz Müller")
    claimants = {
        name: Claimant.objects.create(newsroom=newsroom.publisher, type="organization", name=name) for name in names
    }
    for number, claimant in enumerate(claimants.values()):
        claim = newsroom.make_claim(text=f"Nước lũ số {number}.", claimant=claimant)
        newsroom.publish_new(claim)
    newsroom.publish_review(make_imported(newsroom, "https://outra.example/1", language="pt"))
    return newsroom, claimants


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("nguyen", ["Đỗ Nguyên", "Nguyễn Đức Độ"]),
        ("NGUYỄN do", ["Đỗ Nguyên", "Nguyễn Đức Độ"]),
        ("duc", ["Nguyễn Đức Độ"]),
        ("mil", ["Miller & Sons Ltd"]),
        ("lukasz muller", ["Łukasz Müller"]),
        ("sons, miller", ["Miller & Sons Ltd"]),
        ("100%", []),
        ("&", []),
        ("nobody", []),
    ],
)
def test_claimants_are_found_by_name(world, api, words, names):
    found = [each["name"] for each in api.get("claimants/", {"q": words})["results"]]
    assert sorted(found) == sorted(names)


@pytest.mark.parametrize(
    ("words", "sites"),
    [
        ("outra", ["outra.example"]),
        ("redacao", ["outra.example"]),
        ("kiemchung.ex", ["kiemchung.example"]),
        ("example", ["kiemchung.example", "outra.example"]),
        ("none", []),
    ],
)
def test_publishers_are_found_by_name_or_site(world, api, words, sites):
    assert sorted(each["site"] for each in api.get("publishers/", {"q": words})["results"]) == sites


def test_search_has_pages(world, api):
    first = api.get("claimants/?q=nguyen&page_size=1")
    second = api.get(first["next"])
    assert {page["results"][0]["name"] for page in (first, second)} == {"Đỗ Nguyên", "Nguyễn Đức Độ"}
    assert second["next"] is None


def test_publisher(world, api):
    listed = {each["site"]: each for each in api.get("publishers/")["results"]}
    found = api.get("publishers/outra.example/")
    newest = api.get("reviews/?publisher=outra.example")["results"][0]
    assert found == listed["outra.example"] | {
        "review_count": 1,
        "languages": [{"language": "pt", "count": 1}],
        "newest_review": {key: newest[key] for key in ("id", "url", "headline", "language", "published_at")},
        "reviews_url": f"{SITE}/api/v1/reviews/?publisher=outra.example",
        "profile_changes": [],  # its review was imported
    }
    own = api.get("publishers/kiemchung.example/")
    *of_verdicts, of_publisher = sorted(own["profile_changes"], key=lambda change: change["verdict"] is None)
    assert of_publisher["content"] == listed["kiemchung.example"]
    assert of_verdicts
    for change in (*of_verdicts, of_publisher):
        review = api.get(f"reviews/{change['review']['id']}/revisions/{change['review']['revision']}/")
        content = change["content"] | review["review"]["verdict" if change["verdict"] else "publisher"]
        assert (change["at"], change["sequence"]) == (review["at"], review["sequence"])
        assert {key: content[key] for key in change["content"]} == change["content"]
    assert api.get("publishers/WWW.kiemchung.example/")["review_count"] == 4
    assert len(api.ids(found["reviews_url"])) == 1
    for site in ("none.example", "x y", "%00"):
        api.problem(f"publishers/{site}/", status=404)


def test_claimant_has_claims_and_no_numbers(world, api):
    _, claimants = world
    claimant = claimants["Miller & Sons Ltd"]
    found = api.get(f"claimants/{claimant.pk}/")
    [claim] = api.get(f"claims/?claimant={claimant.pk}")["results"]
    assert found == {
        "id": str(claimant.pk), "type": "organization", "name": "Miller & Sons Ltd", "description": None,
        "job_title": None, "same_as": [], "confirmed": True,
        "claims": [{key: claim[key] for key in ("id", "url", "text", "language", "claimed_on")}],
        "claims_url": f"{SITE}/api/v1/claims/?claimant={claimant.pk}",
    }  # fmt: skip
    assert api.ids(found["claims_url"]) == [claim["id"]]
    api.problem("claimants/00000000-0000-4000-8000-000000000000/", status=404)


def test_claimants_without_live_reviews_vanish(newsroom: Newsroom, api):
    names = ("Erased Ltd", "Withdrawn Ltd", "Renamed Ltd")
    claimants = [Claimant.objects.create(newsroom=newsroom.publisher, type="organization", name=name) for name in names]
    reviews = [newsroom.make_review(newsroom.make_claim(text=each.name, claimant=each)) for each in claimants]
    for review in reviews:
        newsroom.publish_review(review)
    assert len(api.get("claimants/?q=ltd")["results"]) == 3
    newsroom.erase_review(reviews[0])
    newsroom.withdraw_review(reviews[1])
    claimants[2].name = "New Ltd"
    claimants[2].save()
    newsroom.correct_review(reviews[2], headline="Mới")
    assert [each["name"] for each in api.get("claimants/?q=ltd")["results"]] == ["New Ltd"]
    for gone in claimants[:2]:
        api.problem(f"claimants/{gone.pk}/", status=404)
    [other] = api.get("publishers/?q=kiem")["results"]
    assert api.get(f"publishers/{other['site']}/")["review_count"] == 1
