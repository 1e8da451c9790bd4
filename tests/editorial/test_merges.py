"""Merging and splitting claims: who proposes, who decides, what readers find, and the rules of the database alone."""

import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from factcheck.editorial.drafts import review_statements
from factcheck.editorial.models import Claim, Claimant, EditorialEvent, Proposal, Review
from factcheck.editorial.proposals import merge_policy, publication, workflow
from factcheck.record.log import tree
from factcheck.record.models import LogEntry, PublishedClaim, PublishedMerge
from tests.api.conftest import Api
from tests.editorial.test_concurrency import at_once
from tests.editorial.test_erased_text import dump
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.refusals import refused
from tests.support.serving import served
from verifier import verifier

NOTE = "Hai bài cùng một lời đồn."
SITE = "http://127.0.0.1:8000"


@pytest.fixture
def newsroom(newsroom: Newsroom) -> Newsroom:
    tree.signing_key.cache_clear()
    return newsroom


def test_merge_is_proposed_by_one_and_approved_by_another(newsroom: Newsroom) -> None:
    claim, into = newsroom.publish_claim("Lũ tới mái chùa."), newsroom.publish_claim("Nước ngập mái chùa.")
    merge = merge_policy.propose_merge(claim=claim, into=into, by=newsroom.editor, note=NOTE)
    assert json.loads(merge.statement).keys() == {"id", "into", "publisher", "license"}
    assert PublishedClaim.objects.count() == 2  # nothing has happened yet
    entry = workflow.approve(proposal=merge, by=newsroom.second, digest=merge.digest).entry
    assert (entry.kind, entry.subject, entry.number) == ("claim.merge", claim.pk, 1)
    assert json.loads(bytes(entry.revision_document.document)) | {
        "published_at": 0,
        "updated_at": 0,
        "publisher": 0,
    } == {
        "id": str(claim.pk),
        "into": {"id": str(into.pk)},
        "publisher": 0,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "published_at": 0,
        "updated_at": 0,
        "revision": {"number": 1, "kind": "merge", "class": None, "note": NOTE},
    }
    assert merge_policy.merge_target(claim) == into
    with refused("already_decided"):
        workflow.take_back(proposal=merge, by=newsroom.editor)
    events = EditorialEvent.objects.filter(subject=str(claim.pk)).order_by("pk")
    assert list(events.values_list("action", flat=True)) == ["merge.submitted", "merge.approved", "claim.merge"]


def test_two_newsrooms_join_together_and_either_parts(newsroom: Newsroom) -> None:
    other, third = make_newsroom("khac.example"), make_newsroom("baochi.example")
    claim, into = newsroom.publish_claim("Lũ tới mái chùa."), other.publish_claim("Nước ngập mái chùa.")
    with refused("not_allowed"):
        merge_policy.propose_merge(claim=claim, into=into, by=third.editor, note=NOTE)
    merge = merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    for person in (newsroom.editor, newsroom.chief, third.chief):
        with refused("not_allowed"):
            workflow.approve(proposal=merge, by=person, digest=merge.digest)
    entry = workflow.approve(proposal=merge, by=other.editor, digest=merge.digest).entry
    assert json.loads(bytes(entry.revision_document.document))["publisher"]["site"] == "kiemchung.example"
    parting = merge_policy.propose_split(claim=claim, by=other.reporter, note="Hai ngôi chùa khác nhau.")
    with refused("not_allowed"):
        workflow.approve(proposal=parting, by=newsroom.editor, digest=parting.digest)
    assert workflow.approve(proposal=parting, by=other.editor, digest=parting.digest).entry.kind == "claim.split"


def test_what_cannot_be_proposed(newsroom: Newsroom) -> None:
    one, two, three = (newsroom.publish_claim(f"Lời đồn thứ {number}.") for number in ("nhất", "nhì", "ba"))
    draft = newsroom.make_claim(text="Chưa ai kiểm chứng.")
    withdrawn = newsroom.publish_claim("Đã rút.")
    newsroom.withdraw_review(Review.objects.get(claim=withdrawn))
    newsroom.merge_claims(one, two)
    for claim, into, note, code in (
        (two, two, NOTE, "same_claim"),
        (one, three, NOTE, "wrong_state"),
        (three, one, NOTE, "wrong_state"),
        (draft, three, NOTE, "not_public"),
        (three, draft, NOTE, "not_public"),
        (three, withdrawn, NOTE, "not_public"),
        (three, two, "  ", "incomplete"),
        (three, two, f"Trùng với «{two.text.upper()}»", "repeats_content"),
    ):
        with refused(code):
            merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=note)
    with refused("wrong_state"):
        merge_policy.propose_split(claim=two, by=newsroom.reporter, note=NOTE)
    newsroom.merge_claims(withdrawn, three)  # its address leads to where the reviews are


