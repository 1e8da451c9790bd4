"""The page of a claim with all reviews of it."""

import re

from django.test import Client

from tests.website.conftest import Page, Published


def get(path: str, language: str = "en") -> Page:
    response = Client().get(path, headers={"accept-language": language}, follow=True)
    assert response.status_code == 200
    return Page(response.content.decode())


def named(page: Page) -> dict[str, str]:
    """The content of the page's elements `meta` say, by name or property."""
    names = [value for tag, name, value in page.attributes if tag == "meta" and name in ("name", "property")]
    return dict(zip(names, page.values("meta", "content"), strict=True))


def test_claim_is_described_for_whoever_passes_it_on(published: Published) -> None:
    """The words alone would spread what a newsroom found to be false."""
    page = get(published.claim)
    verdicts = "Toà soạn kiemchung.example: True; Toà soạn checkpoint.org: False"
    said = named(page)
    times = said.pop("article:published_time"), said.pop("article:modified_time")
    assert re.fullmatch(rf"http://127.0.0.1:8000{published.english}share/\w{{16}}-en.png", said.pop("og:image"))
    assert said == {
        "viewport": "width=device-width, initial-scale=1",
        "color-scheme": "light dark",
        "description": verdicts,
        "og:type": "article",
        "og:title": "“Nước lũ ở Huế đã lên tới mái chùa.” – True (Toà soạn kiemchung.example); False (Toà soạn checkpoint.org)",
        "og:description": verdicts,
        "og:url": f"http://127.0.0.1:8000{published.claim}",
        "og:site_name": "The Fact-Check Record",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "“Nước lũ ở Huế đã lên tới mái chùa.” – False. Why: The video is of 2020",
        "twitter:card": "summary_large_image",
    }
    body = Client().get(f"/api/v1{published.claim}").json()
    assert times == (body["published_at"], body["updated_at"])
    assert page.values("link", "href")[:2] == [
        f"http://127.0.0.1:8000{published.claim}",
        f"http://127.0.0.1:8000/api/v1{published.claim}",
    ]
    assert named(get(published.claim, "vi"))["og:site_name"] == "Sổ Kiểm Chứng"
    assert "Sample data: some of these reviews belong to demo newsrooms" in page.text


def test_claim_hostile_is_text_in_its_description(published: Published) -> None:
    body = Client().get(f"/api/v1{published.hostile}").json()
    page = get(f"/claims/{body['claim']['id']}/")
    assert page.elements["script"] == page.elements["img"] == 0
    assert (
        named(page)["og:title"]
        == '“"><script>alert(1)</script><img src=x onerror=alert(1)>hsilgne” – False (Toà soạn checkpoint.org)'
    )
