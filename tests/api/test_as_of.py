"""The record as it was: single reviews and claims after any entry of the log, and at any time."""

from types import SimpleNamespace

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factcheck.editorial.models import Review
from factcheck.editorial.proposals import merge_policy, workflow
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.public_state import find_state
from tests.support.drafts import Newsroom, make_newsroom, make_scale


@pytest.fixture(scope="module")
def world(module_database):
    """Entries 0 flood, 1 tea, 2 flood corrected to true, 3 tea withdrawn, 4 secret, 5 secret erased, 6 tea again."""
    newsroom = make_newsroom()
    flood = newsroom.make_review(headline="Lũ: bản một")
    tea = newsroom.make_review(newsroom.make_claim(text="Trà chữa khỏi bệnh.", claimed_on=None), headline="Trà")
    secret = newsroom.make_review(newsroom.make_claim(text="Bí mật."), headline="Bí mật")
    newsroom.publish_review(flood)
    newsroom.publish_review(tea)
    newsroom.correct_review(flood, headline="Lũ: bản hai", verdict=make_scale().verdicts.get(slug="true"))
    newsroom.withdraw_review(tea)
    newsroom.publish_review(secret)
    newsroom.erase_review(secret, notice="Theo lệnh của toà án.")
    newsroom.reinstate_review(tea)
    at = dict(LogEntry.objects.values_list("sequence", "at"))
    return SimpleNamespace(flood=str(flood.pk), tea=str(tea.pk), secret=str(secret.pk), at=at, claims={
        name: str(Review.objects.get(pk=review.pk).claim_id) for name, review in (("flood", flood), ("tea", tea))
    })  # fmt: skip


def test_answer_names_the_entry_that_counts(world, api):
    for address in (f"reviews/{world.flood}/", f"claims/{world.claims['flood']}/"):
        response = api.send(address, {"as_of": world.at[3].isoformat()})
        assert (response["Factcheck-As-Of"], response["Factcheck-Head"]) == ("3", "6"), address
        assert "Factcheck-As-Of" not in api.send(address)


@pytest.mark.parametrize("address", ["reviews/", "claims/", "reviews/?q=trà", "stats/?group_by=topic"])
def test_lists_have_no_past(world, api, address):
    """`/changes/` up to an entry and single reviews give what was public then (docs/how-to/read-all-pages.md)."""
    (error,) = api.problem(f"{address}{'&' if '?' in address else '?'}as_of=1")["errors"]
    assert (error["parameter"], "/api/v1/changes/" in error["detail"]) == ("as_of", True)


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


def test_claims_of_the_past(world, api):
    def reviews(claim, sequence):
        found = api.get(f"claims/{world.claims[claim]}/", {"as_of": sequence})["reviews"]
        return [(review["headline"], review["verdict"]["slug"]) for review in found]

    assert [reviews("flood", sequence) for sequence in (1, 2)] == [
        [("Lũ: bản một", "false")],
        [("Lũ: bản hai", "true")],
    ]
    assert [reviews("tea", sequence) for sequence in (1, 3, 6)] == [[("Trà", "false")], [], [("Trà", "false")]]
    assert api.send(f"claims/{world.claims['tea']}/", {"as_of": 0}).status_code == 404


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
    for address in (f"reviews/{world.flood}/", f"claims/{world.claims['tea']}/"):
        assert api.problem(address, {"as_of": value})["errors"] == [{"parameter": "as_of", "detail": detail}]


def test_moment_once_and_only_where_it_means_something(world, api):
    assert api.problem(f"reviews/{world.flood}/", {"as_of": [1, 2]})["errors"] == [
        {"parameter": "as_of", "detail": "Send this parameter only once."}
    ]
    assert api.problem("publishers/", {"as_of": 1})["errors"][0]["parameter"] == "as_of"
    assert api.problem(f"reviews/{world.flood}/", {"as_off": 1})["errors"] == [
        {"parameter": "as_off", "detail": "This URL doesn't have this parameter. Did you mean as_of?"}
    ]


def test_past_takes_few_queries(world, api):
    for address, count in ((f"claims/{world.claims['flood']}/", 4), (f"reviews/{world.flood}/", 2)):
        with CaptureQueriesContext(connections["public"]) as queries:
            api.send(address, {"as_of": 1})
        assert len(queries) == count, address


def test_head_is_not_newer_than_the_entry_of_a_time(newsroom: Newsroom, api, monkeypatch):
    """Otherwise, the response would be remembered without the entry that arrives meanwhile."""
    review = newsroom.publish_new()

    def arrive(*arguments):
        if LogEntry.objects.count() == 1:
            newsroom.publish_new()
        return find_state(*arguments)

    monkeypatch.setattr("api.views.reviews.find_state", arrive)
    response = api.send(f"reviews/{review.pk}/", {"as_of": rfc3339(timezone.now())})
    assert (response["Factcheck-As-Of"], response["Factcheck-Head"]) == ("0", "0")


def test_claim_of_the_past_has_the_reviews_that_it_showed_then(database, api):
    """Entries 0 and 1 publish, 2 merges the first claim into the second, 3 splits it off."""
    newsroom, note = make_newsroom(), "Cùng một lời đồn, hai toà soạn."
    one, two = (newsroom.make_review(newsroom.make_claim(text=text)) for text in ("Trà chữa bệnh.", "Chè chữa bệnh."))
    for review in (one, two):
        newsroom.publish_review(review)
    merge = merge_policy.propose_merge(claim=one.claim, into=two.claim, by=newsroom.editor, note=note)
    workflow.approve(proposal=merge, by=newsroom.second, digest=merge.digest)
    split = merge_policy.propose_split(claim=one.claim, by=newsroom.editor, note=note)
    workflow.approve(proposal=split, by=newsroom.second, digest=split.digest)
    both = {str(one.pk), str(two.pk)}
    for sequence, expected in ((1, {str(two.pk)}), (2, both), (3, {str(two.pk)})):
        reviews = api.get(f"claims/{two.claim_id}/", {"as_of": sequence})["reviews"]
        assert {review["id"] for review in reviews} == expected
    moved = api.send(f"claims/{one.claim_id}/", {"as_of": 2})
    assert (moved.status_code, str(two.claim_id) in moved["Location"]) == (308, True)
    assert api.ids("reviews/", {"claim": two.claim_id}) == [str(two.pk)]
