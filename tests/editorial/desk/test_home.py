"""The first page at the desk: what came back to a person, and what they put forward."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.desk.board import home as first_page
from factcheck.editorial.models import Claim, ImportBatch, Proposal, ReaderMessage
from factcheck.editorial.proposals import merge_policy, workflow
from factcheck.editorial.proposals.import_policy import close_import
from factcheck.imports.importer.batches import begin_import
from tests.journeys.browser import Browser, signed_in, spaced
from tests.support.drafts import Newsroom, make_newsroom, make_user, waiting
from tests.support.refusals import refused

SENT = "Submitted by you, waiting for someone else"


def propose(newsroom: Newsroom, claim: Claim, into: Claim) -> Proposal:
    return merge_policy.propose_merge(claim=claim, into=into, by=newsroom.reporter, note="Hai bài cùng một lời đồn.")


def finished_import(newsroom: Newsroom, files: str = "a.json") -> ImportBatch:
    batch = begin_import(newsroom=newsroom.publisher, by=newsroom.reporter, files=files)
    close_import(batch=batch, by=newsroom.reporter)
    return batch


def home(browser: Browser) -> dict[str, str]:
    """The sections of the first page that concern what the person did, by title."""
    text = browser.open("/admin/").text
    return {title: text.partition(title)[2].partition("Your drafts")[0] for title in ("Returned to you", SENT)}


def test_home_lists_a_demand_until_it_is_decided_and_when_it_came_back(newsroom: Newsroom) -> None:
    demand, lan = newsroom.make_demand(), signed_in(newsroom.reporter)
    workflow.submit(subject=demand, by=newsroom.reporter)
    assert f"{spaced(demand)} Demand" in home(lan)[SENT]
    assert SENT not in signed_in(newsroom.editor).open("/admin/").text

    workflow.return_(proposal=waiting(demand), by=newsroom.editor, reason="Ghi rõ ngày trả lời.")
    back = home(lan)
    assert back[SENT] == ""
    assert f"{spaced(demand)} Ghi rõ ngày trả lời. Demand · {newsroom.editor} · just now" in back["Returned to you"]
    assert lan.text.count(spaced(demand)) == 1  # not once more among the drafts
    assert lan.follow(spaced(demand)).path == f"/admin/editorial/demand/{demand.pk}/change/"

    workflow.submit(subject=demand, by=newsroom.reporter)
    assert home(lan)["Returned to you"] == ""
    workflow.take_back(proposal=waiting(demand), by=newsroom.reporter)  # taken back
    assert home(lan)["Returned to you"] == ""


def test_home_lists_a_proposal_until_it_is_decided_and_when_it_came_back(newsroom: Newsroom) -> None:
    other = make_newsroom("khac.example")
    claim, into = other.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì.")
    lan = signed_in(newsroom.reporter)
    merge = propose(newsroom, claim, into)
    assert f"{merge} Claims" in home(lan)[SENT]
    assert lan.follow(str(merge)).path == f"/admin/editorial/claim/{into.pk}/change/"  # the other is not theirs

    workflow.return_(proposal=merge, by=other.editor, reason="Hai ngôi chùa khác nhau.")
    back = home(lan)
    assert back[SENT] == ""
    assert f"{merge} Hai ngôi chùa khác nhau. Claims · {other.editor} · just now" in back["Returned to you"]
    assert SENT not in signed_in(newsroom.chief).open("/admin/").text

    workflow.take_back(proposal=propose(newsroom, claim, into), by=newsroom.reporter)  # proposed again and taken back
    assert home(lan)["Returned to you"] == ""


def test_home_lists_an_import_until_it_is_decided_and_when_it_came_back(newsroom: Newsroom) -> None:
    batch = finished_import(newsroom)
    lan = signed_in(newsroom.reporter)
    assert f"{spaced(batch)} Import" in home(lan)[SENT]
    workflow.return_(proposal=waiting(batch), by=newsroom.editor, reason="Sai địa chỉ.")
    back = home(lan)
    assert back[SENT] == ""
    assert f"{spaced(batch)} Sai địa chỉ. Import · {newsroom.editor} · just now" in back["Returned to you"]
    assert lan.follow(spaced(batch)).path == f"/admin/editorial/importbatch/{batch.pk}/change/"
    assert spaced(batch) not in signed_in(newsroom.second).open("/admin/").text


def test_home_forgets_after_a_month_what_nobody_can_submit_again(newsroom, monkeypatch):
    merge = propose(newsroom, newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì."))
    batch, demand = finished_import(newsroom), newsroom.make_demand()
    workflow.submit(subject=demand, by=newsroom.reporter)
    for subject in (merge.claims[0], batch, demand):
        workflow.return_(proposal=waiting(subject), by=newsroom.editor, reason="Chưa đủ.")
    lan = signed_in(newsroom.reporter)
    told = home(lan)["Returned to you"]
    assert all(spaced(each) in told for each in (merge, batch, demand))
    monkeypatch.setattr(first_page, "RECENT", -timedelta(days=1))
    told = home(lan)["Returned to you"]
    assert [spaced(each) in told for each in (merge, batch, demand)] == [False, False, True]


def test_home_lists_what_waits_and_what_is_approved(newsroom: Newsroom) -> None:
    """One list of all kinds: the oldest first, without what the person wrote, began or submitted."""
    batch, review, demand = finished_import(newsroom), newsroom.make_review(), newsroom.make_demand()
    merge = propose(newsroom, newsroom.publish_claim("Lời đồn thứ nhất."), newsroom.publish_claim("Lời đồn thứ nhì."))
    begun = newsroom.make_demand(created_by=newsroom.editor, from_name="Công ty Mẫu")
    for subject in (review, demand, begun):
        workflow.submit(subject=subject, by=newsroom.reporter)
    text = signed_in(newsroom.editor).open("/admin/").text
    waits = text.partition("Waiting for your decision")[2]
    order = [(batch, "Import"), (merge, "Claims"), (review, "False Vietnamese · Publication"), (demand, "Demand")]
    places = [waits.index(f"{spaced(title)} {kind} · {newsroom.reporter}") for title, kind in order]
    assert places == sorted(places)
    assert "Công ty Mẫu" not in waits
    for subject in (review, demand):
        proposal = waiting(subject)
        workflow.approve(proposal=proposal, by=newsroom.editor, digest=proposal.digest)
    approved = signed_in(newsroom.editor).open("/admin/").text.split("Approved and not yet published")[1]
    for title, kind in order[2:]:
        assert f"{spaced(title)} {kind} · approved by {newsroom.editor}" in approved
    assert "Waiting for your decision" not in signed_in(newsroom.reporter).open("/admin/").text


def test_home_takes_at_most_20_statements_whatever_waits(newsroom: Newsroom) -> None:
    people = [signed_in(person).open("/admin/") for person in (newsroom.reporter, newsroom.chief)]
    other = make_newsroom("khac.example")
    into = newsroom.publish_claim("Lời đồn khác.")
    hashes = {"receipt": "a" * 64, "fingerprint": "b" * 64}
    ReaderMessage.objects.create(kind="tip", text="Lũ?", newsroom=newsroom.publisher, **hashes)
    counts = []
    for number in range(2):
        _one_of_each(newsroom, newsroom.publish_claim(f"Lời đồn thứ {number}."), into, returned=False)
        _one_of_each(newsroom, newsroom.publish_claim(f"Lời đồn về {number}."), into, returned=True)
        propose(other, other.publish_claim(f"Lời đồn nơi khác {number}."), into)
        newsroom.make_review()
        newsroom.make_demand()
        for person in people:
            with CaptureQueriesContext(connection) as queries:
                assert person.client.get("/admin/").status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 20


def _one_of_each(newsroom: Newsroom, claim: Claim, into: Claim, *, returned: bool) -> None:
    demand, merge = newsroom.make_demand(), propose(newsroom, claim, into)
    workflow.submit(subject=demand, by=newsroom.reporter)
    batch = finished_import(newsroom)
    if returned:
        workflow.return_(proposal=waiting(demand), by=newsroom.editor, reason="Ghi rõ ngày trả lời.")
        workflow.return_(proposal=merge, by=newsroom.editor, reason="Hai ngôi chùa khác nhau.")
        workflow.return_(proposal=waiting(batch), by=newsroom.editor, reason="Sai địa chỉ.")


def test_words_of_another_newsrooms_draft_stand_neither_on_the_first_page_nor_among_events(newsroom: Newsroom) -> None:
    """The public text of a claim does. A withdrawn claim has none."""
    other = make_newsroom("khac.example")
    mine = newsroom.publish_claim("Lời đồn thứ nhất.")
    review = other.publish_new(other.make_claim(text="Lời đồn thứ nhì."))
    propose(newsroom, mine, review.claim)
    Claim.objects.filter(pk=review.claim_id).update(text="Lời chưa đăng.")
    lan, chief = signed_in(newsroom.reporter), signed_in(newsroom.chief)

    def shown() -> str:
        return home(lan)[SENT] + chief.open("/admin/editorial/editorialevent/").text

    assert ("Lời đồn thứ nhì." in shown(), "Lời chưa đăng." in shown()) == (True, False)
    other.withdraw_review(review)
    assert ("no longer available" in shown(), "Lời chưa đăng." in shown()) == (True, False)
    draft = newsroom.make_claim(text="Lời mới.")
    with refused("not_allowed"):
        merge_policy.replace_claim(claim=draft, replacement=review.claim, by=newsroom.reporter)


def test_page_of_all_lists_has_one_name(newsroom: Newsroom) -> None:
    browser = signed_in(newsroom.reporter).open("/admin/editorial/review/").follow("All lists")
    assert "<h1>All lists</h1>" in browser.html
    assert browser.has_link("Claims")


def test_page_of_all_lists_has_those_of_who_administers_accounts(database: str) -> None:
    browser = signed_in(make_user("sysop", is_superuser=True)).open("/admin/editorial/")
    assert browser.has_link("Accounts")
    assert browser.has_link("Webhooks")
