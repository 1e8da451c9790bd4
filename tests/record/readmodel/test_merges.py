"""Merged claims: where reviews are shown, now and in the past, whatever was joined and parted, and never in a circle."""

import json
import random
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, transaction

from factcheck.record import publish
from factcheck.record.errors import RecordError
from factcheck.record.log import entries, tree
from factcheck.record.models import LogEntry, PublishedClaim, PublishedMerge, PublishedReview
from factcheck.record.readmodel import merge_rows
from factcheck.record.readmodel.claim_merges import MergeGroup
from tests.record.readmodel.test_past import claims_at, erase, everything, revision, said, texts, withdraw

A, B, C, D = (UUID(int=number) for number in (10, 11, 12, 13))
W, X, Y, Z = (UUID(int=number) for number in (1, 2, 3, 4))


@pytest.fixture(autouse=True)
def record(bare_record: None) -> None:
    tree.signing_key.cache_clear()


def merge(claim: UUID, into: UUID) -> entries.Publication:
    return entries.Publication(claim, _statement(claim, into=into), LogEntry.Kind.CLAIM_MERGE, note="Cùng một lời đồn.")


def split(claim: UUID, origin: UUID) -> entries.Publication:
    publication = {"from": origin}
    return entries.Publication(
        claim, _statement(claim, **publication), LogEntry.Kind.CLAIM_SPLIT, note="Hai lời đồn khác nhau."
    )


def _statement(claim: UUID, **other: UUID) -> dict[str, Any]:
    whole = said(claim, claim)
    named = {key: {"id": str(value)} for key, value in other.items()}
    return {"id": str(claim), **named, "publisher": whole["publisher"], "license": whole["license"]}


def reviews_of(claim: UUID, sequence: int | None = None) -> list[str]:
    """Ids of the reviews that the claim shows, the oldest first."""
    found = claims_at(sequence if sequence is not None else 10**6)
    return [str(UUID(review["id"]).int) for review in json.loads(found[claim])["reviews"]] if claim in found else []


def test_merge_shows_the_reviews_of_both_and_a_split_takes_it_back() -> None:
    publish.publish([revision(X, A, "Một."), revision(Y, B, "Hai.")])
    before = {row.id: row.body for row in PublishedClaim.objects.all()}
    publish.publish([merge(A, B)])
    (row,) = PublishedClaim.objects.all()
    body = json.loads(row.body)
    assert (row.id, row.sequence, body["text"], reviews_of(B)) == (B, 1, "Hai.", ["2", "3"])
    assert [(claim["id"], claim["text"]) for claim in body["merged"]] == [(str(A), "Một.")]
    assert body["id"] == str(B)
    assert json.loads(PublishedReview.objects.get(pk=X).body)["claim"]["id"] == str(A)  # its bytes stay as they are
    publish.publish([split(A, B)])
    assert {row.id: row.body for row in PublishedClaim.objects.all()} == before
    assert [texts(claims_at(sequence)) for sequence in (1, 2, 3)] == [
        {A: "Một.", B: "Hai."},
        {B: "Hai."},
        {A: "Một.", B: "Hai."},
    ]
    call_command("verify_record")


def test_reviews_published_after_the_merge_go_where_it_leads() -> None:
    publish.publish([revision(X, A, "Một."), revision(Y, B, "Hai.")])
    publish.publish([merge(A, B)])
    publish.publish([revision(Z, A, "Ba.")])
    publish.publish([revision(X, A, "Một, đã sửa.")])
    assert reviews_of(B) == ["3", "2", "4"]  # the first two were published at once, X then changed
    assert not PublishedClaim.objects.filter(pk=A).exists()
    assert texts(claims_at(4)) == {B: "Hai."}
    publish.publish([withdraw(Y, B)])
    assert texts(claims_at(5)) == {B: "Một, đã sửa."}  # its own review is gone, so the newest remaining review speaks
    publish.publish([split(A, B)])
    assert (reviews_of(A), reviews_of(B), texts(claims_at(6))) == (["2", "4"], [], {A: "Một, đã sửa.", B: None})
    call_command("verify_record")


def test_chain_of_merges_and_a_split_in_its_middle() -> None:
    publish.publish([revision(X, A), revision(Y, B), revision(Z, C)])
    publish.publish([merge(A, B)])
    publish.publish([merge(B, C)])
    assert (reviews_of(A), reviews_of(B), reviews_of(C)) == ([], [], ["2", "3", "4"])
    assert [MergeGroup.of([A]).root(A, sequence) for sequence in (2, 3, 4, None)] == [A, B, C, C]
    publish.publish([split(B, C)])
    assert (reviews_of(A), reviews_of(B), reviews_of(C)) == ([], ["2", "3"], ["4"])
    assert [reviews_of(B, sequence) for sequence in (2, 3, 4, 5)] == [["3"], ["2", "3"], [], ["2", "3"]]
    publish.publish([merge(C, B)])  # the other way round, now that there is no circle
    assert (reviews_of(B), reviews_of(C)) == (["2", "3", "4"], [])
    call_command("verify_record")


@pytest.mark.parametrize(
    ("publication", "message"),
    [
        (merge(C, C), "cannot be merged into itself"),
        (merge(A, C), "has already been merged"),
        (merge(B, A), "been merged"),
        (merge(C, A), "been merged"),
        (split(B, A), "Only a merged claim"),
        (merge(X, B), "doesn't belong to a claim"),
    ],
)
def test_what_cannot_be_merged(publication: entries.Publication, message: str) -> None:
    publish.publish([revision(X, A), revision(Y, B), revision(Z, C)])
    publish.publish([merge(A, B)])
    with pytest.raises(RecordError, match=message):
        publish.publish([publication])


