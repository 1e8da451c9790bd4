"""Copies from an editor's own browser: a token that can do just this, what is stored, and what is refused."""

import json
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from warcio.archiveiterator import ArchiveIterator

from factcheck.editorial.errors import WrongValue
from factcheck.editorial.models import ApiToken, Capture, Review, Source
from factcheck.editorial.programs.copies import find_cards
from factcheck.editorial.programs.tokens import create_token, token_transaction
from factcheck.editorial.proposals import workflow
from factcheck.record.evidence.copy_views import copy_picture, view_copy
from factcheck.record.formats.canonical import sha256_hex
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.evidence import names_in
from tests.support.sql import run
from tests.support.tokens import CLAIM, Program, make_program

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
PAGE = '<!doctype html><html lang="vi"><meta charset="windows-1258"><title>Bài đăng</title><p>Nước lũ tới mái chùa.</p>'
POST = "https://www.facebook.com/story/1"


@pytest.fixture
def review(newsroom: Newsroom, storage: Path) -> Review:
    review = newsroom.make_review()
    review.sources.filter(position=0).update(url=POST, no_capture_reason="")
    return review


def extension(newsroom: Newsroom) -> Program:
    return make_program(newsroom, None, "copies:write")


def copy_of(card: str, /, **changes: Any) -> dict[str, Any]:
    return {"card": card, "url": f"{POST}?fbclid=x", "page": PAGE, "picture": b64encode(PNG).decode(), **changes}


def card_of(review: Review) -> str:
    return f"source-{review.sources.all()[0].pk}"


def test_page_and_picture_become_one_copy_that_names_its_origin(newsroom: Newsroom, review: Review) -> None:
    made = extension(newsroom).post("copies/", copy_of(card_of(review)))
    capture = Capture.objects.get(pk=made)
    with capture.file.open("rb") as file:
        content = file.read()
    assert (capture.origin, capture.media_type, capture.url, capture.final_url) == (
        "browser", "application/warc", POST, POST,
    )  # fmt: skip
    assert (capture.sha256, capture.size) == (sha256_hex(content), len(content))
    assert (capture.title, capture.language, "Nước lũ" in capture.text) == ("Bài đăng", "vi", True)
    records = [(each.rec_type, each.rec_headers["WARC-Target-URI"], each.rec_headers["Content-Type"], each.raw_stream.read())
               for each in ArchiveIterator(BytesIO(content))]  # fmt: skip
    assert records[1:] == [
        ("resource", POST, "text/html; charset=utf-8", PAGE.encode()),
        ("resource", f"urn:view:{POST}", "image/png", PNG),
    ]
    view = view_copy(content, capture.final_url, ["Nước lũ tới mái chùa"])
    assert ([block.kind for block in view.blocks], list(view.missing)) == (["img", "p"], [])
    assert copy_picture(content, capture.final_url, 0)[1] in ("image/png", "image/jpeg", "image/webp")
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    cited = json.loads(approval.statement)["sources"][0]["capture"]
    assert (cited["origin"], cited["sha256"]) == ("browser", capture.sha256)


def test_list_has_only_the_own_open_drafts_and_begins_with_the_same_address(newsroom: Newsroom, review: Review) -> None:
    other = newsroom.make_review()
    other.sources.update(url="https://m.facebook.com/story/2")
    hidden = newsroom.make_review(created_by=newsroom.second)
    hidden.authorships.update(user=newsroom.second)
    workflow.submit(subject=newsroom.make_review(), by=newsroom.reporter)
    make_newsroom("other.example").make_review()
    listed = extension(newsroom).get("copies/?url=https%3A%2F%2Fm.facebook.com%2Fstory%2F1%3Futm_source%3Dx")["results"]
    claims = [claim.appearances.get().pk for claim in (review.claim, other.claim)]
    sources = [*review.sources.values_list("pk", flat=True), *other.sources.values_list("pk", flat=True)]
    assert {each["id"] for each in listed} >= {f"source-{pk}" for pk in sources} | {f"appearance-{pk}" for pk in claims}
    assert not {f"source-{pk}" for pk in hidden.sources.values_list("pk", flat=True)} & {each["id"] for each in listed}
    assert [each["id"] for each in listed if each["matches"]] == [card_of(review)] == [listed[0]["id"]]
    assert set(listed[0]) == {"id", "url", "title", "claim", "matches", "copied"}
    with CaptureQueriesContext(connection) as queries:
        find_cards(newsroom.reporter, [newsroom.publisher.pk])
    assert len(queries) == 2
    assert not [
        long for long in ('"body"', '_capture"."text"', "timestamp_token") if long in str(queries.captured_queries)
    ]


