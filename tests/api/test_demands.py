"""The register of demands over the API: bodies whole, filters, pages, revisions, and nothing of a draft."""

import hashlib
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.models import Demand
from factcheck.editorial.proposals import demand_policy
from factcheck.record.models import LogEntry
from factcheck.record.statements.demand import Demand as DemandStatement
from tests.support.drafts import DEMAND, make_newsroom
from tests.support.whole import whole

SITE = "http://127.0.0.1:8000"
MARKER = "zqxdraftzqx"


@pytest.fixture(scope="module")
def world(module_database):
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    review = newsroom.publish_new()
    made = {
        "updated": newsroom.make_demand(review, outcome="open", done="", done_on=None),
        "person": newsroom.make_demand(
            from_type="person", from_name="", from_description="người trong ảnh", received_on=date(2026, 10, 19),
            outcome="complied",
        ),
        "court": other.make_demand(
            from_type="court", from_name="", asked="", legal_basis="", withheld_reason="Luật cấm.",
            received_on=date(2026, 10, 21), publish_after=demand_policy.utc_today(),
        ),
    }  # fmt: skip
    for name, demand in made.items():
        (other if name == "court" else newsroom).publish_demand(demand)
    newsroom.update_demand(made["updated"], outcome="refused", done="Đã từ chối.", done_on=date(2026, 10, 30))
    # Statements that aren't public: a draft, an approved entry that waits, a correction in the making.
    newsroom.make_demand(review, asked=MARKER, from_name=MARKER)
    newsroom.approve_demand(newsroom.make_demand(review, asked=MARKER, publish_after=date(2999, 1, 1)))
    demand_policy.reopen_demand(demand=made["person"], by=newsroom.reporter, note=MARKER)
    Demand.objects.filter(pk=made["person"].pk).update(asked=MARKER)
    return SimpleNamespace(review=review, **{name: str(demand.pk) for name, demand in made.items()})


def entries(demand):
    return list(LogEntry.objects.filter(subject=demand).order_by("number"))


def at(entry):
    return entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def expected(world):
    first, second = entries(world.updated)
    said = {
        "id": world.updated,
        "url": f"{SITE}/demands/{world.updated}/",
        **DEMAND,
        "review": {"id": str(world.review.pk)},
        "published_at": at(first),
        "updated_at": at(second),
        "revision": {
            "number": 2, "kind": "updated", "class": None, "note": "Tòa đã bác yêu cầu.", "sequence": second.sequence,
            "digest": second.digest,
        },
    }  # fmt: skip
    return whole(said, DemandStatement)


def test_demand_whole(world, api):
    assert api.get(f"demands/{world.updated}/") == expected(world)


def test_withheld_demand_says_so_and_until_when_it_was_delayed(world, api):
    body = api.get(f"demands/{world.court}/")
    assert (body["withheld"], body["delayed_until"]) == ("Luật cấm.", demand_policy.utc_today().isoformat())
    assert (body["asked"], body["from"]["name"], body["review"]) == (None, None, None)


def test_list_is_newest_first(world, api):
    assert api.ids("demands/") == [world.court, world.person, world.updated]
    assert api.get("demands/")["results"][2] == expected(world)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("publisher=kiemchung.example", ["person", "updated"]),
        ("publisher=www.Other.example", ["court"]),
        ("from=court", ["court"]),
        ("from=court&from=person", ["court", "person"]),
        ("from=police", []),
        ("outcome=refused", ["court", "updated"]),
        ("outcome=open", []),
        ("from=person&outcome=complied", ["person"]),
        ("received_after=2026-10-20", ["court", "updated"]),
        ("received_before=2026-10-20", ["person"]),
        ("published_after=2999-01-01", []),
        ("published_before=2999-01-01", ["court", "person", "updated"]),
        ("updated_after=2999-01-01", []),
        ("sort=received_on", ["person", "updated", "court"]),
        ("sort=-received_on", ["court", "updated", "person"]),
        ("sort=published_at", ["updated", "person", "court"]),
        ("sort=-updated_at", ["updated", "court", "person"]),
        ("sort=updated_at", ["person", "court", "updated"]),
    ],
)
def test_filters_and_orders(world, api, query, names):
    assert api.ids(f"demands/?{query}") == [getattr(world, name) for name in names]


def test_demands_about_a_review(world, api):
    assert api.ids(f"demands/?review={world.review.pk}") == [world.updated]


