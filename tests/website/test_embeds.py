"""The frame for other sites, and oEmbed."""

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from factcheck.editorial.models import Review
from factcheck.record.models import PublishedReview
from tests.support.drafts import Newsroom, make_scale
from tests.website.conftest import Page, Published

SITE = "http://127.0.0.1:8000"


def frame(review: str, language: str = "en", status: int = 200) -> Page:
    response = Client().get(f"/embed{review}?lang={language}")
    assert response.status_code == status
    return Page(response.content.decode())


def test_any_site_can_frame_a_review_and_nothing_runs_in_it(published: Published) -> None:
    for review, status in ((published.corrected, 200), (published.hostile, 200), (published.erased, 410)):
        response = Client().get(f"/embed{review}?lang=vi", headers={"accept-language": "en"})
        assert response.status_code == status
        policy = dict(rule.split(" ", 1) for rule in response.headers["Content-Security-Policy"].split("; "))
        assert policy["frame-ancestors"] == "*"
        assert policy["default-src"] == policy["form-action"] == "'none'"
        assert not {"script-src", "img-src"} & {*policy}
        assert policy["style-src"] == "'self'"
        assert "X-Frame-Options" not in response.headers
        assert response.headers["Content-Language"] == "vi"
        assert not response.cookies
        page = Page(response.content.decode())
        assert page.elements["script"] == page.elements["img"] == page.elements["style"] == 0
        assert page.values("link", "href") == ["/static/website/embed.css"]
        assert page.values("meta", "content")[-1] == "noindex"
        assert page.values("html", "lang") == ["vi"]
        assert page.values("a", "href") == [f"{SITE}{review}", f"{SITE}/vi/"]
    assert Client().get(published.corrected).headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in Client().get(published.corrected).headers["Content-Security-Policy"]


def test_frame_shows_verdict_claim_newsroom_and_correction(published: Published) -> None:
    page = frame(published.corrected)
    for words in (
        "Toà soạn kiemchung.example · ",
        "Đúng (True)",
        "Corrected on",
        "Verdict before: Sai",
        "Claim: Nước lũ ở Huế đã lên tới mái chùa. Verdict: Đúng (True) Why: Sai. Đoạn video được quay năm 2020. Corrected on",
        "Sample data",
    ):
        assert words in page.text
    assert page.headings == [1]
    assert page.title == "“Nước lũ ở Huế đã lên tới mái chùa.” – Đúng"
    assert "Kết luận trước: Sai" in frame(published.corrected, "vi").text
    assert "Corrected" not in frame(published.english).text


