"""A forgotten passage goes with everything that belongs to its draft: a search of all that is stored finds nothing."""

import re
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import lxml.html
import pytest
from django.db import DatabaseError, connection, transaction

from factcheck.editorial.captures import fetching
from factcheck.editorial.captures.requests import request_missing
from factcheck.editorial.drafts.discarding import discard_draft
from factcheck.editorial.drafts.forgetting import forget_passage
from factcheck.editorial.drafts.saved_states import keep_state, put_back, restore_state
from factcheck.editorial.errors import NotAllowed, NotFound, WrongState, WrongValue
from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Capture,
    Claim,
    Claimant,
    EditorialEvent,
    Picture,
    Proposal,
    Review,
    SavedState,
    Source,
)
from factcheck.editorial.proposals import review_policy, workflow
from tests.editorial.desk.test_autosave import form_of
from tests.editorial.proposal_kinds import MAKE, Kind
from tests.editorial.test_erased_text import dump
from tests.journeys.browser import client_of, signed_in
from tests.support.drafts import Newsroom, make_newsroom, waiting
from tests.support.evidence import finish, make_capture, names_in, stored_in
from tests.support.refusals import refused

NAME = "ông Lê Quýnh, tổ Năm"
PICTURE = {"media_type": "image/png", "size": 1}


@pytest.fixture
def newsroom(database: str) -> Newsroom:
    return make_newsroom()


def places_of(name: str) -> int:
    """How often the database contains the name, in any case, with any white space, also in escaped JSON and URLs."""
    text = unicodedata.normalize("NFC", dump()).casefold()
    text = re.sub(r"(?:\s|\\+n|%20)+", " ", text)
    return text.count(unicodedata.normalize("NFC", name).casefold())


def fill(newsroom: Newsroom) -> Review:
    """A waiting review with the name in each place that holds text."""
    person = Claimant.objects.create(
        newsroom=newsroom.publisher, type="person", name="Bà Tư", is_public_figure=True, job_title=f"Em của {NAME}"
    )
    claim = newsroom.make_claim(text=f"Theo {NAME}, nước đã rút.", location=f"Nhà {NAME}", claimant=person)
    Appearance.objects.filter(claim=claim).update(
        url=f"https://x.example/{NAME.replace(' ', '%20')}", no_capture_reason=f"Do {NAME} xóa."
    )
    review = newsroom.make_review(claim, headline=f"{NAME} nói gì", body=f"Đây là {NAME.upper()}.\n\nHết.")
    Authorship.objects.create(review=review, name=NAME)
    copy = finish(make_capture(newsroom, url="https://source.example/1", text=f"… {NAME} …", title=NAME))
    Source.objects.filter(review=review, position=0).update(
        title=NAME, quote=NAME.replace(" ", "\n"), publisher=NAME, capture=copy, no_capture_reason=""
    )
    review.replies.create(type="unnamed", description=NAME, asked_on="2026-10-03", answer=f"{NAME} không trả lời.")
    keep_state(review, newsroom.reporter, page=uuid4())
    review.summary = f"Sai. Theo {NAME}."
    review.save()
    keep_state(review, newsroom.editor)
    keep_state(claim, newsroom.editor)
    SavedState.objects.create(
        draft=review.pk, version=1, kind="typed", saved_by=newsroom.second, content={"body": f"gõ {NAME}"}
    )
    workflow.submit(subject=review, by=newsroom.reporter)
    workflow.return_(proposal=waiting(review), by=newsroom.editor, reason=f"Bỏ {NAME} đi.")
    workflow.submit(subject=Review.objects.get(pk=review.pk), by=newsroom.reporter)
    return Review.objects.get(pk=review.pk)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(NAME, marks=pytest.mark.prove),
        pytest.param(unicodedata.normalize("NFD", NAME.upper()), marks=pytest.mark.prove),
        "  ông\tLê\u00a0Quýnh,\n tổ   năm ",
    ],
)
def test_forgotten_passage_is_found_nowhere(newsroom: Newsroom, tmp_path: Path, typed: str) -> None:
    with stored_in(tmp_path):
        review = fill(newsroom)
        digests = set(review.proposals.values_list("digest", flat=True))
        assert places_of(NAME) > 30
        places = forget_passage(draft=review, text=typed, by=newsroom.reporter)
        assert names_in(tmp_path) == []  # the copy
    assert places_of(NAME) == 0
    assert not any(digest in dump() for digest in digests)
    assert (len(places.drafts), len(places.states), len(places.proposals), len(places.copies)) == (2, 4, 2, 1)
    review.refresh_from_db()
    assert (review.state, review.headline, review.summary) == ("draft", "[…] nói gì", "Sai. Theo […].")
    assert review.body == "Đây là […].\n\nHết."
    source = review.sources.get(position=0)
    assert (source.title, source.quote, source.url) == ("[…]", "[…]", "https://source.example/1")
    assert (source.capture.failure, source.capture.url, source.capture.text) == ("forgotten", source.url, "")
    request_missing([source], newsroom=newsroom.publisher, by=newsroom.reporter)
    fetching.capture(source.capture)
    assert Capture.objects.get().failure == "forgotten"  # the page isn't copied again
    appearance = review.claim.appearances.get()
    assert (appearance.url, appearance.no_capture_reason) == ("https://omitted.invalid/", "Do […] xóa.")
    assert {each.decision for each in review.proposals.all()} == {"returned"}
    events = EditorialEvent.objects.filter(action__endswith="passage_forgotten")
    assert {(each.actor, each.action, each.subject, str(each.detail)) for each in events} == {
        (newsroom.reporter, "review.passage_forgotten", str(review.pk), "{}"),
        (newsroom.reporter, "claim.passage_forgotten", str(review.claim_id), "{}"),
    }


