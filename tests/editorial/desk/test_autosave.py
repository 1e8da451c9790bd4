"""Drafts are saved while people write: half-done forms, repeated requests, two people at once."""

import unicodedata
import uuid
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from factcheck.editorial import file_quotas
from factcheck.editorial.drafts.open_drafts import delete_old
from factcheck.editorial.errors import OverQuota
from factcheck.editorial.models import Claim, Demand, OpenDraft, Review, SavedState, Source
from factcheck.editorial.proposals import merge_policy, workflow
from tests.journeys.browser import client_of, signed_in
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.waiting import begin_until_it_waits

pytestmark = pytest.mark.one_database


def form_of(client: Client, path: str) -> dict[str, Any]:
    """The values of the form, as a browser would submit them."""
    context = client.get(path).context
    form, values = context["adminform"].form, {}
    for field in form:
        value = field.value()
        if value is not None and value is not False:
            values[field.html_name] = "on" if value is True else value
    for inline in context["inline_admin_formsets"]:
        formset = inline.formset
        values |= {
            f"{formset.prefix}-TOTAL_FORMS": len(formset.forms),
            f"{formset.prefix}-INITIAL_FORMS": len(formset.initial_forms),
        }
        for row in formset.forms:
            values |= {
                field.html_name: field.value()
                for field in row
                if field.value() is not None and field.value() is not False
            }
    return values | {"page": str(uuid.uuid4())}


def adopt(values: dict[str, Any], answer: dict[str, Any]) -> None:
    values["opened_version"] = answer["version"]
    for prefix, rows in answer["rows"].items():
        values |= {f"{prefix}-{row['index']}-id": row["id"] for row in rows}


@pytest.fixture
def lan(newsroom: Newsroom) -> Client:
    return client_of(newsroom.reporter)


def change(row: Any) -> str:
    return f"/admin/editorial/{row._meta.model_name}/{row.pk}/change/"


def autosave(row: Any) -> str:
    return f"/admin/editorial/{row._meta.model_name}/{row.pk}/autosave/"


