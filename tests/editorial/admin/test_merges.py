"""Claims that are the same, at the desk: the warning, the proposal, the decision, the split."""

from dataclasses import replace
from unittest.mock import Mock

import pytest

from factcheck.editorial import merges, workflow
from factcheck.editorial.admin import merges as pages
from factcheck.editorial.models import Claim, ClaimMerge, EditorialEvent, ImportBatch, ProposedLink, Review
from factcheck.record.models import PublishedClaim
from tests.drafts import (
    Newsroom,
    make_claim,
    make_newsroom,
    make_review,
    merge_claims,
    open_correction,
    publish_review,
    split_claim,
    withdraw_review,
)
from tests.journeys.browser import signed_in

FLOOD = "Nước lũ ở Huế đã lên tới mái chùa."
NOTE = "Hai bài cùng một lời đồn."


@pytest.fixture
def newsroom(database: str) -> Newsroom:
    return make_newsroom()


def published(newsroom: Newsroom, text: str = FLOOD) -> Claim:
    review = make_review(newsroom, make_claim(newsroom, text=text))
    publish_review(newsroom, review)
    return review.claim


def test_who_logs_a_claim_that_exists_is_warned_and_may_go_on(newsroom: Newsroom) -> None:
    published(newsroom)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Ở Huế nước lũ lên tới mái chùa rồi.", language="vi").press("Save and write the review of this claim")
    assert "Your claim is saved. These may say the same" in lan.text
    assert lan.html.index(FLOOD) < lan.html.index("Go on with mine")  # to be read first
    assert "Video nước lũ là của năm 2020" in lan.text
    assert Claim.objects.count() == 2
    mine = Claim.objects.get(text__startswith="Ở Huế")
    lan.follow("Go on with mine")
    assert lan.path == f"/admin/editorial/review/add/?claim={mine.pk}"


def test_who_logs_a_claim_that_exists_may_use_that_one(newsroom: Newsroom) -> None:
    existing = published(newsroom)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Ở Huế nước lũ lên tới mái chùa rồi.", language="vi").press("Save")
    lan.press("Use this one instead")
    assert lan.path == f"/admin/editorial/claim/{existing.pk}/change/"
    assert list(Claim.objects.all()) == [existing]


def test_claims_that_are_little_alike_stand_below_and_are_called_so(newsroom: Newsroom) -> None:
    published(newsroom)
    published(newsroom, "Nước lũ ở Quảng Ngãi có cá sấu bơi vào trường học.")
    mine = make_claim(newsroom, text="Ở Huế nước lũ lên tới mái chùa rồi.")
    page, little = f"/admin/editorial/claim/{mine.pk}/similar/", "Little alike, probably not the same"
    lan = signed_in(newsroom.reporter).open(page)
    likely, unlikely = lan.text.split(little)
    assert FLOOD in likely
    assert "cá sấu" in unlikely
    assert "cá sấu" in lan.open(f"{page}?q=cá sấu").text  # few words are like nothing, and were chosen to find it
    assert little not in lan.text


def test_who_was_about_to_review_the_claim_reviews_the_one_that_is_used(newsroom: Newsroom) -> None:
    existing = published(newsroom)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Ở Huế nước lũ lên tới mái chùa rồi.", language="vi").press("Save and write the review of this claim")
    lan.press("Use this one instead")
    assert lan.path == f"/admin/editorial/review/add/?claim={existing.pk}"


def test_claim_of_another_newsroom_that_is_used_is_linked_where_it_can_be_read(newsroom: Newsroom) -> None:
    existing = published(make_newsroom("khac.example"))
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Ở Huế nước lũ lên tới mái chùa rồi.", language="vi").press("Save")
    lan.press("Use this one instead")
    assert (lan.path, lan.status) == ("/admin/editorial/claim/", 200)
    assert f'yours is gone. <a href="/claims/{existing.pk}/">' in lan.html


def test_newsroom_is_told_that_it_has_reviewed_the_claim(newsroom: Newsroom) -> None:
    review = published(newsroom).reviews.get()
    text = "Ở Huế nước lũ lên tới mái chùa rồi."
    draft = make_review(newsroom, make_claim(newsroom, text=text), headline="Đang viết")
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text=text, language="vi").press("Save")
    assert lan.text.count("Your newsroom has written about this claim already:") == 2
    for each, state in ((review, "published, vi"), (draft, "draft, vi")):
        assert f'href="/admin/editorial/review/{each.pk}/change/"' in lan.html
        assert f"{each} ({state})" in lan.text
    stranger = signed_in(make_newsroom("khac.example").reporter).open("/admin/editorial/claim/add/")
    stranger.fill(text=text, language="vi").press("Save")
    assert "may say the same" in stranger.text
    assert "Your newsroom has written" not in stranger.text


