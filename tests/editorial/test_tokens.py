"""The database's rules for tokens, and that what is done once is done once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connections
from django.utils import timezone

from factcheck.editorial.models import AnsweredRequest, ApiToken, Authorship, Claim, EditorialEvent, Review
from factcheck.editorial.programs import idempotency
from factcheck.editorial.programs.tokens import create_token, revoke_token, token_transaction
from factcheck.editorial.proposals import review_policy, workflow
from tests.support.drafts import Newsroom, make_scale, make_user, waiting
from tests.support.refusals import refused
from tests.support.sql import approve_with_sql, run
from tests.support.tokens import CLAIM, make_program

pytestmark = pytest.mark.one_database


@pytest.fixture
def newsroom(newsroom: Newsroom) -> Any:
    make_scale()
    return newsroom


def token_of(newsroom: Any, by: Any = None) -> ApiToken:
    make_program(newsroom, by)
    return ApiToken.objects.latest("made_at")


def test_nothing_is_submitted_decided_or_published_by_token(newsroom: Any) -> None:
    """Even if the verbs were called."""
    token, review = token_of(newsroom), newsroom.make_review()
    with pytest.raises(IntegrityError, match="a program drafts"), token_transaction(token):
        workflow.submit(subject=review, by=newsroom.reporter)
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    with pytest.raises(IntegrityError, match="a program drafts"), token_transaction(token):
        workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    with pytest.raises(IntegrityError, match="a program drafts"), token_transaction(token):
        workflow.publish(proposal=waiting(review), by=newsroom.editor)
    workflow.publish(proposal=waiting(review), by=newsroom.editor)  # the transaction's end is the end of it


def test_who_had_it_drafted_never_approves_whoever_is_named_as_author(newsroom: Any) -> None:
    program = make_program(newsroom, newsroom.editor)
    claim = program.post("claims/", CLAIM)
    made = program.post("reviews/", {"claim": {"id": claim}, "language": "vi"})
    complete = newsroom.make_review(Claim.objects.get(pk=claim))
    review = Review.objects.get(pk=made)
    Authorship.objects.filter(review=review).update(user=newsroom.reporter)
    review.summary, review.verdict = complete.summary, complete.verdict
    review.save()
    complete.sources.update(review=review)
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    with refused("needs_other_person"):
        workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    with pytest.raises(IntegrityError, match=r"\(author\)"):
        approve_with_sql(approval, newsroom.editor)
    with pytest.raises(IntegrityError, match="who began it, and with what, cannot be changed"):
        run("UPDATE editorial_review SET token_id = NULL WHERE id = %s", made)
    workflow.approve(proposal=approval, by=newsroom.second, digest=approval.digest)


def test_token_stays_as_it_was_made(newsroom: Any) -> None:
    token = token_of(newsroom)
    for change in (
        "scopes = '{claims:write}'",
        "expires_at = expires_at + interval '1 day'",
        "digest = repeat('0', 64)",
        f"user_id = {newsroom.chief.pk}",
    ):
        with pytest.raises(IntegrityError, match="it stays as it was made"):
            run(f"UPDATE editorial_apitoken SET {change}")
    revoke_token(token=token, by=newsroom.chief)
    with pytest.raises(IntegrityError, match="it stays as it was made"):
        run("UPDATE editorial_apitoken SET revoked_at = NULL, revoked_by_id = NULL")
    with pytest.raises(IntegrityError, match="DELETE of editorial_apitoken is refused"):
        run("DELETE FROM editorial_apitoken")


def test_reading_role_sees_neither_tokens_nor_requests(newsroom: Any) -> None:
    for table in ("editorial_apitoken", "editorial_answeredrequest"):
        with pytest.raises(ProgrammingError, match="permission denied"), connections["public"].cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table}")


def test_only_members_make_tokens_and_only_their_own_or_chiefs_revoke(newsroom: Any) -> None:
    said = {"newsroom": newsroom.publisher.pk, "name": "x", "scopes": ["claims:write"]}
    with refused("not_allowed"):
        create_token(by=make_user("stranger"), days=1, **said)
    for days in (0, 367):
        with refused("incomplete"):
            create_token(by=newsroom.reporter, days=days, **said)
    with refused("wrong_value"):
        create_token(by=newsroom.reporter, days=1, **{**said, "scopes": ["reviews:publish"]})
    token, _secret = create_token(by=newsroom.reporter, days=1, **said)
    with refused("not_allowed"):
        revoke_token(token=token, by=newsroom.editor)
    revoke_token(token=token, by=newsroom.reporter)
    with refused("already_done"):
        revoke_token(token=token, by=newsroom.chief)
    events = EditorialEvent.objects.filter(subject=str(token.pk)).order_by("pk")
    assert [event.action for event in events] == ["token.made", "token.revoked"]


def test_same_key_and_content_is_carried_out_once(newsroom: Any, database: str) -> None:
    program = make_program(newsroom)
    first = program.post("claims/", CLAIM, **{"Idempotency-Key": "k-1"})
    assert program.post("claims/", CLAIM, **{"Idempotency-Key": "k-1"}) == first
    assert Claim.objects.count() == 1
    problem = program.refused("POST", "claims/", {**CLAIM, "text": "Khác"}, 422, **{"Idempotency-Key": "k-1"})
    assert problem["type"].endswith("/key-reused/")
    assert program.post("claims/", CLAIM, **{"Idempotency-Key": "k-2"}) != first
    assert program.post("claims/", CLAIM) not in (None, first)
    # Another route and another token know nothing of the key.
    review = {"claim": {"id": first}, "language": "vi"}
    program.post("reviews/", review, **{"Idempotency-Key": "k-1"})
    assert make_program(newsroom, newsroom.editor).post("claims/", CLAIM, **{"Idempotency-Key": "k-1"}) != first
    for key in ("", "a b", "é", "x" * 256):
        program.refused("POST", "claims/", CLAIM, 400, **{"Idempotency-Key": key})


def test_what_was_refused_may_be_sent_again_with_its_key(newsroom: Any) -> None:
    program = make_program(newsroom)
    program.refused("POST", "claims/", {**CLAIM, "text": ""}, 422, **{"Idempotency-Key": "k"})
    program.post("claims/", CLAIM, **{"Idempotency-Key": "k"})


def test_change_is_carried_out_once(newsroom: Any) -> None:
    program = make_program(newsroom)
    made = program.post("claims/", CLAIM)
    for text in ("Lời khác.", "Lời khác."):
        response = program.send("PATCH", f"claims/{made}/", {"text": text}, **{"Idempotency-Key": "k"})
        assert response.status_code == 200
    assert EditorialEvent.objects.filter(action="claim.changed_by_program").count() == 1


def test_request_beside_the_same_one_is_told_to_wait(newsroom: Any, database: str) -> None:
    """A second one while the first is at work: nothing is done twice, and afterwards it gets the first one's answer."""
    program, token = make_program(newsroom), ApiToken.objects.get()
    entered, leave = threading.Event(), threading.Event()
    route = "POST /api/v1/drafts/claims/"

    def act() -> Any:
        entered.set()
        assert leave.wait(30)
        return Claim.objects.create(newsroom=newsroom.publisher, logged_by=newsroom.reporter, **CLAIM).pk

    def work() -> None:
        idempotency.run_once(token=token, route=route, key="k", content=b"{}", act=act)
        connections.close_all()

    first = threading.Thread(target=work)
    first.start()
    assert entered.wait(30)
    problem = program.refused("POST", "claims/", CLAIM, 409, **{"Idempotency-Key": "k"})
    assert problem["type"].endswith("/conflict/")
    leave.set()
    first.join()
    assert Claim.objects.count() == 1
    program.refused("POST", "claims/", CLAIM, 422, **{"Idempotency-Key": "k"})  # it was another content


