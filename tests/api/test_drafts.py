"""Claims and drafts by program: what is made of what is sent, who may, and what is refused."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from factcheck.editorial.drafts.review_statements import build_statement
from factcheck.editorial.models import (
    ApiToken,
    Appearance,
    Authorship,
    Claim,
    Claimant,
    EditorialEvent,
    Membership,
    Review,
    Source,
)
from factcheck.editorial.programs.tokens import revoke_token
from factcheck.editorial.proposals import merge_policy, review_policy, workflow
from factcheck.record.statements.drafts import ClaimToLog, DraftSource
from tests.support.drafts import Newsroom, make_newsroom, make_scale
from tests.support.tokens import CLAIM, Program, make_program
from tests.support.whole import whole

WHOLE_CLAIM: dict[str, Any] = {
    "text": "Nước lũ ở Huế đã lên tới mái chùa.",
    "language": "vi",
    "claimed_on": "2026-10-03",
    "location": "Huế",
    "claimant": {
        "type": "unnamed",
        "name": None,
        "description": "một người dùng mạng xã hội",
        "is_public_figure": False,
        "job_title": None,
        "same_as": [],
    },
    "appearances": [
        {
            "url": "https://social.example/p/1",
            "medium": "video",
            "media_sha256": None,
            "archive_url": None,
            "first": True,
        }
    ],
    "topics": [],
}
SOURCES: list[dict[str, Any]] = [
    {
        "title": "Bản gốc",
        "url": "https://archive.example/2020/1",
        "publisher": None,
        "stance": "refutes",
        "quote": None,
        "archive_url": None,
        "accessed_on": "2026-10-04",
    },
    {
        "title": "Bản tin",
        "url": None,
        "publisher": "Đài",
        "stance": "context",
        "quote": None,
        "archive_url": None,
        "accessed_on": None,
    },
]
SOURCES_READ = [{**whole(source, DraftSource), "quote_translation": None} for source in SOURCES]


@pytest.fixture
def newsroom(newsroom: Newsroom) -> Any:
    make_scale()
    return newsroom


@pytest.fixture
def program(newsroom: Any) -> Program:
    return make_program(newsroom)


@pytest.fixture(scope="module")
def refused(module_newsroom: Newsroom) -> Program:
    """A program that is sent away each time."""
    make_scale()
    return make_program(module_newsroom)


def review_of(claim: str, **more: Any) -> dict[str, Any]:
    return {"claim": {"id": claim}, "language": "vi", "summary": "Sai. Quay năm 2020.", **more}


def test_claim_comes_back_as_it_was_sent(newsroom: Any, program: Program, api: Any) -> None:
    response = program.send("POST", "claims/", WHOLE_CLAIM)
    made = json.loads(response.content)
    assert (response.status_code, response["Location"], response["Cache-Control"]) == (201, made["url"], "no-store")
    assert "Link" not in response
    assert made["url"] == f"http://127.0.0.1:8000/api/v1/drafts/claims/{made['id']}/"
    assert made["desk_url"] == f"http://127.0.0.1:8000{reverse('admin:editorial_claim_change', args=[made['id']])}"
    got = program.get(f"claims/{made['id']}/")
    api.validate({"$ref": "#/components/schemas/ClaimDraft"}, got)
    expected = whole(WHOLE_CLAIM, ClaimToLog)
    assert {name: got[name] for name in expected} == expected
    claim = Claim.objects.get()
    assert (claim.logged_by, claim.newsroom) == (newsroom.reporter, newsroom.publisher)


def test_same_claimant_is_taken_again(program: Program) -> None:
    for _ in range(2):
        program.post("claims/", WHOLE_CLAIM)
    assert Claimant.objects.count() == 1


def test_text_is_kept_in_one_spelling(program: Program) -> None:
    """NFD, line ends of another system, and a script that runs from right to left."""
    made = program.post("claims/", {"text": "Nu\u031bo\u031b\u0301c lu\u0303\r\n", "language": "vi"})
    assert program.get(f"claims/{made}/")["text"] == "Nước lũ"
    made = program.post("claims/", {"text": "وصل الفيضان إلى سطح المعبد", "language": "ar"})
    assert program.get(f"claims/{made}/")["text"] == "وصل الفيضان إلى سطح المعبد"


def test_scheme_of_an_address_is_kept_in_lower_case(program: Program) -> None:
    seen = [{"url": "Https://Bao.example/Tin", "archive_url": "HTTP://archive.example/1"}]
    claimant = {"type": "organization", "name": "Bộ Y tế", "same_as": ["HTTPS://bo.example/"]}
    made = program.post("claims/", {"text": "Nước lũ", "language": "vi", "appearances": seen, "claimant": claimant})
    claim = program.get(f"claims/{made}/")
    [appearance] = claim["appearances"]
    assert (appearance["url"], appearance["archive_url"]) == ("https://Bao.example/Tin", "http://archive.example/1")
    assert claim["claimant"]["same_as"] == ["https://bo.example/"]


def test_review_is_a_draft_of_the_tokens_account(newsroom: Any, program: Program, api: Any) -> None:
    claim = program.post("claims/", CLAIM)
    verdict = {"scale": "truth", "slug": "false", "explanation": None}
    made = program.post("reviews/", review_of(claim, headline="Video cũ", verdict=verdict, sources=SOURCES))
    got = program.get(f"reviews/{made}/")
    api.validate({"$ref": "#/components/schemas/ReviewDraft"}, got)
    assert (got["state"], got["claim"], got["verdict"]) == ("draft", {"id": claim, "wording": None}, verdict)
    assert got["sources"] == SOURCES_READ
    review = Review.objects.get()
    assert (review.created_by, review.state, review.proposals.count()) == (newsroom.reporter, "draft", 0)
    assert [row.user for row in review.authorships.all()] == [newsroom.reporter]


def test_people_go_on_with_what_a_program_began(newsroom: Any, program: Program, api: Any) -> None:
    claim = program.post("claims/", CLAIM)
    sources = [{**source, "no_capture_reason": "Trang này chặn sao chép."} for source in SOURCES]
    made = program.post("reviews/", review_of(claim, verdict={"scale": "truth", "slug": "false"}, sources=sources))
    Appearance.objects.update(no_capture_reason="Trang này chặn sao chép.")
    newsroom.publish_review(Review.objects.get(pk=made))
    assert api.get(f"reviews/{made}/")["summary"] == "Sai. Quay năm 2020."


def test_change_takes_what_was_said_and_leaves_the_rest(program: Program) -> None:
    claim = program.post("claims/", WHOLE_CLAIM)
    made = program.post("reviews/", review_of(claim, headline="Video cũ", sources=SOURCES))
    response = program.send("PATCH", f"reviews/{made}/", {"summary": "Sai.", "sources": SOURCES[:1]})
    assert (response.status_code, json.loads(response.content)["id"]) == (200, made)
    got = program.get(f"reviews/{made}/")
    assert (got["headline"], got["summary"], got["sources"]) == ("Video cũ", "Sai.", SOURCES_READ[:1])
    for address, content in (
        (f"reviews/{made}/", {"sources": None}),
        (f"claims/{claim}/", {"appearances": None}),
        (f"claims/{claim}/", {"topics": None}),
    ):
        assert program.refused("PATCH", address, content, 422)["errors"][0]["pointer"] == f"#/{next(iter(content))}"
    worded = {"id": claim, "wording": "The flood has reached the roof."}
    program.send("PATCH", f"reviews/{made}/", {"sources": [], "headline": None, "claim": worded, "language": "en"})
    got = program.get(f"reviews/{made}/")
    assert got["claim"] == worded
    assert build_statement(Review.objects.get()).claim.worded("en").text == "The flood has reached the roof."
    assert (got["headline"], got["summary"], got["sources"]) == (None, "Sai.", [])
    program.send("PATCH", f"claims/{claim}/", {"claimant": None, "claimed_on": None, "appearances": []})
    got = program.get(f"claims/{claim}/")
    assert (got["text"], got["location"]) == ("Nước lũ ở Huế đã lên tới mái chùa.", "Huế")
    assert (got["claimant"], got["claimed_on"], got["appearances"]) == (None, None, [])


def test_source_that_is_sent_again_keeps_its_id(program: Program) -> None:
    sources = [{"title": "A", "url": "https://a.example/"}, {"title": "B"}]
    made = program.post("reviews/", review_of(program.post("claims/", CLAIM), sources=sources))
    known = Source.objects.get(title="A").pk
    program.send(
        "PATCH", f"reviews/{made}/", {"sources": [{"title": "C"}, {"title": "A2", "url": "https://a.example/"}]}
    )
    assert [(row.title, row.pk == known) for row in Source.objects.all()] == [("C", False), ("A2", True)]


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        ({}, ["#/text", "#/language"]),
        ([], ["#"]),
        ({**CLAIM, "verdict": "false"}, ["#/verdict"]),
        ({**CLAIM, "text": ""}, ["#/text"]),
        ({**CLAIM, "text": 1}, ["#/text"]),
        ({**CLAIM, "text": "a\u0000b"}, ["#/text"]),
        ({**CLAIM, "text": "x" * 10_001}, ["#/text"]),
        ({**CLAIM, "language": "tiếng Việt"}, ["#/language"]),
        ({**CLAIM, "claimed_on": "2026-02-30"}, ["#/claimed_on"]),
        ({**CLAIM, "topics": ["a\u0000"]}, ["#/topics/0"]),
        ({**CLAIM, "topics": ["nothing"]}, ["#/topics/0"]),
        ({**CLAIM, "claimant": {"type": "person", "name": "Nguyễn Văn A"}}, ["#/claimant/name"]),
        ({**CLAIM, "claimant": {"type": "unnamed", "name": "Nguyễn Văn A"}}, ["#/claimant/name"]),
        ({**CLAIM, "appearances": [{"url": "javascript:alert(1)"}]}, ["#/appearances/0/url"]),
        ({**CLAIM, "appearances": [{"url": "https://a.example/", "first": True}] * 2}, ["#/appearances"]),
        ({**CLAIM, "appearances": [{"url": "https://a.example/", "a/b~c": 1}]}, ["#/appearances/0/a~1b~0c"]),
    ],
)
def test_wrong_claim_is_refused_with_its_places(refused: Program, api: Any, content: Any, pointers: Any) -> None:
    before = Claim.objects.count()
    problem = refused.refused("POST", "claims/", content, 422)
    api.validate({"$ref": "#/components/schemas/Problem"}, problem)
    assert problem["type"].endswith("/api/problems/invalid-content/")
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert (Claim.objects.count(), Claimant.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"claim": {"id": "01912d68-7000-7c0d-8e5f-1a2b3c4d5e6f"}}, "#/claim/id"),
        ({"claim": {"id": "x"}}, "#/claim/id"),
        ({"claim": {"id": "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a", "wording": 1}}, "#/claim/wording"),
        ({"claim": None}, "#/claim"),
        ({"verdict": {"scale": "truth", "slug": "sort-of"}}, "#/verdict"),
        ({"verdict": {"scale": "truth", "slug": "false", "explanation": "x" * 10_001}}, "#/verdict/explanation"),
        ({"sources": [{"stance": "refutes"}]}, "#/sources/0/title"),
        ({"sources": [{"title": "A", "stance": "likes"}]}, "#/sources/0/stance"),
        ({"sources": [{"title": "A", "url": "ftp://a.example/"}]}, "#/sources/0/url"),
        ({"body": "x" * 200_001}, "#/body"),
        ({"state": "published"}, "#/state"),
    ],
)
def test_wrong_review_is_refused_with_its_place(refused: Program, more: Any, pointer: str) -> None:
    claim = refused.post("claims/", CLAIM)
    problem = refused.refused("POST", "reviews/", {**review_of(claim), **more}, 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert not Review.objects.exists()


def test_content_that_is_no_json_or_too_large_is_refused(program: Program) -> None:
    for content in (b" ", b"{", b"\xff", b'{"text": "\\ud800"}', b"[" * 5000):
        assert (
            program.refused("POST", "claims/", content, 400)["detail"]
            == "The content isn't valid JSON in UTF-8. Send a JSON object."
        )
    assert program.refused("POST", "claims/", b"", 411)["type"].endswith("/length-required/")
    assert program.refused("POST", "claims/", b"", 400, **{"Content-Length": "0"})["type"].endswith("/bad-request/")
    assert program.refused("POST", "claims/", b" " * (2**20 + 1), 413)["type"].endswith("/content-too-large/")


def test_refusals_are_in_english_whatever_the_page_before_spoke(program: Program) -> None:
    translation.activate("vi")
    problem = program.refused("POST", "claims/", {**CLAIM, "text": ""}, 422)
    assert problem["errors"] == [{"pointer": "#/text", "detail": "This field cannot be blank."}]


def test_nobody_comes_in_without_a_token_that_holds(newsroom: Any, program: Program) -> None:
    token = ApiToken.objects.get()
    for secret in ("", "x", "fct_" + "A" * 43, program.secret[:-1], program.secret + "A", "fct_" + "é" * 43):
        problem = Program(secret).refused("GET", "claims/", None, 401)
        assert problem["type"].endswith("/unauthorized/")
    response = Program("").client.get("/api/v1/drafts/claims/")
    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="drafts"')
    assert program.client.get(f"/api/v1/drafts/claims/?access_token={program.secret}").status_code == 401
    revoke_token(token=token, by=newsroom.chief)
    assert program.refused("GET", "claims/", None, 401)


def test_token_ends_with_its_time_its_account_and_its_role(newsroom: Any, monkeypatch: Any) -> None:
    program = make_program(newsroom, days=30)
    later = timezone.now() + timedelta(days=30, seconds=1)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: later)
        program.refused("GET", "claims/", None, 401)
    assert program.get("claims/") == {"results": [], "next": None, "previous": None}
    type(newsroom.reporter).objects.using("owner").filter(pk=newsroom.reporter.pk).update(is_active=False)
    program.refused("GET", "claims/", None, 401)
    other = make_program(newsroom, newsroom.editor)
    Membership.objects.using("owner").filter(user=newsroom.editor).delete()
    other.refused("GET", "claims/", None, 401)


def test_scope_is_needed_for_each_kind(newsroom: Any) -> None:
    claims, drafts = make_program(newsroom, None, "claims:write"), make_program(newsroom, None, "drafts:write")
    assert claims.refused("GET", "reviews/", None, 403)["detail"] == "The token doesn't have the scope drafts:write."
    assert drafts.refused("POST", "claims/", CLAIM, 403)["detail"] == "The token doesn't have the scope claims:write."
    assert claims.get("claims/")["results"] == drafts.get("reviews/")["results"] == []


def test_nothing_of_anybody_else_is_seen_or_changed(newsroom: Any, program: Program) -> None:
    other = make_newsroom("khac.example")
    colleague = newsroom.make_review(created_by=newsroom.editor, claim=newsroom.make_claim(logged_by=newsroom.editor))
    stranger = other.make_review()
    for review in (colleague, stranger):
        for address, change in ((f"reviews/{review.pk}/", {"summary": "x"}), (f"claims/{review.claim_id}/", CLAIM)):
            program.refused("GET", address, None, 404)
            program.refused("PATCH", address, change, 404)
    assert program.get("claims/")["results"] == program.get("reviews/")["results"] == []
    problem = program.refused("POST", "reviews/", review_of(str(stranger.claim_id)), 422)
    assert problem["errors"][0]["pointer"] == "#/claim/id"
    other.publish_review(stranger)  # what anybody can read may be reviewed by anybody
    program.post("reviews/", review_of(str(stranger.claim_id)))


def test_what_was_submitted_or_published_is_not_changed(newsroom: Any, program: Program) -> None:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    for address, content in (
        (f"reviews/{review.pk}/", {"summary": "x"}),
        (f"claims/{review.claim_id}/", {"location": "Huế"}),
    ):
        problem = program.refused("PATCH", address, content, 409)
        assert (problem["type"].rpartition("/problems")[2], problem["code"]) == ("/conflict/", "wrong_state")
    program.refused("PATCH", f"reviews/{review.pk}/", {}, 422)


@pytest.mark.parametrize("moved", [False, True])
def test_claim_that_is_public_is_not_changed_while_its_review_is_corrected(newsroom, program, moved):
    """The draft may have another claim already, and the public still reads this one."""
    review = newsroom.publish_new()
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="update", note="Thêm nguồn.")
    if moved:
        Review.objects.filter(pk=review.pk).update(claim=newsroom.make_claim())
    assert program.refused("PATCH", f"claims/{review.claim_id}/", {"text": "Lời khác."}, 409)["code"] == "wrong_state"


def test_claim_of_a_redacted_review_is_not_changed(newsroom: Any, program: Program) -> None:
    """Redacted text must not come back unseen."""
    review = newsroom.publish_new()
    review_policy.open_correction(
        review=review,
        by=newsroom.reporter,
        change_class="substantive",
        note="Bỏ tên người phát ngôn, một người không của công chúng.",
    )
    Review.objects.filter(pk=review.pk).update(headline="Đoạn phim cũ")
    newsroom.erase_review(review, redact=True)
    program.refused("PATCH", f"claims/{review.claim_id}/", {"text": "Lời khác."}, 409)


def test_who_has_a_program_change_a_draft_is_its_author(newsroom: Any, program: Program) -> None:
    review = newsroom.make_review()
    Authorship.objects.all().delete()
    program.send("PATCH", f"reviews/{review.pk}/", {"summary": "Sai."})
    assert [row.user for row in review.authorships.all()] == [newsroom.reporter]


def test_pages_go_through_all_and_back(program: Program) -> None:
    made = [program.post("claims/", {**CLAIM, "text": f"Lời {number}"}) for number in range(5)]

    def follow(address: str, direction: str) -> tuple[list[list[str]], str]:
        pages = []
        while True:
            page = program.get(address)
            pages.append([row["id"] for row in page["results"]])
            if not page[direction]:
                return pages, address
            address = page[direction].removeprefix("http://127.0.0.1:8000/api/v1/drafts/")

    pages, last = follow("claims/?page_size=2", "next")
    assert pages == [made[:2:-1], made[2:0:-1], made[:1]]
    assert follow(last, "previous")[0] == pages[::-1]
    for query in ("page_size=0", "page_size=101", "page_size=2&page_size=3", "cursor=x", "x=1"):
        program.refused("GET", f"claims/?{query}", None, 400)


def test_draft_is_deleted_and_can_be_restored(program: Program) -> None:
    claim = program.post("claims/", CLAIM)
    review = program.post("reviews/", review_of(claim))
    assert program.refused("DELETE", f"claims/{claim}/", None, 409)["code"] == "wrong_state"
    response = program.send("DELETE", f"reviews/{review}/")
    assert (response.status_code, response.content, response["Cache-Control"]) == (204, b"", "no-store")
    assert Review.objects.get(pk=review).state == "discarded"
    program.refused("DELETE", f"reviews/{review}/", None, 404)
    lone = program.post("claims/", CLAIM)
    assert program.send("DELETE", f"claims/{lone}/").status_code == 204
    assert not Claim.objects.filter(pk=lone).exists()
    assert EditorialEvent.objects.filter(action="claim.removed", subject__endswith=lone).exists()


def test_published_review_is_not_deleted(newsroom: Any, program: Program) -> None:
    review = newsroom.publish_new()
    assert program.refused("DELETE", f"reviews/{review.pk}/", None, 409)["code"] == "wrong_state"
    assert program.refused("DELETE", f"claims/{review.claim_id}/", None, 409)["code"] == "wrong_state"
    newsroom.open_correction(review, headline="Changed by an editor")
    assert program.refused("DELETE", f"reviews/{review.pk}/", None, 409)["code"] == "wrong_state"
    assert Review.objects.get(pk=review.pk).headline == "Changed by an editor"


def test_claim_of_a_proposed_merge_is_not_deleted(newsroom: Any, program: Program) -> None:
    claim = Claim.objects.get(pk=program.post("claims/", CLAIM))
    other, review = newsroom.publish_claim(), newsroom.make_review(claim)
    newsroom.publish_review(review)
    merge = merge_policy.propose_merge(claim=claim, into=other, by=newsroom.reporter, note="Hai bài cùng một lời đồn.")
    workflow.return_(proposal=merge, by=newsroom.editor, reason="Khác nhau.")
    newsroom.correct_review(review, claim=newsroom.make_claim())
    assert program.refused("DELETE", f"claims/{claim.pk}/", None, 409)["code"] == "wrong_state"


def test_deletion_names_the_token(program: Program) -> None:
    claim = program.post("claims/", CLAIM)
    review = program.post("reviews/", review_of(claim))
    program.send("DELETE", f"reviews/{review}/")
    assert EditorialEvent.objects.get(action="review.discarded").detail == {"token": str(ApiToken.objects.get().pk)}


def test_token_stands_in_no_log_and_only_its_digest_in_the_database(newsroom: Any, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    program = make_program(newsroom)
    program.post("claims/", CLAIM)
    program.refused("POST", "claims/", b"{", 400)
    Program(program.secret + "A").refused("GET", "claims/", None, 401)
    assert program.secret not in caplog.text
    token = ApiToken.objects.get()
    assert token.used_at is not None
    assert len(token.digest) == 64
    assert program.secret not in str(ApiToken.objects.values().get())


def test_addresses_for_reading_take_no_token(newsroom: Any, program: Program) -> None:
    for address in ("reviews/", "claims/"):
        response = program.client.post(
            f"/api/v1/{address}", b"{}", content_type="application/json", headers={"Authorization": program.secret}
        )
        assert response.status_code == 405
    assert program.send("DELETE", "claims/").status_code == 405