def test_draft_can_be_submitted_and_restored_afterwards(newsroom: Newsroom) -> None:
    review = fill(newsroom)
    forget_passage(draft=review, text=NAME, by=newsroom.reporter)
    for state in SavedState.objects.filter(draft=review.pk).exclude(kind="typed"):
        restore_state(draft=review, state=state, by=newsroom.reporter)
    Source.objects.filter(review=review).update(no_capture_reason="Trang này có tên một người.")
    newsroom.publish_review(Review.objects.get(pk=review.pk))
    assert places_of(NAME) == 0


@pytest.mark.parametrize("state", ["submitted", "published", "discarded"])
def test_passage_of_an_older_state_alone(newsroom: Newsroom, state: str) -> None:
    review = newsroom.make_review(body=NAME)
    keep_state(review, newsroom.editor)
    Review.objects.filter(pk=review.pk).update(body="Đã bỏ.")
    review.refresh_from_db()
    if state == "submitted":
        workflow.submit(subject=review, by=newsroom.reporter)
    elif state == "published":
        newsroom.publish_review(review)
    else:
        discard_draft(draft=review, by=newsroom.reporter)
    forget_passage(draft=review, text=NAME, by=newsroom.reporter)
    assert places_of(NAME) == 0
    assert Review.objects.get(pk=review.pk).state == state


def test_words_of_choices_are_not_texts(newsroom: Newsroom) -> None:
    review = newsroom.make_review(body="Một video cũ.")
    state = keep_state(review, newsroom.reporter)
    claim_state = keep_state(review.claim, newsroom.reporter)
    assert state is not None
    assert claim_state is not None
    forget_passage(draft=review, text="video", by=newsroom.reporter)
    review.refresh_from_db()
    assert review.body == "Một […] cũ."
    assert review.claim.appearances.get().medium == "video"
    state.refresh_from_db()
    put_back(review, state.content)
    claim_state.refresh_from_db()
    put_back(review.claim, claim_state.content)
    assert review.claim.appearances.get().medium == "video"