@pytest.mark.parametrize("note", ["Trùng với “Mái chùa ngập nước”.", "Cũng của Nguyễn Văn Mẫu."])
def test_reason_does_not_repeat_what_only_the_public_claim_still_says(newsroom: Newsroom, note: str) -> None:
    """The drafts may have been corrected or redacted since."""
    claim = newsroom.make_claim(text="Mái chùa ngập nước")
    Claimant.objects.update(type="person", name="Nguyễn Văn Mẫu", is_public_figure=True, description="")
    newsroom.publish_new(claim)
    into = newsroom.publish_claim("Lũ tới mái chùa.")
    Claim.objects.filter(pk=claim.pk).update(text="Một câu khác.")
    Claimant.objects.filter(pk=claim.claimant_id).update(type="unnamed", name="", description="một quan chức xã")
    claim.refresh_from_db()
    with refused("repeats_content"):
        merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=note)
    plain = merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    workflow.approve(proposal=plain, by=newsroom.editor, digest=plain.digest)
    with refused("repeats_content"):
        merge_policy.propose_split(claim=claim, by=newsroom.reporter, note=note)


def test_opposite_merges_at_the_same_time_give_one(newsroom: Newsroom) -> None:
    one, two = newsroom.publish_claim("Lũ tới mái chùa."), newsroom.publish_claim("Nước ngập mái chùa.")
    there = merge_policy.propose_merge(claim=one, into=two, by=newsroom.reporter, note=NOTE)
    back = merge_policy.propose_merge(claim=two, into=one, by=newsroom.reporter, note=NOTE)
    results = at_once(
        [
            lambda merge=merge, by=by: workflow.approve(proposal=merge, by=by, digest=merge.digest).entry
            for merge in (there, back)
            for by in (newsroom.editor, newsroom.second)
        ]
    )
    assert sum(isinstance(result, LogEntry) for result in results) == 1
    assert PublishedMerge.objects.count() == 1
    call_command("verify_record")


def test_claim_of_a_merge_leads_to_the_other(newsroom: Newsroom) -> None:
    api = Api()
    one, two, three = (newsroom.publish_claim(f"Lời đồn thứ {number}.") for number in ("nhất", "nhì", "ba"))
    newsroom.merge_claims(one, two)
    newsroom.merge_claims(two, three)
    response = api.send(f"claims/{one.pk}/")
    assert (response.status_code, response["Location"]) == (308, f"{SITE}/api/v1/claims/{three.pk}/")
    assert response["Cache-Control"] == "no-cache"
    found = api.get(f"claims/{three.pk}/")
    assert (found["text"], len(found["reviews"])) == ("Lời đồn thứ ba.", 3)
    assert sorted(claim["text"] for claim in found["merged"]) == ["Lời đồn thứ nhì.", "Lời đồn thứ nhất."]
    assert api.ids("claims/") == [str(three.pk)]
    page = api.client.get(f"/claims/{one.pk}/")
    assert (page.status_code, page["Location"]) == (301, f"/claims/{three.pk}/")
    text = api.client.get(page["Location"], headers={"accept-language": "vi"}).content.decode()
    assert ("Lời đồn thứ ba." in text, "Lời đồn thứ nhất." in text) == (True, True)
    assert text.count("<li><h2><span") == 3
    assert len(api.ids("reviews/", {"claim": str(three.pk)})) == 3
    assert len(api.ids("reviews/", {"claim": str(one.pk)})) == 3
    # The past is as it was: entry 3 is the first merge, entry 4 the second.
    assert api.get(f"claims/{one.pk}/", {"as_of": "2"})["text"] == "Lời đồn thứ nhất."
    response = api.send(f"claims/{one.pk}/", {"as_of": "3"})
    assert (response.status_code, response["Location"]) == (308, f"{SITE}/api/v1/claims/{two.pk}/?as_of=3")
    assert len(api.get(f"claims/{two.pk}/", {"as_of": "3"})["reviews"]) == 2
    newsroom.split_claim(two)
    assert len(api.get(f"claims/{two.pk}/")["reviews"]) == 2
    assert api.send(f"claims/{one.pk}/")["Location"] == f"{SITE}/api/v1/claims/{two.pk}/"
    assert len(api.ids("reviews/", {"claim": str(two.pk)})) == 2


