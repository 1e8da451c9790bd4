"""Claims that are the same, at the desk: the proposal, the decision, the split."""

from factcheck.editorial.models import Claim, Proposal
from factcheck.editorial.proposals import merge_policy, workflow
from factcheck.record.models import PublishedClaim
from tests.editorial.desk.addresses import decision
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_newsroom

NOTE = "Hai bài cùng một lời đồn."


def test_claim_whose_reviews_are_withdrawn_has_no_link_to_a_page(newsroom: Newsroom) -> None:
    into, claim = newsroom.publish_claim(), newsroom.publish_claim("Lũ Huế lên tới mái chùa.")
    merge = merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    page = decision(merge, "approve")
    hoa = signed_in(newsroom.editor).open(page)
    assert hoa.html.count(f'href="/claims/{claim.pk}/"') == 1
    newsroom.withdraw_review(claim.reviews.get())
    hoa.open(page)
    assert f'href="/claims/{claim.pk}/"' not in hoa.html
    assert f'href="/claims/{into.pk}/"' in hoa.html


def test_merge_from_proposal_to_split(newsroom: Newsroom) -> None:
    into, claim = newsroom.publish_claim(), newsroom.publish_claim("Lũ Huế lên tới mái chùa.")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/")
    lan.follow("Same as another claim").press("Propose: it is the same as this one")
    assert "Reason (kept permanently in the public log, where anyone can read it):" in lan.text
    assert lan.codes == {"incomplete"}
    lan.fill(reason=NOTE).press("Propose: it is the same as this one")
    assert "Proposed. Someone else now has to decide." in lan.text
    assert lan.has_link("Take back")
    assert not lan.has_link("Approve")
    hoa = signed_in(newsroom.editor).open("/admin/")
    hoa.follow(f"Merge “{claim}” into “{into}”")
    assert NOTE in hoa.text
    assert hoa.has_link("Return with a message")
    hoa.follow("Approve").press("Approve")
    assert "Done. Readers can now see the change." in hoa.text
    assert "Readers find this claim on another claim’s page:" in hoa.text
    assert [row.pk for row in PublishedClaim.objects.all()] == [into.pk]
    lan.open(f"/admin/editorial/claim/{claim.pk}/similar/")
    assert lan.path == f"/admin/editorial/claim/{claim.pk}/change/"
    lan.open(f"/admin/editorial/claim/{into.pk}/change/").follow("Split off")
    assert "The reason is kept in the public log, where anyone can read it." in lan.text
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
    into, claim = newsroom.publish_claim(), newsroom.publish_claim("Lũ Huế lên tới mái chùa.")
    merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    hoa = signed_in(newsroom.editor).open(f"/admin/editorial/claim/{claim.pk}/change/").follow("Return with a message")
    hoa.press("Return with a message")
    assert hoa.codes == {"incomplete"}
    hoa.fill(reason="Hai ngôi chùa khác nhau.").press("Return with a message")
    lan = signed_in(newsroom.reporter).open(f"/admin/editorial/claim/{claim.pk}/change/")
    assert "Hai ngôi chùa khác nhau." in lan.text
    assert Proposal.objects.get(kind="merge").decision == "returned"


def test_other_newsroom_decides_and_strangers_see_nothing(newsroom: Newsroom) -> None:
    other, stranger = make_newsroom("khac.example"), make_newsroom("baochi.example")
    into, claim = other.publish_claim(), newsroom.publish_claim("Lũ Huế lên tới mái chùa.")
    merge = merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    page = decision(merge, "approve")
    assert signed_in(stranger.chief).open(page).status == 404
    mine = signed_in(newsroom.chief).open(page)
    assert "You can’t do this any more" in mine.text
    theirs = signed_in(other.editor).open("/admin/").follow(f"Merge “{claim}” into “{into}”")
    assert theirs.path == f"/admin/editorial/claim/{into.pk}/change/"  # the one that they see
    theirs.follow("Approve").press("Approve")
    assert "Done. Readers can now see the change." in theirs.text
    assert f"Merged into this claim: {claim}" in theirs.text
    assert signed_in(stranger.chief).open(f"/admin/editorial/claim/{claim.pk}/split/").status == 404
    assert signed_in(stranger.chief).open(f"/admin/editorial/claim/{claim.pk}/similar/").status == 404


