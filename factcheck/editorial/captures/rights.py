"""Public captures. An editor decides that readers may see a copy, and the copy is published with its reviews."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from factcheck.editorial.errors import Incomplete, translate_record_errors
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Capture, Review, User
from factcheck.editorial.people import roles
from factcheck.record.evidence.public_captures import PublicCapture, cited_urls, replace_public_captures
from factcheck.record.files.public_files import public_file
from factcheck.record.readmodel.picture_rows import restore_public_pictures


@transaction.atomic
def set_public(*, capture: Capture, by: User, public: bool, alt: str = "") -> None:
    """Store the decision whether readers may see the capture. Raise EditorialError for a picture without `alt`.

    Only Editors can decide this, because it depends on the newsroom's rights to the content.
    """
    roles.require_decider(by, capture.newsroom_id)
    capture.is_public, capture.alt = public, alt or capture.alt
    if public and capture.is_picture and not capture.alt:
        raise Incomplete(_("Describe the picture for readers who can’t see it."))
    capture.save(update_fields=["is_public", "alt"])
    record_event(by, "capture.made_public" if public else "capture.made_private", capture)
    publish_captures(Review.objects.citing(capture).values_list("pk", flat=True))


def publish_captures(reviews: Iterable[UUID]) -> None:
    """Update the public captures of these reviews after a publication or a decision about the newsroom's rights."""
    for review in Review.objects.filter(pk__in=reviews):
        urls = cited_urls(review.pk)
        cited = Capture.objects.used_by(review, [review.claim_id]).filter(is_public=True, sha256__in=urls)
        with translate_record_errors():
            replace_public_captures(review.pk, cited, urls)


def restore_public_files() -> None:
    """Write missing public files again. Backups don't contain the folder of these files."""
    restore_public_pictures()
    missing = [
        row
        for row in PublicCapture.objects.defer("text")
        if row.picture is None or not all(public_file(name).exists() for name in (row.file, row.picture) if name)
    ]
    with transaction.atomic():
        PublicCapture.objects.filter(pk__in=[row.pk for row in missing]).delete()
        publish_captures({row.review_id for row in missing})


def reviews_with_captures(ids: Iterable[UUID]) -> list[UUID]:
    """Return those of the reviews that use a capture or used one in an older revision.

    Imported reviews have no captures, so a large import skips the work for them.
    """
    of_review = Capture.reviews.through._default_manager.filter(review=OuterRef("pk"))
    of_claim = Capture.claims.through._default_manager.filter(claim=OuterRef("claim_id"))
    reviews = Review.objects.filter(Exists(of_review) | Exists(of_claim), pk__among=ids)
    return list(reviews.values_list("pk", flat=True))