def test_addresses_that_would_be_lost_with_a_claim_are_there_to_copy(newsroom: Newsroom) -> None:
    claim = published(newsroom)
    mine = make_claim(newsroom, text="Lũ Huế lên tới mái chùa.")
    mine.appearances.all().delete()
    page = f"/admin/editorial/claim/{mine.pk}/similar/"
    lan = signed_in(newsroom.reporter).open(page)
    assert "thrown away with it" not in lan.text
    mine.appearances.create(url="https://social.example/p/1", archive_url="https://archive.example/1")
    assert "Copy what you still need: https://social.example/p/1 ( https://archive.example/1 )" in lan.open(page).text
    claim.appearances.create(url="https://social.example/p/2")
    assert "p/2" not in lan.open(f"/admin/editorial/claim/{claim.pk}/similar/").text  # stays where it is


def test_who_logs_something_new_is_not_stopped(newsroom: Newsroom) -> None:
    published(newsroom)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Uống nước chanh chữa được ung thư.", language="vi").press("Save")
    assert "may say the same" not in lan.text
    assert "The claim is saved." in lan.text
    assert Claim.objects.count() == 2


def test_same_words_among_the_newsrooms_drafts_are_found_and_others_drafts_are_not(newsroom: Newsroom) -> None:
    text = "Ngân hàng sắp đổi tiền trong tuần tới."
    draft = make_review(newsroom, make_claim(newsroom, text=text))
    hidden = make_newsroom("khac.example")
    make_claim(hidden, text=text)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text=text.upper(), language="vi").press("Save")
    assert "The same words among your newsroom’s drafts" in lan.text
    assert lan.text.count(text) == 1
    lan.press("Use this one instead")
    assert Claim.objects.filter(newsroom=newsroom.publisher).get() == draft.claim


def test_draft_with_the_same_words_is_found_among_many_that_were_published(newsroom: Newsroom) -> None:
    draft = make_claim(newsroom)
    for _ in range(pages.similar.MOST):
        published(newsroom)
    assert pages.similar.drafted_alike(make_claim(newsroom)) == [draft]


def test_search_that_fails_loses_no_claim(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no vectors today")

    monkeypatch.setattr(pages.similar, "match", broken)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    with pytest.raises(RuntimeError):
        lan.fill(text=FLOOD, language="vi").press("Save")
    assert Claim.objects.get().text == FLOOD


def test_comparison_that_takes_too_long_is_said_and_not_taken_for_nothing_found(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages.similar, "match", Mock(side_effect=TimeoutError))
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text=FLOOD, language="vi").press("Save")
    assert "Comparing with what is published took too long." in lan.text
    assert Claim.objects.get().text == FLOOD


def test_comparison_by_words_alone_is_said(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    published(newsroom)
    by_words = replace(pages.similar.match(FLOOD), explanation="Nobody answers.")
    monkeypatch.setattr(pages.similar, "match", lambda text, **_: by_words)
    monkeypatch.setattr(pages.similar, "is_configured", lambda: True)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text=FLOOD, language="vi").press("Save")
    assert "may say the same" in lan.text
    assert "Compared by words alone just now: the same in another language may be missing." in lan.text


def test_small_window_gives_the_chosen_claim_to_the_form_that_opened_it(newsroom: Newsroom) -> None:
    existing = published(newsroom)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/?_popup=1&_to_field=id")
    lan.fill(text="Lũ Huế lên tới mái chùa rồi.", language="vi").press("Save")
    lan.press("Use this one instead")
    assert str(existing.pk) in lan.html
    lan.open("/admin/editorial/claim/add/?_popup=1&_to_field=id").fill(text="Chuyện khác hẳn.", language="vi")
    lan.press("Save")
    assert str(Claim.objects.get(text="Chuyện khác hẳn.").pk) in lan.html