def test_text_is_saved_and_kept(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    values = form_of(lan, change(review)) | {"headline": "Nửa câu đang v"}
    answer = lan.post(autosave(review), values).json()
    assert answer["status"].startswith("Saved ")
    assert answer["problems"] == []
    review.refresh_from_db()
    assert review.headline == "Nửa câu đang v"
    assert [(s.saved_by, s.content["headline"]) for s in SavedState.objects.filter(draft=review.pk)] == [
        (newsroom.reporter, "Nửa câu đang v"),
        (newsroom.reporter, "Video nước lũ là của năm 2020"),  # the state before this page
    ]


def test_same_save_twice_changes_nothing(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    values = form_of(lan, change(review))
    values |= {"sources-TOTAL_FORMS": 3, "sources-2-title": "Nguồn ba", "sources-2-position": 2, "headline": "Tít"}
    lan.post(autosave(review), values)  # the answer is lost
    second = lan.post(autosave(review), values)
    assert second.status_code == 200
    assert review.sources.count() == 3
    adopt(values, second.json())
    third = lan.post(autosave(review), values).json()
    assert third["version"] == second.json()["version"]  # nothing has changed
    final = lan.post(change(review), values | {"_continue": "1"})
    assert final.status_code == 302
    assert review.sources.count() == 3


@pytest.mark.parametrize("by_import", [False, True])
def test_page_that_saved_last_overwrites_no_change_that_came_after(newsroom, lan, by_import):
    review, other = newsroom.make_review(), newsroom.make_claim(text="Một câu khác.")
    values = form_of(lan, change(review)) | {"headline": "Tít của Lan"}
    adopt(values, lan.post(autosave(review), values).json())
    if by_import:  # an import keeps no state
        review = Review.objects.get(pk=review.pk)
        review.headline = "Tít trong tệp"
        review.save()
    else:
        merge_policy.replace_claim(claim=review.claim, replacement=other, by=newsroom.editor)
    answer = lan.post(autosave(review), values | {"summary": "Tóm tắt của Lan."})
    assert answer.status_code == 409
    assert answer.json()["by"] == ("Someone else" if by_import else str(newsroom.editor))


@pytest.mark.parametrize("version", [None, "", "0", "-1", "٣", "1e9", "9" * 30, "\x00", "<b>"])
def test_missing_or_invented_version_is_a_conflict(newsroom: Newsroom, lan: Client, version: str | None) -> None:
    review = newsroom.make_review()
    values = form_of(lan, change(review)) | {"headline": "Tít của Lan"}
    del values["opened_version"]
    values |= {} if version is None else {"opened_version": version}
    assert lan.post(autosave(review), values).status_code == 409
    refused = lan.post(change(review), values | {"_continue": "1"})
    assert (refused.status_code, "this page has been changed" in refused.content.decode()) == (200, True)
    review.refresh_from_db()
    assert review.headline != "Tít của Lan"


def test_half_done_values_do_not_lose_the_rest(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    values = form_of(lan, change(review)) | {
        "headline": "Tít mới", "reviewed_on": "2026-1", "translation_of_revision": "3", "selection_note": "Nhiều người hỏi.",
        "sources-0-url": "https:/", "sources-0-title": "Nguồn đổi",
        "sources-1-title": "", "sources-1-url": "",
        "sources-TOTAL_FORMS": 4, "sources-2-quote": "Chưa có tên", "sources-2-position": 2,
        "sources-3-title": "Nguồn bốn", "sources-3-url": "not a url", "sources-3-position": 3,
    }  # fmt: skip
    answer = lan.post(autosave(review), values).json()
    review.refresh_from_db()
    assert (review.headline, review.reviewed_on, review.selection_note) == ("Tít mới", None, "")
    titles = list(review.sources.order_by("pk").values_list("title", "url"))
    assert titles[0] == ("Nguồn đổi", "https://source.example/1")
    assert titles[1][0] == "Nguồn 2"
    assert titles[2:] == [("Nguồn bốn", "")]
    assert "Source 1: URL" in answer["problems"]
    assert "Source 3: title" in [problem.replace("Title", "title") for problem in answer["problems"]]
    assert answer["status"].startswith("Saved ")
    adopt(values, answer)
    values |= {
        "sources-2-title": "Nguồn ba",
        "sources-3-url": "https://bon.example/",
        "sources-0-url": "https://mot.example/",
    }
    answer = lan.post(autosave(review), values).json()
    assert sorted(review.sources.values_list("title", flat=True)) == ["Nguồn 2", "Nguồn ba", "Nguồn bốn", "Nguồn đổi"]
    assert review.sources.get(title="Nguồn bốn").url == "https://bon.example/"


def test_new_review_gets_its_row_when_it_can(newsroom: Newsroom, lan: Client) -> None:
    claim = newsroom.make_claim()
    path = "/admin/editorial/review/add/"
    values = form_of(lan, path) | {"headline": "Chưa chọn phát biểu", "claim": ""}
    refused = lan.post(f"{path}autosave/", values)
    assert refused.status_code == 422
    assert "Claim" in refused.json()["problems"]
    values |= {"claim": str(claim.pk), "sources-0-title": "Nguồn", "reviewed_on": "x"}
    answer = lan.post(f"{path}autosave/", values).json()
    review = Review.objects.get(claim=claim)
    assert (review.created_by, review.newsroom, review.headline) == (
        newsroom.reporter, newsroom.publisher, "Chưa chọn phát biểu",
    )  # fmt: skip
    assert answer["url"] == change(review)
    adopt(values, answer)
    again = lan.post(answer["autosave_url"], values | {"summary": "Sai."})
    assert again.status_code == 200
    assert (review.sources.count(), review.authorships.count()) == (1, 1)
    final = lan.post(
        answer["url"], values | {"opened_version": again.json()["version"], "reviewed_on": "", "_created": "1"}
    )
    assert final.status_code == 302
    assert Review.objects.filter(claim=claim).count() == 1


def test_claims_and_demands_are_saved_too(newsroom: Newsroom, lan: Client) -> None:
    path = "/admin/editorial/claim/add/"
    values = form_of(lan, path)
    assert lan.post(f"{path}autosave/", values).status_code == 422
    values |= {"text": "Nước lũ ngập chợ.", "appearances-0-url": "https://lu.example/1", "appearances-0-first": "on"}
    answer = lan.post(f"{path}autosave/", values).json()
    claim = Claim.objects.get(text="Nước lũ ngập chợ.")
    adopt(values, answer)
    values |= {"appearances-TOTAL_FORMS": 2, "appearances-1-url": "https://lu.example/2", "appearances-1-first": "on"}
    values |= {"appearances-1-position": 2}
    answer = lan.post(autosave(claim), values).json()
    assert "Appearances" in answer["problems"]  # two first appearances
    assert claim.appearances.count() == 1
    similar = lan.post(
        answer["url"], values | {"appearances-1-first": "", "opened_version": answer["version"], "_created": "1"}
    )
    assert similar.status_code in (200, 302)
    assert claim.appearances.count() == 2
    demand = newsroom.make_demand()
    values = form_of(lan, change(demand)) | {"outcome": "complied", "done": "", "asked": "Gỡ bài khác."}
    answer = lan.post(autosave(demand), values).json()
    demand.refresh_from_db()
    assert (demand.outcome, demand.asked) == ("refused", "Gỡ bài khác.")
    assert Demand.objects.get(pk=demand.pk).state == "draft"


def test_huge_text_and_normal_forms(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    body = "Nước lũ " * 25_000
    values = form_of(lan, change(review)) | {"body": body, "headline": unicodedata.normalize("NFD", "Nước lũ")}
    assert lan.post(autosave(review), values).json()["problems"] == []
    review.refresh_from_db()
    assert (review.body, review.headline) == (body.strip(), "Nước lũ")


def test_two_texts_are_both_shown_and_kept(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    hoa = client_of(newsroom.editor)
    mine, theirs = form_of(lan, change(review)), form_of(hoa, change(review))
    hoa.post(autosave(review), theirs | {"headline": "Tít của Hoa", "summary": "Tóm tắt của Hoa."})
    answer = lan.post(autosave(review), mine | {"headline": "Tít của Lan", "body": "Thân bài của Lan."})
    assert answer.status_code == 409
    conflict = answer.json()
    assert conflict["by"] == str(newsroom.editor)
    assert conflict["theirs"]["headline"] == "Tít của Hoa"
    for text in ("Tít của", "Lan", "Hoa", "Tóm tắt của Hoa.", "Thân bài của Lan."):
        assert text in conflict["html"]
    review.refresh_from_db()
    assert review.headline == "Tít của Hoa"
    typed = SavedState.objects.get(draft=review.pk, kind="typed")
    assert (typed.saved_by, typed.content["body"]) == (newsroom.reporter, "Thân bài của Lan.")
    choices = {
        "opened_version": conflict["version"],
        "choice-headline": "mine",
        "choice-summary": "theirs",
        "_continue": "1",
    }
    saved = lan.post(change(review), mine | {"headline": "Tít của Lan", "body": "Thân bài của Lan."} | choices)
    assert saved.status_code == 302
    review.refresh_from_db()
    assert (review.headline, review.summary, review.body) == ("Tít của Lan", "Tóm tắt của Hoa.", "Thân bài của Lan.")


def test_two_texts_without_javascript(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    lan, hoa = signed_in(newsroom.reporter).open(change(review)), signed_in(newsroom.editor).open(change(review))
    hoa.fill(summary="Tóm tắt của Hoa.").press("Save and go on")
    lan.fill(headline="Tít của Lan").press("Save and go on")
    assert "Two texts of this draft" in lan.text
    assert "Tóm tắt của Hoa." in lan.text
    assert lan.value("choice-summary") == "theirs"  # only Hoa has changed it
    assert lan.value("choice-headline") == "mine"
    lan.press("Save and go on")
    review.refresh_from_db()
    assert (review.headline, review.summary) == ("Tít của Lan", "Tóm tắt của Hoa.")
    kinds = list(SavedState.objects.filter(draft=review.pk).values_list("kind", flat=True))
    assert kinds == ["saved", "typed", "saved", "saved"]


def test_sources_of_the_other_person_can_be_taken(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    hoa = client_of(newsroom.editor)
    mine, theirs = form_of(lan, change(review)), form_of(hoa, change(review))
    hoa.post(autosave(review), theirs | {"sources-0-title": "Nguồn của Hoa"})
    answer = lan.post(autosave(review), mine | {"sources-0-title": "Nguồn của Lan"}).json()
    assert "Nguồn của Hoa" in answer["theirs"]["sources"]
    saved = lan.post(
        change(review),
        mine | {"sources-0-title": "Nguồn của Lan", "choice-sources": "theirs", "opened_version": answer["version"]},
    )
    assert saved.status_code == 302
    assert review.sources.order_by("pk")[0].title == "Nguồn của Hoa"


def test_what_can_no_longer_be_edited_is_refused_with_a_reason(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    values = form_of(lan, change(review))
    workflow.submit(subject=review, by=newsroom.reporter)
    answer = lan.post(autosave(review), values | {"headline": "Muộn"})
    assert answer.status_code == 403
    assert "no longer a draft" in answer.json()["status"]
    other = client_of(make_newsroom("ngoai.example").chief)
    assert other.post(autosave(review), values).status_code == 404
    assert Client().post(autosave(review), values)["Content-Type"].startswith("text/html")


@pytest.fixture
def no_open_drafts(newsroom: Newsroom) -> None:
    OpenDraft.objects.all().delete()


@pytest.mark.usefixtures("no_open_drafts")
def test_who_else_is_editing(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    hoa = client_of(newsroom.editor)
    name = str(newsroom.editor)
    assert name not in editing(lan, review)
    assert str(newsroom.reporter) in editing(hoa, review)
    page = f"/admin/editorial/review/{review.pk}/open/"
    assert lan.post(page).json() == {"editors": [name]}
    hoa.post(page, {"closed": "1"})
    assert lan.post(page).json() == {"editors": []}
    hoa.post(page)
    connection.cursor().execute("UPDATE editorial_opendraft SET seen_at = now() - interval '61 seconds'")
    assert lan.post(page).json() == {"editors": []}
    assert OpenDraft.objects.count() == 1
    connection.cursor().execute("UPDATE editorial_opendraft SET seen_at = now() - interval '61 seconds'")
    delete_old()
    assert not OpenDraft.objects.exists()  # nobody's work is recorded


def editing(client: Client, review: Review) -> str:
    html = client.get(change(review)).content.decode()
    return html.partition("data-editing")[2].partition("</p>")[0] if 'class="desk notice editing"' in html else ""


def test_statements_of_an_autosave_do_not_grow_with_the_sources(newsroom: Newsroom, lan: Client) -> None:
    counts = []
    for number in (5, 20):
        review = newsroom.make_review(sources=number)
        values = form_of(lan, change(review)) | {"headline": "Tít mới"}
        with CaptureQueriesContext(connection) as queries:
            assert lan.post(autosave(review), values).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 60, counts


def test_reordered_and_deleted_sources(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review(sources=3)
    values = form_of(lan, change(review)) | {"sources-0-position": 5, "sources-1-DELETE": "on"}
    lan.post(autosave(review), values)
    assert [row.title for row in Source.objects.filter(review=review)] == ["Nguồn 3", "Nguồn 1"]


def test_row_that_an_autosave_created_is_removed_again(newsroom: Newsroom, lan: Client) -> None:
    """Django's script takes such a row out of the page, because the page had no id for it."""
    review = newsroom.make_review()
    values = form_of(lan, change(review))
    added = values | {"authorships-TOTAL_FORMS": 2, "authorships-1-user": newsroom.second.pk}
    answer = lan.post(autosave(review), added).json()
    assert review.authorships.count() == 2
    lan.post(autosave(review), values | {"opened_version": answer["version"]})
    assert [row.user for row in review.authorships.all()] == [newsroom.reporter]


def test_two_saves_at_the_same_moment_wait_for_each_other(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    hoa = client_of(newsroom.editor)
    mine, theirs = form_of(lan, change(review)), form_of(hoa, change(review))
    with transaction.atomic():
        Review.objects.select_for_update().get(pk=review.pk)
        waits = begin_until_it_waits(lambda: hoa.post(autosave(review), theirs | {"headline": "Tít của Hoa"}))
        saved = lan.post(autosave(review), mine | {"headline": "Tít của Lan"})
    assert saved.status_code == 200
    assert waits.result().status_code == 409
    review.refresh_from_db()
    assert review.headline == "Tít của Lan"
    assert SavedState.objects.get(draft=review.pk, kind="typed").content["headline"] == "Tít của Hoa"


def test_state_that_a_colleague_has_opened_explains_a_later_conflict(newsroom: Newsroom, lan: Client) -> None:
    review = newsroom.make_review()
    hoa = client_of(newsroom.editor)
    values = form_of(lan, change(review)) | {"summary": "Tóm tắt của Lan."}
    adopt(values, lan.post(autosave(review), values).json())
    theirs = form_of(hoa, change(review))  # Hoa sees Lan's summary
    lan.post(autosave(review), values | {"summary": "Tóm tắt mới của Lan."})
    conflict = hoa.post(autosave(review), theirs | {"headline": "Tít của Hoa"}).json()
    page = lxml.html.fromstring(conflict["html"])
    chosen = {each.get("name"): each.get("value") for each in page.xpath("//input[@checked]")}
    assert chosen == {"choice-headline": "mine", "choice-summary": "theirs"}
    assert SavedState.objects.get(draft=review.pk, kind="typed").content["headline"] == "Tít của Hoa"


@pytest.mark.parametrize("limit", ["MAX_AUTOSAVES", "MAX_BYTES", "MAX_SIZE"])
def test_account_saves_no_more_and_no_larger_pages_than_a_person_can(
    newsroom: Newsroom, lan: Client, limit: str, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.REQUEST_COUNTS = tmp_path / "counts"
    one, other = newsroom.make_review(), newsroom.make_review()
    pages = {review.pk: form_of(lan, change(review)) | {"headline": "Tít mới"} for review in (one, other)}
    monkeypatch.setattr(f"factcheck.editorial.desk.writing.autosave.{limit}", {"MAX_AUTOSAVES": 1}.get(limit, 10_000))
    pages[other.pk]["body"] = "Nước lũ " * 5000
    answers = [lan.post(autosave(review), pages[review.pk]) for review in (one, other)]
    assert [answer.status_code for answer in answers] == [200, 413 if limit == "MAX_SIZE" else 429]
    assert "kept in this browser" in answers[1].json()["status"]
    if limit != "MAX_SIZE":
        assert 0 < answers[1].json()["wait"] == int(answers[1]["Retry-After"]) <= 60
    other.refresh_from_db()
    assert other.headline == "Video nước lũ là của năm 2020"


@pytest.mark.parametrize("stale", [False, True])
def test_flood_of_autosaves_is_kept_up_to_a_quota(
    newsroom: Newsroom, lan: Client, stale: bool, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    """From pages that are each opened once, or that each conflict. Before, 28 GB a day of one account were kept."""
    settings.REQUEST_COUNTS = tmp_path / "counts"
    monkeypatch.setattr(file_quotas, "ACCOUNT_TEXT", 400_000, raising=False)
    review = newsroom.make_review()
    values = form_of(lan, change(review))
    first = lan.post(autosave(review), values | {"headline": "Tít mới"}).json()
    answers = []
    for each in range(30):
        if not stale:
            values = form_of(lan, change(review))
        answers.append(lan.post(autosave(review), values | {"body": f"{each} " * 20_000, "page": str(uuid.uuid4())}))
    assert {answer.status_code for answer in answers} == {409 if stale else 200, 429}
    assert answers[-1].json()["wait"] == 3600
    assert SavedState.objects.filter(draft=review.pk).count() < 15
    assert first["version"] == 2
    page = lan.post(change(review), form_of(lan, change(review)) | {"body": "x " * 20_000}, follow=True)
    assert "too much text was saved today" in page.content.decode()
    other = newsroom.make_review(headline="Của Hoa")
    values = form_of(client_of(newsroom.editor), change(other))
    assert client_of(newsroom.editor).post(autosave(other), values | {"headline": "Tít của Hoa"}).status_code == 200


@pytest.mark.parametrize(("language", "said"), [("en", "You can save it in 1 hour."), ("vi", "Sau 1 giờ nữa")])
def test_last_hour_of_the_quota_is_one_hour(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setattr(file_quotas, "count_client", lambda *_: 3600)
    with translation.override(language), pytest.raises(OverQuota, match=said):
        file_quotas.require_room_for_text(1, by=newsroom.reporter, newsroom=newsroom.publisher.pk)


def test_page_that_received_no_answer_creates_one_draft(newsroom: Newsroom, lan: Client) -> None:
    claim = newsroom.make_claim()
    add = "/admin/editorial/review/add/"
    values = form_of(lan, f"{add}?claim={claim.pk}") | {"claim": str(claim.pk), "headline": "Một"}
    first = lan.post(f"{add}autosave/", values).json()
    second = lan.post(f"{add}autosave/", values | {"headline": "Hai"}).json()
    assert first["url"] == second["url"]
    lan.post(add, values | {"headline": "Ba", "_continue": "1"})
    assert [review.headline for review in Review.objects.filter(claim=claim)] == ["Ba"]
