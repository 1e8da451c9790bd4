"""The search in one box on every page of the desk: what is found in which spelling, and by whom."""

import re
import unicodedata
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction
from django.test import Client
from playwright.sync_api import expect

from factcheck.editorial.models import Claim, Claimant, Incident, Review, SearchRow
from factcheck.editorial.search import draft_rows
from factcheck.record.matching.embeddings import get_embeddings
from tests.api.test_messages import TIP, sent
from tests.journeys.browser import client_of, signed_in
from tests.support.chromium import desk_of
from tests.support.drafts import Newsroom, make_newsroom, make_user

DENGUE = "Uống nước lá đu đủ chữa khỏi sốt xuất huyết."
POST = "https://m.facebook.com/hue.news/posts/998877665544?fbclid=IwAR1"


def found(person: Newsroom | Client, words: str, kind: str = "") -> str:
    client = person if isinstance(person, Client) else client_of(person.editor)
    response = client.post("/admin/find/", {"q": words, "kind": kind})
    assert response.status_code == 200
    html: str = response.content.decode()
    return re.sub("</?mark>", "", html[html.index("content-main") :])


def fill(newsroom: Newsroom) -> Review:
    claim = newsroom.make_claim(text=DENGUE)
    claim.appearances.all().delete()
    claim.appearances.create(url=POST)
    review = newsroom.make_review(claim, headline="Vi-rút Dengue không chết vì lá đu đủ", body="Bác sĩ **khuyên**.")
    review.sources.create(title="Bộ Y tế", url="https://moh.example/tin/123", quote="Chưa có thuốc đặc trị")
    Claimant.objects.create(newsroom=newsroom.publisher, type="organization", name="Hội Đông y Ví Dụ")
    newsroom.make_demand(asked="Gỡ bài về phở bò.")
    return review


@pytest.fixture(scope="module")
def readers(module_newsroom: Newsroom) -> tuple[Client, Client]:
    """Return the clients of an editor whose newsroom has drafts, and of an editor of another newsroom."""
    fill(module_newsroom)
    module_newsroom.make_claim(text="在武漢發現肺炎病毒。")
    return client_of(module_newsroom.editor), client_of(make_newsroom("khac.example").editor)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sot xuat huyet", DENGUE), ("SỐT xuất huyết", DENGUE), (unicodedata.normalize("NFD", "sốt xuất huyết"), DENGUE),
        ("sots xuaast huyeets", DENGUE), ("vi rút", "Dengue không"), ("vi rut dengue", "Dengue không"),
        ("facebook.com/hue.news/posts/998877665544", DENGUE), ("facebook.com/hue.news/", DENGUE),
        ("https://www.facebook.com/hue.news/posts/998877665544?utm_source=zalo#x", DENGUE),
        ("moh.example/tin/123", "Dengue không"), ("bac si khuyen", "Dengue không"), ("dac tri", "Dengue không"),
        ("hoi dong y", "Hội Đông y Ví Dụ"), ("pho bo", "Sở Thông tin tỉnh Ví Dụ"),
    ],
)  # fmt: skip
def test_words_and_addresses_find_the_newsrooms_rows(readers: tuple[Client, Client], typed: str, expected: str) -> None:
    own, others = readers
    assert expected in found(own, typed)
    assert "Nothing was found" in found(others, typed)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "%", "'", '"', "') OR 1=1 --", "a:* | !b", "\\", "<b>", "\x00", "x" * 10_000, "a " * 5000, "https://[", "-lá",
     "肺炎", "武漢肺炎病毒", "ไข้เลือดออก", "²", "\u200b"],
)  # fmt: skip
def test_any_text_is_answered(readers: tuple[Client, Client], typed: str) -> None:
    assert ("在武漢發現肺炎病毒" in found(readers[0], typed)) == (typed in ("肺炎", "武漢肺炎病毒"))


def test_row_is_found_as_it_is_now_and_never_after_its_deletion(newsroom: Newsroom) -> None:
    review = fill(newsroom)
    assert DENGUE in found(newsroom, "sot xuat huyet", "claim")
    Claim.objects.filter(pk=review.claim_id).update(text="Ăn tỏi sống thọ.")
    assert SearchRow.objects.get(pk=review.pk).search is None, "also the words of its reviews"
    assert "Nothing was found" in found(newsroom, "xuat huyet")
    assert "Ăn tỏi" in found(newsroom, "an toi")
    review.sources.filter(title="Bộ Y tế").delete()
    assert "Nothing was found" in found(newsroom, "moh.example/tin/123")
    other = newsroom.make_claim(text="Sáp ong chữa mù.")
    other.appearances.all().delete()
    other.delete()
    assert not SearchRow.objects.filter(pk=other.pk).exists()