def test_changes_tell_mirrors_of_merges(newsroom: Newsroom) -> None:
    api = Api()
    one, two = newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    newsroom.merge_claims(one, two)
    (change,) = api.get("changes/", {"since": "1"})["results"]
    assert (change["kind"], change["subject"]) == ("claim.merge", str(one.pk))
    assert (change["body"]["into"], change["body"]["url"]) == ({"id": str(two.pk)}, f"{SITE}/api/v1/claims/{one.pk}/")
    assert change["body"]["revision"] | {"digest": ""} == {
        "number": 1, "kind": "merge", "class": None, "note": NOTE, "sequence": 2, "digest": "",
    }  # fmt: skip
    newsroom.split_claim(one)
    merged, parted = api.get("changes/", {"since": "1"})["results"]
    assert (merged["body"], parted["kind"], parted["body"]["from"]) == (None, "claim.split", {"id": str(two.pk)})


def test_erasure_after_a_merge_leaves_nothing_of_the_claim(newsroom: Newsroom) -> None:
    secret = newsroom.publish_claim("Ông Quỳzạt nói dối.")
    other = newsroom.publish_claim("Lời đồn thứ nhì.")
    refused = merge_policy.propose_merge(claim=secret, into=other, by=newsroom.reporter, note=NOTE)
    workflow.return_(proposal=refused, by=newsroom.editor, reason="Ông Quỳzạt là người khác.")
    newsroom.merge_claims(secret, other)
    assert "Quỳzạt" in dump()
    newsroom.erase_review(Review.objects.get(claim=secret))
    assert "Quỳzạt" not in dump()
    call_command("verify_record")
    call_command("rebuild_record")
    assert "Quỳzạt" not in dump()
    assert Api().send(f"claims/{secret.pk}/").status_code == 308


def test_verifier_follows_merges(newsroom, monkeypatch, capsys):
    monkeypatch.setattr(verifier, "CACHE_TIME", 0)
    one, two, three = (newsroom.publish_claim(f"Lời đồn thứ {number}.") for number in ("nhất", "nhì", "ba"))
    newsroom.merge_claims(one, two)
    newsroom.merge_claims(two, three)
    newsroom.split_claim(two)
    with served() as address:
        assert verifier.main([address, "--quiet"]) == 0, capsys.readouterr().err
        PublishedMerge.objects.filter(claim_id=one.pk).update(into_id=three.pk)
        assert verifier.main([address, "--quiet"]) == 1
        assert f"Readers of the claim {one.pk} don't get the last revision, entry 3." in capsys.readouterr().err
        PublishedMerge.objects.filter(claim_id=one.pk).update(into_id=two.pk)
        # The split of `two` hidden.
        PublishedMerge.objects.filter(claim_id=two.pk, into_id=None).delete()
        PublishedMerge.objects.filter(claim_id=two.pk).update(until=None)
        PublishedClaim.objects.filter(pk=two.pk).delete()
        assert verifier.main([address, "--quiet"]) == 1
        assert f"Readers of the claim {two.pk} don't get the last revision, entry 5." in capsys.readouterr().err


def test_database_refuses_a_merge_that_nobody_approved(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    three = newsroom.publish_claim("Lời đồn thứ ba.")
    merge = merge_policy.propose_merge(claim=one, into=two, by=newsroom.reporter, note=NOTE)
    real = publication.publish.publish

    def into_another(publications: Any) -> Any:
        (publication,) = publications
        said = publication.statement | {"into": {"id": str(three.pk)}}
        return real([type(publication)(publication.subject, said, publication.kind, note=publication.note)])

    monkeypatch.setattr(publication.publish, "publish", into_another)
    with pytest.raises(IntegrityError, match="nobody approved what it publishes"):
        workflow.approve(proposal=merge, by=newsroom.editor, digest=merge.digest)
    assert Proposal.objects.get(kind="merge").decision == ""


def test_database_refuses_a_merge_in_the_name_of_another(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    theirs = {"publisher": review_statements.publisher_part(make_newsroom("khac.example").publisher)}
    real = merge_policy.MergePolicy.build_statement

    def change(policy: Any, merge: Proposal) -> Any:
        return real(policy, merge).model_copy(update=theirs)

    monkeypatch.setattr(merge_policy.MergePolicy, "build_statement", change)
    with pytest.raises(IntegrityError, match="it speaks for another newsroom"):
        newsroom.merge_claims(one, two)
