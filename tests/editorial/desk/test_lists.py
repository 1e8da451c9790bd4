"""Lists: nothing counts a table, nothing asks once a row, search finds words in any case."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from factcheck.editorial.desk.board import columns, home
from factcheck.editorial.desk.lists import large_lists as lists
from factcheck.editorial.desk.lists.large_lists import BoundedPaginator
from factcheck.editorial.models import Claimant, EditorialEvent, Proposal, Review
from factcheck.editorial.proposals import demand_policy, workflow
from tests.journeys.browser import Browser, signed_in
from tests.support.drafts import Newsroom, make_newsroom

pytestmark = pytest.mark.one_database

LISTS = {
    "review": 13,
    "claim": 13,
    "claimant": 8,
    "publisher": 8,
    "membership": 8,
    "topic": 9,
    "ratingscale": 8,
    "verdictmapping": 9,
}


def fill(newsroom: Newsroom, rows: int) -> None:
    claim = newsroom.make_claim()
    for number in range(rows):
        newsroom.make_review(claim=claim, headline=f"Tin đồn số {number}")


@pytest.mark.parametrize("rows", [1, 12])
def test_home_and_lists_ask_the_same_whatever_the_rows(newsroom: Newsroom, rows: int) -> None:
    fill(newsroom, rows)
    for review in Review.objects.all()[: rows // 2]:
        workflow.submit(subject=review, by=newsroom.reporter)
    chief = signed_in(newsroom.chief)
    for name, expected in LISTS.items():
        with CaptureQueriesContext(connection) as queries:
            assert chief.client.get(f"/admin/editorial/{name}/").status_code == 200
        if rows > 1 or name in ("review", "claim", "claimant"):
            assert len(queries) <= expected, name
    with CaptureQueriesContext(connection) as queries:
        chief.client.get("/admin/")
    assert len(queries) <= 18


def test_demands_that_wait_for_their_day_hide_no_new_one(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    monkeypatch.setattr(home, "MAX_ROWS", 2)
    for _ in range(5):
        newsroom.approve_demand(newsroom.make_demand(publish_after=demand_policy.utc_today() + timedelta(days=30)))
    newsroom.approve_demand(newsroom.make_demand(from_name="Công ty Đã Duyệt"))
    workflow.submit(subject=newsroom.make_demand(from_name="Công ty Mới"), by=newsroom.reporter)
    text = signed_in(newsroom.editor).open("/admin/").text
    _before, decide, publish = re.split("Waiting for your decision|Approved and not yet", text)
    assert "Công ty Mới" in decide
    assert "Công ty Đã Duyệt" in publish


def test_page_of_a_review_asks_a_fixed_number(newsroom: Newsroom) -> None:
    review = newsroom.make_review(sources=2)
    more = newsroom.make_review(sources=12)
    reporter = signed_in(newsroom.reporter)
    reporter.client.get(f"/admin/editorial/review/{review.pk}/change/")  # content types are read once a process
    counts = []
    for one in (review, more):
        with CaptureQueriesContext(connection) as queries:
            reporter.client.get(f"/admin/editorial/review/{one.pk}/change/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 60


def test_count_stops(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_ROWS", 3)
    fill(newsroom, 5)
    paginator = BoundedPaginator(Review.objects.order_by("-changed_at"), 2)
    assert (paginator.count, paginator.num_pages, paginator.is_cut_off) == (3, 2, True)
    assert BoundedPaginator([1, 2], 2).count == 2
    assert (
        "3 reviews or more. Search or filter to see others"
        in signed_in(newsroom.editor).open("/admin/editorial/review/").text
    )


def titles(browser: Browser, path: str) -> list[str]:
    html = browser.open(path).html
    return re.findall(r'<th class="field-__str__"><a href="[^"]*">([^<]*)</a>', html)


def test_search_and_filters_find(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    one = newsroom.make_claim(text="Vắc-xin gây vô sinh.")
    newsroom.make_review(claim=one, headline="Không có chứng cứ", language="en")
    newsroom.make_review(claim=newsroom.make_claim(), headline="VẮC-XIN và tin đồn")
    newsroom.make_review(claim=newsroom.make_claim(), headline="Nước lũ")
    other.make_review(headline="Vắc-xin của toà soạn khác")
    editor = signed_in(newsroom.editor)
    assert titles(editor, "/admin/editorial/review/?q=vắc-xin") == ["VẮC-XIN và tin đồn", "Không có chứng cứ"]
    assert titles(editor, "/admin/editorial/review/?q=tin vắc-xin") == ["VẮC-XIN và tin đồn"]
    assert titles(editor, "/admin/editorial/review/?q=LŨ") == ["Nước lũ", "VẮC-XIN và tin đồn"]
    assert titles(editor, "/admin/editorial/review/?q=ũ") == []  # in the middle of words it is everywhere
    assert titles(editor, "/admin/editorial/review/?q=%25") == []
    assert titles(editor, "/admin/editorial/review/?language=en") == ["Không có chứng cứ"]
    assert titles(editor, "/admin/editorial/review/?state__exact=submitted") == []
    assert titles(editor, "/admin/editorial/claim/?q=vô sinh") == ["Vắc-xin gây vô sinh."]
    assert titles(editor, "/admin/editorial/claimant/?q=MẠNG xã hội") == ["một người dùng mạng xã hội"] * 3
    assert titles(editor, f"/admin/editorial/review/?newsroom={other.publisher.pk}") == titles(
        editor, "/admin/editorial/review/"
    )


@pytest.mark.parametrize("typed", ["Bộ", "bộ", "B", "Bộ Công"])
def test_claimant_is_offered_for_a_short_word(newsroom: Newsroom, typed: str, database: str) -> None:
    for name in ("Bộ Công Thương", "Câu lạc bộ Hà Nội", "Sở Y tế"):
        Claimant.objects.create(newsroom=newsroom.publisher, type="organization", name=name)
    asked = {"app_label": "editorial", "model_name": "claim", "field_name": "claimant", "term": typed}
    answer = signed_in(newsroom.editor).client.get("/admin/autocomplete/", asked).json()
    found = ["Bộ Công Thương"] if typed == "Bộ Công" else ["Bộ Công Thương", "Câu lạc bộ Hà Nội"]
    assert [each["text"] for each in answer["results"]] == found


def test_claimants_are_listed_by_their_index(database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_sort = off")
        in_order = Claimant.objects.filter(newsroom=1)[:10].explain()
        cursor.execute("RESET enable_seqscan; RESET enable_sort")
    assert "claimant_newsroom" in in_order
    assert "Sort" not in in_order


def test_home_reads_what_waits_and_not_a_million_published_proposals(database: str) -> None:
    newsroom, found = make_newsroom(), Proposal.objects
    lists = [
        ("proposal_undecided", found.to_decide(newsroom.editor)),
        ("proposal_undecided", found.awaiting_others(newsroom.editor, [1])),
        ("proposal_approved", found.to_publish([1])),
        ("proposal_returned", found.returned_to(newsroom.editor, [1])),
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        for index, waiting in lists:
            assert f"using {index} on editorial_proposal" in waiting.explain()
        cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan")


def test_events_are_read_by_chief_editors_and_account_administrators(newsroom: Newsroom, database: str) -> None:
    review = newsroom.make_review()
    workflow.submit(subject=review, by=newsroom.reporter)
    event = EditorialEvent.objects.get(action="publication.submitted")
    assert signed_in(newsroom.editor).open("/admin/editorial/editorialevent/").status == 403
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/editorialevent/?q={review.pk}")
    assert "submitted for publication" in chief.text
    assert "role assigned" in chief.open("/admin/editorial/editorialevent/").text
    assert "digest: " in chief.open(f"/admin/editorial/editorialevent/{event.pk}/change/").text
    assert not chief.has_button("Save")


@pytest.mark.parametrize(
    "address",
    [
        "review/?state__exact=%00",
        "review/?headline__regex=(",
        "claim/?claimed_on__year=99999999",
        "claim/?text__contains=x",
        "autocomplete/?term=%00",
    ],
)
def test_lists_refuse_conditions_that_no_filter_makes(newsroom: Newsroom, address: str) -> None:
    prefix = "/admin/" if address.startswith("autocomplete") else "/admin/editorial/"
    assert signed_in(newsroom.editor).open(f"{prefix}{address}").status == 400


def test_results_are_counted_where_something_was_looked_for(newsroom: Newsroom, database: str) -> None:
    fill(newsroom, 2)
    editor = signed_in(newsroom.editor)
    for name, said in (("review", "2 reviews"), ("claim", "1 claim"), ("claimant", "1 claimant")):
        text = editor.open(f"/admin/editorial/{name}/").text
        assert said in text
        assert "Show all" not in text
    assert "1 result ( Show all )" in editor.open("/admin/editorial/review/?q=“so+1”").text
    assert "0 results ( Show all )" in editor.open("/admin/editorial/review/?state__exact=published").text


@translation.override("vi")
def test_search_form_and_ages_are_translated(newsroom: Newsroom, database: str) -> None:
    assert columns.age(datetime.now(UTC) - timedelta(days=4)) == "4\xa0ngày"
    browser = Browser("vi")
    browser.client.force_login(newsroom.editor)
    assert '<label for="searchbar">Tìm</label>' in browser.open("/admin/editorial/review/").html


def test_list_names_languages_as_its_filter_does(newsroom: Newsroom, database: str) -> None:
    claim = newsroom.make_claim(language="en")
    for language in ("vi", "und", "fr"):
        newsroom.make_review(claim=claim, language=language)
    html = signed_in(newsroom.reporter).open("/admin/editorial/review/").html
    shown = re.findall(r'<td class="field-language_in_words[^"]*">(.*?)</td>', html)
    assert sorted(shown) == ["Vietnamese", "fr", "unknown"]
