"""Every list, filter and order reads few pages of a database with 20,000 analysed rows. `make prove` tries 100,000.

Values are such as people give: those that many rows have and those that hardly any has. A filter or an order that is
declared and has no line here fails.
"""

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api.google import search
from api.lists.requests import ListOptions
from api.views.claims import CLAIMS
from api.views.corrections import CORRECTIONS
from api.views.demands import DEMANDS
from api.views.reviews import REVIEWS
from factcheck.database.bulk_writes import insert
from factcheck.record.formats.canonical import sha256_hex
from factcheck.record.lists import pages
from factcheck.record.models import (
    LogEntry,
    PublishedClaim,
    PublishedCorrection,
    PublishedDemand,
    PublishedReference,
    PublishedReview,
    RevisionDocument,
)

ROWS, ROWS_OF_PROVE = 20_000, 100_000
CHANGE = (
    '{"at":"2020-01-01T00:00:00.000000Z","class":null,"erased":true,"ground":null,"kind":"update","note":null,"publisher":"rare.example","revision":2,'
    '"sequence":1,"verdict_after":null,"verdict_before":null}'
)
MOST = 3_000  # pages of 8 KB that a request reads
SLOW = {("corrections", "published_before"): 60_000}  # all corrections of the oldest reviews are sorted
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
LISTS = {"reviews": REVIEWS, "claims": CLAIMS, "corrections": CORRECTIONS, "demands": DEMANDS}
# One row of every hundred has the rare verdict and publisher, of every 20,000 one what is very rare.
RARE, VERY_RARE = 100, 20_000
VERDICTS = 2_000  # of 500 scales
SOME_ID = UUID(int=7 << 76 | 500)

# For each filter a value that some rows have. Few rows of reviews and claims have it.
REVIEW_VALUES = {
    "ids": SOME_ID,
    "language": "km",
    "verdict": "truth:rare",
    "original_verdict": "Rare  words",
    "publisher": "rare.example",
    "origin": "own",
    "claim": SOME_ID,
    "claimant": SOME_ID,
    "topic": "very-rare",
    "appearance_url": "https://social.example/500",
    "cited_url": "https://source.example/500",
    "original_url": "https://pub1.example/500",
    **dict.fromkeys(
        [f"{what}_{side}" for what in ("claimed", "reviewed", "published") for side in ("after", "before")],
        "2020-02-01",
    ),
    "updated_after": "2020-02-01",
    "year": 2020,
}
CLAIM_VALUES = {"verdict": "truth:very-rare", "original_verdict": "very rare words", "publisher": "very-rare.example"}
DEMAND_VALUES = {
    "publisher": "pub1.example",
    "review": SOME_ID,
    "from": "court",
    "outcome": "refused",
    "received_after": "2020-02-01",
    "received_before": "2020-02-01",
}
VALUES = {
    "reviews": REVIEW_VALUES,
    "claims": REVIEW_VALUES | CLAIM_VALUES,
    "corrections": {"kind": "update", "class": "typo", **REVIEW_VALUES},
    "demands": REVIEW_VALUES | DEMAND_VALUES,
}
BODY = (
    '{"id":"00000000-0000-4000-8000-000000000001","claim":{"text":"alpha w%s c%s","language":"en"},"text":"alpha w%s","claimant":null,"claimed_on":null,'
    '"reviews":[],"revision":{"kind":"original","sequence":1},"publisher":{"name":"A newsroom","site":"pub1.example"}}'
)
SEARCHED_ELSEWHERE = {"q"}  # tests/record/search/test_search_plans.py


def id_of(number: int) -> UUID:
    return UUID(int=7 << 76 | number)


