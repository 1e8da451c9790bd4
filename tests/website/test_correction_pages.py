"""The list of corrections as readers see it: whatever became of published reviews, and nothing of what was erased."""

import re
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.models import Review
from factcheck.website.browse import correction_views
from tests.support.drafts import Newsroom, make_newsroom, make_scale
from tests.website.conftest import HOSTILE, Page, get, publish_imported

WHY = "Ngày quay đã được xác minh lại với người quay phim."  # the note of a correction
REASON = "Nguồn chính đã rút lại số liệu."  # that of a withdrawal
NOTICE = "Xoá theo yêu cầu của người có dữ liệu cá nhân được bảo vệ."
SECRET = "Tên của một người"


@pytest.fixture(scope="module")
def record(module_database: str) -> SimpleNamespace:
    """In the order of publication: each review's corrections before those of the next."""
    here = make_newsroom("checkpoint.org")
    true = make_scale().verdicts.get(slug="true")
    corrected = here.publish_new(headline="Video năm 2020")
    here.correct_review(corrected, verdict=true, headline="Video năm 2019")
    imported = _imported(here)
    here.correct_review(imported, original_label="خطأ")
    withdrawn = here.publish_new(headline="Tựa đề cũ")
    here.correct_review(withdrawn, verdict=true, headline="Tựa đề mới")
    here.withdraw_review(withdrawn)
    back = here.publish_new(headline="Bài trở lại")
    here.withdraw_review(back)
    here.reinstate_review(back)
    erased = here.publish_new(headline=SECRET)
    here.correct_review(erased, summary=f"{SECRET} nói sai.")
    here.erase_review(erased)
    redacted = here.publish_new(headline=SECRET)
    here.redact_review(redacted)
    here.publish_review(redacted)
    hostile = here.publish_new(headline="x", language="en")
    here.correct_review(hostile, headline=HOSTILE)
    reviews = {
        "corrected": corrected, "imported": imported, "withdrawn": withdrawn, "back": back, "erased": erased,
        "redacted": redacted, "hostile": hostile,
    }  # fmt: skip
    return SimpleNamespace(**{name: f"/reviews/{review.pk}/" for name, review in reviews.items()})


def _imported(newsroom: Newsroom) -> Review:
    return publish_imported(newsroom, newsroom.make_claim(text="الماء غال.", language="ar"), language="fr")


def links(page: Page) -> list[str]:
    return [href for href in page.links if re.fullmatch("/reviews/[^/]*/", href)]


def lines(page: Page) -> list[str]:
    """The words of each line, with "today" for its day."""
    _, _, listed = page.source.partition('<ol class="reviews">')
    inside, _, _ = listed.partition("</ol>")
    return [re.sub(r"\d+ \w+ \d{4}", "today", Page(line).text) for line in inside.split("<li>")[1:]]


def test_list_says_what_became_of_reviews_newest_first(record: SimpleNamespace) -> None:
    page = get("/corrections/")
    newsroom, diff = "Toà soạn checkpoint.org", "What changed, word by word"
    assert page.title == "Corrections – The Fact-Check Record"
    claim = "Claim: Nước lũ ở Huế đã lên tới mái chùa. Verdict:"
    assert lines(page) == [
        f"{claim} False Why: Đoạn video được quay năm 2020. Corrected today (substantive correction) {WHY} {diff} {newsroom}",
        f"{claim} Sai (False) Why: Đoạn video được quay năm 2020. Corrected today (substantive correction)"
        f" Bài không còn nêu tên người quay đoạn phim này. {newsroom}",
        f"{claim} Sai (False) Why: Đoạn video được quay năm 2020. Erased today {NOTICE} It protects a private person’s data. Responsible: {newsroom}",
        f"Erased review Erased today {NOTICE} It protects a private person’s data. Responsible: {newsroom}",
        f"Erased review Corrected today (text erased) {newsroom}",
        f"{claim} Sai (False) Why: Đoạn video được quay năm 2020. Reinstated today Nguồn đã xác nhận lại số liệu. {diff} {newsroom}",
        f"{claim} Sai (False) Why: Đoạn video được quay năm 2020. Withdrawn today {REASON} {newsroom}",
        f"Tựa đề mới Withdrawn today {REASON} {newsroom}",
        f"Tựa đề mới Corrected today (substantive correction) Verdict before: Sai → after: Đúng {WHY}"
        f" {diff} The review has since been withdrawn. {newsroom}",
        f"Claim: الماء غال. Verdict: خطأ Corrected today (substantive correction) Verdict before: كاذب → after: خطأ {WHY} {diff} مرصد",
        f"{claim} Đúng (True) Why: Sai. Đoạn video được quay năm 2020. Corrected today (substantive correction)"
        f" Verdict before: Sai → after: Đúng {WHY} {diff} {newsroom}",
    ]
    assert links(page) == links_of_all(record)


