"""Uploads by the editor's script, and the files of drafts at the desk."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factcheck.editorial.models import Picture, Review, User
from tests.journeys.browser import client_of
from tests.support.drafts import Newsroom, give_role, make_newsroom, make_user
from tests.support.scenes import as_bytes, scene

UPLOAD = "/admin/editorial/picture/upload/"
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00" + bytes(5000)


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def send(user: User, content: bytes | None, **form: Any) -> Any:
    client = client_of(user)
    files = {} if content is None else {"file": SimpleUploadedFile("x.exe", content, content_type="text/html")}
    return client.post(UPLOAD, {**form, **files})


def test_picture_for_the_text(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    response = send(newsroom.reporter, as_bytes(scene(1)), review=review.pk)
    path = f"/{Picture.objects.get().name}"
    assert (response.status_code, response.json()) == (
        200,
        {"url": path, "markdown": f"![]({path})", "width": 480, "height": 320},
    )


def test_file_that_a_claim_is_about(newsroom: Newsroom, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000  # larger files are streamed to a temporary file
    claim = newsroom.make_claim()
    response = send(newsroom.reporter, MP4, claim=claim.pk)
    picture = Picture.objects.get()
    assert response.json() == {
        "sha256": picture.sha256, "medium": "video", "media_type": "video/mp4", "size": len(MP4),
    }  # fmt: skip
    assert send(newsroom.reporter, as_bytes(scene(1), "PNG"), claim=claim.pk).json()["medium"] == "image"


def test_refusals_say_what_to_do(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    content = as_bytes(scene(1))
    assert send(newsroom.reporter, None, review=review.pk).json() == {"error": "No file was sent. Choose a file."}
    response = send(newsroom.reporter, b"<svg/>", review=review.pk)
    assert (response.status_code, response.json()) == (
        422,
        {"error": "This file isn’t a picture that can be read. Choose a JPEG, PNG, WebP, GIF or AVIF file."},
    )
    colleague = make_user("colleague")
    give_role(colleague, newsroom.publisher, "reporter")
    assert send(colleague, content, review=review.pk).status_code == 403
    assert send(make_newsroom("khac.example").editor, content, review=review.pk).status_code == 404
    for form in ({}, {"review": "x"}, {"review": uuid4()}, {"claim": uuid4()}):
        assert send(newsroom.reporter, content, **form).status_code == 404
    assert not Picture.objects.exists()


def test_members_see_the_pictures_of_drafts(newsroom: Newsroom, storage: Path) -> None:
    review = newsroom.make_review()
    path = send(newsroom.reporter, as_bytes(scene(1)), review=review.pk).json()["url"]
    Review.objects.filter(pk=review.pk).update(body=f"![Mái chùa]({path})")
    client = client_of(newsroom.second)
    page = client.get(f"/admin/editorial/review/{review.pk}/preview/").content.decode()
    assert f'<img src="/admin/editorial{path.replace("pictures", "picture")}" alt="Mái chùa" loading="lazy">' in page
    address = f"/admin/editorial{path.replace('pictures', 'picture')}"
    response = client.get(address)
    assert b"".join(response.streaming_content) == (storage / path[1:]).read_bytes()
    assert response["Content-Type"] == "image/jpeg"
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    (storage / path[1:]).unlink()
    assert client.get(address).status_code == 404
    client.force_login(make_newsroom("khac.example").editor)
    assert client.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_claim_page_lists_its_files(newsroom: Newsroom) -> None:
    claim = newsroom.make_claim()
    send(newsroom.reporter, MP4, claim=claim.pk)
    client = client_of(newsroom.reporter)
    page = client.get(f"/admin/editorial/claim/{claim.pk}/change/").content.decode()
    picture = Picture.objects.get()
    assert picture.sha256 in page
    assert f'href="/admin/editorial/picture/{picture.sha256}.mp4"' in page
    assert f'data-upload="{UPLOAD}" data-claim="{claim.pk}"' in page