def review(number: int) -> SimpleNamespace:
    from factcheck.record.formats.urls import link_key, url_key

    at, rare, very_rare = BEGINNING + timedelta(minutes=number), number % RARE == 0, number % VERY_RARE == 0
    day = date(2019, 6, 1) + timedelta(days=number % 400)
    return SimpleNamespace(
        id=id_of(number), claim_id=id_of(number), status="live", sequence=number, body=BODY % (number, number % 7, number),
        language="km" if very_rare else ("en", "vi", "vi-vn", "en", "fr")[number % 5],
        verdict="truth:rare" if rare else f"truth:verdict{number % 6}",
        original_verdict="rare words" if rare else f"words{number % 6}", mapped_by=None,
        publisher="rare.example" if rare else f"pub{number % 50}.example",
        claimant=id_of(number % 5000), topics=["very-rare"] if very_rare else [f"topic{number % 40}"],
        appearance_keys=[url_key(f"https://social.example/{number}")],
        original_key=None if very_rare else url_key(f"https://pub1.example/{number}"), link_keys=[link_key(f"https://source.example/{number}")], earlier_claims=[],
        claimed_on=day if number % 2 else None, reviewed_on=day if number % 10 else None,
        published_at=at, updated_at=at,
    )  # fmt: skip


def claim(of: SimpleNamespace) -> SimpleNamespace:
    very_rare = of.sequence % VERY_RARE == 0
    return SimpleNamespace(
        **vars(of), years=[str(of.reviewed_on.year)] if of.reviewed_on else [], verdicts=["truth:very-rare" if very_rare else of.verdict],
        origins=["imported" if of.original_key else "own"], original_verdicts=["very rare words" if very_rare else of.original_verdict],
        publishers=["very-rare.example" if very_rare else of.publisher], search="'alpha'",
    )  # fmt: skip


@pytest.fixture(scope="module")
def many(module_database: str, pytestconfig: pytest.Config) -> None:
    rows = ROWS_OF_PROVE if pytestconfig.option.markexpr == "prove" else ROWS
    reviews = [review(number) for number in range(rows)]
    with connections["owner"].cursor() as cursor:
        for table in ("record_logentry", "record_revisiondocument"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    insert(
        LogEntry,
        (
            LogEntry(
                sequence=r.sequence, at=r.published_at, kind="review.original", subject=r.id, number=1,
                digest=sha256_hex(r.body.encode()),
            )
            for r in reviews
        ),
    )  # fmt: skip
    insert(
        RevisionDocument, (RevisionDocument(entry_id=r.sequence, salt=b"", document=r.body.encode()) for r in reviews)
    )
    insert(PublishedReview, reviews)
    insert(PublishedClaim, map(claim, reviews))
    insert(
        PublishedCorrection,
        (
            SimpleNamespace(
                sequence=r.sequence, review_id=r.id, at=r.published_at, body=CHANGE, publisher=r.publisher,
                language=r.language, kind="update" if r.sequence % RARE == 0 else "correction", days=0,
                change_class=("typo", "update", "substantive")[r.sequence % 3],
            )
            for r in reviews
        ),
    )  # fmt: skip
    insert(
        PublishedDemand,
        (
            SimpleNamespace(
                id=r.id, sequence=r.sequence, body="{}", publisher=r.publisher, review=r.id,
                from_type=("court", "person")[r.sequence % 2], outcome=("open", "refused")[r.sequence % 2],
                received_on=r.reviewed_on or date(2020, 1, 1), published_at=r.published_at, updated_at=r.updated_at,
            )
            for r in reviews
        ),
    )  # fmt: skip
    insert(
        PublishedReference,
        (
            SimpleNamespace(
                kind=kind, key=f"{kind}{number}" if kind != "verdict" else f"scale{number // 4}:{number}",
                name=f"Name {number}",
                sequence=number, body='{"value":null,"slug":"false","labels":{},"meanings":{},"best":null,"worst":null}',
            )
            for kind in PublishedReference.Kind.values
            for number in range(rows // 4 if kind != "verdict" else VERDICTS)
        ),
    )  # fmt: skip
    with connections["owner"].cursor() as cursor:
        for model in (
            LogEntry,
            RevisionDocument,
            PublishedReview,
            PublishedClaim,
            PublishedCorrection,
            PublishedDemand,
            PublishedReference,
        ):
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")


def plans(address: str) -> list[dict[str, Any]]:
    """The plan of every statement that the address asks for, as PostgreSQL ran it."""
    with CaptureQueriesContext(connections["public"]) as queries:
        response = Client().get(address)
    assert response.status_code == 200, (address, response.content)
    found = []
    with connections["public"].cursor() as cursor:
        for query in queries:
            if query["sql"].lstrip("(").upper().startswith("SELECT"):
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query['sql']}")
                (said,) = cursor.fetchone()
                found.append((json.loads(said) if isinstance(said, str) else said)[0]["Plan"])
    return found


def assert_reads_little(address: str, most: int = MOST) -> None:
    read = sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in plans(address))
    assert 0 < read <= most, address