def test_keys_are_forgotten_after_a_day(newsroom: Any, database: str) -> None:
    program = make_program(newsroom)
    first = program.post("claims/", CLAIM, **{"Idempotency-Key": "old"})
    program.post("claims/", CLAIM, **{"Idempotency-Key": "new"})
    long_ago = timezone.now() - timedelta(hours=24)
    AnsweredRequest.objects.filter(key="old").update(at=long_ago)
    assert program.post("claims/", CLAIM, **{"Idempotency-Key": "old"}) != first  # before the job comes by
    AnsweredRequest.objects.filter(key="old").update(at=long_ago)
    assert idempotency.delete_expired_keys() == 1
    assert [row.key for row in AnsweredRequest.objects.all()] == ["new"]


def test_nothing_of_what_was_sent_is_kept_beside_the_draft(newsroom: Any) -> None:
    """An erasure has to reach everything."""
    program = make_program(newsroom)
    claim = program.post("claims/", {**CLAIM, "text": "zwielicht"}, **{"Idempotency-Key": "k"})
    program.post(
        "reviews/", {"claim": {"id": claim}, "language": "vi", "summary": "zwielicht"}, **{"Idempotency-Key": "k"}
    )
    for model in (AnsweredRequest, EditorialEvent, ApiToken):
        assert "zwielicht" not in str(list(model.objects.values()))


def test_published_review_of_a_program_is_erased_whole(newsroom: Any, database: str) -> None:
    program = make_program(newsroom)
    claim = program.post("claims/", CLAIM)
    sources = [{"title": title, "stance": "refutes"} for title in ("Một", "Hai")]
    verdict = {"scale": "truth", "slug": "false"}
    said = {"claim": {"id": claim}, "language": "vi", "summary": "zwielicht", "verdict": verdict, "sources": sources}
    review = Review.objects.get(pk=program.post("reviews/", said, **{"Idempotency-Key": "k"}))
    newsroom.publish_review(review)
    approval = review_policy.erase(review=review, by=newsroom.editor, ground="law", notice="Theo luật.")
    workflow.approve(proposal=approval, by=newsroom.chief, digest=approval.digest)
    program.refused("GET", f"reviews/{review.pk}/", None, 404)
    assert program.get("reviews/")["results"] == []