def test_passage_of_a_claim_and_of_a_demand(newsroom: Newsroom) -> None:
    claim, demand = newsroom.make_claim(text=f"{NAME} nói."), newsroom.make_demand(asked=f"Xóa tên {NAME}.")
    review = newsroom.make_review(claim)
    workflow.submit(subject=review, by=newsroom.reporter)
    workflow.submit(subject=demand, by=newsroom.reporter)
    workflow.approve(proposal=waiting(demand), by=newsroom.editor, digest=waiting(demand).digest)
    assert places_of(NAME) > 3
    for draft in (claim, demand):
        forget_passage(draft=draft, text=NAME, by=newsroom.reporter)
    assert places_of(NAME) == 0
    review.refresh_from_db()
    demand.refresh_from_db()
    assert (review.state, demand.state, demand.asked) == ("draft", "draft", "Xóa tên […].")


def test_published_passage_needs_an_erasure(newsroom: Newsroom) -> None:
    review = newsroom.publish_new(body=f"Đã đăng: {NAME}.")
    newsroom.open_correction(review, headline=f"Chưa đăng: {NAME} Bí Mật", body="Đã bỏ.")
    for draft, text in ((review, NAME), (review.claim, "Nước lũ ở Huế")):
        with pytest.raises(WrongState):
            forget_passage(draft=draft, text=text, by=newsroom.reporter)
    forget_passage(draft=review, text=f"{NAME} Bí Mật", by=newsroom.reporter)
    assert Review.objects.get(pk=review.pk).headline == "Chưa đăng: […]"
    assert places_of("bí mật") == 0


def test_copies_and_pictures_that_a_person_chooses(newsroom: Newsroom, tmp_path: Path) -> None:
    with stored_in(tmp_path):
        copy = finish(make_capture(newsroom, url="https://source.example/1"))
        shown = [Picture(sha256=each * 64, uploaded_by=newsroom.reporter, **PICTURE) for each in "ab"]
        body = "".join(f"Ảnh: ![mặt người](/{each.name})\n\n" for each in shown)
        review = newsroom.make_review(body=body)
        for each in shown:
            each.review = review
            each.save()
        Source.objects.filter(review=review, position=0).update(capture=copy, no_capture_reason="")
        keep_state(review, newsroom.reporter)
        forget_passage(
            draft=review,
            text="mặt người không có",
            by=newsroom.reporter,
            copies=[str(copy.pk)],
            shown=[str(shown[0].pk)],
        )
        assert names_in(tmp_path) == []
    assert [each.sha256 for each in Picture.objects.all()] == ["b" * 64]
    assert Capture.objects.get().failure == "forgotten"
    assert places_of("a" * 64) == 0
    assert Review.objects.get().body == f"Ảnh: […]\n\nẢnh: ![mặt người](/{shown[1].name})"


def test_copy_and_claimant_that_others_need_are_kept_and_named(newsroom: Newsroom, tmp_path: Path) -> None:
    person = Claimant.objects.create(newsroom=newsroom.publisher, type="organization", name=f"Hội của {NAME}")
    with stored_in(tmp_path):
        copy = finish(make_capture(newsroom, text=NAME))
        review, other = newsroom.make_review(newsroom.make_claim(claimant=person)), newsroom.make_review()
        for each in (review, other):
            Source.objects.filter(review=each, position=0).update(capture=copy, no_capture_reason="")
        newsroom.make_claim(claimant=person)
        places = forget_passage(draft=review, text=NAME, by=newsroom.reporter)
    assert (places.kept, places.copies, places.claimants) == ([person, copy], [], [])
    assert Capture.objects.filter(pk=copy.pk).exists()


def test_who_may_forget_and_what(newsroom: Newsroom) -> None:
    review = newsroom.make_review(created_by=newsroom.editor, body=NAME)
    review.authorships.all().delete()
    for stranger in (newsroom.reporter, make_newsroom("ngoai.example").chief):
        with pytest.raises(NotAllowed):
            forget_passage(draft=review, text=NAME, by=stranger)
        answer = client_of(stranger).post(f"/admin/editorial/review/{review.pk}/states/forget/", {"text": NAME})
        assert answer.status_code == 404 or ("found" in answer.context and answer.context["found"] is None)
    for text, refusal in (("Lê", WrongValue), ("không có ở đâu", NotFound)):
        with pytest.raises(refusal):
            forget_passage(draft=review, text=text, by=newsroom.editor)
    assert Review.objects.get(pk=review.pk).body == NAME
    assert not EditorialEvent.objects.filter(action="review.passage_forgotten").exists()