def test_drafts_move_to_the_claim_that_is_used_instead(newsroom: Newsroom) -> None:
    existing = published(newsroom)
    draft = make_review(newsroom, make_claim(newsroom, text="Lũ Huế lên tới mái chùa."))
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{draft.claim_id}/change/")
    lan.follow("Same as another claim").press("Use this one instead")
    draft.refresh_from_db()
    assert draft.claim == existing
    assert Claim.objects.count() == 1


def test_claim_that_is_thrown_away_for_another_is_written_down(newsroom: Newsroom) -> None:
    existing, claim = published(newsroom), make_claim(newsroom)
    merges.use_instead(claim=claim, instead=existing, by=newsroom.reporter)
    event = EditorialEvent.objects.get(action="claim.exchanged")
    assert (event.actor, event.newsroom) == (newsroom.reporter, newsroom.publisher)
    assert event.detail == {"instead": str(existing.pk)}
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/editorialevent/?q={event.subject}")
    assert "used another claim instead" in chief.text


def test_reporter_is_not_offered_to_exchange_what_is_not_theirs(newsroom: Newsroom) -> None:
    existing = published(newsroom)
    others = make_claim(newsroom, text="Lũ Huế lên tới mái chùa.", logged_by=newsroom.editor)
    mine = make_claim(newsroom, text="Ở Huế nước lũ lên tới mái chùa.")
    make_review(newsroom, mine, created_by=newsroom.editor).authorships.all().delete()
    lan, hoa = signed_in(newsroom.reporter), signed_in(newsroom.editor)
    batch = ImportBatch.objects.create(newsroom=newsroom.publisher, files="a.json", submitted_by=newsroom.second)
    for claim in (others, mine):  # logged by a colleague; with a colleague's draft
        ProposedLink.objects.create(batch=batch, claim=claim, other=existing, score=0.9)
        page = f"/admin/editorial/claim/{claim.pk}/"
        assert not lan.open(f"{page}change/").has_link("Same as another claim")
        assert lan.has_link("It is not")
        assert not lan.has_link("It is the same")
        lan.open(f"{page}similar/")
        assert "Only whoever logged this claim and wrote its drafts, or an Editor," in lan.text
        assert FLOOD in lan.text
        assert not lan.has_button("Use this one instead")
        assert hoa.open(f"{page}similar/").has_button("Use this one instead")
        assert hoa.open(f"{page}change/").has_link("It is the same")
    lan.open(f"/admin/editorial/importbatch/{batch.pk}/change/")
    assert lan.has_link("It is not")
    assert not lan.has_link("It is the same")
    hoa.follow("Same as another claim").press("Use this one instead")
    assert not Claim.objects.filter(pk=mine.pk).exists()


@pytest.mark.parametrize(("score", "shown"), [(1.0, "0.99"), (0.996, "0.99"), (0.9, "0.90"), (0.567, "0.57")])
def test_likeness_of_claims_that_are_not_identical_is_never_whole(newsroom: Newsroom, score: float, shown: str) -> None:
    mine = make_claim(newsroom, text="Lũ Huế lên tới mái chùa.")
    batch = ImportBatch.objects.create(newsroom=newsroom.publisher, files="a.json", submitted_by=newsroom.second)
    ProposedLink.objects.create(batch=batch, claim=mine, other=published(newsroom), score=score)
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{mine.pk}/change/")
    assert f"(likeness {shown})" in lan.text


def test_claim_whose_reviews_are_withdrawn_has_no_link_to_a_page(newsroom: Newsroom) -> None:
    into, claim = published(newsroom), published(newsroom, "Lũ Huế lên tới mái chùa.")
    merge = merges.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    page = f"/admin/editorial/claim/merges/{merge.pk}/approve/"
    hoa = signed_in(newsroom.editor).open(page)
    assert hoa.html.count(f'href="/claims/{claim.pk}/"') == 1
    withdraw_review(newsroom, claim.reviews.get())
    hoa.open(page)
    assert f'href="/claims/{claim.pk}/"' not in hoa.html
    assert f'href="/claims/{into.pk}/"' in hoa.html


