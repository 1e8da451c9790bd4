"""Erasure and redaction: what is asked for, what readers are told, and what stays."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from factcheck.editorial import erasure
from factcheck.editorial.drafts import review_statements
from factcheck.editorial.models import Appearance, Claim, Claimant, EditorialEvent, Proposal, Review
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.models import LogEntry, PublishedClaim, PublishedReference, PublishedReview, RevisionDocument
from tests.support.drafts import NOTICE, Newsroom, make_newsroom, make_user, waiting
from tests.support.refusals import refused


def test_erasure_leaves_the_log_and_a_notice(newsroom: Newsroom, live: Review) -> None:
    published_at = json.loads(PublishedReview.objects.get().body)["published_at"]
    digests = list(LogEntry.objects.values_list("digest", flat=True))
    entry = newsroom.erase_review(live)

    assert [row.kind for row in LogEntry.objects.all()] == ["review.original", "review.erasure"]
    assert list(LogEntry.objects.values_list("digest", flat=True))[:1] == digests
    assert list(RevisionDocument.objects.values_list("entry", flat=True)) == [1]
    row = PublishedReview.objects.using("public").get()
    assert (row.status, row.claim_id, row.verdict, row.publisher, row.claimant) == ("erased", None, None, "", None)
    body = json.loads(row.body)
    assert body == {
        "id": str(live.pk),
        "url": f"http://127.0.0.1:8000/reviews/{live.pk}/",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "notice": {
            "ground": "personal_data",
            "text": NOTICE,
            "redaction": False,
            "newsroom": {"name": "Toà soạn kiemchung.example", "site": "kiemchung.example"},
        },
        "published_at": published_at,
        "updated_at": body["updated_at"],
        "revision": {
            "number": 2, "kind": "erasure", "class": None, "note": NOTICE, "sequence": 1, "digest": entry.digest,
        },
        "corrections": [],
    }  # fmt: skip
    assert PublishedClaim.objects.count() == 0
    assert PublishedReference.objects.count() == 0

    live.refresh_from_db()
    assert (live.state, live.headline, live.language, live.verdict) == ("erased", "", "und", None)
    assert str(live) == "[erased]"
    assert list(live.authorships.values_list("user", "name")) == [(newsroom.reporter.pk, "")]
    assert (live.sources.count(), Claimant.objects.count(), Appearance.objects.count()) == (0, 0, 0)
    # The people, actions and times stay.
    assert list(EditorialEvent.objects.filter(subject=str(live.pk)).order_by("pk").values_list("action", "detail")) == [
        ("publication.submitted", {}), ("publication.approved", {}), ("review.original", {}),
        ("erasure.submitted", {}), ("erasure.approved", {}), ("review.erasure", {"sequence": 1}),
    ]  # fmt: skip
    assert list(live.proposals.order_by("pk").values_list("action", "statement", "digest", "decided_by")) == [
        ("publication", "", "0" * 64, newsroom.editor.pk),
        ("erasure", live.proposals.latest("pk").statement, live.proposals.latest("pk").digest, newsroom.chief.pk),
    ]


def test_erased_review_can_do_nothing_more(newsroom: Newsroom, live: Review) -> None:
    newsroom.erase_review(live)
    person = newsroom.editor
    for call, code in (
        (lambda: workflow.submit(subject=live, by=person), "wrong_state"),
        (lambda: workflow.publish(proposal=live.proposals.first(), by=person), "wrong_state"),
        (lambda: review_policy.open_correction(review=live, by=person, change_class="typo", note="x"), "wrong_state"),
        (lambda: review_policy.withdraw(review=live, by=person, reason="x"), "not_public"),
        (lambda: review_policy.reinstate(review=live, by=person, reason="x"), "wrong_state"),
        (lambda: review_policy.erase(review=live, by=person, ground="law", notice="Theo luật."), "not_public"),
    ):
        with refused(code):
            call()


def test_withdrawn_review_is_redacted_without_being_public_again(newsroom: Newsroom, live: Review) -> None:
    newsroom.withdraw_review(live)
    newsroom.redact_review(live)
    newsroom.publish_review(live)
    assert list(LogEntry.objects.order_by("sequence").values_list("kind", flat=True)) == [
        "review.original", "review.withdrawal", "review.erasure", "review.correction"
    ]  # fmt: skip
    assert json.loads(PublishedReview.objects.get().body)["headline"] == "Đoạn phim là của năm 2020"
    call_command("verify_record")


def test_redaction_wants_a_draft_without_what_has_to_go(newsroom: Newsroom, live: Review) -> None:
    wanted: dict[str, Any] = {"review": live, "by": newsroom.editor, "ground": "personal_data", "notice": NOTICE}
    with refused("wrong_state"):
        review_policy.erase(**wanted, redact=True)
    newsroom.open_correction(live)
    with refused("wrong_state"):
        review_policy.erase(**wanted, redact=True)
    Review.objects.update(headline="Đoạn phim cũ")
    review_policy.erase(**wanted, redact=True)
    # The request is decided on first.
    with refused("incomplete", "A request to withdraw, reinstate or erase this review is still open"):
        workflow.submit(subject=live, by=newsroom.reporter)


def test_redacted_revision_needs_its_note(newsroom: Newsroom, live: Review) -> None:
    newsroom.redact_review(live)
    Review.objects.update(change_note="")
    with refused("incomplete", "Choose the kind of correction"):
        workflow.submit(subject=live, by=newsroom.reporter)
    with refused("not_public"):
        review_policy.withdraw(review=live, by=newsroom.reporter, reason="x")


def test_withdrawn_review_can_be_erased(newsroom: Newsroom, live: Review) -> None:
    newsroom.withdraw_review(live)
    entry = newsroom.erase_review(live)
    assert entry.number == 3
    assert list(RevisionDocument.objects.values_list("entry", flat=True)) == [2]
    call_command("verify_record")


def test_claim_of_another_review_stays(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    other = make_newsroom("checkpoint.example")
    second = other.make_review(review.claim, language="en", headline="The video is from 2020")
    newsroom.publish_review(review)
    other.publish_review(second)
    assert (
        "1 other review of the same claim still contains the claim’s text. If the text must be"
        " removed, erase that review too."
    ) in [str(each) for each in erasure.warnings(review, redact=False)]
    newsroom.erase_review(review)
    assert Claim.objects.get().text == "Nước lũ ở Huế đã lên tới mái chùa."
    assert Claimant.objects.count() == 1
    claim = PublishedClaim.objects.get()
    assert [found["headline"] for found in json.loads(claim.body)["reviews"]] == ["The video is from 2020"]
    call_command("verify_record")
    # With the last one the claim goes.
    other.erase_review(second)
    assert Claim.objects.get().text == "[erased]"
    assert PublishedClaim.objects.count() == 0
    call_command("verify_record")


def test_claimant_of_another_claim_stays(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    newsroom.make_claim(text="Đập sắp vỡ.", claimant=review.claim.claimant)
    newsroom.publish_review(review)
    newsroom.erase_review(review)
    assert list(Claim.objects.order_by("text").values_list("text", "claimant__description")) == [
        ("[erased]", None),
        ("Đập sắp vỡ.", "một người dùng mạng xã hội"),
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"ground": "whim"}, "incomplete"),
        ({"ground": ""}, "incomplete"),
        ({"notice": " \n"}, "incomplete"),
        ({"notice": "x" * 2001}, "too_large"),
        ({"notice": "Xoá\x07."}, "wrong_value"),
        ({"notice": "Đã xoá bài VIDEO nước lũ là của năm 2020."}, "repeats_content"),
        ({"notice": "Xoá: https://source.example/2"}, "repeats_content"),
    ],
)
def test_erase_says_what_is_wrong_with_the_notice(module_newsroom: Newsroom, fields: dict[str, str], code: str) -> None:
    review = module_newsroom.publish_new()
    with refused(code):
        review_policy.erase(
            **{"review": review, "by": module_newsroom.editor, "ground": "law", "notice": NOTICE} | fields
        )
    assert not Proposal.objects.filter(action="erasure").exists()


def test_redaction_may_say_what_stays(newsroom: Newsroom, live: Review) -> None:
    newsroom.open_correction(live, summary="Sai.")
    review_policy.erase(
        review=live,
        by=newsroom.editor,
        ground="other",
        notice="Bài “Video nước lũ là của năm 2020” đã bỏ tên.",
        redact=True,
    )


def test_erasure_needs_two_editors(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    with refused("not_public"):
        review_policy.erase(review=review, by=newsroom.editor, ground="law", notice=NOTICE)
    newsroom.publish_review(review)
    stranger = make_newsroom("other.example").chief
    for person, code in (
        (newsroom.reporter, "not_allowed"),
        (stranger, "not_member"),
        (make_user("root", is_superuser=True), "not_member"),
    ):
        with refused(code):
            review_policy.erase(review=review, by=person, ground="law", notice=NOTICE)
    approval = review_policy.erase(review=review, by=newsroom.editor, ground="law", notice=NOTICE)
    for person, code in (
        (newsroom.editor, "needs_other_person"),
        (newsroom.reporter, "not_allowed"),
        (stranger, "not_allowed"),
    ):
        with refused(code):
            workflow.approve(proposal=approval, by=person, digest=approval.digest)
    with refused("undecided"):
        review_policy.withdraw(review=review, by=newsroom.reporter, reason="x")
    assert PublishedReview.objects.get().status == "live"
    workflow.return_(proposal=waiting(review), by=newsroom.chief, reason="Không có căn cứ.")
    assert review_statements.build_statement(review).to_json_object()["headline"] == "Video nước lũ là của năm 2020"