def links_of_all(record: SimpleNamespace) -> list[str]:
    return [
        record.hostile, record.redacted, record.redacted, record.erased, record.erased, record.back, record.back,
        record.withdrawn, record.withdrawn, record.imported, record.corrected,
    ]  # fmt: skip


def test_nothing_of_what_was_erased_is_in_the_list(record: SimpleNamespace) -> None:
    for language in ("en", "vi"):
        source = get("/corrections/", language=language).source
        assert SECRET not in source
        assert "Tựa đề cũ" not in source  # what a withdrawn review was called before


def test_texts_have_their_own_languages(record: SimpleNamespace) -> None:
    page = get("/corrections/")
    for review, language, claim in ((record.corrected, "vi", "Nước lũ ở Huế"), (record.imported, "ar", "الماء غال.")):
        link = f'<a href="/en{review}"><bdi class="claimed" lang="{language}">{claim}'
        assert link in page.source
    assert f'<p class="note" lang="fr" dir="auto">{WHY}</p>' in page.source
    assert f'<a href="/en{record.erased}">Erased review</a>' in page.source
    assert f'<blockquote lang="" dir="auto">{NOTICE}</blockquote>' in page.source


def test_list_in_vietnamese(record: SimpleNamespace) -> None:
    page = get("/corrections/", language="vi")
    for words in (
        "Đính chính Những bài mà các tòa soạn ở đây đã đính chính, cập nhật, rút lại, khôi phục hoặc buộc phải xóa",
        "(sửa sai sót nội dung)",
        "Bài kiểm chứng đã xóa vĩnh viễn Đã xóa vĩnh viễn",
        "Về sau tòa soạn đã rút lại bài này.",
    ):
        assert words in page.text, page.text


def test_withdrawn_review_without_headline_has_no_title(database: str) -> None:
    newsroom = make_newsroom("checkpoint.org")
    imported = _imported(newsroom)
    newsroom.withdraw_review(imported)
    page = get("/corrections/")
    assert f'<a href="/en/reviews/{imported.pk}/">Withdrawn review</a>' in page.source
    assert "الماء" not in page.source


def test_list_leads_to_data_and_is_led_to(record: SimpleNamespace) -> None:
    page = get("/corrections/")
    assert "http://127.0.0.1:8000/en/corrections/" in page.values("link", "href")
    assert "http://127.0.0.1:8000/api/v1/corrections/" in page.values("link", "href")
    assert "/feeds/corrections.atom?language=en" in page.values("link", "href")
    assert "/corrections/" in get(record.corrected).links


def test_list_costs_six_queries_of_the_reading_role(record: SimpleNamespace) -> None:
    """The page with its reviews, their translations, the numbers of the filters, and the names of publishers."""
    with (
        CaptureQueriesContext(connections["public"]) as public,
        CaptureQueriesContext(connections["default"]) as others,
    ):
        get("/corrections/")
    assert (len(public), len(others)) == (6, 0)


