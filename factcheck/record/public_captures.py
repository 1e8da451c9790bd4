"""Captures that readers may see. They are outside the log, and a newsroom can hide them again at any time.

A row contains nothing of a draft. The files are copies in the folder of published files, so the public side doesn't
need the storage with the private captures. The database rules are in `sql/public_captures.sql`.
"""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models, transaction
from django.db.models import Exists, OuterRef

from factcheck.record.formats.picture_files import PictureError, decode
from factcheck.record.formats.visual_hashes import stored_hashes
from factcheck.record.readmodel.models import PublishedReview


def public_storage() -> FileSystemStorage:
    """The storage of the files that readers can download."""
    return FileSystemStorage(location=settings.DUMPS_FOLDER / "captures")


class PublicCaptureQuerySet(models.QuerySet["PublicCapture"]):
    def live(self) -> Self:
        """The captures of reviews that are public now. A withdrawn or erased review hides its captures."""
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
    file = models.TextField(help_text="The name in `public_storage`.")
    # Hashes for searches by picture (`formats/visual_hashes.py`). Null if the capture isn't a picture.
    whole_hash = models.BigIntegerField(null=True)
    inner_hash = models.BigIntegerField(null=True)

    objects = PublicCaptureQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review_id", "sha256"], name="publiccapture_once")]
        indexes = [models.Index(fields=["sha256"], name="publiccapture_sha256")]

    def __str__(self) -> str:
        return f"{self.sha256} of {self.review_id}"


def cited_urls(review: UUID) -> dict[str, str]:
    """The published URLs by the hashes of the captures that the review's live revision cites."""
    row = PublishedReview.objects.live().filter(pk=review).first()
    if row is None:
        return {}
    cited = [*row.parsed_body["sources"], *row.parsed_body["claim"]["appearances"]]
    return {each["capture"]["sha256"]: each["url"] or "" for each in cited if each.get("capture")}


@transaction.atomic
def replace_public_captures(review: UUID, captures: Iterable[Any], urls: Mapping[str, str]) -> None:
    """Replaces the review's public captures. `captures` are the newsroom's rows, with a file each.

    `urls` are the published URLs by hash. The URL of a row can be a URL that only a draft had.
    """
    shown = {capture.sha256: capture for capture in captures}
    rows = PublicCapture.objects.filter(review_id=review)
    gone = [row for row in rows.defer("text") if row.sha256 not in shown or row.url != urls[row.sha256]]
    files = {row.file for row in gone}
    PublicCapture.objects.filter(pk__in=[row.pk for row in gone]).delete()
    known = set(PublicCapture.objects.filter(review_id=review).values_list("sha256", flat=True))
    columns = ("sha256", "captured_at", "size", "media_type", "final_url", "title", "text", "language")
    PublicCapture.objects.bulk_create(
        PublicCapture(
            review_id=review,
            url=urls[sha256],
            file=_copy_file(capture),
            **_hashes(capture),
            **{column: getattr(capture, column) for column in columns},
        )
        for sha256, capture in shown.items()
        if sha256 not in known
    )
    # `robust`: the commit can't be undone. The nightly task deletes a file that can't be deleted now.
    transaction.on_commit(lambda: _delete_unused(files), robust=True)


def _hashes(capture: Any) -> dict[str, int]:
    if not capture.media_type.startswith("image/"):
        return {}
    try:
        with capture.file.open("rb") as content:
            found = stored_hashes(decode(content, side=512))
    except PictureError:
        return {}
    return dict(zip(("whole_hash", "inner_hash"), found or (), strict=False))


def _copy_file(capture: Any) -> str:
    name = f"{capture.sha256}.{PurePosixPath(capture.file.name).name.partition('.')[2]}"
    if not public_storage().exists(name):
        with capture.file.open("rb") as content:
            public_storage().save(name, content)
    return name


def _delete_unused(files: Iterable[str]) -> None:
    for name in files:
        if not PublicCapture.objects.filter(file=name).exists():
            public_storage().delete(name)