def test_words_and_meaning_of_an_old_text_go_also_if_they_are_being_computed(newsroom: Newsroom) -> None:
    review = fill(newsroom)
    row = SearchRow.objects.filter(pk=review.pk)
    row.update(embedding=[0.1] * 384)  # its words wait
    number = row.get().sequence
    Claim.objects.filter(pk=review.claim_id).update(text="Ăn tỏi sống thọ.")
    assert row.get().embedding is None
    assert row.get().sequence > number, "so that a vector of the old text is dropped"
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM editorial_source WHERE review_id = %s AND title = 'Bộ Y tế'", [review.pk])
        draft_rows.compute_words()  # a search before the commit still sees the source
    assert "Nothing was found" in found(newsroom, "moh.example/tin/123")


def test_messages_and_incidents_are_found_in_memory_by_those_who_can_read_them(newsroom: Newsroom) -> None:
    Incident.objects.create(newsroom=newsroom.publisher, created_by=newsroom.editor, said="Nghe nói ngày mai mất cầu!")
    sent("tips", {**TIP, "text": "Nghe nói ngày mai mất điện cả thành phố", "url": POST})
    administrator = make_user("sysop", is_superuser=True)
    for typed in ("mat dien", "facebook.com/hue.news/posts/998877665544", "mat cau"):
        assert "Nghe nói ngày mai" in found(newsroom, typed)
        for other in (newsroom.reporter, administrator):
            assert "Nothing was found" in found(client_of(other), typed)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM editorial_searchrow WHERE search::text ~ 'dien|cau'")
        assert cursor.fetchone() == (0,)


def test_draft_of_another_newsrooms_claim_is_not_searched(newsroom: Newsroom) -> None:
    claim = make_newsroom("khac.example").publish_claim(DENGUE)
    Claim.objects.filter(pk=claim.pk).update(text="Nháp bí mật.")
    newsroom.make_review(claim, headline="Bài của chúng tôi")
    assert "Bài của chúng tôi" in found(newsroom, "chúng tôi")
    for typed in ("bí mật", "sot xuat huyet"):
        assert "Nothing was found" in found(newsroom, typed)


def test_words_of_drafts_cant_be_read_by_readers_connections(newsroom: Newsroom) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connections["public"].cursor() as cursor:
        cursor.execute("SELECT search FROM editorial_searchrow")


def test_typed_text_is_in_no_log(newsroom: Newsroom, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    browser = signed_in(newsroom.editor).open("/admin/")
    form = browser.html[browser.html.index('class="find-box"') :]
    assert 'method="post"' in form[: form.index(">")]
    found(client_of(newsroom.editor), "chuyen-bi-mat")
    logged = [record for record in caplog.records if not record.name.startswith("django.db")]
    assert logged
    assert "chuyen-bi-mat" not in " ".join(f"{record.getMessage()} {record.__dict__}" for record in logged)


def test_worker_computes_the_words_that_no_search_has_computed(newsroom: Newsroom) -> None:
    fill(newsroom)
    assert draft_rows.compute_words() >= 4
    assert not SearchRow.objects.filter(search=None).exists()
    assert draft_rows.compute_words() == 0


@pytest.mark.prove
def test_claim_is_found_by_its_meaning_and_only_by_the_model_on_this_machine(newsroom: Newsroom, settings: Any) -> None:
    settings.EMBEDDINGS_URL = "https://embeddings.invalid/v1"
    claim = newsroom.make_claim(text="Uống nước chanh nóng tiêu diệt tế bào ung thư.")
    draft_rows.compute_words()
    sum(draft_rows.compute_vectors(get_embeddings(private=True)))
    assert SearchRow.objects.get(pk=claim.pk).embedding is not None
    html = found(newsroom, "hot lemon water kills cancer cells", "claim")
    assert claim.text in html
    assert "None has all the words" in html
    Claim.objects.filter(pk=claim.pk).update(text="Khác.")
    assert SearchRow.objects.get(pk=claim.pk).embedding is None


@pytest.mark.prove
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(("language", "opens"), [("en", "Open this claim instead"), ("vi", "Mở nội dung này")])
def test_box_is_on_every_page_and_a_typed_claim_is_answered(
    newsroom: Newsroom, language: str, opens: str, width: int
) -> None:
    claim = fill(newsroom).claim
    with desk_of(newsroom.editor, "") as page:
        page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
        page.set_viewport_size({"width": width, "height": 844})
        page.reload()
        page.keyboard.press("Control+/")
        page.keyboard.type("sot xuat huyet")
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/find/")
        expect(page.locator(".found mark").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("link", name=DENGUE).first.click()
        expect(page).to_have_url(re.compile(f"/claim/{claim.pk}/change/"))
        page.goto(re.sub(r"/claim/.*", "/claim/add/", page.url))
        page.locator("#id_text").press_sequentially("uong nuoc la du du chua khoi sot xuat huyet", delay=5)
        page.get_by_role("link", name=opens).click()
        expect(page).to_have_url(re.compile(f"/claim/{claim.pk}/change/"))
