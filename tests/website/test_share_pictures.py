"""Pictures of reviews for platforms: what they show, whom they follow, and what they refuse."""

import io
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from django.test import Client, override_settings
from PIL import Image

from factcheck.editorial.models import Review
from factcheck.record.formats.text import nfc
from factcheck.record.models import PublishedReview
from factcheck.record.readmodel.bodies import Correction
from factcheck.record.statements.output import construct
from factcheck.web.places import search_places
from factcheck.website.sharing.share_cards import newest_correction, review_card
from factcheck.website.sharing.share_picture import HEIGHT, MAX_CHARACTERS, MAX_CLUSTER, WIDTH, Card, drawable, paint
from tests.support.drafts import Newsroom, make_scale
from tests.support.serving import full
from tests.website.conftest import Page, Published

SITE = "http://127.0.0.1:8000"
STACKED = "ẪỄỖ ẶỆỘ ỵ"
CARD = Card(
    "Sai", "low", "Tòa soạn", "3 tháng 10, 2026", "", "Nội dung", "Nước lũ", "Lý do: cũ", "Trang", f"{SITE}/reviews/1/"
)

DATA = Path(__file__).parents[1] / "data"


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def picture_of(path: str, language: str | None = None) -> str:
    """The path of the picture that a preview of the page shows."""
    page = Page(Client().get(path).content.decode())
    names = page.values("meta", "property")
    content = page.source.split('property="og:image" content="')[1].split('"')[0]
    assert names.count("og:image") == 1
    return content.removeprefix(SITE)


def test_review_page_names_its_picture(published: Published) -> None:
    source = Client().get(published.corrected).content.decode()
    digest = PublishedReview.objects.get(pk=published.corrected.split("/")[2]).body.split('"digest":"')[1][:16]
    assert f'<meta property="og:image" content="{SITE}{published.corrected}share/{digest}-vi.png">' in source
    assert '<meta property="og:image:width" content="1200">' in source
    assert '<meta property="og:image:height" content="630">' in source
    assert (
        '<meta property="og:image:alt" content="“Nước lũ ở Huế đã lên tới mái chùa.” – Đúng. Lý do: Sai. Đoạn' in source
    )
    assert '<meta name="twitter:card" content="summary_large_image">' in source
    assert picture_of(published.english).endswith("-en.png")


def test_other_pages_name_the_sites_picture(published: Published) -> None:
    assert picture_of("/en/") == picture_of("/en/corrections/") == "/share/en.png"
    assert picture_of("/vi/tips/") == "/share/vi.png"


def test_earlier_revision_is_not_passed_on(published: Published) -> None:
    """Its verdict may have been corrected, and the link would lead to another verdict."""
    page = Page(Client().get(f"/en{published.corrected}revisions/1/").content.decode())
    assert "share-post" not in page.source
    assert "oembed" not in page.source
    assert picture_of(f"/en{published.corrected}revisions/1/") == "/share/en.png"
    assert "share-post" in Client().get(f"/en{published.corrected}revisions/2/").content.decode()


def test_picture_is_a_png_whose_code_leads_to_the_review(published: Published) -> None:
    response = Client().get(picture_of(published.corrected))
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    picture = opened(response.content)
    assert picture.size == (WIDTH, HEIGHT) == (1200, 630)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"{SITE}{published.corrected}"]
    assert picture.getpixel((5, 5)) == (0x24, 0x62, 0x3A)  # the verdict is true since the correction
    assert len(response.content) < 40_000
    again = Client().get(picture_of(published.corrected), headers={"if-none-match": response.headers["ETag"]})
    assert again.status_code == 304


def test_picture_of_a_claim_is_the_newest_reviews(published: Published) -> None:
    assert picture_of(published.claim) == picture_of(published.english)
    response = Client().get(f"{published.english}share/")
    assert (response.status_code, response.headers["Cache-Control"]) == (302, "no-cache")
    assert response.headers["Location"] == picture_of(published.english)


def test_picture_follows_correction_withdrawal_and_erasure(newsroom: Newsroom, live: Review) -> None:
    first = picture_of(f"/reviews/{live.pk}/")
    before = Client().get(first)
    newsroom.correct_review(live, verdict=make_scale().verdicts.get(slug="true"))
    second = picture_of(f"/reviews/{live.pk}/")
    assert second != first
    moved = Client().get(first)
    assert (moved.status_code, moved.headers["Location"], moved.headers["Cache-Control"]) == (302, second, "no-cache")
    after = Client().get(second)
    assert opened(before.content).getpixel((5, 5)) != opened(after.content).getpixel((5, 5))
    newsroom.withdraw_review(live)
    withdrawn = Client().get(second, follow=True)
    assert opened(withdrawn.content).getpixel((5, 5)) == (0x4B, 0x47, 0x40)
    assert Client().get(withdrawn.request["PATH_INFO"]).status_code == 200
    newsroom.erase_review(live, notice="Theo quyết định của tòa án.")
    for path in (first, second, withdrawn.request["PATH_INFO"], f"/reviews/{live.pk}/share/"):
        assert Client().get(path).status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "{0.corrected}share/0000000000000000-vi.png",
        "{0.corrected}share/0-vi.png",
        "{0.corrected}share/0000000000000000-fr.png",
        "/reviews/00000000-0000-4000-8000-000000000000/share/0000000000000000-vi.png",
        "/reviews/00000000-0000-4000-8000-000000000000/share/",
        "/reviews/------------------------------------/share/0000000000000000-vi.png",
    ],
)
def test_only_revisions_have_pictures(published: Published, path: str) -> None:
    assert Client().get(path.format(published)).status_code == 404


