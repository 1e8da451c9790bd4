"""Has this been checked already? People who log a claim or want to join two see similar claims."""

from dataclasses import replace
from unittest.mock import Mock

import pytest

from factcheck.editorial.desk.subjects import merges as pages
from factcheck.editorial.models import Claim, EditorialEvent, Proposal, Review
from factcheck.editorial.proposals import merge_policy, workflow
from tests.journeys.browser import signed_in
from tests.support.drafts import FLOOD, Newsroom, make_newsroom
from tests.support.refusals import refused


def test_who_logs_a_claim_that_exists_is_warned_and_may_go_on(newsroom: Newsroom) -> None:
    newsroom.publish_claim()
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Ở Huế nước lũ lên tới mái chùa rồi.", language="vi").press("Save and write the review of this claim")
    assert "Your claim has been saved. The following claims may say the same thing" in lan.text
    assert lan.html.index(FLOOD) < lan.html.index("Continue with my claim")  # to be read first
    assert "Video nước lũ là của năm 2020" in lan.text
    assert Claim.objects.count() == 2
    mine = Claim.objects.get(text__startswith="Ở Huế")
    lan.follow("Continue with my claim")
    assert lan.path == f"/admin/editorial/review/add/?claim={mine.pk}"


@pytest.mark.parametrize("button", ["Save", "Save and write the review of this claim"])
@pytest.mark.parametrize("whose", ["kiemchung.example", "khac.example"])
def test_existing_claim_is_used_instead_of_the_new_one(newsroom: Newsroom, whose: str, button: str) -> None:
    own = whose == newsroom.publisher.site
    existing = (newsroom if own else make_newsroom(whose)).publish_claim()
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Ở Huế nước lũ lên tới mái chùa rồi.", language="vi").press(button).press("Use this one instead")
    assert list(Claim.objects.all()) == [existing]
    if button != "Save":
        assert lan.path == f"/admin/editorial/review/add/?claim={existing.pk}"
    elif own:
        assert lan.path == f"/admin/editorial/claim/{existing.pk}/change/"
    else:  # this newsroom can't open its page at the desk
        assert (lan.path, lan.status) == ("/admin/editorial/claim/", 200)
        assert f'Your claim has been deleted. <a href="/claims/{existing.pk}/">' in lan.html


def test_page_of_a_claim_loads_those_that_are_probably_the_same(newsroom: Newsroom) -> None:
    existing = newsroom.publish_claim()
    newsroom.publish_claim("Nước lũ ở Quảng Ngãi có cá sấu bơi vào trường học.")
    mine = newsroom.make_claim(text="Ở Huế nước lũ lên tới mái chùa rồi.")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{mine.pk}/change/")
    address = f"/admin/editorial/claim/{mine.pk}/similar/?likely"
    assert f'data-similar="{address}"' in lan.html
    found = lan.client.get(address).content.decode()
    assert found.count('href="/claims/') == 1
    assert f'href="/claims/{existing.pk}/"' in found
    other = newsroom.make_claim(text="Chanh chữa bách bệnh.")
    assert lan.client.get(f"/admin/editorial/claim/{other.pk}/similar/?likely").content.strip() == b""


def test_claims_that_are_little_alike_stand_below_and_are_called_so(newsroom: Newsroom) -> None:
    newsroom.publish_claim()
    newsroom.publish_claim("Nước lũ ở Quảng Ngãi có cá sấu bơi vào trường học.")
    mine = newsroom.make_claim(text="Ở Huế nước lũ lên tới mái chùa rồi.")
    page, little = f"/admin/editorial/claim/{mine.pk}/similar/", "Less similar, probably not the same"
    lan = signed_in(newsroom.reporter).open(page)
    likely, unlikely = lan.text.split(little)
    assert FLOOD in likely
    assert "cá sấu" in unlikely
    assert "cá sấu" in lan.open(f"{page}?q=cá sấu").text  # few words are like nothing, and were chosen to find it
    assert little not in lan.text