def test_page_shows_the_places_first(newsroom: Newsroom) -> None:
    review = fill(newsroom)
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/change/").follow("Forget a passage")
    lan.fill(text=NAME).press("Find the passage")
    assert "Submission that will be returned:" in lan.text
    assert Review.objects.get(pk=review.pk).headline == f"{NAME} nói gì"
    lan.press("Forget the passage")
    assert places_of(NAME) == 0
    lan.open(f"/admin/editorial/review/{review.pk}/states/").follow("Forget a passage")
    assert "wasn’t found" in lan.fill(text=NAME).press("Find the passage").text


@pytest.mark.parametrize("with_script", [True, False])
def test_colleague_with_an_open_page_is_told_and_does_not_write_the_passage_back(newsroom, with_script):
    review = newsroom.make_review(body=f"Đây là {NAME}.")
    page = f"/admin/editorial/review/{review.pk}"
    lan, hoa = signed_in(newsroom.reporter).open(f"{page}/states/forget/"), client_of(newsroom.editor)
    typed = form_of(hoa, f"{page}/change/") | {"summary": f"Hoa viết về {NAME}."}
    lan.fill(text=NAME).press("Find the passage").press("Forget the passage")
    answer = hoa.post(f"{page}/autosave/" if with_script else f"{page}/change/", typed)
    html = answer.json()["html"] if with_script else answer.content.decode()
    chosen = {each.get("name"): each.get("value") for each in lxml.html.fromstring(html).xpath("//input[@checked]")}
    assert "removed a passage from this draft" in html
    assert (chosen["choice-summary"], chosen["choice-body"]) == ("theirs", "theirs")
    assert not SavedState.objects.filter(kind="typed").exists()
    assert places_of(NAME) == 0


def test_another_passage_than_the_shown_one_is_shown_first(newsroom: Newsroom) -> None:
    review = newsroom.make_review(body=f"Đây là {NAME}.")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/review/{review.pk}/states/forget/")
    lan.fill(text=NAME).press("Find the passage").fill(text="Đây").press("Forget the passage")
    assert Review.objects.get(pk=review.pk).body == f"Đây là {NAME}."


