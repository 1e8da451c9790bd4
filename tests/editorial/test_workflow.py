"""The life of a claim, verb by verb, and what each verb refuses."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.drafts import review_statements
from factcheck.editorial.models import Claim, Claimant, EditorialEvent, Review, Source, Topic
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.models import LogEntry, PublishedClaim, PublishedReference, PublishedReview, RevisionDocument
from tests.support.drafts import Newsroom, give_role, make_newsroom, make_scale, make_user, waiting
from tests.support.refusals import refused

pytestmark = pytest.mark.one_database


def test_story_from_draft_to_reinstatement(newsroom: Newsroom, live: Review) -> None:
    newsroom.correct_review(live, verdict=make_scale().verdicts.get(slug="true"))
    newsroom.withdraw_review(live)
    newsroom.reinstate_review(live)

    assert list(LogEntry.objects.values_list("sequence", "kind", "number")) == [
        (0, "review.original", 1),
        (1, "review.correction", 2),
        (2, "review.withdrawal", 3),
        (3, "review.reinstatement", 4),
    ]
    published = PublishedReview.objects.using("public").get()
    body = json.loads(published.body)
    assert published.status == "live"
    assert body["verdict"]["slug"] == "true"
    assert body["corrections"][0]["verdict_before"] == {"scale": "truth", "slug": "false", "label": "Sai"}
    assert body["corrections"][0]["verdict_after"] == {"scale": "truth", "slug": "true", "label": "Đúng"}
    assert body["revision"]["kind"] == "reinstatement"
    assert body["revision"]["note"] == "Nguồn đã xác nhận lại số liệu."
    tombstone = json.loads(bytes(RevisionDocument.objects.get(entry=2).document))
    assert "verdict" not in tombstone
    assert tombstone["revision"] == {
        "number": 3, "kind": "withdrawal", "class": None, "note": "Nguồn chính đã rút lại số liệu."
    }  # fmt: skip
    assert PublishedClaim.objects.get().status == "live"
    assert set(PublishedReference.objects.values_list("kind", "key")) == {
        ("publisher", "kiemchung.example"),
        ("verdict", "truth:true"),
        ("claimant", str(live.claim.claimant_id)),
    }
    assert list(EditorialEvent.objects.filter(subject=str(live.pk)).order_by("pk").values_list("action", flat=True)) == [
        "publication.submitted", "publication.approved", "review.original",
        "correction.opened", "publication.submitted", "publication.approved", "review.correction",
        "withdrawal.submitted", "withdrawal.approved", "review.withdrawal",
        "reinstatement.submitted", "reinstatement.approved", "review.reinstatement",
    ]  # fmt: skip


def test_withdrawn_claim_leaves_the_lists(newsroom: Newsroom, live: Review) -> None:
    newsroom.withdraw_review(live)
    claim = PublishedClaim.objects.get()
    assert claim.status == "withdrawn"
    assert json.loads(claim.body)["reviews"] == []
    assert "text" not in json.loads(claim.body)
    assert PublishedReference.objects.count() == 0


def test_second_review_of_a_claim_joins_it(newsroom: Newsroom, database: str) -> None:
    first = newsroom.make_review()
    other = make_newsroom("checkpoint.example")
    second = other.make_review(first.claim, language="en", headline="The video is from 2020")
    newsroom.publish_review(first)
    other.publish_review(second)
    body = json.loads(PublishedClaim.objects.get().body)
    assert [review["language"] for review in body["reviews"]] == ["vi", "en"]
    assert [review["publisher"]["site"] for review in body["reviews"]] == ["kiemchung.example", "checkpoint.example"]
    assert PublishedClaim.objects.get().publishers == ["checkpoint.example", "kiemchung.example"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"verdict": None}, "Choose a verdict."),
        ({"summary": ""}, "Write a summary. Give the verdict and the reason in one or two sentences."),
        ({"sources": 1}, "Add sources. A review needs at least two sources. This review has 1."),
        ({"sources": 0}, "Add sources. A review needs at least two sources. This review has 0."),
    ],
)
def test_submit_says_what_is_missing(newsroom: Newsroom, fields: dict[str, Any], reason: str) -> None:
    with refused("incomplete") as refusal:
        workflow.submit(subject=newsroom.make_review(**fields), by=newsroom.reporter)
    assert reason in [str(each) for each in refusal.value.reasons]


def test_submit_wants_a_source_with_a_stance(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    review.sources.update(stance=Source.Stance.CONTEXT)
    assert [str(each) for each in review_statements.find_missing(review)] == [
        "All sources only give context. At least one source must support or refute the claim."
    ]
    review.sources.update(stance="")
    assert [str(each) for each in review_statements.find_missing(review)] == [
        "For every source, choose whether it supports the claim, refutes it or gives context."
    ]


def test_submit_wants_a_confirmed_claimant(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    Claimant.objects.update(type="person", name="Somebody Printed", description="", confirmed=False)
    review.refresh_from_db()
    with refused("incomplete", "Confirm the name"):
        workflow.submit(subject=review, by=newsroom.reporter)


def test_author_does_not_approve(newsroom: Newsroom) -> None:
    """tests/editorial/test_proposal_defences.py tries the submitter, Reporters and strangers with every kind."""
    review = newsroom.make_review()
    review.authorships.create(user=newsroom.second)
    approval = workflow.submit(subject=review, by=newsroom.editor)
    with refused("needs_other_person"):
        workflow.approve(proposal=approval, by=newsroom.second, digest=approval.digest)


@pytest.mark.parametrize("when", ["before approval", "after approval"])
@pytest.mark.parametrize("what", ["review", "claim", "source", "publisher"])
def test_changed_draft_is_not_published(newsroom: Newsroom, when: str, what: str, database: str) -> None:
    review = newsroom.make_review()
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    if when == "after approval":
        workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    if what == "review":
        Review.objects.update(summary="Đúng.")
    elif what == "claim":
        Claim.objects.update(text="Khác.")
    elif what == "source":
        Source.objects.update(quote="Khác.")
    else:
        type(newsroom.publisher).objects.update(name="Khác")
    with refused("changed_since"):
        if when == "before approval":
            workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
        else:
            workflow.publish(proposal=waiting(review), by=newsroom.editor)
    assert LogEntry.objects.count() == 0
    workflow.return_(proposal=waiting(review), by=newsroom.editor, reason="Gửi lại.")
    newsroom.publish_review(review)
    assert LogEntry.objects.count() == 1


def test_return_needs_a_reason_unless_taken_back(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    with refused("incomplete"):
        workflow.return_(proposal=waiting(review), by=newsroom.editor, reason="  ")
    with refused("not_allowed"):
        other = make_user("second reporter")
        give_role(other, newsroom.publisher, "reporter")
        workflow.return_(proposal=waiting(review), by=other, reason="x")
    returned = workflow.take_back(proposal=waiting(review), by=newsroom.reporter)
    assert (returned.decision, returned.message) == ("returned", "")
    review.refresh_from_db()
    assert review.state == "draft"
    with refused("already_decided"):
        workflow.take_back(proposal=returned, by=newsroom.reporter)


def test_reporter_cannot_touch_the_review_of_another(newsroom: Newsroom, database: str) -> None:
    other = make_user("second reporter")
    give_role(other, newsroom.publisher, "reporter")
    review = newsroom.make_review()
    with refused("not_allowed"):
        workflow.submit(subject=review, by=other)


def test_correction_needs_class_note_and_change(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    with refused("wrong_state"):
        review_policy.open_correction(review=review, by=newsroom.reporter, change_class="typo", note="x")
    newsroom.publish_review(review)
    for change_class, note in (("whim", "x"), ("typo", " ")):
        with refused("incomplete"):
            review_policy.open_correction(review=review, by=newsroom.reporter, change_class=change_class, note=note)
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="typo", note="Sửa lỗi chính tả.")
    with refused("incomplete", "Nothing has changed"):
        workflow.submit(subject=review, by=newsroom.reporter)
    Review.objects.update(change_note="", summary="Sai!")
    with refused("incomplete", "Choose the kind of correction, and explain what changed and why"):
        workflow.submit(subject=review, by=newsroom.reporter)


def test_substantive_correction_needs_a_reason_of_some_length(newsroom: Newsroom, live: Review) -> None:
    opened = {"review": live, "by": newsroom.reporter, "change_class": "substantive"}
    message = r"Write at least 40 characters\. Your text has 16\."
    with refused("incomplete"):
        review_policy.open_correction(**opened, note=" Sai ngày quay ạ.\n")
    review_policy.open_correction(**opened, note="Sai ngày quay: người quay phim đã nói với toà soạn.")
    # The note can be edited while the draft is open.
    Review.objects.update(summary="Sai!", change_note="Sai ngày quay ạ.")
    with refused("incomplete", message):
        workflow.submit(subject=live, by=newsroom.reporter)


def test_another_verdict_is_no_typing_error(newsroom: Newsroom, database: str) -> None:
    scale = make_scale()
    review = newsroom.publish_new(verdict=scale.verdicts.get(slug="false"))
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="typo", note="Sửa một chữ.")
    Review.objects.update(verdict=scale.verdicts.get(slug="true"))
    with refused("incomplete", "this isn’t a typing error. Choose another kind"):
        workflow.submit(subject=review, by=newsroom.reporter)
    Review.objects.update(change_class="update")
    workflow.submit(subject=review, by=newsroom.reporter)


def test_change_of_metadata_leaves_the_text_unchanged(newsroom: Newsroom, live: Review) -> None:
    note = "Bài viết bằng tiếng Anh."
    review_policy.open_correction(review=live, by=newsroom.reporter, change_class="metadata", note=note)
    Review.objects.update(language="en", summary="Khác.")
    with refused("incomplete", "so this isn’t only about details. Choose another kind"):
        workflow.submit(subject=live, by=newsroom.reporter)
    Review.objects.update(summary=live.summary)
    assert newsroom.publish_review(live).kind == "review.update"
    body = json.loads(PublishedReview.objects.get().body)
    assert (body["language"], body["revision"]["class"], body["revision"]["note"]) == ("en", "metadata", note)
    assert body["corrections"] == []


def test_update_is_not_a_correction(newsroom: Newsroom, live: Review) -> None:
    review_policy.open_correction(review=live, by=newsroom.reporter, change_class="update", note="Có số liệu mới.")
    Review.objects.update(summary="Sai. Có số liệu mới.")
    entry = newsroom.publish_review(live)
    assert entry.kind == "review.update"
    body = json.loads(PublishedReview.objects.get().body)
    assert body["revision"]["kind"] == "update"
    assert body["corrections"][0]["class"] == "update"
    live.refresh_from_db()
    assert (live.state, live.change_class, live.change_note) == ("published", "", "")


def test_withdrawal_and_reinstatement_need_two_people_and_a_reason(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    with refused("not_public"):
        review_policy.withdraw(review=review, by=newsroom.reporter, reason="x")
    newsroom.publish_review(review)
    with refused("wrong_state"):
        review_policy.reinstate(review=review, by=newsroom.reporter, reason="x")
    with refused("incomplete"):
        review_policy.withdraw(review=review, by=newsroom.reporter, reason="")
    approval = review_policy.withdraw(review=review, by=newsroom.editor, reason="Nguồn sai.")
    with refused("needs_other_person"):
        workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    with refused("undecided"):
        review_policy.withdraw(review=review, by=newsroom.second, reason="Nguồn sai.")
    with refused("undecided"):
        review_policy.open_correction(review=review, by=newsroom.reporter, change_class="typo", note="x")
    workflow.return_(proposal=waiting(review), by=newsroom.second, reason="Không.")
    assert PublishedReview.objects.get().status == "live"
    newsroom.withdraw_review(review)
    with refused("not_public"):
        review_policy.withdraw(review=review, by=newsroom.reporter, reason="x")
    with refused("incomplete"):
        review_policy.open_correction(review=review, by=newsroom.reporter, change_class="typo", note="")


def test_correction_of_a_withdrawn_review_waits_for_its_reinstatement(newsroom: Newsroom, live: Review) -> None:
    newsroom.withdraw_review(live)
    newsroom.open_correction(live, summary="Đang viết lại.")
    with refused("incomplete", "Reinstate the review before you submit a correction"):
        workflow.submit(subject=live, by=newsroom.reporter)
    newsroom.reinstate_review(live)
    assert json.loads(PublishedReview.objects.get().body)["summary"] == "Sai. Đoạn video được quay năm 2020."
    newsroom.correct_review(live)
    assert json.loads(PublishedReview.objects.get().body)["summary"] == "Đang viết lại."


def test_withdrawal_during_a_correction_keeps_the_draft(newsroom: Newsroom, live: Review) -> None:
    newsroom.open_correction(live, summary="Đang viết lại.")
    newsroom.withdraw_review(live)
    newsroom.reinstate_review(live)
    assert json.loads(PublishedReview.objects.get().body)["summary"] == "Sai. Đoạn video được quay năm 2020."
    live.refresh_from_db()
    assert live.summary == "Đang viết lại."
    newsroom.correct_review(live)
    assert json.loads(PublishedReview.objects.get().body)["summary"] == "Đang viết lại."


def test_publication_of_a_review_needs_few_statements(newsroom: Newsroom) -> None:
    """With a topic, as most reviews have one."""
    review = newsroom.make_review()
    review.claim.topics.add(Topic.objects.create(slug="floods"))
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    proposal = waiting(review)
    with CaptureQueriesContext(connection) as queries:
        workflow.publish(proposal=proposal, by=newsroom.editor)
    # Five of them control transactions. Thirteen load the draft. Six sign the log after the commit, and one looks for
    # captures that readers may see. Two are for the newsroom's profile, which begins with its first review. Four read and
    # store the record's address. Later publications only read it.
    assert len(queries) <= 53
