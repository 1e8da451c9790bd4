"""Captures at the desk and in public: served as downloads only, and to readers only while a live review cites them."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connections
from django.test import Client

from factcheck.clean_room import door
from factcheck.editorial.captures.rights import restore_public_files, set_public
from factcheck.editorial.captures.uploads import store_upload
from factcheck.editorial.models import Capture, EditorialEvent, Review
from factcheck.editorial.proposals import review_policy
from factcheck.record.files.public_files import public_file
from factcheck.record.models import PublicCapture
from factcheck.web.places import search_places
from factcheck.website.search.search_text import SearchText
from factcheck.website.search.url_search import find_by_url
from tests.journeys.browser import signed_in
from tests.support.copies import mhtml
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.evidence import PAGE, finish, make_capture, names_in
from tests.support.refusals import refused
from tests.support.scenes import as_bytes, scene
from tests.support.serving import full

PICTURE = as_bytes(scene(2), "PNG") + b"<script>"


@pytest.fixture
def review(newsroom: Newsroom, storage: Path) -> Review:
    """A draft whose first source has a capture."""
    review = newsroom.make_review()
    capture = finish(make_capture(newsroom, url="https://source.example/1"), text="Nước dâng.\n\n<script>x</script>")
    review.sources.filter(position=0).update(capture=capture, no_capture_reason="")
    return review


def shown() -> list[str]:
    return list(PublicCapture.objects.using("public").live().values_list("sha256", flat=True))


def mark(newsroom: Newsroom, public: bool = True) -> None:
    set_public(capture=Capture.objects.get(), by=newsroom.editor, public=public)


def test_file_is_a_download_in_a_sandbox_for_members_only(newsroom: Newsroom, review: Review) -> None:
    page = f"/admin/editorial/capture/{Capture.objects.get().pk}"
    client = signed_in(newsroom.reporter).client
    answer = client.get(f"{page}/file/")
    assert b"".join(answer.streaming_content) == PAGE
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", "application/octet-stream")
    text = client.get(f"{page}/text/").content.decode()
    assert "The water rose in 2020." in text
    assert "alert(1)" not in text
    assert signed_in(newsroom.chief).client.get(f"{page}/delete/").status_code == 403
    for path in ("file/", "text/", "change/", "do/show/"):
        stranger = signed_in(make_newsroom(f"{path[:2]}.example").chief).client
        assert stranger.get(f"{page}/{path}").status_code in (302, 403, 404)
        assert Client().get(f"{page}/{path}").status_code == 302


def test_list_shows_the_newsrooms_own_captures(newsroom: Newsroom, review: Review) -> None:
    make_capture(newsroom, url="https://dead.example/", state="failed", failure="unknown_host")
    make_capture(make_newsroom("other.example"), url="https://secret.example/")
    page = signed_in(newsroom.reporter).open("/admin/editorial/capture/")
    assert "https://dead.example/ The site wasn’t found. Check the URL, or write why there is no copy." in page.text
    assert "https://source.example/1" in page.text
    assert "secret.example" not in page.html


def test_public_capture_follows_its_review(newsroom: Newsroom, review: Review, storage: Path) -> None:
    capture = Capture.objects.get()
    mark(newsroom)
    assert shown() == []
    newsroom.publish_review(review)
    assert shown() == [capture.sha256]
    copy = f"public/captures/{capture.sha256}.warc.gz"
    assert names_in(storage) == [f"captures/{capture.pk}.warc.gz", copy]
    mark(newsroom, public=False)
    assert (shown(), names_in(storage)) == ([], [f"captures/{capture.pk}.warc.gz"])
    mark(newsroom)
    assert shown() == [capture.sha256]
    newsroom.withdraw_review(review)
    assert (shown(), PublicCapture.objects.count()) == ([], 0)
    newsroom.reinstate_review(review)
    assert shown() == [capture.sha256]
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="update", note="Nguồn khác.")
    review.sources.filter(position=0).update(capture=None, no_capture_reason="Trang đã đổi.")
    assert shown() == [capture.sha256]
    newsroom.publish_review(review)
    assert (shown(), names_in(storage)) == ([], [f"captures/{capture.pk}.warc.gz"])


def test_readers_see_only_the_published_url(newsroom: Newsroom, review: Review) -> None:
    """The draft had another URL when the editor uploaded the copy."""
    mark(newsroom)
    review.sources.filter(position=0).update(url="https://published.example/1")
    newsroom.publish_review(review)
    assert PublicCapture.objects.get().url == "https://published.example/1"
    review_policy.open_correction(review=review, by=newsroom.reporter, change_class="update", note="Nguồn khác.")
    review.sources.filter(position=0).update(url="https://published.example/2")
    newsroom.publish_review(review)
    assert PublicCapture.objects.get().url == "https://published.example/2"
    assert public_file(PublicCapture.objects.get().file).exists()


def test_picture_of_the_post_is_at_the_claim(newsroom: Newsroom, storage: Path) -> None:
    """Readers see its pixels in another file. The original file is a download."""
    review, client = newsroom.make_review(), Client(headers={"accept-language": "en"})
    appearance = review.claim.appearances.get()
    original = as_bytes(scene(3), "PNG") + b"<script>"
    capture = store_upload(row=appearance, file=SimpleUploadedFile("x.png", original), by=newsroom.reporter)
    review.claim.appearances.update(no_capture_reason="")
    newsroom.publish_review(review)
    pages = (f"/reviews/{review.pk}/", f"/claims/{review.claim_id}/")
    path = f"/captures/{capture.sha256}/"
    browser = (
        signed_in(newsroom.editor).open(f"/admin/editorial/capture/{capture.pk}/change/").follow("Show to readers")
    )
    assert "Describe the picture" in browser.press("Show to readers").text
    assert not PublicCapture.objects.exists()
    browser.fill(alt="Mái chùa trong nước lũ").press("Show to readers")
    for page in (*pages, path):
        html = client.get(page).content.decode()
        for words in (f'href="{path}picture/"', 'alt="Mái chùa trong nước lũ"', 'width="', 'height="'):
            assert words in html, page
        assert ('loading="lazy"' in html) == (page != path)
    answer = client.get(f"{path}picture/")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/webp", "no-cache")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.content.startswith(b"RIFF")
    assert b"<script" not in answer.content
    assert b"".join(client.get(f"{path}file/").streaming_content) == original
    # A copy that an older version published gets its picture at night.
    PublicCapture.objects.update(picture=None)
    assert client.get(f"{path}picture/").status_code == 404
    restore_public_files()
    assert client.get(f"{path}picture/").content == answer.content
    set_public(capture=capture, by=newsroom.editor, public=False)
    assert client.get(f"{path}picture/").status_code == 404
    assert names_in(storage / "public") == []
    assert [page for page in pages if "picture/" in client.get(page).content.decode()] == []


def test_readers_see_the_copy_and_its_quotes(
    newsroom: Newsroom, review: Review, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = (
        "<title>Lũ</title><h1>Lũ ở Huế</h1><script>x()</script><p>Nước dâng <b>bốn mét</b>.</p><img src=a.png alt=Cầu>"
    )
    files = (
        ("https://source.example/1", "text/html", html.encode()),
        ("https://source.example/a.png", "image/png", PICTURE),
    )
    capture = finish(make_capture(newsroom, url="https://source.example/1"), mhtml(*files), text="Nước dâng.")
    review.sources.filter(position=0).update(capture=capture, quote="nước  dâng bốn mét")
    set_public(capture=capture, by=newsroom.editor, public=True)
    client, path = Client(headers={"accept-language": "en"}), f"/captures/{capture.sha256}/"
    draft = [client.get(f"{path}{more}").status_code for more in ("", "picture/0/")]
    newsroom.publish_review(review)
    assert draft == [404, 404]
    settings.SEARCH_RATE_LIMIT = "1/h"
    page = client.get(path)
    words = page.content.decode()
    assert "<mark id=quote>Nước dâng bốn mét</mark>" in words
    assert f'src="{path}picture/0/" alt="Cầu"' in words
    assert "x()" not in words
    review_page = client.get(f"/reviews/{review.pk}/")
    assert page["Content-Security-Policy"] == review_page["Content-Security-Policy"]
    assert f'href="/en{path}#quote"' in review_page.content.decode()
    picture = client.get(f"{path}picture/0/")
    assert (picture["Content-Type"], picture["Content-Security-Policy"]) == ("image/png", "default-src 'none'; sandbox")
    assert b"<script" not in picture.content
    assert client.get(f"{path}picture/1/").status_code == 404
    monkeypatch.setattr(door, "_exchange", None)  # nothing is decoded again
    assert client.get(path).content == page.content
    assert client.get(f"{path}picture/0/", headers={"if-none-match": picture["ETag"]}).status_code == 304
    busy = client.get(f"/vi{path}")
    assert (busy.status_code, f'href="{path}file/"' in busy.content.decode()) == (429, True)
    settings.SEARCH_RATE_LIMIT = ""
    with full(search_places):
        assert [client.get(f"{more}").status_code for more in (f"/vi{path}", f"{path}picture/0/")] == [503, 503]
    set_public(capture=capture, by=newsroom.editor, public=False)
    assert [client.get(f"{path}{more}").status_code for more in ("", "picture/0/")] == [404, 404]


def test_reporters_do_not_decide_about_rights(newsroom: Newsroom, review: Review) -> None:
    capture = Capture.objects.get()
    with refused("not_allowed"):
        set_public(capture=capture, by=newsroom.reporter, public=True)
    page = f"/admin/editorial/capture/{capture.pk}/change/"
    assert not signed_in(newsroom.reporter).open(page).has_link("Show to readers")
    browser = signed_in(newsroom.editor).open(page).follow("Show to readers").press("Show to readers")
    assert "Readers can see this copy" in browser.text
    assert Capture.objects.get().is_public
    event = EditorialEvent.objects.get(action="capture.made_public")
    assert (event.actor, event.subject) == (newsroom.editor, str(capture.pk))


def test_database_refuses_a_public_capture_that_nothing_cites(newsroom: Newsroom, review: Review) -> None:
    mark(newsroom)
    newsroom.publish_review(review)
    row = PublicCapture.objects.get()
    with pytest.raises(IntegrityError, match="no live review cites it"):
        PublicCapture.objects.filter(pk=row.pk).update(sha256="0" * 64)
    with connections["public"].cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("SELECT * FROM editorial_capture")


def test_readers_get_a_page_without_a_link_to_the_original(newsroom: Newsroom, review: Review) -> None:
    capture = Capture.objects.get()
    path = f"/captures/{capture.sha256}/"
    newsroom.publish_review(review)
    for place in (path, f"{path}file/", f"/api/v1{path}"):
        assert Client().get(place).status_code == 404
    mark(newsroom)
    page = Client().get(path, headers={"accept-language": "en"}).content.decode()
    assert "https://source.example/1" in page
    assert 'href="https://source.example' not in page
    assert "The water rose in 2020." in page
    assert "alert(1)" not in page
    assert f'/reviews/{review.pk}/"' in page
    answer = Client().get(f"{path}file/")
    assert b"".join(answer.streaming_content) == PAGE
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Cache-Control"] == "no-cache"
    said = json.loads(Client().get(f"/api/v1{path}").content)
    assert (said["sha256"], said["size"], said["reviews"]) == (capture.sha256, len(PAGE), [{"id": str(review.pk)}])
    assert path in Client().get(f"/reviews/{review.pk}/").content.decode()
    newsroom.erase_review(review)
    for place in (path, f"{path}file/", f"/api/v1{path}"):
        assert Client().get(place).status_code == 404


def test_short_link_is_followed_as_its_copy_was(newsroom: Newsroom, storage: Path) -> None:
    """Reviews are found by the short link, and by the post to which a copy of the link led."""
    linking, citing = newsroom.make_review(), newsroom.make_review()
    short, post = "https://fb.watch/aBc", "https://www.facebook.com/watch/?v=123"
    copy = finish(make_capture(newsroom, url=short), final_url="https://m.facebook.com/watch/?v=123&_rdr")
    linking.claim.appearances.update(url=short, capture=copy, no_capture_reason="")
    citing.claim.appearances.update(url=post)
    home = newsroom.make_review()
    dead = finish(make_capture(newsroom, url="https://news.example/1"), final_url="https://news.example/")
    home.sources.filter(position=0).update(url="https://news.example/1", capture=dead, no_capture_reason="")
    for review in (linking, citing, home):
        newsroom.publish_review(review)

    def searched(url: str) -> set[str]:
        found = find_by_url(SearchText.read(url))
        return {each.id for cited in found.live for each in cited.reviews if cited.roles}

    both = {str(linking.pk), str(citing.pk)}
    assert searched(short) == both
    assert searched(f"{post}&fbclid=x") == both
    assert searched("https://fb.watch/other") == set()
    assert searched("https://news.example/") == set()
    rows = Client().get("/api/v1/reviews/", {"appearance_url": post}).json()["results"]
    assert {each["id"] for each in rows} == both