def test_database_refuses_circles_of_whoever_goes_round_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    publish.publish([revision(X, A), revision(Y, B), revision(Z, C)])
    publish.publish([merge(A, B)])
    publish.publish([merge(B, C)])
    monkeypatch.setattr(entries, "_kind", lambda publication, last: publication.kind)
    monkeypatch.setattr(entries, "_require_target", lambda publication: None)
    monkeypatch.setattr(merge_rows, "apply", lambda published: None)
    for publication, message in (
        (merge(C, A), "merges claim .* into .*, which is merged itself"),
        (merge(D, D), "into no other"),
        (merge(A, C), "claim.merge cannot follow claim.merge"),
        (split(C, B), "claim.split cannot follow"),
        (entries.Publication(D, {"id": str(D), "license": ""}, LogEntry.Kind.CLAIM_MERGE, note="?"), "into no other"),
        (merge(X, C), "claim.merge cannot follow review.original"),
    ):
        with pytest.raises(Error, match=message), transaction.atomic():
            publish.publish([publication])
    with pytest.raises(Error, match="which is merged itself"):  # both at once
        publish.publish([merge(C, D), merge(D, C)])
    assert LogEntry.objects.count() == 5


def test_erased_review_of_a_merged_claim_leaves_nothing() -> None:
    publish.publish([revision(X, A, "Bí mật."), revision(Y, B, "Hai.")])
    publish.publish([merge(A, B)])
    publish.publish([revision(X, A, "Bí mật, đã sửa.")])
    publish.publish([erase(X)])
    assert "Bí mật" not in json.dumps(everything(), default=str, ensure_ascii=False)
    assert [texts(claims_at(sequence)) for sequence in range(5)] == [{}] + [{B: "Hai."}] * 4
    assert not PublishedClaim.objects.filter(pk=A).exists()
    before = everything()
    call_command("verify_record")
    call_command("rebuild_record")
    assert everything() == before


def test_merge_of_many_claims_into_one() -> None:
    claims = [UUID(int=1000 + number) for number in range(40)]
    publish.publish([revision(UUID(int=2000 + n), claim, f"Lần {n}.") for n, claim in enumerate(claims)])
    for claim in claims[1:]:
        publish.publish([merge(claim, claims[0])])
    assert len(reviews_of(claims[0])) == 40
    assert len(json.loads(PublishedClaim.objects.get().body)["merged"]) == 39
    publish.publish([split(claims[7], claims[0])])
    assert (len(reviews_of(claims[0])), len(reviews_of(claims[7]))) == (39, 1)


@pytest.mark.parametrize("seed", [0, *(pytest.param(each, marks=pytest.mark.prove) for each in range(1, 3))])
def test_claims_agree_with_the_log_whatever_was_joined_and_parted(seed: int) -> None:
    """Against an oracle that walks the entries, and against the rebuilt rows."""
    dice = random.Random(seed)
    reviews = [UUID(int=100 + number) for number in range(6)]
    claims = [UUID(int=200 + number) for number in range(4)]
    about: dict[UUID, UUID] = {}  # review -> claim that its document names; absent once erased
    parent: dict[UUID, UUID] = {}
    expected: list[dict[UUID, set[UUID]]] = []
    for number in range(40):
        review, claim, other = dice.choice(reviews), dice.choice(claims), dice.choice(claims)
        act = dice.choice(["publish", "publish", "erase", "merge", "merge", "split"])
        if act == "erase" and review in about:
            publish.publish([erase(review)])
            del about[review]
            # Erased text isn't shown in the past either.
            expected = [{at: found - {review} for at, found in shown.items()} for shown in expected]
        elif act == "merge" and claim not in parent and other not in parent and claim != other:
            publish.publish([merge(claim, other)])
            parent[claim] = other
        elif act == "split" and claim in parent:
            publish.publish([split(claim, parent.pop(claim))])
        else:
            publish.publish([revision(review, claim, f"Lần {number}.")])
            about[review] = claim
        shown: dict[UUID, set[UUID]] = {}
        for each, home in about.items():
            while home in parent:
                home = parent[home]
            shown.setdefault(home, set()).add(each)
        expected.append(shown)
    for sequence, shown in enumerate(expected):
        found = {
            pk: {UUID(row["id"]) for row in json.loads(body)["reviews"]} for pk, body in claims_at(sequence).items()
        }
        assert found == {claim: set(each) for claim, each in shown.items() if each}, sequence
    assert PublishedMerge.objects.filter(until__isnull=False).exists()
    before = everything()
    call_command("verify_record")
    call_command("rebuild_record")
    assert everything() == before


def test_verify_record_looks_at_merges() -> None:
    publish.publish([revision(X, A), revision(Y, B)])
    publish.publish([merge(A, B)])
    PublishedMerge.objects.update(body="{}")
    with pytest.raises(CommandError, match="The published merge 2 is not what the log's documents give"):
        call_command("verify_record")
    call_command("rebuild_record")
    call_command("verify_record")
    PublishedMerge.objects.all().delete()
    with pytest.raises(CommandError):
        call_command("verify_record")
