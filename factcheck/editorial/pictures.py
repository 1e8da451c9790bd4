"""Uploaded pictures and videos: storing, the rules before submission, and deletion.

The name of a file is its SHA-256, so rows with the same content share one file. The file is deleted together with its
last row. An advisory lock for each file prevents an upload and a deletion of the same file at the same time.
"""

import hashlib
from collections.abc import Collection, Iterable
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.clean_room.refusal import NotDecoded
from factcheck.editorial.captures.uploads import decode_upload
from factcheck.editorial.errors import EditorialError, TooLarge, UnreadableFile, WrongState
from factcheck.editorial.file_quotas import require_room
from factcheck.editorial.models import Appearance, Claim, Picture, Review, User
from factcheck.editorial.people import roles
from factcheck.record.files.picture_files import HEAD, video_type
from factcheck.record.files.public_files import lock_file, old_files
from factcheck.record.formats.markdown import own_pictures
from factcheck.record.formats.urls import PICTURE_PATH
from factcheck.record.models import PublishedPicture

MEGABYTE = 1024 * 1024
MAX_PICTURE = 20 * MEGABYTE  # bytes of a picture before it is encoded for readers
MAX_MEDIA = 200 * MEGABYTE  # bytes of a file that a claim is about

_TOO_LARGE = _("This file is larger than %s MB. Choose a smaller file.")
_UNREADABLE = _("This file isn’t a picture that can be read. Choose a JPEG, PNG, WebP, GIF or AVIF file.")
_NOT_MEDIA = _(
    "This file isn’t a picture or video that can be read. Choose a JPEG, PNG, WebP, GIF, AVIF, MP4 or WebM file."
)
_TOO_MANY_PIXELS = _("This picture has more than 40 million pixels. Reduce its size and upload it again.")
_NOT_A_DRAFT = _("You can add pictures only to a draft. Open a correction first.")


@transaction.atomic
def add_picture(*, review: Review, file: File[bytes], by: User) -> Picture:
    """Store a picture for the review's body. Only its pixels are kept. Raises EditorialError."""
    roles.require_writer(by, review)
    if review.state != Review.State.DRAFT:
        raise WrongState(_NOT_A_DRAFT)
    _require_size(file, MAX_PICTURE)
    try:
        encoded = decode_upload("picture_for_readers", file)
    except NotDecoded as problem:
        raise _refusal(problem, _UNREADABLE) from problem
    content: bytes = encoded["content"]
    picture = Picture(
        review=review,
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=encoded["media_type"],
        size=len(content),
        width=encoded["width"],
        height=encoded["height"],
        uploaded_by=by,
    )
    return _store(picture, ContentFile(content))


@transaction.atomic
def add_media(*, claim: Claim, file: File[bytes], by: User) -> Picture:
    """Store the picture or video that a claim is about, unchanged. Readers never see it. Raises EditorialError."""
    roles.require_member(by, claim.newsroom_id)
    _require_size(file, MAX_MEDIA)
    media_type, size = _inspect(file)
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")
    picture = Picture(
        claim=claim,
        sha256=digest.hexdigest(),
        media_type=media_type,
        size=file.size,
        width=size[0] if size else None,
        height=size[1] if size else None,
        uploaded_by=by,
    )
    return _store(picture, file)


def adopt_pictures(review: Review) -> None:
    """Give the review its own rows for its newsroom's pictures in its body, for example in a translation.

    With its own rows, the review keeps the pictures if the other review is erased.
    """
    if not (hashes := _hashes_in(review.body)):
        return
    missing = hashes - set(review.pictures.values_list("sha256", flat=True))
    for picture in _of_newsroom(review, missing).order_by("sha256", "pk").distinct("sha256"):
        Picture.objects.create(
            review=review,
            sha256=picture.sha256,
            media_type=picture.media_type,
            size=picture.size,
            width=picture.width,
            height=picture.height,
            uploaded_by=picture.uploaded_by,
        )


