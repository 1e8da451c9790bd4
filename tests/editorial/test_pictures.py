"""Pictures in the text of a review, and files that a claim is about, from the upload to the erasure."""

import hashlib
import io
import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from PIL import Image

from factcheck.clean_room import door
from factcheck.clean_room.refusal import NoAnswer, NotDecoded
from factcheck.clean_room.visual_hashes import stored_hashes
from factcheck.editorial import pictures
from factcheck.editorial.captures.rights import restore_public_files
from factcheck.editorial.models import Picture, Review
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.files.public_files import publish_file
from factcheck.record.models import PublishedPicture
from tests.support.drafts import Newsroom, make_newsroom, waiting
from tests.support.refusals import refused
from tests.support.scenes import as_bytes, scene

MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00" + bytes(5000)


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT, settings.DUMPS_FOLDER = tmp_path / "files", tmp_path / "published"
    return settings.MEDIA_ROOT


def add(newsroom: Newsroom, review: Review, seed: int = 1) -> Picture:
    file = ContentFile(as_bytes(scene(seed)), name="evil.svg")
    return pictures.add_picture(review=review, file=file, by=newsroom.reporter)


def add_media(newsroom: Newsroom, claim: Any, content: bytes) -> Picture:
    return pictures.add_media(claim=claim, file=ContentFile(content, name="x"), by=newsroom.reporter)


def illustrated(
    newsroom: Newsroom, description: str = "Mái chùa trong nước lũ", seed: int = 1
) -> tuple[Review, Picture]:
    """A draft whose text shows a picture."""
    review = newsroom.make_review()
    picture = add(newsroom, review, seed)
    Review.objects.filter(pk=review.pk).update(body=f"Xem ảnh:\n\n![{description}](/{picture.name})")
    return Review.objects.get(pk=review.pk), picture


def reasons(review: Review) -> list[str]:
    return [str(each) for each in review_policy.find_missing(Review.objects.get(pk=review.pk))]


def files_in(storage: Path) -> set[str]:
    return {str(file.relative_to(storage)) for file in storage.rglob("*") if file.is_file()}