def test_every_state_and_language_has_a_picture(published: Published) -> None:
    for path in (published.corrected, published.withdrawn, published.imported, published.hostile):
        for language in ("en", "vi"):
            response = Client().get(f"{path}share/?lang={language}", follow=True)
            assert response.status_code == 200
            codes = zxingcpp.read_barcodes(opened(response.content))
            assert [code.text for code in codes] == [f"{SITE}{path}"]
    for language in ("en", "vi"):
        site = Client().get(f"/share/{language}.png")
        assert [code.text for code in zxingcpp.read_barcodes(opened(site.content))] == [SITE]


def test_pictures_count_as_searches(published: Published) -> None:
    path = picture_of(published.corrected)
    with override_settings(SEARCH_RATE_LIMIT="1/h"):
        assert Client().get(path, REMOTE_ADDR="192.0.2.77").status_code == 200
        refused = Client().get(path, REMOTE_ADDR="192.0.2.77")
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) <= 3600
    with full(search_places):
        busy = Client().get(path)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "8")


def test_both_forms_of_vietnamese_give_the_same_picture() -> None:
    texts = {name: getattr(CARD, name) for name in ("verdict", "newsroom", "label", "text")}
    composed = replace(CARD, **{name: drawable(unicodedata.normalize("NFC", text)) for name, text in texts.items()})
    apart = replace(CARD, **{name: drawable(unicodedata.normalize("NFD", text)) for name, text in texts.items()})
    assert paint(composed) == paint(apart)


@pytest.mark.parametrize("repeat", [1, 3, 9, 20])
def test_stacked_marks_are_not_cut(repeat: int) -> None:
    """Nothing is drawn on the edges of the areas, so nothing continues beyond them."""
    words = " ".join([STACKED] * repeat)
    picture = opened(paint(replace(CARD, verdict=words, text=words, newsroom=words, label=words, footer=words)))
    for left, top, width, height in ((60, 78, 1080, 164), (86, 376, 769, 184), (60, 26, 740, 50), (60, 328, 795, 44)):
        for row in (top, top + height - 1):
            colors = picture.crop((left, row, left + width, row + 1)).getcolors()
            assert colors is not None
            assert len(colors) == 1, (left, top, row)


def test_drawable_leaves_out_emoji_and_never_shows_boxes() -> None:
    assert drawable("Nước lũ 😂 ở Huế 👨‍👩‍👧‍👦🇻🇳 ❤️ 1️⃣!") == "Nước lũ ở Huế 1!"
    assert drawable("قال الوزير إن الماء غال.") == "قال الوزير إن الماء غال."
    for text in ("น้ำท่วม", "ទឹកជំនន់", "ນ້ຳ", "מים", "बाढ़", "வெள்ளம்", "ရေကြီး", "Вода", "Νερό", "ƯỚT ĐẪM"):
        assert drawable(text) == text
    for text in ("洪水", "Nước 洪水 lũ", "홍수", "洪水の写真"):
        assert drawable(text) == ""
    assert drawable("") == drawable("😂") == ""


def test_vietnamese_claims_are_drawn_in_full() -> None:
    lines = (DATA / "vietnamese/vifactcheck_dev.jsonl").read_text(encoding="utf-8").splitlines()
    claims = [" ".join(nfc(json.loads(line)["Statement"]).split())[:MAX_CHARACTERS].strip() for line in lines]
    assert len(claims) == 8
    assert [claim for claim in claims if drawable(claim) != claim] == []


def test_long_and_hostile_texts_are_bounded() -> None:
    for text in (
        ("A" + "\u0301" * 300 + " ") * 400,
        "Nước lũ ở Huế. " * 2000,
        "A" * 20_000,
        "a\u0301" * 20_000,
        "A" + "\u0301" * 20_000,
    ):
        shown = drawable(text)
        assert len(shown) <= MAX_CHARACTERS * MAX_CLUSTER
        assert len(paint(replace(CARD, verdict=shown, text=shown))) < 60_000


def test_a_typo_never_hides_a_corrected_verdict() -> None:
    false, true = {"label": "False"}, {"label": "True"}
    entry = {"kind": "correction", "verdict_before": true, "verdict_after": true}
    typo, other = entry | {"at": "3", "class": "typo"}, entry | {"at": "2", "class": "substantive"}
    verdict = entry | {"at": "1", "class": "substantive", "verdict_before": false}
    verdict, other, typo = (construct(Correction, each) for each in (verdict, other, typo))
    assert newest_correction([verdict, other, typo]) is verdict
    assert newest_correction([other, typo]) is other
    assert newest_correction([typo, construct(Correction, entry | {"kind": "update"})]) is None


def test_claim_in_a_script_without_font_is_not_shown(newsroom: Newsroom) -> None:
    review = newsroom.publish_new(newsroom.make_claim(text="洪水已经淹没了寺庙的屋顶", language="zh"))
    card = review_card(PublishedReview.objects.get(pk=review.pk).published, "en")
    assert card.text == "The claim is in a script that this picture can’t show. Scan the code to read it."
    assert card.label == "Claim that was checked – verdict: False"