@pytest.mark.parametrize("window", ["", "&_popup=1"])
def test_claim_of_another_newsroom_that_is_used_is_named_as_readers_see_it(newsroom: Newsroom, window: str) -> None:
    existing = make_newsroom("khac.example").publish_claim("The flood in Hue reached the roof of the pagoda.")
    Claim.objects.filter(pk=existing.pk).update(text="A draft of theirs.")
    mine = newsroom.make_claim(text="In Hue the flood reached the roof of a pagoda.")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{mine.pk}/similar/?logged=claim{window}")
    lan.press("Use this one instead")
    assert "The flood in Hue reached the roof of the pagoda." in lan.html
    assert "A draft of theirs." not in lan.html
    existing.refresh_from_db()
    assert existing.text == "A draft of theirs."


def test_newsroom_is_told_that_it_has_reviewed_the_claim(newsroom: Newsroom) -> None:
    review = newsroom.publish_claim().reviews.get()
    text = "Ở Huế nước lũ lên tới mái chùa rồi."
    draft = newsroom.make_review(newsroom.make_claim(text=text), headline="Đang viết")
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text=text, language="vi").press("Save")
    assert lan.text.count("Your newsroom’s reviews of the claim above:") == 2
    for each, state in ((review, "published, vi"), (draft, "draft, vi")):
        assert f'href="/admin/editorial/review/{each.pk}/change/"' in lan.html
        assert f"{each} ({state})" in lan.text
    stranger = signed_in(make_newsroom("khac.example").reporter).open("/admin/editorial/claim/add/")
    stranger.fill(text=text, language="vi").press("Save")
    assert "may say the same" in stranger.text
    assert "Your newsroom has already written" not in stranger.text


def test_addresses_that_would_be_lost_with_a_claim_are_there_to_copy(newsroom: Newsroom) -> None:
    claim = newsroom.publish_claim()
    mine = newsroom.make_claim(text="Lũ Huế lên tới mái chùa.")
    mine.appearances.all().delete()
    page = f"/admin/editorial/claim/{mine.pk}/similar/"
    lan = signed_in(newsroom.reporter).open(page)
    assert "appearances of your claim will be deleted" not in lan.text
    mine.appearances.create(url="https://social.example/p/1", archive_url="https://archive.example/1")
    assert (
        "Copy anything that you still need: https://social.example/p/1 ( https://archive.example/1 )"
        in lan.open(page).text
    )
    claim.appearances.create(url="https://social.example/p/2")
    assert "p/2" not in lan.open(f"/admin/editorial/claim/{claim.pk}/similar/").text  # stays where it is


def test_who_logs_something_new_is_not_stopped(newsroom: Newsroom) -> None:
    newsroom.publish_claim()
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text="Uống nước chanh chữa được ung thư.", language="vi").press("Save")
    assert "may say the same thing" not in lan.text
    assert "The claim has been saved." in lan.text
    assert Claim.objects.count() == 2


def test_same_words_among_the_newsrooms_drafts_are_found_and_others_drafts_are_not(newsroom: Newsroom) -> None:
    text = "Ngân hàng sắp đổi tiền trong tuần tới."
    draft = newsroom.make_review(newsroom.make_claim(text=text))
    hidden = make_newsroom("khac.example")
    hidden.make_claim(text=text)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text=text.upper(), language="vi").press("Save")
    assert "Claims of your newsroom that aren’t published" in lan.text
    assert lan.text.count(text) == 1
    lan.press("Use this one instead")
    assert Claim.objects.filter(newsroom=newsroom.publisher).get() == draft.claim


def test_draft_with_the_same_words_is_found_among_many_that_were_published(newsroom: Newsroom) -> None:
    draft = newsroom.make_claim()
    for _ in range(pages.similar_claims.MOST):
        newsroom.publish_claim()
    mine = newsroom.make_claim()
    found = pages.similar_claims.find_unpublished(mine.text, [newsroom.publisher.pk], exclude=mine.pk)
    assert (found, found[0].is_same) == ([draft], True)