@pytest.mark.parametrize("content", [b"<html>", b"\xff\xd8\xff"])
def test_content_of_another_type_is_refused(
    content: bytes, newsroom: Newsroom, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code that controls the decoder can choose what it answers."""
    found = {"content": b64encode(content).decode(), "media_type": "image/png", "width": 5, "height": 5}
    monkeypatch.setattr(door, "_exchange", lambda pieces: json.dumps(found).encode())
    with refused("unreadable_file"):
        add(newsroom, newsroom.make_review())
    assert files_in(storage) == set()


def test_picture_is_stored_under_the_hash_of_its_file(newsroom: Newsroom, storage: Path) -> None:
    review = newsroom.make_review()
    picture = add(newsroom, review)
    content = (storage / picture.name).read_bytes()
    assert picture.name == f"pictures/{hashlib.sha256(content).hexdigest()}.jpg"
    assert (picture.media_type, picture.size, picture.width, picture.height) == ("image/jpeg", len(content), 480, 320)
    assert add(newsroom, review) == picture
    assert files_in(storage) == {picture.name}


def test_only_a_writer_adds_pictures_and_only_to_a_draft(newsroom: Newsroom) -> None:
    review = newsroom.make_review()
    file = ContentFile(as_bytes(scene(1)))
    with refused("not_allowed"):
        pictures.add_picture(review=review, file=file, by=make_newsroom("khac.example").editor)
    newsroom.publish_review(review)
    review.refresh_from_db()
    with refused("wrong_state"):
        pictures.add_picture(review=review, file=file, by=newsroom.reporter)


def test_large_and_strange_files_are_refused(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    review = newsroom.make_review()
    for content in (b"<svg/>", MP4):
        with refused("unreadable_file"):
            pictures.add_picture(review=review, file=ContentFile(content), by=newsroom.reporter)
    with refused("unreadable_file"):
        add_media(newsroom, review.claim, b"<svg/>")
    monkeypatch.setattr(pictures, "MAX_PICTURE", 1000)
    with refused("too_large"):
        add(newsroom, review)
    assert not Picture.objects.exists()


def test_submission_asks_for_a_description_and_for_stored_pictures(newsroom: Newsroom) -> None:
    review, picture = illustrated(newsroom, description=" ")
    assert reasons(review) == [
        "Describe the picture for readers who can’t see it. Write the description between the brackets of ![ ]."
    ]
    Review.objects.filter(pk=review.pk).update(body=f"![](/{picture.name}) ![](/{picture.name})")
    assert "2 pictures have no description" in reasons(review)[0]
    strange, _other = illustrated(make_newsroom("khac.example"), seed=2)
    Review.objects.filter(pk=review.pk).update(body=strange.body)
    assert reasons(review) == ["The text shows a picture that isn’t stored here. Upload the picture again."]
    Review.objects.filter(pk=review.pk).update(body="![](https://elsewhere.example/x.png)")  # readers see a link
    assert reasons(review) == []


def test_readers_see_the_picture_while_a_live_review_shows_it(newsroom: Newsroom, storage: Path) -> None:
    review, picture = illustrated(newsroom)
    client, page, address = Client(), f"/reviews/{review.pk}/", f"/{picture.name}"
    assert client.get(address).status_code == 404
    newsroom.publish_review(review)
    html = client.get(page).content.decode()
    assert f'<img src="{address}" alt="Mái chùa trong nước lũ" loading="lazy" width="480" height="320">' in html
    response = client.get(address)
    assert response.content == (storage / picture.name).read_bytes()
    assert response["Content-Type"] == "image/jpeg"
    assert response["Cache-Control"] == "no-cache"  # it can be erased
    assert client.get(address, headers={"if-none-match": response["ETag"]}).status_code == 304
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get(address.replace(".jpg", ".png")).status_code == 404
    feed = json.loads(client.get("/feeds/reviews.json?content=full").content)
    assert f'<img src="http://127.0.0.1:8000{address}" alt=' in feed["items"][0]["content_html"]

    public = storage.parent / "published"
    assert files_in(public) == {picture.name}
    newsroom.withdraw_review(review)
    assert files_in(public) == set()
    assert client.get(address, headers={"if-none-match": response["ETag"]}).status_code == 404
    newsroom.reinstate_review(review)
    assert client.get(address).status_code == 200
    newsroom.correct_review(review, body="Không còn ảnh.")
    assert client.get(address).status_code == 404
    assert files_in(public) == set()
    earlier = client.get(f"{page}revisions/1/").content.decode()
    assert address not in earlier
    assert "Mái chùa trong nước lũ" in earlier


@pytest.mark.parametrize("problem", [ConnectionRefusedError, NoAnswer, NotDecoded])
def test_review_is_never_published_without_its_picture(
    problem: type[Exception], newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy or stopped clean room left the picture out, in silence and for good."""
    review, _picture = illustrated(newsroom)

    def fail(_pieces: Any) -> bytes:
        raise problem

    with monkeypatch.context() as patch, refused("no_clean_room"):
        patch.setattr(door, "_exchange", fail)
        newsroom.publish_review(review)
    assert not PublishedPicture.objects.exists()


@pytest.mark.parametrize("problem", [NoAnswer, NotDecoded])
def test_rebuilding_goes_on_after_a_damaged_picture(
    problem: type[Exception], newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    review, _picture = illustrated(newsroom)
    newsroom.publish_review(review)

    def fail(_pieces: Any) -> bytes:
        raise problem

    monkeypatch.setattr(door, "_exchange", fail)
    call_command("rebuild_record", verbosity=0)
    assert not PublishedPicture.objects.exists()


def test_rebuilding_and_verification_know_the_pictures(newsroom: Newsroom) -> None:
    review, _picture = illustrated(newsroom)
    media = add_media(newsroom, review.claim, as_bytes(scene(5)))
    review.claim.appearances.update(media_sha256=media.sha256)
    newsroom.publish_review(review)

    def rows() -> list[tuple[Any, ...]]:
        return list(PublishedPicture.objects.order_by("sha256").values_list())

    before = rows()
    checked = PublishedPicture.objects.get(sha256=media.sha256)
    expected = stored_hashes(Image.open(io.BytesIO(as_bytes(scene(5)))))
    assert (checked.width, (checked.whole_hash, checked.inner_hash)) == (None, expected)
    assert len(before) == 2
    call_command("rebuild_record", verbosity=0)
    assert rows() == before
    call_command("verify_record", verbosity=0)
    PublishedPicture.objects.filter(sha256=media.sha256).update(whole_hash=1)
    with pytest.raises(CommandError, match="is not what the log"):
        call_command("verify_record", verbosity=0)


def test_public_file_that_is_missing_or_changed_is_never_sent_and_is_written_again(newsroom, storage):
    review, picture = illustrated(newsroom)
    newsroom.publish_review(review)
    public = storage.parent / "published" / picture.name
    content = public.read_bytes()
    for damage in (public.unlink, lambda: public.write_bytes(b"something else")):
        damage()
        assert Client().get(f"/{picture.name}").status_code == 404
        with pytest.raises(CommandError, match="is missing or has changed"):
            call_command("verify_record", verbosity=0)
        restore_public_files()
        assert (public.read_bytes(), public.stat().st_mode & 0o777) == (content, 0o644)
        call_command("verify_record", verbosity=0)
    assert files_in(public.parent) == {public.name}


def test_file_with_another_hash_is_never_published(newsroom: Newsroom, storage: Path) -> None:
    assert not publish_file(f"pictures/{'0' * 64}.jpg", [b"something else"])
    assert files_in(storage.parent / "published") == set()


def test_picture_that_is_checked_is_kept_unchanged_and_private(newsroom: Newsroom, storage: Path) -> None:
    claim = newsroom.make_claim()
    content = as_bytes(scene(3), "PNG")
    media = add_media(newsroom, claim, content)
    assert (storage / media.name).read_bytes() == content
    assert (media.media_type, media.width, media.sha256) == ("image/png", 480, hashlib.sha256(content).hexdigest())
    video = add_media(newsroom, claim, MP4)
    assert (video.media_type, video.width, video.size) == ("video/mp4", None, len(MP4))
    claim.appearances.update(media_sha256=media.sha256)
    newsroom.publish_new(claim)
    assert PublishedPicture.objects.get().width is None
    assert Client().get(f"/{media.name}").status_code == 404


def test_database_refuses_a_picture_that_no_live_review_shows(newsroom: Newsroom) -> None:
    review, _picture = illustrated(newsroom)
    newsroom.publish_review(review)
    other = newsroom.publish_new()
    for change in (
        f"UPDATE record_publishedpicture SET review_id = '{other.pk}'",
        "UPDATE record_publishedpicture SET sha256 = repeat('0', 64)",
    ):
        with pytest.raises(DatabaseError, match="no live review contains it"), transaction.atomic():
            connection.cursor().execute(change)
    PublishedPicture.objects.using("public").get()
    with pytest.raises(DatabaseError, match="permission denied"):
        Picture.objects.using("public").exists()


def test_erasure_deletes_the_files(newsroom: Newsroom, storage: Path) -> None:
    review, picture = illustrated(newsroom)
    media = add_media(newsroom, review.claim, as_bytes(scene(4)))
    unused = add(newsroom, review, seed=6)
    newsroom.publish_review(review)
    assert files_in(storage) == {picture.name, media.name, unused.name}
    newsroom.erase_review(review)
    assert files_in(storage) == files_in(storage.parent / "published" / "pictures") == set()
    assert not Picture.objects.exists()
    assert not PublishedPicture.objects.exists()
    assert Client().get(f"/{picture.name}").status_code == 404


def test_erasure_keeps_a_file_that_another_review_shows(newsroom: Newsroom, storage: Path) -> None:
    review, picture = illustrated(newsroom)
    newsroom.publish_review(review)
    translation = newsroom.make_review(language="en", body=review.body.replace("Mái chùa", "A pagoda"))
    newsroom.publish_review(translation)  # has got a row of its own
    elsewhere = make_newsroom("khac.example")
    same, _picture = illustrated(elsewhere)
    newsroom.erase_review(review)
    assert files_in(storage) == {picture.name}
    assert files_in(storage.parent / "published" / "pictures") == {picture.name.removeprefix("pictures/")}
    assert Client().get(f"/{picture.name}").status_code == 200
    newsroom.erase_review(translation)
    assert files_in(storage) == {picture.name}  # of the other newsroom's draft
    assert files_in(storage.parent / "published" / "pictures") == set()
    assert Client().get(f"/{picture.name}").status_code == 404
    assert list(Picture.objects.values_list("review", flat=True)) == [same.pk]


def test_redaction_keeps_the_pictures_of_the_draft(newsroom: Newsroom, storage: Path) -> None:
    review, _gone = illustrated(newsroom)
    kept = add(newsroom, review, seed=2)
    newsroom.publish_review(review)
    newsroom.open_correction(review, headline="Khác", body=f"![Bản che mặt](/{kept.name})")
    newsroom.erase_review(review, redact=True)
    assert files_in(storage) == {kept.name}
    review.refresh_from_db()
    approval = workflow.submit(subject=review, by=newsroom.reporter)
    workflow.approve(proposal=approval, by=newsroom.editor, digest=approval.digest)
    workflow.publish(proposal=waiting(review), by=newsroom.editor)
    assert Client().get(f"/{kept.name}").status_code == 200


def test_redaction_deletes_the_media_that_the_claim_no_longer_names(newsroom: Newsroom, storage: Path) -> None:
    review = newsroom.make_review()
    face, blurred = (add_media(newsroom, review.claim, as_bytes(scene(seed))) for seed in (5, 6))
    review.claim.appearances.update(media_sha256=face.sha256)
    newsroom.publish_review(review)
    newsroom.open_correction(review, headline="Khác")
    review.claim.appearances.update(media_sha256=blurred.sha256)
    newsroom.erase_review(review, redact=True)
    assert files_in(storage) == {blurred.name}
    assert list(Picture.objects.all()) == [blurred]
    assert not PublishedPicture.objects.exists()


def test_erasure_keeps_the_media_that_another_live_review_names(newsroom: Newsroom, storage: Path) -> None:
    review = newsroom.make_review()
    face = add_media(newsroom, review.claim, as_bytes(scene(5)))
    review.claim.appearances.update(media_sha256=face.sha256)
    other = newsroom.make_review(claim=review.claim)
    for each in (review, other):
        newsroom.publish_review(each)
    review.claim.appearances.update(media_sha256="")
    newsroom.erase_review(review)
    assert files_in(storage) == {face.name}
    call_command("verify_record", verbosity=0)


def test_database_refuses_an_erasure_that_leaves_a_picture(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    review, _picture = illustrated(newsroom)
    newsroom.publish_review(review)
    monkeypatch.setattr(pictures, "delete_pictures", lambda **_kept: None)
    with pytest.raises(DatabaseError, match="what it erases is still kept"):
        newsroom.erase_review(review)


def test_files_of_deleted_drafts_are_deleted_after_a_day(newsroom: Newsroom, storage: Path) -> None:
    assert pictures.delete_unused_files() == 0
    review, picture = illustrated(newsroom)
    _kept, other = illustrated(newsroom, seed=2)
    review.delete()
    assert pictures.delete_unused_files() == 0  # an upload may be under way
    for name in (picture.name, other.name):
        os.utime(storage / name, (0, 0))
    assert pictures.delete_unused_files() == 1
    assert files_in(storage) == {other.name}