def test_invisible_characters_make_no_passage(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    for text in ("\u200b" * 4, "a\u200b\u200b\u200b"):
        with refused("wrong_value"):
            forget_passage(draft=review, text=text, by=newsroom.reporter)


def test_author_forgets_what_an_editor_has_submitted_but_not_a_request_to_withdraw(newsroom: Newsroom) -> None:
    review = newsroom.make_review(body=f"Đây là {NAME}.")
    workflow.submit(subject=review, by=newsroom.editor)
    forget_passage(draft=review, text=NAME, by=newsroom.reporter)
    review.refresh_from_db()
    assert (review.state, places_of(NAME)) == ("draft", 0)
    newsroom.publish_review(review)
    request = review_policy.withdraw(review=review, by=newsroom.editor, reason="Số liệu bịa đặt.")
    with refused("not_found"):
        forget_passage(draft=review, text="Số liệu bịa đặt", by=newsroom.reporter)
    assert Proposal.objects.get(pk=request.pk).decision == ""


def test_encoded_name_in_a_link_of_the_text_is_found(newsroom: Newsroom) -> None:
    encoded = quote(NAME)
    review = newsroom.make_review(body=f"Xem [đây](https://x.example/{encoded}) và https://y.example/{encoded}.")
    forget_passage(draft=review, text=NAME, by=newsroom.reporter)
    review.refresh_from_db()
    assert review.body == "Xem [đây](https://omitted.invalid/) và https://omitted.invalid/"


def test_import_that_waits_stays_decidable(newsroom: Newsroom) -> None:
    proposal = MAKE[Kind.IMPORT](newsroom)
    digests = set(Proposal.objects.values_list("digest", flat=True))
    claim = Claim.objects.filter(reviews__proposals__batch=proposal.batch)[0]
    with refused("undecided"):
        forget_passage(draft=claim, text=claim.text, by=newsroom.editor)
    assert set(Proposal.objects.values_list("digest", flat=True)) == digests


def test_page_of_a_copy_that_only_a_state_names_is_not_copied_again(newsroom: Newsroom, tmp_path: Path) -> None:
    review = newsroom.make_review()
    with stored_in(tmp_path):
        copy = finish(make_capture(newsroom, url="https://source.example/1", text=NAME))
        Source.objects.filter(review=review, position=0).update(capture=copy, no_capture_reason="")
        keep_state(review, newsroom.reporter)
        Source.objects.filter(review=review, position=0).update(capture=None, no_capture_reason="Bỏ.")
        forget_passage(draft=review, text=NAME, by=newsroom.reporter)
    left = Capture.objects.get(pk=copy.pk)
    assert (left.state, list(left.reviews.all())) == ("failed", [review])


def test_other_newsrooms_media_of_the_claim_stay(newsroom: Newsroom) -> None:
    review = newsroom.publish_new()
    other = make_newsroom("khac.example")
    theirs = other.make_review(review.claim, body=f"Đây là {NAME}.")
    picture = Picture.objects.create(claim=review.claim, sha256="a" * 64, uploaded_by=newsroom.reporter, **PICTURE)
    places = forget_passage(draft=theirs, text=NAME, by=other.reporter, shown=[str(picture.pk)])
    assert (places.pictures, Picture.objects.filter(pk=picture.pk).exists()) == ([], True)


def record_forgetting(newsroom: Newsroom, draft: Any) -> None:
    connection.cursor().execute(
        "SELECT editorial_record_events(%s, %s, ARRAY['review.passage_forgotten'], ARRAY[%s], ARRAY['{}'::jsonb])",
        [newsroom.reporter.pk, newsroom.publisher.pk, str(draft)],
    )


@pytest.mark.parametrize("noted", ["not at all", "in another transaction", "for another draft"])
def test_database_changes_nothing_without_an_event(newsroom: Newsroom, noted: str) -> None:
    review, other = fill(newsroom), newsroom.make_review()
    if noted == "in another transaction":
        record_forgetting(newsroom, review.pk)
    for sql in (
        "UPDATE editorial_savedstate SET content = '{}' WHERE draft = %s",
        "UPDATE editorial_proposal SET statement = '', note = '', digest = repeat('0', 64), salt = '' WHERE review_id = %s",
        "UPDATE editorial_editorialevent SET detail = '{}' WHERE subject = %s::text AND detail <> '{}'",
    ):
        with pytest.raises(DatabaseError, match=r"refused|cannot be changed"), transaction.atomic():
            if noted == "for another draft":
                record_forgetting(newsroom, other.pk)
            connection.cursor().execute(sql, [review.pk])


def test_database_keeps_what_was_decided_and_published(newsroom: Newsroom) -> None:
    review, waits = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(review)
    workflow.submit(subject=waits, by=newsroom.reporter)
    for sql in (
        "UPDATE editorial_proposal SET statement = '', note = '', digest = repeat('0', 64), salt = '' WHERE review_id = %s",
        "UPDATE editorial_proposal SET statement = '{}' WHERE review_id = %s",
        "DELETE FROM editorial_proposal WHERE review_id = %s",
        "DELETE FROM editorial_editorialevent WHERE subject = %s::text",
        "UPDATE editorial_savedstate SET saved_at = now() WHERE draft = %s",
    ):
        for draft in (review, waits):
            keep_state(draft, newsroom.editor, SavedState.Kind.RESTORED)
            with pytest.raises(DatabaseError), transaction.atomic():
                record_forgetting(newsroom, draft.pk)
                connection.cursor().execute(sql, [draft.pk])
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        record_forgetting(newsroom, review.pk)
        connection.cursor().execute(
            "UPDATE editorial_editorialevent SET detail = '{}' WHERE action = 'publication.approved'"
        )
    assert Proposal.objects.exclude(statement="").count() == 2
    assert Claim.objects.count() == 2