def test_frame_language_is_the_readers_if_none_is_chosen(published: Published) -> None:
    for language in ("vi", "en"):
        response = Client().get(f"/embed{published.english}", headers={"accept-language": language})
        assert f'<html lang="{language}"' in response.content.decode()
        assert "Accept-Language" in response.headers["Vary"]
    assert Client().get("/embed/reviews/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_frame_and_oembed_follow_correction_withdrawal_and_erasure(newsroom: Newsroom, live: Review) -> None:
    path = f"/reviews/{live.pk}/"
    first = Client().get(f"/embed{path}?lang=en")
    assert "False" in frame(path).text
    again = {"if-none-match": first.headers["ETag"]}
    assert Client().get(f"/embed{path}?lang=en", headers=again).status_code == 304
    newsroom.correct_review(live, verdict=make_scale().verdicts.get(slug="true"))
    assert Client().get(f"/embed{path}?lang=en", headers=again).status_code == 200
    assert "True" in frame(path).text
    assert oembed(path)["title"] == "“Nước lũ ở Huế đã lên tới mái chùa.” – Đúng"
    newsroom.withdraw_review(live)
    assert "This review has been withdrawn Withdrawn on" in frame(path).text
    assert "mái chùa" not in frame(path).text
    assert oembed(path)["title"] == "Đã rút lại: Video nước lũ là của năm 2020"
    newsroom.erase_review(live, notice="Theo quyết định của tòa án.")
    assert "This text has been erased" in frame(path, status=410).text
    oembed(path, status=404)


def oembed(path: str, more: str = "", status: int = 200) -> dict:
    url = path if path.startswith("http") else f"{SITE}{path}"
    response = Client().get(f"/oembed/?url={quote(url, safe='')}{more}")
    assert response.status_code == status
    kind = "application/json" if status == 200 else "application/problem+json"
    assert response.headers["Content-Type"] == kind
    return json.loads(response.content)


def test_oembed_answers_with_the_frame(published: Published) -> None:
    found = oembed(published.english)
    lowest, slope = re.findall(r"clamp\((\d+)px,.*\)\*([\d.]+),", found["html"])[0]
    assert 200 < int(lowest) < found["height"] < 400
    digest = json.loads(PublishedReview.objects.get(pk=published.english.split("/")[2]).body)["revision"]["digest"]
    assert found == {
        "version": "1.0",
        "type": "rich",
        "title": "“Nước lũ ở Huế đã lên tới mái chùa.” – False",
        "author_name": "Toà soạn checkpoint.org",
        "author_url": "https://checkpoint.org/",
        "provider_name": "The Fact-Check Record",
        "provider_url": f"{SITE}/",
        "cache_age": 3600,
        "html": f'<iframe src="{SITE}/embed{published.english}?lang=en" title="Fact-check by Toà soạn checkpoint.org"'
        f' width="600" height="{found["height"]}" loading="lazy" referrerpolicy="no-referrer"'
        ' sandbox="allow-popups allow-popups-to-escape-sandbox"'
        f' style="border:0;max-width:100%;height:clamp({lowest}px,{found["height"]}px - (100vw - 400px)*{slope},{found["height"]}px)"></iframe>',
        "width": 600,
        "height": found["height"],
        "thumbnail_url": f"{SITE}{published.english}share/{digest[:16]}-en.png",
        "thumbnail_width": 1200,
        "thumbnail_height": 630,
    }


def test_oembed_obeys_the_site_that_asks(published: Published) -> None:
    small = oembed(published.english, "&maxwidth=320&maxheight=200&format=json")
    assert (small["width"], small["height"]) == (320, 200)
    assert 'width="320" height="200"' in small["html"]
    assert "thumbnail_url" not in small
    for more in ("&maxwidth=abc", "&maxwidth=0", "&maxwidth=-5", "&maxwidth=9999999"):
        assert oembed(published.english, more)["width"] == 600
    assert "?lang=vi" in oembed(f"/vi{published.english}")["html"]
    assert "?lang=en" in oembed(f"/en{published.corrected}revisions/1/")["html"]
    assert oembed(f"{SITE}{published.english}?utm_source=x#top")["type"] == "rich"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example{0.english}",
        "http://127.0.0.1:8001{0.english}",
        "http://127.0.0.1:8000@evil.example{0.english}",
        "http://127.0.0.1:8000/x{0.english}",
        "http://127.0.0.1:8000/reviews/00000000-0000-4000-8000-000000000000/",
        "javascript:{0.english}",
        "http://[{0.english}",
        "http://127.0.0.1:8000{0.erased}",
        "http://127.0.0.1:8000{0.claim}",
    ],
)
def test_oembed_is_only_for_reviews_of_this_site(published: Published, url: str) -> None:
    assert oembed(url.format(published), status=404)["status"] == 404


def test_oembed_says_what_is_wrong(published: Published) -> None:
    assert "format=json" in oembed(published.english, "&format=xml", status=501)["detail"]
    response = Client().get("/oembed/")
    assert (response.status_code, json.loads(response.content)["title"]) == (400, "Bad Request")
    # A cache must not keep the title of a text that is erased later.
    assert response.headers["Cache-Control"] == "no-cache"
    assert Client().post("/oembed/").status_code == 405


def test_review_page_tells_where_its_oembed_is(published: Published) -> None:
    page = Page(Client().get(published.english).content.decode())
    (address,) = (each for each in page.values("link", "href") if "/oembed/" in each)
    assert json.loads(Client().get(address.removeprefix(SITE)).content)["type"] == "rich"


def test_the_frame_has_the_colours_of_the_site() -> None:
    frame, site = (_colours(f"website/{name}.css") for name in ("embed", "site"))
    assert len(frame) == 18  # nine in light, nine in dark
    assert [each for each in frame if each not in site] == []


def _colours(sheet: str) -> list[tuple[str, str]]:
    path = finders.find(sheet)
    assert path
    return re.findall(r"^\s*(--[\w-]+):\s*(#\w+);", Path(path).read_text(encoding="utf-8"), re.MULTILINE)