@pytest.mark.parametrize("typed", ["ngan hang sap doi tien trong tuan toi", "NGÂN HÀNG sắp đổi tiền trong tuần tới"])
def test_own_claim_is_found_while_it_is_typed_and_others_claim_is_not(newsroom: Newsroom, typed: str) -> None:
    mine = newsroom.make_claim(text="Ngân hàng sắp đổi tiền trong tuần tới.")
    for person, count in ((newsroom.reporter, 1), (make_newsroom("khac.example").reporter, 0)):
        lan = signed_in(person).open("/admin/editorial/claim/add/")
        token = {"csrfmiddlewaretoken": lan.client.cookies["csrftoken"].value}
        shown = lan.client.post("/admin/editorial/claim/typed/", {"text": typed, **token}).content.decode()
        assert shown.count("Open this claim instead") == count
        assert (f"/claim/{mine.pk}/change/" in shown) == bool(count)


def test_search_that_fails_loses_no_claim(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no vectors today")

    monkeypatch.setattr(pages.similar_claims, "match", broken)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    with pytest.raises(RuntimeError):
        lan.fill(text=FLOOD, language="vi").press("Save")
    assert Claim.objects.get().text == FLOOD


def test_comparison_that_takes_too_long_is_said_and_not_taken_for_nothing_found(newsroom, monkeypatch):
    monkeypatch.setattr(pages.similar_claims, "match", Mock(side_effect=TimeoutError))
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text=FLOOD, language="vi").press("Save")
    assert "The comparison with published claims took too long." in lan.text
    assert Claim.objects.get().text == FLOOD


