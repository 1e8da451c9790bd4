"""The list of corrections as readers see it: whatever became of published reviews, and nothing of what was erased."""

from types import SimpleNamespace

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from factcheck.editorial.models import Publisher, Review
from factcheck.website import queries
from tests.drafts import (
    Newsroom,
    correct_review,
    erase_review,
    make_claim,
    make_newsroom,
    make_review,
    make_scale,
    publish_review,
    redact_review,
    reinstate_review,
    withdraw_review,
)
from tests.website.conftest import HOSTILE, Page

WHY = "Ngày quay đã được xác minh lại với người quay phim."  # the note of a correction
REASON = "Nguồn chính đã rút lại số liệu."  # that of a withdrawal
NOTICE = "Xoá theo yêu cầu của người có dữ liệu cá nhân được bảo vệ."
SECRET = "Tên của một người"


def make_published(newsroom: Newsroom, **fields: object) -> Review:
    review = make_review(newsroom, **fields)
    publish_review(newsroom, review)
    return review


@pytest.fixture(scope="module")
def record(module_database: str) -> SimpleNamespace:
    """In the order of publication: each review's corrections before those of the next."""
    here = make_newsroom("checkpoint.org")
    true = make_scale().verdicts.get(slug="true")
    corrected = make_published(here, headline="Video năm 2020")
    correct_review(here, corrected, verdict=true, headline="Video năm 2019")
    imported = _imported(here)
    correct_review(here, imported, original_label="خطأ")
    withdrawn = make_published(here, headline="Tựa đề cũ")
    correct_review(here, withdrawn, verdict=true, headline="Tựa đề mới")
    withdraw_review(here, withdrawn)
    back = make_published(here, headline="Bài trở lại")
    withdraw_review(here, back)
    reinstate_review(here, back)
    erased = make_published(here, headline=SECRET)
    correct_review(here, erased, summary=f"{SECRET} nói sai.")
    erase_review(here, erased)
    redacted = make_published(here, headline=SECRET)
    redact_review(here, redacted)
    publish_review(here, redacted)
    hostile = make_published(here, headline="x", language="en")
    correct_review(here, hostile, headline=HOSTILE)
    reviews = {
        "corrected": corrected, "imported": imported, "withdrawn": withdrawn, "back": back, "erased": erased,
        "redacted": redacted, "hostile": hostile,
    }  # fmt: skip
    return SimpleNamespace(**{name: f"/reviews/{review.pk}/" for name, review in reviews.items()})


def _imported(newsroom: Newsroom) -> Review:
    review = Review.objects.create(
        newsroom=newsroom.publisher,
        publisher=Publisher.objects.create(name="مرصد", site="marsad.org", url="https://marsad.org/"),
        claim=make_claim(newsroom, text="الماء غال.", language="ar"),
        language="fr",
        original_url="https://marsad.org/1",
        original_label="كاذب",
        created_by=newsroom.reporter,
    )
    publish_review(newsroom, review)
    return review


def get(path: str = "/corrections/", language: str = "en", status: int = 200) -> Page:
    response = Client().get(path, headers={"accept-language": language}, follow=True)
    assert response.status_code == status
    return Page(response.content.decode())


def links(page: Page) -> list[str]:
    return [href for href in page.links if href.startswith("/reviews/")]


def lines(page: Page) -> list[str]:
    """What each line says, without its day."""
    _, _, listed = page.source.partition('<ol class="reviews">')
    inside, _, _ = listed.partition("</ol>")
    return [Page(line).text for line in inside.split("<li>")[1:]]


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factcheck.website.templatetags.published._day_format", lambda: r"\t\o\d\a\y")


def test_list_says_what_became_of_reviews_newest_first(record: SimpleNamespace, today: None) -> None:
    page = get()
    newsroom = "Toà soạn checkpoint.org"
    assert page.title == "Corrections – The Fact-Check Record"
    assert lines(page) == [
        f"{HOSTILE} Corrected today (substantive correction) {WHY} {newsroom}",
        "Đoạn phim là của năm 2020 Corrected today (substantive correction)"
        f" Bài không còn nêu tên người quay đoạn phim này. {newsroom}",
        f"Đoạn phim là của năm 2020 Erased today {NOTICE} It protects a private person’s data. Responsible: {newsroom}",
        f"Erased review Erased today {NOTICE} It protects a private person’s data. Responsible: {newsroom}",
        f"Erased review Corrected today (text erased) {newsroom}",
        f"Bài trở lại Reinstated today Nguồn đã xác nhận lại số liệu. {newsroom}",
        f"Bài trở lại Withdrawn today {REASON} {newsroom}",
        f"Tựa đề mới Withdrawn today {REASON} {newsroom}",
        f"Tựa đề mới Corrected today (substantive correction) Verdict before: Sai → after: Đúng {WHY}"
        f" The review has since been withdrawn. {newsroom}",
        f"الماء غال. Corrected today (substantive correction) Verdict before: كاذب → after: خطأ {WHY} مرصد",
        f"Video năm 2019 Corrected today (substantive correction) Verdict before: Sai → after: Đúng {WHY} {newsroom}",
    ]
    assert links(page) == [
        record.hostile, record.redacted, record.redacted, record.erased, record.erased, record.back, record.back,
        record.withdrawn, record.withdrawn, record.imported, record.corrected,
    ]  # fmt: skip