def test_merge_from_proposal_to_split(newsroom: Newsroom) -> None:
    into, claim = published(newsroom), published(newsroom, "Lũ Huế lên tới mái chùa.")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/")
    lan.follow("Same as another claim").press("Propose: it is the same as this one")
    assert "Why (it stays in the public log for ever, where everybody can read it):" in lan.text
    assert "Write why; it stands in the public log." in lan.text
    lan.fill(reason=NOTE).press("Propose: it is the same as this one")
    assert "Proposed. Somebody else has to decide now." in lan.text
    assert lan.has_link("Take back")
    assert not lan.has_link("Approve")
    hoa = signed_in(newsroom.editor).open("/admin/")
    hoa.follow(f"Merge “{claim}” into “{into}”")
    assert NOTE in hoa.text
    assert hoa.has_link("Return with a message")
    hoa.follow("Approve").press("Approve")
    assert "Done. Readers see it from now on." in hoa.text
    assert "Readers find this claim under another one:" in hoa.text
    assert [row.pk for row in PublishedClaim.objects.all()] == [into.pk]
    lan.open(f"/admin/editorial/claim/{claim.pk}/similar/")
    assert lan.path == f"/admin/editorial/claim/{claim.pk}/change/"
    lan.open(f"/admin/editorial/claim/{into.pk}/change/").follow("Split off")
    assert "It stands in the public log, where everybody can read it." in lan.text
    lan.fill(reason="Hai ngôi chùa khác nhau.")
    lan.press("Propose to split it off")
    hoa.open("/admin/").follow(f"Split “{claim}” off from “{into}”").follow("Approve").press("Approve")
    assert PublishedClaim.objects.count() == 2
    told = signed_in(newsroom.chief).open("/admin/editorial/editorialevent/").text
    for words in (
        "proposed to merge a claim",
        "merged a claim into another",
        "proposed to split off",
        "split off a claim",
    ):
        assert words in told


def test_proposal_is_returned_with_a_message(newsroom: Newsroom) -> None:
    into, claim = published(newsroom), published(newsroom, "Lũ Huế lên tới mái chùa.")
    merges.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    hoa = signed_in(newsroom.editor).open(f"/admin/editorial/claim/{claim.pk}/change/").follow("Return with a message")
    hoa.press("Return with a message")
    assert "Write why not" in hoa.text
    hoa.fill(reason="Hai ngôi chùa khác nhau.").press("Return with a message")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/")
    assert "Hai ngôi chùa khác nhau." in lan.text
    assert ClaimMerge.objects.get().decision == "returned"


def test_other_newsroom_decides_and_strangers_see_nothing(newsroom: Newsroom) -> None:
    other, stranger = make_newsroom("khac.example"), make_newsroom("baochi.example")
    into, claim = published(other), published(newsroom, "Lũ Huế lên tới mái chùa.")
    merge = merges.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    page = f"/admin/editorial/claim/merges/{merge.pk}/approve/"
    assert signed_in(stranger.chief).open(page).status == 404
    mine = signed_in(newsroom.chief).open(page)
    assert "This cannot be done now" in mine.text
    theirs = signed_in(other.editor).open("/admin/").follow(f"Merge “{claim}” into “{into}”")
    assert theirs.path == f"/admin/editorial/claim/{into.pk}/change/"  # the one that they see
    theirs.follow("Approve").press("Approve")
    assert "Done. Readers see it from now on." in theirs.text
    assert f"Merged into this claim: {claim}" in theirs.text
    assert signed_in(stranger.chief).open(f"/admin/editorial/claim/{claim.pk}/split/").status == 404
    assert signed_in(stranger.chief).open(f"/admin/editorial/claim/{claim.pk}/similar/").status == 404


def test_nothing_more_is_offered_of_a_claim_while_a_proposal_waits(newsroom: Newsroom) -> None:
    claim, into = published(newsroom, "Lời đồn thứ nhất."), published(newsroom, "Lời đồn thứ nhì.")
    batch = ImportBatch.objects.create(newsroom=newsroom.publisher, files="a.json", submitted_by=newsroom.second)
    ProposedLink.objects.create(batch=batch, claim=claim, other=published(newsroom), score=0.9)
    page, lan = f"/admin/editorial/claim/{claim.pk}/", signed_in(newsroom.reporter)
    assert lan.open(f"{page}change/").has_link("It is the same")
    merge = merges.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    lan.open(f"{page}change/")
    assert [lan.has_link(words) for words in ("Same as another claim", "It is the same", "Take back")] == [
        False,
        False,
        True,
    ]
    assert lan.open(f"{page}similar/").path == f"{page}change/"
    assert "This cannot be done now" in lan.text
    other = f"/admin/editorial/claim/{into.pk}/change/"
    assert lan.open(other).has_link("Same as another claim")  # of this one nothing is proposed

    merges.approve_merge(merge=merge, by=newsroom.editor, digest=merge.digest)
    pages_with_it = (f"{page}change/", other)
    assert all(lan.open(address).has_link("Split off") for address in pages_with_it)
    merges.propose_split(claim=claim, by=newsroom.reporter, note="Hai ngôi chùa khác nhau.")
    assert not any(lan.open(address).has_link("Split off") for address in pages_with_it)
    assert lan.open(f"{page}split/").path == f"{page}change/"