def test_comparison_by_words_alone_is_said(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.publish_claim()
    by_words = replace(pages.similar_claims.match(FLOOD), explanation="Nobody answers.")
    monkeypatch.setattr(pages.similar_claims, "match", lambda text, **_: by_words)
    monkeypatch.setattr(pages.similar_claims, "is_configured", lambda: True)
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/")
    lan.fill(text=FLOOD, language="vi").press("Save")
    assert "may say the same" in lan.text
    assert "Claims could only be compared by keyword this time." in lan.text


def test_small_window_gives_the_chosen_claim_to_the_form_that_opened_it(newsroom: Newsroom) -> None:
    existing = newsroom.publish_claim()
    lan = signed_in(newsroom.reporter).open("/admin/editorial/claim/add/?_popup=1&_to_field=id")
    lan.fill(text="Lũ Huế lên tới mái chùa rồi.", language="vi").press("Save")
    lan.press("Use this one instead")
    assert str(existing.pk) in lan.html
    lan.open("/admin/editorial/claim/add/?_popup=1&_to_field=id").fill(text="Chuyện khác hẳn.", language="vi")
    lan.press("Save")
    assert str(Claim.objects.get(text="Chuyện khác hẳn.").pk) in lan.html


def test_drafts_move_to_the_claim_that_is_used_instead(newsroom: Newsroom) -> None:
    existing = newsroom.publish_claim()
    draft = newsroom.make_review(newsroom.make_claim(text="Lũ Huế lên tới mái chùa."))
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{draft.claim_id}/change/")
    lan.follow("Same as another claim").press("Use this one instead")
    draft.refresh_from_db()
    assert draft.claim == existing
    assert Claim.objects.count() == 1


def test_claim_that_is_thrown_away_for_another_is_written_down(newsroom: Newsroom) -> None:
    existing, claim = newsroom.publish_claim(), newsroom.make_claim()
    merge_policy.replace_claim(claim=claim, replacement=existing, by=newsroom.reporter)
    event = EditorialEvent.objects.get(action="claim.exchanged")
    assert (event.actor, event.newsroom) == (newsroom.reporter, newsroom.publisher)
    assert event.detail == {"instead": str(existing.pk)}
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/editorialevent/?q={event.subject}")
    assert "replaced a claim with another claim" in chief.text


def test_reporter_is_not_offered_to_exchange_what_is_not_theirs(newsroom: Newsroom) -> None:
    newsroom.publish_claim()
    others = newsroom.make_claim(text="Lũ Huế lên tới mái chùa.", logged_by=newsroom.editor)
    mine = newsroom.make_claim(text="Ở Huế nước lũ lên tới mái chùa.")
    newsroom.make_review(mine, created_by=newsroom.editor).authorships.all().delete()
    lan, hoa = signed_in(newsroom.reporter), signed_in(newsroom.editor)
    for claim in (others, mine):  # logged by a colleague; with a colleague's draft
        page = f"/admin/editorial/claim/{claim.pk}/"
        assert not lan.open(f"{page}change/").has_link("Same as another claim")
        lan.open(f"{page}similar/")
        assert "You can’t use another claim instead." in lan.text
        assert FLOOD in lan.text
        assert not lan.has_button("Use this one instead")
        assert hoa.open(f"{page}similar/").has_button("Use this one instead")
    hoa.open(f"{page}change/").follow("Same as another claim").press("Use this one instead")
    assert not Claim.objects.filter(pk=mine.pk).exists()


def test_what_a_drafts_claim_may_be_exchanged_for(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    theirs, mine = other.make_claim(text="Bản nháp của người khác."), newsroom.make_claim()
    one, two = newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    newsroom.merge_claims(one, two)
    for claim, instead, by, code in (
        (mine, theirs, newsroom.reporter, "not_allowed"),
        (mine, one, newsroom.reporter, "wrong_state"),
        (two, mine, newsroom.chief, "wrong_state"),
        (mine, two, other.chief, "not_member"),
        (mine, mine, newsroom.reporter, "same_claim"),
    ):
        with refused(code):
            merge_policy.replace_claim(claim=claim, replacement=instead, by=by)
    draft = newsroom.make_review(mine)
    workflow.submit(subject=draft, by=newsroom.reporter)
    with refused("wrong_state"):
        merge_policy.replace_claim(claim=mine, replacement=two, by=newsroom.reporter)
    assert Review.objects.get(pk=draft.pk).claim == mine


def test_reason_of_a_merge_that_comes_too_late_is_still_there(newsroom: Newsroom) -> None:
    claim, into = newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    browser = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/similar/")
    newsroom.merge_claims(claim, into)
    browser.fill(reason="Cùng một câu nói.").press("Propose: it is the same as this one")
    assert browser.codes == {"wrong_state"}
    assert "Cùng một câu nói." in browser.html


def test_reason_is_still_there_when_the_claims_are_not_compared_in_time(newsroom, monkeypatch):
    claim, _into = newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    browser = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/similar/")
    browser.fill(reason="Như lời đồn thứ nhất.")
    monkeypatch.setattr(pages.similar_claims, "match", Mock(side_effect=TimeoutError))
    browser.press("Propose: it is the same as this one")
    assert browser.codes == {"repeats_content"}
    assert browser.value("reason") == "Như lời đồn thứ nhất."
    browser.fill(reason="Cùng một câu nói.").press("Propose again")
    assert Proposal.objects.get(kind="merge").note == "Cùng một câu nói."


def test_claim_of_an_old_proposal_is_not_thrown_away(newsroom: Newsroom) -> None:
    one, two = newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    merge = merge_policy.propose_merge(claim=one, into=two, by=newsroom.reporter, note="Cùng một lời đồn.")
    workflow.return_(proposal=merge, by=newsroom.editor, reason="Không phải.")
    review = Review.objects.get(claim=one)
    newsroom.open_correction(review, claim=two)  # all that readers see of the first is gone then
    newsroom.publish_review(review)
    with refused("wrong_state"):
        merge_policy.replace_claim(claim=one, replacement=two, by=newsroom.reporter)