def test_nothing_of_what_was_erased_is_in_the_list(record: SimpleNamespace) -> None:
    for language in ("en", "vi"):
        source = get(language=language).source
        assert SECRET not in source
        assert "Tựa đề cũ" not in source  # what a withdrawn review was called before


def test_texts_have_their_own_languages(record: SimpleNamespace) -> None:
    page = get()
    assert f'<a href="/en{record.corrected}" lang="vi"><bdi>Video năm 2019</bdi></a>' in page.source
    # The claim's words stand for the title in the claim's language; the note is in the review's.
    assert f'<a href="/en{record.imported}" lang="ar"><bdi>الماء غال.</bdi></a>' in page.source
    assert f'<p class="note" lang="fr" dir="auto">{WHY}</p>' in page.source
    assert f'<a href="/en{record.erased}">Erased review</a>' in page.source
    assert f'<blockquote lang="" dir="auto">{NOTICE}</blockquote>' in page.source


def test_list_in_vietnamese(record: SimpleNamespace) -> None:
    page = get(language="vi")
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
    withdraw_review(newsroom, imported)
    page = get()
    assert f'<a href="/en/reviews/{imported.pk}/">Withdrawn review</a>' in page.source
    assert "الماء" not in page.source


def test_list_leads_to_data_and_is_led_to(record: SimpleNamespace) -> None:
    page = get()
    assert "http://127.0.0.1:8000/en/corrections/" in page.values("link", "href")
    assert "http://127.0.0.1:8000/api/v1/corrections/" in page.values("link", "href")
    assert "/feeds/corrections.atom?language=en" in page.values("link", "href")
    assert "/corrections/" in get(record.corrected).links


@pytest.mark.parametrize("language", ["en", "vi"])
def test_page_is_plain_and_accessible(record: SimpleNamespace, language: str) -> None:
    response = Client().get("/corrections/", headers={"accept-language": language}, follow=True)
    page = Page(response.content.decode())
    assert page.elements["script"] == page.elements["style"] == page.elements["img"] == 0
    assert not [key for _, key, _ in page.attributes if key == "style" or key.startswith("on")]
    assert page.elements["main"] == page.elements["h1"] == 1
    assert page.headings == [1, 2, *[3] * 11]
    assert len(page.ids) == len(set(page.ids))
    assert page.values("html", "lang") == [language]
    assert not response.cookies
    again = {"accept-language": language, "if-none-match": response.headers["ETag"]}
    assert Client().get(f"/{language}/corrections/", headers=again).status_code == 304
    assert Client().post("/en/corrections/").status_code == 405


def test_list_costs_two_queries_of_the_reading_role(record: SimpleNamespace) -> None:
    with (
        CaptureQueriesContext(connections["public"]) as public,
        CaptureQueriesContext(connections["default"]) as others,
    ):
        get()
    assert (len(public), len(others)) == (2, 0)


def test_pages_lead_to_each_other(record: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 6)
    first, second = get(), get("/corrections/?page=2")
    assert links(first) == [record.hostile, record.redacted, record.redacted, record.erased, record.erased, record.back]
    assert links(second) == [record.back, record.withdrawn, record.withdrawn, record.imported, record.corrected]
    assert "/corrections/?page=2" in first.links
    assert "/corrections/?page=1" in second.links
    assert "next" not in second.values("a", "rel")
    assert "noindex" in second.values("meta", "content")


def test_page_that_is_none_is_404(record: SimpleNamespace) -> None:
    for page in ("0", "2", "26", "x", "-1"):
        assert "This page doesn’t exist" in get(f"/corrections/?page={page}", status=404).text


def test_record_without_corrections_says_so(database: str) -> None:
    newsroom = make_newsroom()
    make_published(newsroom)
    page = get()
    assert "Nothing has been corrected yet." in page.text
    assert links(page) == []
