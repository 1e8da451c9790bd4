"""Captures that readers can see. They are outside the log, and a newsroom can hide them at any time.

A row contains nothing of a draft. The files are in `public_files.py`, and the rules in `sql/public_captures.sql`.
"""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Self
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from factcheck.clean_room.door import decode
from factcheck.clean_room.refusal import NotDecoded
from factcheck.record.errors import NoPictureRoom
from factcheck.record.files.picture_files import FOR_READERS
from factcheck.record.files.public_files import CAPTURES, delete_after_commit, publish_file
from factcheck.record.formats.canonical import sha256_hex
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.readmodel.picture_rows import UNREADABLE
from factcheck.record.statements.review import Appearance, Source

PICTURE_TYPE = "image/webp"
ON_PAGES = ("sha256", "picture", "width", "height", "alt", "newer_at")  # columns that pages of reviews and claims show


class PublicCaptureQuerySet(models.QuerySet["PublicCapture"]):
    def live(self) -> Self:
        """Filter the captures of reviews that are public now. A withdrawn or erased review hides its captures."""
        return self.filter(Exists(PublishedReview.objects.live().filter(pk=OuterRef("review_id"))))


class PublicCapture(models.Model):
    """The public copy of a source or an appearance of one review."""

    review_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    captured_at = models.DateTimeField()
    size = models.PositiveBigIntegerField()
    media_type = models.TextField()
    url = models.TextField()
    final_url = models.TextField()
    title = models.TextField()
    text = models.TextField()
    language = models.TextField()
    file = models.TextField(help_text="The name of a public file.")
    # The picture that pages show: the copy's pixels in WebP, without metadata. "" if the copy isn't a picture. Null if
    # an older version of this program published the copy.
    picture = models.TextField(null=True, help_text="The name of a public file.")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    alt = models.TextField(blank=True, default="", help_text="The picture in words.")
    # The readable text of the page, if the newest check of the source has found that the page changed.
    newer_text = models.TextField(blank=True, default="")
    newer_at = models.DateTimeField(null=True)
    # Hashes for searches by picture (`files/visual_hashes.py`). Null if the capture isn't a picture.
    whole_hash = models.BigIntegerField(null=True)
    inner_hash = models.BigIntegerField(null=True)

    objects = PublicCaptureQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review_id", "sha256"], name="publiccapture_once")]
        indexes = [models.Index(fields=["sha256"], name="publiccapture_sha256")]

    def __str__(self) -> str:
        return f"{self.sha256} of {self.review_id}"


def cited_urls(review: UUID) -> dict[str, str]:
    """Return the published URL of each capture that the review's live revision cites, by the capture's hash."""
    row = PublishedReview.objects.live().filter(pk=review).first()
    if row is None:
        return {}
    cited: list[Source | Appearance] = [*row.live_body.sources, *row.live_body.claim.appearances]
    return {each.capture.sha256: each.url or "" for each in cited if each.capture}


@transaction.atomic
def replace_public_captures(review: UUID, captures: Iterable[Any], urls: Mapping[str, str]) -> None:
    """Replace the review's public captures. `captures` are the newsroom's rows, each with a file.

    `urls` maps hashes to published URLs. The URL in a row isn't used, because it may have been only in a draft.
    """
    # A row whose URL has changed is deleted and created again. Files without a row are deleted after the commit.
    shown = {capture.sha256: capture for capture in captures}
    rows = PublicCapture.objects.filter(review_id=review)
    gone = [row for row in rows.defer("text") if row.sha256 not in shown or row.url != urls[row.sha256]]
    files = {name for row in gone for name in (row.file, row.picture) if name}
    PublicCapture.objects.filter(pk__in=[row.pk for row in gone]).delete()
    known = set(PublicCapture.objects.filter(review_id=review).values_list("sha256", flat=True))
    columns = ("sha256", "captured_at", "size", "media_type", "final_url", "title", "text", "language", "alt")
    PublicCapture.objects.bulk_create(
        PublicCapture(
            review_id=review,
            url=urls[sha256],
            file=_name(capture),
            **_picture_of(capture),
            **{column: getattr(capture, column) for column in columns},
        )
        for sha256, capture in sorted(shown.items())
        if sha256 not in known and _copy_file(capture)
    )
    delete_after_commit(files)


def _picture_of(capture: Any) -> dict[str, Any]:
    """Publish the picture that pages show, and return its columns."""
    if not capture.media_type.startswith("image/"):
        return {"picture": ""}
    try:
        with capture.file.open("rb") as content:
            found = decode("picture_for_readers", content.chunks(), media_type=PICTURE_TYPE, hashes="stored")
    except NotDecoded:  # nobody has decoded an uploaded copy before
        return {"picture": ""}
    except OSError as problem:
        raise NoPictureRoom(UNREADABLE) from problem
    name = f"{CAPTURES}/{sha256_hex(found['content'])}.{FOR_READERS[PICTURE_TYPE]}"
    publish_file(name, [found["content"]])
    hashes = dict(zip(("whole_hash", "inner_hash"), found["hashes"], strict=False))
    return {"picture": name, "width": found["width"], "height": found["height"], **hashes}


def _name(capture: Any) -> str:
    return f"{CAPTURES}/{capture.sha256}.{PurePosixPath(capture.file.name).name.partition('.')[2]}"


def _copy_file(capture: Any) -> bool:
    with capture.file.open("rb") as content:
        return publish_file(_name(capture), content.chunks())