def test_pages_lead_to_each_other_without_an_end(record: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction_views, "PAGE_SIZE", 4)
    pages, path = [], "/corrections/"
    while path:
        page = get(path)
        pages.append(links(page))
        path = next((f"/corrections/{link}" for link in page.links if link.startswith("?after=")), "")
    assert list(map(len, pages)) == [4, 4, 3]
    assert [link for page in pages for link in page] == links_of_all(record)
    newer = next(link for link in page.links if link.startswith("?before="))
    assert links(get(f"/corrections/{newer}")) == pages[1]
    assert "noindex" in page.values("meta", "content")


def test_page_that_is_none_is_404(record: SimpleNamespace) -> None:
    for place in (f"after=0.{UUID(int=0)}", f"before={'9' * 18}.{UUID(int=0)}"):
        assert "This page doesn’t exist" in get(f"/corrections/?{place}", status=404).text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=withdrawal", ["back", "withdrawn"]),
        ("kind=erasure", ["redacted", "erased"]),
        ("kind=reinstatement", ["back"]),
        ("publisher=marsad.org", ["imported"]),
        ("publisher=MARSAD.org", ["imported"]),
        ("language=en", ["hostile"]),
        ("language=fr&kind=correction", ["imported"]),
        ("year=1999", []),
        ("kind=nothing", []),
    ],
)
def test_list_by_filter(record: SimpleNamespace, query: str, expected: list[str]) -> None:
    page = get(f"/corrections/?{query}")
    assert links(page) == [getattr(record, name) for name in expected]
    assert "noindex" in page.values("meta", "content")
    if not expected:
        assert "No corrections match these filters. Show all corrections" in page.text


def test_filters_have_numbers_and_lead_to_the_feed(record: SimpleNamespace) -> None:
    page = get("/corrections/?kind=withdrawal")
    for words in ("Kind of change: Withdrawn Remove", "Corrected (6)", "Erased (2)", "Reinstated (1)",
                  "Toà soạn checkpoint.org (2)"):  # fmt: skip
        assert words in page.text, page.text
    assert "?publisher=checkpoint.org&kind=withdrawal" in page.links or (
        "?kind=withdrawal&publisher=checkpoint.org" in page.links
    )
    assert "?" in page.links  # without the filter
    assert "/feeds/corrections.atom?kind=withdrawal" in page.links
    assert "http://127.0.0.1:8000/api/v1/corrections/?kind=withdrawal" in page.links
    feed = Client().get("/feeds/corrections.json?kind=withdrawal").json()
    assert [item["url"].removeprefix("http://127.0.0.1:8000") for item in feed["items"]] == links(page)


def test_filters_that_the_feed_lacks(record: SimpleNamespace) -> None:
    page = get("/corrections/?kind=nothing")
    assert "Feed with these filters" not in page.text
    assert "http://127.0.0.1:8000/api/v1/corrections/" in page.links
    (year,) = [link for link in get("/corrections/").links if link.startswith("?year=")]
    # A filter without other values isn't offered.
    assert get("/corrections/").elements["details"] - get(f"/corrections/{year}").elements["details"] == 1


def test_changes_lead_to_what_changed(record: SimpleNamespace) -> None:
    found = [link for link in get("/corrections/").links if ".." in link]
    # Nothing replaced a text where it was withdrawn, or where the text before has been erased.
    assert found == [
        f"{record.hostile}revisions/1..2/", f"{record.back}revisions/1..3/", f"{record.withdrawn}revisions/1..2/",
        f"{record.imported}revisions/1..2/", f"{record.corrected}revisions/1..2/",
    ]  # fmt: skip
    for path in found:
        get(path)


def test_record_without_corrections_says_so(newsroom: Newsroom) -> None:
    newsroom.publish_new()
    page = get("/corrections/")
    assert "Nothing has been corrected yet." in page.text
    assert links(page) == []