def test_what_a_drafts_claim_may_be_exchanged_for(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    theirs, mine = make_claim(other, text="Bản nháp của người khác."), make_claim(newsroom)
    one, two = published(newsroom, "Lời đồn thứ nhất."), published(newsroom, "Lời đồn thứ nhì.")
    merge_claims(newsroom, one, two)
    for claim, instead, by, message in (
        (mine, theirs, newsroom.reporter, "another newsroom’s draft"),
        (mine, one, newsroom.reporter, "merged into another one itself"),
        (two, mine, newsroom.chief, "has been published"),
        (mine, two, other.chief, "not a member"),
        (mine, mine, newsroom.reporter, "the same claim"),
    ):
        with pytest.raises(merges.EditorialError, match=message):
            merges.use_instead(claim=claim, instead=instead, by=by)
    draft = make_review(newsroom, mine)
    workflow.submit(review=draft, by=newsroom.reporter)
    with pytest.raises(merges.EditorialError, match="submitted or approved"):
        merges.use_instead(claim=mine, instead=two, by=newsroom.reporter)
    assert Review.objects.get(pk=draft.pk).claim == mine


def test_reason_of_a_split_that_comes_too_late_is_still_there(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    claim, into = published(newsroom, "Lời đồn thứ nhất."), published(other, "Lời đồn thứ nhì.")
    merge = merges.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    merges.approve_merge(merge=merge, by=other.editor, digest=merge.digest)
    page = f"/admin/editorial/claim/{claim.pk}/split/"
    waiting = [signed_in(person).open(page) for person in (newsroom.reporter, other.reporter)]
    split_claim(newsroom, claim)
    for browser in waiting:
        browser.fill(reason="Hai câu nói khác nhau.").press("Propose to split it off")
        assert "Only a claim that is merged into another one can be split off." in browser.text
        assert browser.value("reason") == "Hai câu nói khác nhau."
        assert "This cannot be done now" in browser.open(page).text


def test_reason_of_a_merge_that_comes_too_late_is_still_there(newsroom: Newsroom) -> None:
    claim, into = published(newsroom, "Lời đồn thứ nhất."), published(newsroom, "Lời đồn thứ nhì.")
    browser = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/similar/")
    merge_claims(newsroom, claim, into)
    browser.fill(reason="Cùng một câu nói.").press("Propose: it is the same as this one")
    assert "This claim is merged into another one already. Split it off first." in browser.text
    assert "Cùng một câu nói." in browser.html


def test_reason_is_still_there_when_the_claims_are_not_compared_in_time(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, _into = published(newsroom, "Lời đồn thứ nhất."), published(newsroom, "Lời đồn thứ nhì.")
    browser = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/similar/")
    browser.fill(reason="Như lời đồn thứ nhất.")
    monkeypatch.setattr(pages.similar, "match", Mock(side_effect=TimeoutError))
    browser.press("Propose: it is the same as this one")
    assert "it must repeat neither the claims nor a claimant’s name" in browser.text
    assert browser.value("reason") == "Như lời đồn thứ nhất."
    browser.fill(reason="Cùng một câu nói.").press("Propose once more")
    assert ClaimMerge.objects.get().note == "Cùng một câu nói."


def test_claim_of_an_old_proposal_is_not_thrown_away(newsroom: Newsroom) -> None:
    one, two = published(newsroom, "Lời đồn thứ nhất."), published(newsroom, "Lời đồn thứ nhì.")
    merge = merges.propose_merge(claim=one, into=two, by=newsroom.reporter, note="Cùng một lời đồn.")
    merges.return_merge(merge=merge, by=newsroom.editor, reason="Không phải.")
    review = Review.objects.get(claim=one)
    open_correction(newsroom, review, claim=two)  # all that readers see of the first is gone then
    publish_review(newsroom, review)
    with pytest.raises(merges.EditorialError, match="was proposed for a merge once"):
        merges.use_instead(claim=one, instead=two, by=newsroom.reporter)