def test_token_can_do_just_this(newsroom: Newsroom, review: Review) -> None:
    program = extension(newsroom)
    for kind, pk in (("claims", review.claim_id), ("reviews", review.pk)):
        for method, address in (
            ("GET", ""),
            ("POST", ""),
            ("GET", f"{pk}/"),
            ("PATCH", f"{pk}/"),
            ("DELETE", f"{pk}/"),
        ):
            content = None if method in ("GET", "DELETE") else CLAIM
            assert "doesn't have the scope" in program.refused(method, f"{kind}/{address}", content, 403)["detail"]


def test_other_tokens_cannot_add_copies(newsroom: Newsroom, review: Review) -> None:
    program = make_program(newsroom)
    program.refused("GET", "copies/", None, 403)
    program.refused("POST", "copies/", copy_of(card_of(review)), 403)
    with pytest.raises(WrongValue):
        make_program(newsroom, None, "copies:write", "drafts:write")


def test_database_refuses_everything_else_in_the_tokens_transaction(newsroom: Newsroom, review: Review) -> None:
    create_token(by=newsroom.reporter, newsroom=newsroom.publisher.pk, name="x", scopes=["copies:write"], days=1)
    for statement in (
        "UPDATE editorial_source SET title = 'x'",
        "DELETE FROM editorial_source",
        "UPDATE editorial_review SET body = 'x'",
        "UPDATE editorial_claim SET text = 'x'",
        "DELETE FROM editorial_appearance",
        "UPDATE editorial_capture SET is_public = true",
        "INSERT INTO editorial_authorship (review_id, name) SELECT id, 'x' FROM editorial_review",
    ):
        with (
            pytest.raises(IntegrityError, match="this token only adds copies"),
            token_transaction(ApiToken.objects.get()),
        ):
            run(statement)


def test_forged_huge_and_wrong_content_is_refused(newsroom: Newsroom, review: Review, storage: Path) -> None:
    forged = [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "chrome://settings",
        "https://own.example@evil.example/",
        "https://",
        "",
    ]
    for changes, status, pointer in (
        *(({"url": url}, 422, "#/url") for url in forged),
        ({"picture": b64encode(b"GIF89a").decode()}, 409, ""),
        ({"picture": b64encode(b"%PDF-1.7").decode()}, 409, ""),
        ({"picture": "no base64!"}, 422, "#/picture"),
        ({"page": "x" * 25_000_000}, 413, ""),
        ({"card": "source-x"}, 422, "#/card"),
        ({"card": "review-1"}, 422, "#/card"),
        ({"html": "x"}, 422, "#/html"),
    ):
        refusal = extension(newsroom).refused("POST", "copies/", copy_of(card_of(review), **changes), status)
        assert [error["pointer"] for error in refusal.get("errors", ())] == ([pointer] if pointer else [])
    assert not Capture.objects.exists()
    assert names_in(storage) == []


def test_copies_count_towards_the_quota(newsroom: Newsroom, review: Review, settings: Any) -> None:
    settings.ACCOUNT_QUOTA = 500
    refusal = extension(newsroom).refused("POST", "copies/", copy_of(card_of(review)), 409)
    assert refusal["code"] == "over_quota"


def test_copy_for_another_persons_draft_is_refused(newsroom: Newsroom, review: Review) -> None:
    program = make_program(newsroom, newsroom.second, "copies:write")
    program.refused("POST", "copies/", copy_of(card_of(review)), 422)
    review.sources.update(no_capture_reason="Đã bị xóa.")
    workflow.submit(subject=review, by=newsroom.reporter)
    extension(newsroom).refused("POST", "copies/", copy_of(card_of(review)), 422)
    assert not Capture.objects.exists()


def test_copy_that_is_sent_twice_is_stored_once(newsroom: Newsroom, review: Review) -> None:
    program, content = extension(newsroom), copy_of(card_of(review))
    first = program.post("copies/", content, **{"Idempotency-Key": "1"})
    assert program.post("copies/", content, **{"Idempotency-Key": "1"}) == first
    assert Capture.objects.count() == 1
    assert program.post("copies/", content) != first  # sent again on purpose: the card has the newer copy
    assert str(Source.objects.get(pk=card_of(review).partition("-")[2]).capture_id) != first