def find_missing_pictures(review: Review) -> list[str | Promise]:
    """Return what is wrong with the pictures in the review's body. Each reason is a sentence for the editor."""
    pictures = own_pictures(review.body)
    if not pictures:
        return []
    reasons: list[str | Promise] = []
    if undescribed := sum(not description for _path, description in pictures):
        reasons.append(
            ngettext(
                "Describe the picture for readers who can’t see it. Write the description between the brackets of"
                " ![ ].",
                "Describe all pictures for readers who can’t see them. %(count)s pictures have no description between"
                " the brackets of ![ ].",
                undescribed,
            )
            % {"count": undescribed}
        )
    known = {picture.name for picture in _of_newsroom(review, _hashes_in(review.body))}
    if {path.removeprefix("/") for path, _description in pictures} - known:
        reasons.append(_("The text shows a picture that isn’t stored here. Upload the picture again."))
    return reasons


def delete_pictures(*, review: Review | None = None, claims: Collection[UUID] = ()) -> None:
    """Delete the pictures of an erased review that its draft no longer shows, and all files of these claims."""
    rows = Picture.objects.filter(claim__in=claims)
    if review is not None:
        rows |= Picture.objects.filter(review=review).exclude(sha256__in=_hashes_in(review.body))
    delete_rows(rows)


def delete_dropped_media(claims: Collection[UUID], newsroom: int) -> None:
    """Delete the newsroom's files of these claims that no appearance and no live review refers to any more."""
    media = Picture.objects.filter(claim__in=claims, claim__newsroom=newsroom)
    named = Appearance.objects.filter(claim=OuterRef("claim"), media_sha256=OuterRef("sha256"))
    delete_rows(media.exclude(Exists(named)).exclude(sha256__in=PublishedPicture.objects.values("sha256")))


def delete_rows(rows: QuerySet[Picture]) -> None:
    """Delete the rows at once, and after the commit the files that no other row uses."""
    names = {picture.name for picture in rows}
    rows.delete()
    # If a file can't be deleted, the commit can't be undone any more. `robust` logs the error, and
    # `delete_unused_files` deletes the file later.
    transaction.on_commit(lambda: _delete_files(names), robust=True)


def delete_unused_files() -> int:
    """Delete files without a row, for example of deleted drafts, and return their number."""
    return _delete_files(old_files(default_storage, "pictures"))


def _of_newsroom(review: Review, hashes: Collection[str]) -> QuerySet[Picture]:
    return Picture.objects.filter(sha256__in=hashes, review__newsroom=review.newsroom_id)


def _hashes_in(text: str) -> set[str]:
    return {found[1] for path, _description in own_pictures(text) if (found := PICTURE_PATH.fullmatch(path))}


def _require_size(file: File[bytes], limit: int) -> None:
    if file.size > limit:
        raise TooLarge(_TOO_LARGE % (limit // MEGABYTE))


def _inspect(file: File[bytes]) -> tuple[str, tuple[int, int] | None]:
    """Return the media type and, for a picture, its size in pixels. Raises EditorialError."""
    file.seek(0)
    if video := video_type(file.read(HEAD)):
        return video, None
    try:
        found = decode_upload("picture", file)
    except NotDecoded as problem:
        raise _refusal(problem, _NOT_MEDIA) from problem
    return found["media_type"], (found["width"], found["height"])


def _refusal(problem: NotDecoded, reason: Promise) -> EditorialError:
    return TooLarge(_TOO_MANY_PIXELS) if problem.too_large else UnreadableFile(reason)


def _store(picture: Picture, content: File[bytes]) -> Picture:
    """Save the row, and save the file if the storage doesn't have it yet."""
    newsroom = (picture.review or picture.claim).newsroom_id  # type: ignore[union-attr] # one of them is there
    require_room(picture.size, by=picture.uploaded_by, newsroom=newsroom)
    lock_file(picture.name)
    if not default_storage.exists(picture.name):
        content.seek(0)
        default_storage.save(picture.name, content)
    subject = {"review": picture.review} if picture.review_id else {"claim": picture.claim}
    existing = Picture.objects.filter(sha256=picture.sha256, **subject).first()
    if existing is None:
        picture.save()
    return existing or picture


def _delete_files(names: Iterable[str]) -> int:
    deleted = 0
    for name in names:
        with transaction.atomic():
            lock_file(name)
            sha256 = name.removeprefix("pictures/").partition(".")[0]
            if name not in {picture.name for picture in Picture.objects.filter(sha256=sha256)}:
                default_storage.delete(name)
                deleted += 1
    return deleted
