"""The desk as an app: what Android's apps share with it becomes the copy of a card, without a script."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from factcheck.editorial.models import Capture, Review, Source
from tests.journeys.browser import Browser, signed_in
from tests.support.drafts import Newsroom
from tests.support.evidence import names_in

SHARE = "/admin/editorial/capture/share/"
PNG = b"\x89PNG\r\n\x1a\nx"
POST = "https://www.facebook.com/story/1"


@pytest.fixture
def review(newsroom: Newsroom, storage: Path) -> Review:
    review = newsroom.make_review()
    review.sources.filter(position=1).update(url=POST)
    return review


def shared(browser: Browser, content: bytes | None = PNG, **fields: str) -> Browser:
    """Send what an app shares. It has no CSRF token, which the client otherwise demands."""
    file = {"file": SimpleUploadedFile("Screenshot.png", content)} if content is not None else {}
    answer = browser.client.post(SHARE, {**fields, **file})
    assert answer.status_code == 302, answer.content
    return browser.open(answer["Location"])


def test_shared_screenshot_is_added_to_the_chosen_card(newsroom: Newsroom, review: Review) -> None:
    first, second = review.sources.all()
    page = shared(signed_in(newsroom.reporter), text="Xem bài này https://m.facebook.com/story/1?fbclid=x nhé")
    assert page.html.index(f'value="source-{second.pk}"') < page.html.index(f'value="source-{first.pk}"')
    page.fill(card=f"source-{second.pk}").press("Add to a card")
    assert "The copy is on the card." in page.text
    capture = Capture.objects.get()
    assert (capture.origin, capture.media_type, capture.url) == (
        "browser",
        "image/png",
        "https://m.facebook.com/story/1?fbclid=x",
    )
    assert Source.objects.get(pk=second.pk).capture == capture
    assert not page.has_link("Add to a card")


def test_copy_can_be_placed_only_by_its_person_and_only_on_own_cards(newsroom: Newsroom, review: Review) -> None:
    page = shared(signed_in(newsroom.reporter))
    hidden = newsroom.make_review(created_by=newsroom.second)
    hidden.authorships.update(user=newsroom.second)
    source = hidden.sources.all()[0]
    assert f"source-{source.pk}" not in page.html
    page.client.handler.enforce_csrf_checks = False
    assert (
        b"is not one of the available choices" in page.client.post(page.path, {"card": f"source-{source.pk}"}).content
    )
    assert not signed_in(newsroom.second).open(page.path.partition("do/")[0] + "change/").has_link("Add to a card")
    assert Source.objects.filter(capture=None).count() == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Share a picture or a file."),
        (b"", "The file is empty."),
        (b"GIF89a", "This kind of file can’t be kept."),
    ],
)
def test_useless_share_is_refused_on_a_page(
    newsroom: Newsroom, review: Review, storage: Path, content: bytes | None, words: str
) -> None:
    assert words in shared(signed_in(newsroom.reporter), content, url=POST).text
    assert names_in(storage) == []


def test_share_without_a_session_or_a_draft_is_refused_on_a_page(newsroom: Newsroom, storage: Path) -> None:
    assert "you aren’t logged in to a newsroom" in shared(Browser()).text
    assert "Your drafts have no source" in shared(signed_in(newsroom.second)).text
    assert names_in(storage) == []


def test_desk_can_be_installed_and_shared_with() -> None:
    client = Client()
    login = client.get("/admin/login/")
    assert b'<link rel="manifest" href="/admin/app.webmanifest">' in login.content
    assert "manifest-src 'self'" in login["Content-Security-Policy"]
    answer = client.get("/admin/app.webmanifest")
    manifest = answer.json()
    assert (answer["Content-Type"], manifest["start_url"], manifest["display"]) == (
        "application/manifest+json",
        "/admin/",
        "minimal-ui",
    )
    target = manifest["share_target"]
    assert (target["action"], target["method"], target["enctype"]) == (SHARE, "POST", "multipart/form-data")
    assert target["params"]["files"][0]["name"] == "file"
    for icon in manifest["icons"]:
        with Image.open(BytesIO(b"".join(client.get(icon["src"])))) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
