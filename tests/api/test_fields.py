"""The parameter `fields`: only what was asked for, in lists and in single reviews and claims."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from api.lists.parameters import EMPTY
from factcheck.editorial.models import Topic
from tests.support.drafts import make_newsroom


@pytest.fixture(scope="module")
def world(module_database):
    newsroom = make_newsroom()
    claim = newsroom.make_claim(text="Nước lũ đã lên tới mái chùa.")
    claim.topics.add(Topic.objects.create(slug="floods"))
    live, gone = newsroom.make_review(claim), newsroom.make_review(newsroom.make_claim(text="Cầu đã sập."))
    for review in (live, gone):
        newsroom.publish_review(review)
    newsroom.withdraw_review(gone)
    newsroom.correct_review(live, headline="Video nước lũ cũ")
    newsroom.publish_demand(newsroom.make_demand(live))
    return live, gone


def read(api, address):
    response = api.send(address)
    assert response.status_code == 200, response.content
    return response.json()


def test_fields_of_reviews(world, api):
    live, _ = world
    assert read(api, "reviews/?fields=id,verdict.slug,claim.text,sources.stance")["results"] == [
        {
            "id": str(live.pk),
            "verdict": {"slug": "false"},
            "claim": {"text": "Nước lũ đã lên tới mái chùa."},
            "sources": [{"stance": source["stance"]} for source in api.get(f"reviews/{live.pk}/")["sources"]],
        }
    ]
    [found] = read(api, "reviews/?fields=headline&fields=claim,claim.text")["results"]
    assert found == {"headline": "Video nước lũ cũ", "claim": api.get(f"reviews/{live.pk}/")["claim"]}


@pytest.mark.parametrize(
    ("address", "results"),
    [
        ("claims/?fields=text,topics.slug", [{"text": "Nước lũ đã lên tới mái chùa.", "topics": [{"slug": "floods"}]}]),
        ("claims/?fields=claimant.confirmed,merged.text", [{"claimant": {"confirmed": True}, "merged": []}]),
        ("corrections/?fields=class,review.headline&kind=correction", [{"class": "substantive", "review": {"headline": "Video nước lũ cũ"}}]),
        ("demands/?fields=outcome,publisher.site", [{"outcome": "refused", "publisher": {"site": "kiemchung.example"}}]),
        ("publishers/?fields=site,type", [{"site": "kiemchung.example", "type": "organization"}]),
        ("topics/?fields=slug", [{"slug": "floods"}]),
    ],
)  # fmt: skip
def test_fields_of_lists(world, api, address, results):
    assert read(api, address)["results"] == results


def test_fields_of_a_search(world, api):
    live, _ = world
    found = read(api, "reviews/?q=chua&fields=language&highlight=true&count=true")
    assert found["results"] == [{"language": "vi"}]
    assert found["meta"]["count"] == {"value": 1, "exact": True}
    assert list(found["meta"]["highlights"]) == [str(live.pk)]


def test_fields_of_one(world, api):
    live, gone = world
    assert read(api, f"reviews/{live.pk}/?fields=claim.language,revision.number") == {
        "claim": {"language": "vi"}, "revision": {"number": 2},
    }  # fmt: skip
    assert read(api, f"reviews/{live.pk}/?fields=revision.number&as_of=0") == {"revision": {"number": 1}}
    assert read(api, f"claims/{live.claim_id}/?fields=reviews.headline") == {
        "reviews": [{"headline": "Video nước lũ cũ"}]
    }
    # A withdrawn review says less.
    assert read(api, f"reviews/{gone.pk}/?fields=id,verdict") == {"id": str(gone.pk)}


def test_cursor_fits_other_fields(world, api):
    newest = read(api, "publishers/?page_size=1&fields=site")
    assert newest["next"] is None
    pages = read(api, "corrections/?page_size=1&fields=sequence")
    query = dict(parse_qsl(urlsplit(pages["next"]).query))
    assert query["fields"] == "sequence"
    older = read(api, f"corrections/?page_size=1&fields=kind&cursor={query['cursor']}")
    assert older["results"] == [{"kind": "withdrawal"}]


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("reviews/?fields=verdct", "There isn't a field verdct. Did you mean verdict?"),
        ("reviews/?fields=", EMPTY),
        ("reviews/?fields=id,", EMPTY),
        ("reviews/?fields=text", "There isn't a field text. Did you mean claim.text or claim.wordings.text?"),
        ("reviews/?fields=claim.txt", "There isn't a field claim.txt. Did you mean claim.text or claim?"),
        (
            "claims/?fields=id,xyzzy",
            "There isn't a field xyzzy. The page of this list in the reference names all fields.",
        ),
        ("publishers/?fields=nmae", "There isn't a field nmae. Did you mean name?"),
        ("reviews/?fields=" + ",".join(["id"] * 101), "There are too many fields. Send at most 100."),
    ],
)
def test_unknown_fields_are_refused(world, api, address, detail):
    assert api.problem(address)["errors"] == [{"parameter": "fields", "detail": detail}]


def test_unknown_fields_of_one_are_refused(world, api):
    live, _ = world
    [error] = api.problem(f"reviews/{live.pk}/?fields=claim.txt")["errors"]
    assert error["detail"] == "There isn't a field claim.txt. Did you mean claim.text or claim?"
    [error] = api.problem(f"claims/{live.claim_id}/?fields=claim")["errors"]
    assert error["parameter"] == "fields"
    [error] = api.problem("rating-scales/?fields=slug")["errors"]
    assert error["detail"].startswith("This URL doesn't have this parameter.")