def next_page(address: str) -> str:
    following: str = json.loads(Client().get(address).content)["next"]
    return following.removeprefix("http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("address", "index"),
    [
        ("/api/v1/reviews/", "review_published"),
        ("/api/v1/claims/", "claim_published"),
        ("/api/v1/corrections/", "record_publishedcorrection_pkey"),
        ("/api/v1/demands/", "demand_published"),
        ("/api/v1/publishers/", "publishedreference_name"),
        ("/api/v1/changes/", "record_logentry_pkey"),
        ("/en/corrections/", "record_publishedcorrection_pkey"),
    ],
)
def test_list_reads_its_index(many, address: str, index: str):
    assert f'"{index}"' in json.dumps(plans(address))


@pytest.mark.parametrize("name", LISTS)
def test_every_order_reads_little(many, name: str):
    options: ListOptions = LISTS[name]
    for order in options.orders:
        address = f"/api/v1/{name}/?{urlencode({'sort': order} if options.sorts else {})}"
        assert_reads_little(address)
        assert_reads_little(next_page(address))


@pytest.mark.prove
@pytest.mark.parametrize("name", LISTS)
def test_every_filter_reads_little(many, name: str):
    for each in LISTS[name].filters:
        if each.name not in SEARCHED_ELSEWHERE:
            assert_reads_little(
                f"/api/v1/{name}/?{urlencode({each.name: VALUES[name][each.name]})}", SLOW.get((name, each.name), MOST)
            )


UNKNOWN = ("language=xx", "verdict=truth:none", "original_verdict=none", "publisher=none.example", "topic=none")


@pytest.mark.prove
@pytest.mark.parametrize("name", ["reviews", "claims"])
@pytest.mark.parametrize("query", [*UNKNOWN, "topic=topic3", "topic=very-rare", "verdict=truth:rare"])
def test_rare_and_common_values_read_little(many, name: str, query: str):
    assert_reads_little(f"/api/v1/{name}/?{query}")


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/claimants/",
        "/api/v1/topics/",
        "/api/v1/rating-scales/",
        "/api/v1/changes/?since=10000",
        "/en/corrections/?publisher=rare.example",
        f"/api/v1/reviews/{SOME_ID}/revisions/",
        f"/api/v1/reviews/{SOME_ID}/",
        f"/api/v1/claims/{SOME_ID}/",
    ],
)
def test_other_addresses_read_little(many, address: str):
    assert_reads_little(address)


@pytest.mark.prove
@pytest.mark.parametrize("merged", [set(), {SOME_ID}], ids=["none merged", "some merged"])
def test_claims_of_a_site_for_clients_of_google(many, monkeypatch: pytest.MonkeyPatch, merged: set[UUID]):
    """Those that hardly any claim has are not looked for along the order, and common ones are met there."""
    monkeypatch.setattr(search, "merged_into", lambda reviews: merged)
    for site in ("127.0.0.1", "pub1.example", "very-rare.example", "none.example"):
        assert_reads_little(f"/v1alpha1/claims:search?pageSize=1&reviewPublisherSiteFilter={site}")


@pytest.mark.prove
@pytest.mark.parametrize("beside", ["", "&offset=10"])
def test_claims_of_a_common_site_that_are_far_along_the_order(many, monkeypatch: pytest.MonkeyPatch, beside: str):
    """Where the walk to them ends for want of time, as among a million, they are sorted: the same claims come."""
    address = f"/v1alpha1/claims:search?pageSize=3&reviewPublisherSiteFilter=pub1.example{beside}"
    walked = Client().get(address)
    monkeypatch.setattr(pages, "WALK", 1)
    found = Client().get(address)
    assert (found.status_code, found.content) == (200, walked.content)
    assert json.loads(found.content)["nextPageToken"]
