"""The projection of pictures. A live review has a row for each picture in its text and of its claim.

The documents contain the SHA-256 of each picture, and the storage has the files. A picture without a file has no row.
Pictures that readers see are also copied to the public files (`record/files/public_files.py`).
"""

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from factcheck.clean_room.door import decode
from factcheck.clean_room.refusal import NoAnswer, NotDecoded
from factcheck.record.errors import NoPictureRoom
from factcheck.record.files.picture_files import EXTENSIONS, FOR_READERS, picture_path, storage_name
from factcheck.record.files.public_files import delete_after_commit, public_file, publish_file, read_public_file
from factcheck.record.formats.markdown import ShownPicture, own_pictures
from factcheck.record.formats.urls import PICTURE_PATH
from factcheck.record.log.models import Published
from factcheck.record.readmodel.picture_models import PublishedPicture
from factcheck.record.statements.review import Review

logger = logging.getLogger(__name__)

_CHECKED = [media_type for media_type in EXTENSIONS if media_type.startswith("image/")]
UNREADABLE = _("This site can’t read a picture at the moment. Try again in a few minutes.")
_ENOUGH = 512  # pixels of the longer side. The hashes need only 32.


def apply(published: Sequence[Published], *, strict: bool = True) -> None:
    """Replace the rows of each live review whose pictures have changed. A trigger deletes the rows of other reviews.

    Raise NoPictureRoom if a picture can't be read. Without `strict`, a picture that can't be decoded has no row.
    """
    live = {each.entry.subject: each.review for each in published if each.entry.is_live}
    revised = [each.entry.subject for each in published if each.entry.is_live and each.previous]
    stored: dict[UUID, set[tuple[str, bool]]] = {}
    if revised:
        kept = PublishedPicture.objects.filter(review_id__in=revised)
        for review, sha256, width in kept.values_list("review_id", "sha256", "width"):
            stored.setdefault(review, set()).add((sha256, width is not None))
    gone = {
        picture
        for each in published
        if each.previous and each.previous.entry.is_live and not each.entry.is_live
        for picture in _pictures_of(each.previous.review)
    }
    for review, statement in live.items():
        wanted = set(_pictures_of(statement))
        if wanted != stored.get(review, set()):
            gone |= stored.get(review, set()) - wanted
            PublishedPicture.objects.filter(review_id=review).delete()
            PublishedPicture.objects.bulk_create(picture_rows(statement, publish=True, strict=strict))
    delete_after_commit(storage_name(sha256, kind) for sha256, shown in gone if shown for kind in FOR_READERS)


def restore_public_pictures() -> None:
    """Copy the pictures whose public file is missing or has changed, for example after a restored backup."""
    shown = PublishedPicture.objects.filter(width__isnull=False).order_by("sha256").distinct("sha256")
    for sha256, media_type in shown.values_list("sha256", "media_type"):
        name = storage_name(sha256, media_type)
        if read_public_file(name) is None and (content := _read(sha256, [media_type])):
            public_file(name).unlink(missing_ok=True)
            with transaction.atomic():
                publish_file(name, [content])


def rebuild() -> None:
    PublishedPicture.objects.all().delete()


def picture_rows(review: Review, *, publish: bool = False, strict: bool = False) -> list[PublishedPicture]:
    """Return the rows of a live review, for all pictures that have a file.

    With `publish`, also copy the files that readers see.
    """
    found = (_picture_row(UUID(review.id), *picture, publish, strict) for picture in sorted(_pictures_of(review)))
    return [row for row in found if row]


def shown_pictures(reviews: Collection[UUID], site: str = "") -> dict[str, ShownPicture]:
    """Return the public pictures that these reviews show, by path. `site` comes before the path in their URLs."""
    rows = PublishedPicture.objects.using("public").filter(review_id__in=reviews, width__isnull=False)
    paths = (
        (picture_path(sha256, media_type), width, height)
        for sha256, media_type, width, height in rows.values_list("sha256", "media_type", "width", "height")
    )
    return {path: ShownPicture(f"{site}{path}", width, height) for path, width, height in paths}


def _pictures_of(review: Review) -> Iterator[tuple[str, bool]]:
    """Yield the SHA-256 of each picture, and whether readers see the picture in the text."""
    paths = (PICTURE_PATH.fullmatch(path) for path, _words in own_pictures(review.body or ""))
    in_text = {found[1] for found in paths if found}
    yield from ((sha256, True) for sha256 in in_text)
    checked = {each.media_sha256 for each in review.claim.appearances if each.media_sha256} - in_text
    yield from ((sha256, False) for sha256 in checked)


def _picture_row(review: UUID, sha256: str, shown: bool, publish: bool, strict: bool) -> PublishedPicture | None:
    content = _read(sha256, FOR_READERS if shown else _CHECKED)
    if content is None:
        return None
    try:
        found = decode("picture", content, side=None if shown else _ENOUGH, hashes="stored")
    except (NotDecoded, OSError) as problem:
        if strict or not isinstance(problem, (NotDecoded, NoAnswer)):
            raise NoPictureRoom(UNREADABLE) from problem
        logger.error("The picture %s can't be read, so it has no row: %s", sha256, problem)  # noqa: TRY400
        return None
    media_type = found["media_type"]
    if shown and publish:
        publish_file(storage_name(sha256, media_type), [content])
    whole, inner = found["hashes"] or (None, None)
    return PublishedPicture(
        review_id=review,
        sha256=sha256,
        media_type=media_type,
        width=found["width"] if shown else None,
        height=found["height"] if shown else None,
        whole_hash=whole,
        inner_hash=inner,
    )


def _read(sha256: str, media_types: Iterable[str]) -> bytes | None:
    """Return the file with this hash, or None. A file with a different hash isn't used."""
    for media_type in media_types:
        try:
            with default_storage.open(storage_name(sha256, media_type)) as file:
                content: bytes = file.read()
        except FileNotFoundError:
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            return content
    return None
