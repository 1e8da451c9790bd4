"""The deletion of captures: after an erasure, and each night if no draft and no published review uses the capture."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from factcheck.editorial.models import Capture, Review
from factcheck.editorial.models.captures import CAPTURES_FOLDER
from factcheck.record.files.public_files import UNUSED_FOR, delete_unused_public_files, old_files


def erase_captures(review: Review, claims: Collection[UUID]) -> None:
    """Delete the captures that only the erased review and its erased claims used, with their files and text."""
    others = Review.objects.not_erased().exclude(pk=review.pk)
    gone = [
        capture
        for capture in Capture.objects.used_by(review, claims).defer("text")
        if not capture.sources.exists() and not capture.appearances.exists() and not others.citing(capture).exists()
    ]
    delete_captures(gone)


def delete_unused_captures() -> None:
    """Delete unused captures, files without a row, and unused public files.

    A capture is unused if nothing has ever cited it, or if all drafts that cited it have been deleted. New captures and
    new files are kept, because their source or their row may still follow.
    """
    old = timezone.now() - UNUSED_FOR
    unused = Capture.objects.filter(requested_at__lt=old, reviews=None, claims=None, sources=None, appearances=None)
    with transaction.atomic():
        delete_captures(unused.defer("text"))
    kept = set(Capture.objects.exclude(file="").values_list("file", flat=True))
    for name in old_files(default_storage, CAPTURES_FOLDER):
        if name not in kept:
            default_storage.delete(name)
    delete_unused_public_files()


def delete_captures(captures: Iterable[Capture]) -> None:
    """Delete the rows at once, and their files after the transaction has been committed."""
    rows = list(captures)
    files = [name for capture in rows if (name := capture.file.name)]
    Capture.objects.filter(pk__in=[capture.pk for capture in rows]).delete()

    def delete_files() -> None:
        for name in files:
            default_storage.delete(name)

    # If a file can't be deleted, the commit can't be undone any more. `robust` logs the error, and the nightly task
    # deletes the file later.
    transaction.on_commit(delete_files, robust=True)
