"""The record as it was: reviews and claims after any entry of the log, and at any time."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.lists.parameters import as_published
from factcheck.editorial.models import Review
from factcheck.editorial.proposals import merge_policy, workflow
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.public_state import find_state
from tests.support.drafts import (
    Newsroom,
    correct_review,
    erase_review,
    make_claim,
    make_newsroom,
    make_review,
    make_scale,
    publish_review,
    reinstate_review,
    withdraw_review,
)


@pytest.fixture(scope="module")
def world(module_database):
    """Entries 0 flood, 1 tea, 2 flood corrected to true, 3 tea withdrawn, 4 secret, 5 secret erased, 6 tea again."""
    newsroom = make_newsroom()
    flood = make_review(newsroom, headline="Lũ: bản một")
    tea = make_review(newsroom, make_claim(newsroom, text="Trà chữa khỏi bệnh.", claimed_on=None), headline="Trà")
    secret = make_review(newsroom, make_claim(newsroom, text="Bí mật."), headline="Bí mật")
    publish_review(newsroom, flood)
    publish_review(newsroom, tea)
    correct_review(newsroom, flood, headline="Lũ: bản hai", verdict=make_scale().verdicts.get(slug="true"))
    withdraw_review(newsroom, tea)
    publish_review(newsroom, secret)
    erase_review(newsroom, secret, notice="Theo lệnh của toà án.")
    reinstate_review(newsroom, tea)
    at = dict(LogEntry.objects.values_list("sequence", "at"))
    return SimpleNamespace(flood=str(flood.pk), tea=str(tea.pk), secret=str(secret.pk), at=at, claims={
        name: str(Review.objects.get(pk=review.pk).claim_id) for name, review in (("flood", flood), ("tea", tea))
    })  # fmt: skip


def headlines(api, **query):
    return [body["headline"] for body in api.get("reviews/", query)["results"]]


HISTORY = {
    0: ["Lũ: bản một"],
    1: ["Trà", "Lũ: bản một"],
    2: ["Trà", "Lũ: bản hai"],
    3: ["Lũ: bản hai"],
    4: ["Lũ: bản hai"],
    5: ["Lũ: bản hai"],
    6: ["Trà", "Lũ: bản hai"],
}


@pytest.mark.parametrize("sequence", HISTORY)
def test_list_after_an_entry(world, api, sequence):
    assert headlines(api, as_of=sequence) == HISTORY[sequence]
    # The same by its time, and until just before the next one.
    assert headlines(api, as_of=world.at[sequence].isoformat()) == HISTORY[sequence]
    if sequence < 6:
        moment = world.at[sequence + 1] - timedelta(microseconds=1)
        assert headlines(api, as_of=moment.isoformat()) == HISTORY[sequence]


def test_list_before_the_first_entry(world, api):
    before = (world.at[0] - timedelta(microseconds=1)).isoformat()
    assert api.get("reviews/", {"as_of": before}) == {"results": [], "next": None, "previous": None}
    assert api.get("claims/", {"as_of": "1999-01-01"}) == {"results": [], "next": None, "previous": None}
    assert api.send(f"reviews/{world.flood}/", {"as_of": before}).status_code == 404
    assert "Factcheck-As-Of" not in api.send("reviews/", {"as_of": before})


def test_answer_names_the_entry_that_counts(world, api):
    for address in ("reviews/", "claims/", f"reviews/{world.flood}/", f"claims/{world.claims['flood']}/"):
        response = api.send(address, {"as_of": world.at[3].isoformat()})
        assert (response["Factcheck-As-Of"], response["Factcheck-Head"]) == ("3", "6"), address
        assert "Factcheck-As-Of" not in api.send(address)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"verdict": "false"}, ["Trà", "Lũ: bản một"]),
        ({"verdict": "true"}, []),
        ({"updated_after": "2000-01-01", "language": "VI"}, ["Trà", "Lũ: bản một"]),
        ({"language": "en"}, []),
        ({"sort": "published_at"}, ["Lũ: bản một", "Trà"]),
        ({"sort": "claimed_on"}, ["Lũ: bản một", "Trà"]),
        ({"sort": "-claimed_on"}, ["Lũ: bản một", "Trà"]),
        ({"appearance_url": "http://social.example/p/1/"}, ["Trà", "Lũ: bản một"]),
        ({"claimed_after": "2026-10-03"}, ["Lũ: bản một"]),
    ],
)
def test_filters_and_orders_look_at_the_past(world, api, query, expected):
    assert headlines(api, as_of=1, **query) == expected


@pytest.mark.parametrize("sort", ["-published_at", "updated_at", "claimed_on", "-claimed_on"])
def test_pages_of_the_past_are_one_list(world, api, sort):
    whole = headlines(api, as_of=1, sort=sort)
    first = api.get("reviews/", {"as_of": 1, "sort": sort, "page_size": 1})
    second = api.get(first["next"])
    assert [first["results"][0]["headline"], second["results"][0]["headline"]] == whole
    assert second["next"] is None
    assert api.get(second["previous"])["results"] == first["results"]
    forged = api.problem("reviews/", {"as_of": 2, "sort": sort, "cursor": first["next"].partition("cursor=")[2][:80]})
    assert forged["errors"][0]["parameter"] == "cursor"


def test_review_at_its_address(world, api):
    for sequence, headline, kind in (
        (0, "Lũ: bản một", "original"),
        (1, "Lũ: bản một", "original"),
        (2, "Lũ: bản hai", "correction"),
    ):
        body = api.get(f"reviews/{world.flood}/", {"as_of": sequence})
        assert (body["headline"], body["revision"]["kind"]) == (headline, kind)
    assert api.send(f"reviews/{world.flood}/", {"as_of": 6}).content == api.send(f"reviews/{world.flood}/").content
    assert api.get(f"reviews/{world.tea}/", {"as_of": 4})["revision"]["kind"] == "withdrawal"
    assert api.send(f"reviews/{world.tea}/", {"as_of": 0}).status_code == 404
    revision = api.get(f"reviews/{world.flood}/revisions/1/")
    assert api.get(f"reviews/{world.flood}/", {"as_of": 0}) == revision["review"]


def test_erased_review_is_gone_at_any_time(world, api):
    assert api.send(f"reviews/{world.secret}/", {"as_of": 3}).status_code == 404
    for sequence in (4, 5, 6):
        problem = api.problem(f"reviews/{world.secret}/", {"as_of": sequence}, status=410)
        assert problem["detail"] == "Theo lệnh của toà án."
    for sequence in range(7):
        for address in ("reviews/", "claims/"):
            assert "Bí mật" not in json.dumps(api.get(address, {"as_of": sequence}), ensure_ascii=False)


def test_claims_of_the_past(world, api):
    def reviews(sequence):
        claims = api.get("claims/", {"as_of": sequence, "sort": "published_at"})["results"]
        return [[(review["headline"], review["verdict"]["slug"]) for review in claim["reviews"]] for claim in claims]

    assert reviews(1) == [[("Lũ: bản một", "false")], [("Trà", "false")]]
    assert reviews(3) == [[("Lũ: bản hai", "true")]]
    assert reviews(6) == [[("Lũ: bản hai", "true")], [("Trà", "false")]]
    assert api.get(f"claims/{world.claims['tea']}/", {"as_of": 3})["reviews"] == []
    assert len(api.get(f"claims/{world.claims['tea']}/", {"as_of": 1})["reviews"]) == 1
    assert api.send(f"claims/{world.claims['tea']}/", {"as_of": 0}).status_code == 404
    assert api.ids("claims/", {"as_of": 3, "verdict": "true"}) == [world.claims["flood"]]
    assert api.ids("claims/", {"as_of": 1, "verdict": "true"}) == []


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ("7", "This entry doesn't exist yet. The header Factcheck-Head contains the newest sequence."),
        ("999999999999999999", "This entry doesn't exist yet. The header Factcheck-Head contains the newest sequence."),
        ("9" * 30, "This isn't a sequence. Send the index of a log entry, for example 0 or 1024."),
        ("-1", "This isn't a sequence. Send the index of a log entry, for example 0 or 1024."),
        ("2999-01-01T00:00:00Z", "This time is in the future. Send a time in the past."),
        ("2026-02-30", "This day doesn't exist. Send a date, for example 2026-11-05."),
        (
            "",
            "This isn't a time. Send a date or an RFC 3339 time with its offset, for example 2026-11-05 or 2026-11-05T08:30:00Z. Encode + as %2B.",
        ),
        (
            "\x00",
            "This isn't a time. Send a date or an RFC 3339 time with its offset, for example 2026-11-05 or 2026-11-05T08:30:00Z. Encode + as %2B.",
        ),
        (
            "٣",
            "This isn't a time. Send a date or an RFC 3339 time with its offset, for example 2026-11-05 or 2026-11-05T08:30:00Z. Encode + as %2B.",
        ),
    ],
)
def test_wrong_moments(world, api, value, detail):
    for address in ("reviews/", f"reviews/{world.flood}/", "claims/", f"claims/{world.claims['tea']}/"):
        assert api.problem(address, {"as_of": value})["errors"] == [{"parameter": "as_of", "detail": detail}]


def test_past_cannot_be_searched(world, api):
    expected = [{"parameter": "q", "detail": "You can't search the past. Leave out this parameter or as_of."}]
    assert api.problem("reviews/", {"as_of": 1, "q": "trà"})["errors"] == expected
    assert api.problem("claims/", {"as_of": 1, "q": "trà"})["errors"] == expected


def test_moment_once_and_only_where_it_means_something(world, api):
    assert api.problem("reviews/", {"as_of": [1, 2]})["errors"] == [
        {"parameter": "as_of", "detail": "Send this parameter only once."}
    ]
    assert api.problem("publishers/", {"as_of": 1})["errors"][0]["parameter"] == "as_of"
    assert api.problem(f"reviews/{world.flood}/", {"as_off": 1})["errors"] == [
        {"parameter": "as_off", "detail": "This URL doesn't have this parameter. Did you mean as_of?"}
    ]


def test_past_takes_few_queries(world, api):
    for address, count in (("reviews/", 2), ("claims/", 2), (f"reviews/{world.flood}/", 2)):
        with CaptureQueriesContext(connections["public"]) as queries:
            api.send(address, {"as_of": 1})
        assert len(queries) == count, address


@pytest.mark.parametrize(
    ("address", "module", "name"),
    [("reviews/", "api.lists.requests", "as_published"), ("reviews/{}/", "api.views.reviews", "find_state")],
)
def test_head_is_not_newer_than_the_entry_of_a_time(newsroom: Newsroom, api, monkeypatch, address, module, name):
    """Otherwise, the response would be remembered without the entry that arrives meanwhile."""
    review = make_review(newsroom)
    publish_review(newsroom, review)

    read = {"as_published": as_published, "find_state": find_state}[name]

    def arrive(*arguments):
        if LogEntry.objects.count() == 1:
            publish_review(newsroom, make_review(newsroom))
        return read(*arguments)

    monkeypatch.setattr(f"{module}.{name}", arrive)
    response = api.send(address.format(review.pk), {"as_of": rfc3339(timezone.now())})
    assert (response["Factcheck-As-Of"], response["Factcheck-Head"]) == ("0", "0")


def test_claim_of_the_past_has_the_reviews_that_it_showed_then(database, api):
    """Entries 0 and 1 publish, 2 merges the first claim into the second, 3 splits it off."""
    newsroom, note = make_newsroom(), "Cùng một lời đồn, hai toà soạn."
    one, two = (make_review(newsroom, make_claim(newsroom, text=text)) for text in ("Trà chữa bệnh.", "Chè chữa bệnh."))
    for review in (one, two):
        publish_review(newsroom, review)
    merge = merge_policy.propose_merge(claim=one.claim, into=two.claim, by=newsroom.editor, note=note)
    workflow.approve(proposal=merge, by=newsroom.second, digest=merge.digest)
    split = merge_policy.propose_split(claim=one.claim, by=newsroom.editor, note=note)
    workflow.approve(proposal=split, by=newsroom.second, digest=split.digest)
    both = {str(one.pk), str(two.pk)}
    for sequence, expected in ((0, set()), (1, {str(two.pk)}), (2, both), (3, {str(two.pk)})):
        assert set(api.ids("reviews/", {"claim": two.claim_id, "as_of": sequence})) == expected
    assert set(api.ids("reviews/", {"claim": one.claim_id, "as_of": 2})) == both
    assert api.ids("reviews/", {"claim": two.claim_id}) == [str(two.pk)]