def test_nothing_more_is_offered_of_a_claim_while_a_proposal_waits(newsroom: Newsroom) -> None:
    claim, into = newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    page, lan = f"/admin/editorial/claim/{claim.pk}/", signed_in(newsroom.reporter)
    assert lan.open(f"{page}change/").has_link("Same as another claim")
    merge = merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    lan.open(f"{page}change/")
    assert [lan.has_link(words) for words in ("Same as another claim", "Take back")] == [False, True]
    assert lan.open(f"{page}similar/").path == f"{page}change/"
    assert "You can’t do this any more" in lan.text
    other = f"/admin/editorial/claim/{into.pk}/change/"
    assert lan.open(other).has_link("Same as another claim")  # of this one nothing is proposed

    workflow.approve(proposal=merge, by=newsroom.editor, digest=merge.digest)
    pages_with_it = (f"{page}change/", other)
    assert all(lan.open(address).has_link("Split off") for address in pages_with_it)
    merge_policy.propose_split(claim=claim, by=newsroom.reporter, note="Hai ngôi chùa khác nhau.")
    assert not any(lan.open(address).has_link("Split off") for address in pages_with_it)
    assert lan.open(f"{page}split/").path == f"{page}change/"


def test_reason_of_a_split_that_comes_too_late_is_still_there(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    claim, into = newsroom.publish_claim("Lời đồn thứ nhất."), other.publish_claim("Lời đồn thứ nhì.")
    merge = merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    workflow.approve(proposal=merge, by=other.editor, digest=merge.digest)
    page = f"/admin/editorial/claim/{claim.pk}/split/"
    waiting = [signed_in(person).open(page) for person in (newsroom.reporter, other.reporter)]
    newsroom.split_claim(claim)
    for browser in waiting:
        browser.fill(reason="Hai câu nói khác nhau.").press("Propose to split it off")
        assert browser.codes == {"wrong_state"}
        assert browser.value("reason") == "Hai câu nói khác nhau."
        assert "You can’t do this any more" in browser.open(page).text


def test_of_another_newsrooms_claim_stands_what_readers_see(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    claim, into = (house.publish_claim(text) for house, text in ((newsroom, "Lời thứ nhất."), (other, "Lời thứ nhì.")))
    merge = merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note=NOTE)
    Claim.objects.filter(pk=into.pk).update(text="Nháp của khác.")
    Claim.objects.filter(pk=claim.pk).update(text="Nháp của mình.")
    lan, khac = signed_in(newsroom.reporter), signed_in(other.editor)
    page, theirs = f"/admin/editorial/claim/{claim.pk}/change/", f"/admin/editorial/claim/{into.pk}/change/"
    for address in (page, decision(merge, "take-back")):
        assert "Lời thứ nhì." in lan.open(address).text
        assert "Nháp của khác." not in lan.text
    for address in (theirs, decision(merge, "approve")):
        assert "Lời thứ nhất." in khac.open(address).text
        assert "Nháp của mình." not in khac.text
    workflow.approve(proposal=merge, by=other.editor, digest=merge.digest)
    for address in (page, f"/admin/editorial/claim/{claim.pk}/split/"):
        assert "Lời thứ nhì." in lan.open(address).text
        assert "Nháp của khác." not in lan.text
    for address in (theirs, f"/admin/editorial/claim/{claim.pk}/split/"):
        assert "Lời thứ nhất." in khac.open(address).text  # which readers see under the other claim
        assert "Nháp của mình." not in khac.text
    assert Claim.objects.get(pk=into.pk).text == "Nháp của khác."
