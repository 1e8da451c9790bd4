"""A newsroom's own review needs titles, and a copy or a reason for each source and appearance; the database holds it too."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError

from factcheck.editorial.drafts import review_statements
from factcheck.editorial.drafts.rows import drafts_of
from factcheck.editorial.models import Capture, Claim, Review
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.editorial.proposals.policy import Policy
from factcheck.record.statements.same_content import has_same_content
from tests.editorial.desk.addresses import decision
from tests.editorial.test_defences import approved
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom, waiting
from tests.support.evidence import make_capture
from tests.support.refusals import refused
from tests.support.sql import execute

pytestmark = pytest.mark.one_database

MOMENT = datetime(2026, 10, 4, 8, 30, tzinfo=UTC)
DONE = {
    "state": "done", "captured_at": MOMENT, "size": 48_200, "sha256": "ab" * 32, "media_type": "application/warc",
    "file": "captures/x.warc.gz", "final_url": "https://source.example/1",
}  # fmt: skip
SAID = {
    "sha256": "ab" * 32, "captured_at": "2026-10-04T08:30:00.000000Z", "size": 48_200,
    "media_type": "application/warc", "final_url": "https://source.example/1",
}  # fmt: skip


def reasons(review: Review) -> list[str]:
    return [str(each) for each in review_policy.find_missing(Review.objects.get(pk=review.pk))]


def test_submission_asks_for_a_title(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    review.sources.filter(position=0).update(title="")
    assert reasons(review) == ["Give every source a title."]


def test_submission_asks_for_a_copy_or_a_reason(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    review.sources.filter(position=0).update(no_capture_reason="")
    review.claim.appearances.update(no_capture_reason="")
    assert reasons(review) == [
        "A source has no copy. Upload a copy, copy the page again, or write why there is no copy.",
        "An appearance has no copy. Upload a copy, copy the page again, or write why there is no copy.",
    ]
    failed = make_capture(newsroom, state="failed", failure="gone")
    review.sources.filter(position=0).update(capture=failed)
    assert len(reasons(review)) == 2
    done = make_capture(newsroom, **DONE)
    review.sources.filter(position=0).update(capture=done)
    review.claim.appearances.update(capture=done)
    assert reasons(review) == []
    assert str(newsroom.publish_review(review).kind) == "review.original"


@pytest.mark.parametrize(
    ("claim", "source", "asked"),
    [
        # The copies were made on 4 October at 08:30 UTC, when it was 22:30 on the first island that day reached.
        ("2026-10-04", {"published_on": "2026-10-04", "accessed_on": "2026-10-03"}, []),
        ("2026-01-01", {"published_on": "2020-01-01"}, []),  # only the year is known
        (None, {"published_on": None, "accessed_on": "2026-10-03"}, []),
        (
            "2026-10-05",
            {},
            ["The claim is dated 5 October 2026, but https://social.example/p/1 was copied earlier, on"],
        ),
        (
            None,
            {"published_on": "2026-10-05"},
            ["“Nguồn 1” is dated 5 October 2026, but its copy was made earlier, on"],
        ),
        (
            None,
            {"published_on": "2026-10-04", "accessed_on": "2026-10-02"},
            ["“Nguồn 1” is dated 4 October 2026, but was read earlier, on 2 October 2026."],
        ),
        (
            "2199-01-02",
            {"published_on": "2199-01-02"},
            ["The date of the claim", "The claim is", "The date of “Nguồn 1”", "“Nguồn 1” is"],
        ),
    ],
)
def test_submission_asks_about_dates_that_cant_be(
    newsroom: Newsroom, claim: str | None, source: dict[str, str | None], asked: list[str]
) -> None:
    """The writer corrects a date, or writes why it is right, which the approver reads."""
    review, done = newsroom.make_review(), make_capture(newsroom, **DONE)
    Claim.objects.filter(pk=review.claim_id).update(claimed_on=claim)
    review.claim.appearances.update(no_capture_reason="", capture=done, url="https://social.example/p/1")
    review.sources.filter(position=0).update(no_capture_reason="", capture=done, **source)
    *found, question = [each.replace("\xa0", " ") for each in reasons(review)] or [""]
    assert [each.startswith(text) for each, text in zip(found, asked, strict=True)] == [True] * len(asked)
    if asked:
        assert "under “About the review”" in question
        with refused("incomplete", "Can these dates be right?"):
            workflow.submit(subject=review, by=newsroom.reporter)
        Review.objects.filter(pk=review.pk).update(date_note="Đồng hồ của trang chạy sai.")
        workflow.submit(subject=Review.objects.get(pk=review.pk), by=newsroom.reporter)
        shown = signed_in(newsroom.editor).open(decision(waiting(review), "decide")).text
        assert found[0] in shown
        assert "Đồng hồ của trang chạy sai." in shown


def test_copy_that_is_being_made_is_its_own_reason(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    review.sources.filter(position=0).update(no_capture_reason="", capture=make_capture(newsroom))
    assert reasons(review) == [
        "A copy of a source is still being made. Wait for the copy, or write why there is no copy."
    ]
    review.sources.update(no_capture_reason="Máy chủ quá chậm.")
    assert reasons(review) == []


def test_book_without_a_url_needs_no_copy(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    review.sources.update(url="", no_capture_reason="")
    assert reasons(review) == []


def test_appearances_of_another_newsrooms_claim_are_its_own_matter(live: Review) -> None:
    live.claim.appearances.update(no_capture_reason="")
    other = make_newsroom("checkpoint.example")
    second = other.make_review(live.claim, language="en")
    assert reasons(second) == []
    other.publish_review(second)


def test_capture_that_arrives_after_the_submission_enters_with_the_next_revision(newsroom: Newsroom) -> None:
    review, capture = newsroom.make_review(), make_capture(newsroom)
    review.sources.filter(position=0).update(capture=capture)
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    Capture.objects.filter(pk=capture.pk).update(**DONE)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    workflow.publish(proposal=waiting(review), by=newsroom.editor)
    before = review_statements.last_statement(review)
    assert before is not None
    assert before.sources[0].capture is None
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="metadata", note="Thêm bản sao.")
    review.sources.filter(position=0).update(no_capture_reason="")
    newsroom.publish_review(review)
    after = review_statements.last_statement(review)
    assert after is not None
    assert after.sources[0].capture is not None
    assert after.sources[0].capture.to_json_object() == SAID
    assert has_same_content(before, after)


def test_other_newsroom_repeats_the_published_capture_of_an_appearance(newsroom: Newsroom, database: str) -> None:
    first = newsroom.make_review()
    first.claim.appearances.update(no_capture_reason="", capture=make_capture(newsroom, **DONE))
    newsroom.publish_review(first)
    second = make_newsroom("checkpoint.example").make_review(first.claim, language="en")
    for said in (
        review_statements.build_statement(Review.objects.get(pk=second.pk)).to_json_object(),
        review_statements.build_draft_statement(drafts_of([second.pk])[second.pk]).to_json_object(),
    ):
        assert [each["capture"] for each in said["claim"]["appearances"]] == [SAID]


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("editorial_source", "title = ''"),
        ("editorial_source", "no_capture_reason = ''"),
        ("editorial_appearance", "no_capture_reason = ''"),
    ],
)
def test_database_refuses_a_review_without_evidence(newsroom: Newsroom, table: str, change: str, database: str) -> None:
    review = newsroom.make_review()
    execute(f"UPDATE {table} SET {change}", [])
    statement = review_statements.build_statement(Review.objects.get(pk=review.pk)).to_json_object()
    approved(newsroom, review, statement)
    execute("UPDATE editorial_review SET state = 'approved' WHERE id = %s", [review.pk])
    with pytest.raises(IntegrityError, match="a source has no title, or there is neither a copy nor a reason"):
        workflow.publish(proposal=waiting(review), by=newsroom.editor)


def test_reply_is_an_answer_or_the_statement_that_none_came(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    reply = review.replies.create(type="organization", name="Sở Y tế", asked_on="2026-10-03")
    with refused("incomplete", "quote the answer, or state that no answer came"):
        workflow.submit(subject=review, by=newsroom.reporter)
    statement = review_statements.build_statement(Review.objects.get(pk=review.pk)).to_json_object()
    approved(newsroom, review, statement)
    execute("UPDATE editorial_review SET state = 'approved' WHERE id = %s", [review.pk])
    with pytest.raises(IntegrityError, match="neither an answer nor the statement that none came"):
        workflow.publish(proposal=waiting(review), by=newsroom.editor)
    review.replies.filter(pk=reply.pk).update(no_answer=True)
    Review.objects.filter(pk=review.pk).update(state="draft")
    assert reasons(Review.objects.get(pk=review.pk)) == []


def test_capture_that_is_done_never_changes(newsroom: Newsroom) -> None:
    done = make_capture(newsroom, **DONE)
    for change in ("sha256 = repeat('0', 64)", "size = 1", "captured_at = now()", "file = 'x'", "text = 'x'"):
        with pytest.raises(IntegrityError, match="it is done and cannot change"):
            execute(f"UPDATE editorial_capture SET {change} WHERE id = %s", [done.pk])
    execute("UPDATE editorial_capture SET is_public = true, timestamp_token = 'x' WHERE id = %s", [done.pk])
    with pytest.raises(IntegrityError, match="it is done and cannot change"):
        execute("UPDATE editorial_capture SET timestamp_token = 'y' WHERE id = %s", [done.pk])


def test_source_refers_to_captures_of_its_newsroom_only(newsroom: Newsroom, database: str) -> None:
    review, theirs = newsroom.make_review(), make_capture(make_newsroom("checkpoint.example"), **DONE)
    for rows in (review.sources, review.claim.appearances):
        with pytest.raises(IntegrityError, match="it belongs to another newsroom"):
            rows.update(capture=theirs)


def test_changed_evidence_is_metadata_and_a_changed_source_is_not(newsroom: Newsroom, live: Review) -> None:
    review_policy.open_correction(review=live, by=newsroom.reporter, change_class="metadata", note="Ngày đăng.")
    live.sources.update(published_on=MOMENT, no_capture_reason="Trang cấm sao chép.")
    newsroom.publish_review(live)
    newsroom.open_correction(live)
    changed = "The verdict, the claim or the text has changed"
    Review.objects.filter(pk=live.pk).update(change_class="metadata")
    reply = live.replies.create(type="organization", name="Sở Y tế", asked_on="2026-10-03", no_answer=True)
    assert any(changed in each for each in reasons(live))
    reply.delete()
    assert not any(changed in each for each in reasons(live))
    live.sources.update(title="Nguồn khác")
    assert any(changed in each for each in reasons(live))
    correct = {"summary": "Sai. Đoạn phim cũ."}
    Review.objects.filter(pk=live.pk).update(change_class="substantive", state="published")
    assert str(newsroom.correct_review(live, **correct).kind) == "review.correction"


def test_change_of_metadata_follows_a_document_that_lacks_newer_keys(newsroom: Newsroom, monkeypatch: Any) -> None:
    """Documents from before these keys existed equal documents with their defaults."""
    review = newsroom.make_review()
    said = review_statements.build_statement(review).to_json_object()
    claim, source = said["claim"], said["sources"][0]
    for part in (said, claim, claim["claimant"], claim["appearances"][0], source):
        for key in [key for key, value in part.items() if value in (None, False, [])]:
            del part[key]
    assert "primary" not in source
    approved(newsroom, review, said)
    Review.objects.filter(pk=review.pk).update(state="approved")
    with monkeypatch.context() as older:
        older.setattr(Policy, "require_unchanged", lambda *_: None)
        workflow.publish(proposal=waiting(review), by=newsroom.editor)
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="metadata", note="Ngày đăng.")
    review.sources.update(published_on=MOMENT)
    assert str(newsroom.publish_review(review).kind) == "review.update"


def test_tombstone_keeps_a_headline_from_before_a_limit(newsroom: Newsroom) -> None:
    published = review_statements.build_statement(newsroom.make_review()).model_copy(update={"headline": "L" * 1200})
    assert review_statements.build_tombstone(published).headline == "L" * 1200