@pytest.mark.parametrize("order", ["-published_at", "received_on", "-updated_at"])
def test_pages_lead_through_the_register_and_back(world, api, order):
    whole = api.ids(f"demands/?sort={order}")
    page = api.get(f"demands/?sort={order}&page_size=1")
    forth = [page]
    while page["next"]:
        page = api.get(page["next"])
        forth.append(page)
    assert [result["id"] for page in forth for result in page["results"]] == whole
    back = api.get(page["previous"])
    assert [result["id"] for result in back["results"]] == [whole[1]]


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        (
            "outcome=refussed",
            "outcome",
            "Use one of open, complied, partly, refused, dropped. Did you mean refused?",
        ),
        ("from=lawyer", "from", "Use one of state_body, police, court, company, person."),
        ("review=x", "review", "This isn't an id. Send a UUID, for example 01912d68-783e-7a51-9b2c-3f0e8d6c5b4a."),
        ("received_after=yesterday", "received_after", "This isn't a date. Send a date, for example 2026-11-05."),
        ("received=2026-10-20", "received", "This URL doesn't have this parameter. Did you mean received_after or received_before?"),
        ("cursor=forged", "cursor", "This cursor is for other filters or another order. Start again without the cursor."),
    ],
)  # fmt: skip
def test_wrong_parameter_is_named(world, api, query, parameter, detail):
    assert api.problem(f"demands/?{query}")["errors"] == [{"parameter": parameter, "detail": detail}]


def test_revisions(world, api):
    first, second = entries(world.updated)
    address = f"{SITE}/api/v1/demands/{world.updated}/revisions/"
    listed = api.get(f"demands/{world.updated}/revisions/")
    assert (listed["next"], listed["previous"]) == (None, None)
    for entry, result, (kind, note) in zip(
        (first, second), listed["results"], (("published", None), ("updated", "Tòa đã bác yêu cầu.")), strict=True
    ):
        own = f"{address}{entry.number}/"
        metadata = {
            "number": entry.number, "kind": kind, "class": None, "note": note, "at": at(entry),
            "sequence": entry.sequence, "digest": entry.digest, "url": own, "disowned_by": None, "document_url": f"{own}document/",
        }  # fmt: skip
        assert {key: result[key] for key in metadata} == metadata
        detail = api.get(own)
        assert {key: detail[key] for key in result} == result
        document = api.send(f"{own}document/")
        assert hashlib.sha256(bytes.fromhex(document["Factcheck-Salt"]) + document.content).hexdigest() == entry.digest
        assert (document["Factcheck-Sequence"], document["Factcheck-Digest"]) == (str(entry.sequence), entry.digest)
        assert api.get(f"{own}document/")["outcome"] == detail["demand"]["outcome"]
    assert api.get(f"demands/{world.updated}/revisions/2/")["demand"] == expected(world)
    assert api.get(f"demands/{world.updated}/revisions/1/")["demand"]["outcome"] == "open"


def test_what_is_no_demand_is_not_found(world, api):
    review, demand = world.review.pk, world.updated
    for address in (
        f"demands/{review}/", f"demands/{review}/revisions/", f"demands/{review}/revisions/1/",
        f"demands/{review}/revisions/1/document/", f"demands/{demand}/revisions/3/", f"demands/{demand}/revisions/3/document/",
        f"reviews/{demand}/", f"reviews/{demand}/revisions/", f"reviews/{demand}/revisions/1/document/",
    ):  # fmt: skip
        api.problem(address, status=404)


def test_nothing_of_a_draft_is_anywhere(world, api):
    for address in (
        "demands/", f"demands/?review={world.review.pk}", f"demands/{world.person}/", f"demands/{world.person}/revisions/",
        f"demands/{world.person}/revisions/1/", f"demands/{world.person}/revisions/1/document/",
    ):  # fmt: skip
        assert MARKER not in api.send(address).content.decode()


@pytest.mark.parametrize(
    ("address", "queries"),
    [("demands/", 1), ("demands/{}/", 2), ("demands/{}/revisions/", 3), ("demands/{}/revisions/1/", 2)],
)
def test_number_of_queries_and_the_role_that_asks(world, api, address, queries):
    with (
        CaptureQueriesContext(connections["public"]) as reading,
        CaptureQueriesContext(connections["default"]) as writing,
    ):
        api.get(address.format(world.updated))
    assert (len(reading), len(writing)) == (queries, 0)


def test_answer_is_not_sent_twice(world, api):
    answer = api.send(f"demands/{world.updated}/")
    again = api.send(f"demands/{world.updated}/", **{"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
