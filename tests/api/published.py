"""What is public in ways that take long to reach by the verbs, or that they do not know yet."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from factcheck.editorial.models import Approval
from factcheck.record.canonical import canonical, sha256_hex
from factcheck.record.log import Publication, publish
from factcheck.record.models import LogEntry
from tests.drafts import Newsroom, Publisher, Review, make_claim, make_review


@transaction.atomic
def erase(newsroom: Newsroom, review: Review, reason: str) -> LogEntry:
    """Asked for by the reporter, approved by the editor."""
    notice = {"id": str(review.pk), "license": settings.LICENSE_URL}
    approval = Approval.objects.create(
        review=review,
        action=Approval.Action.ERASURE,
        statement=canonical(notice).decode(),
        digest=sha256_hex(canonical(notice)),
        note=reason,
        submitted_by=newsroom.reporter,
    )
    approval.decision, approval.decided_by, approval.decided_at = "approved", newsroom.editor, timezone.now()
    approval.save()
    (entry,) = publish([Publication(review.pk, notice, LogEntry.Kind.ERASURE, note=reason)])
    approval.entry = entry
    approval.save(update_fields=["entry"])
    return entry


def make_imported(newsroom: Newsroom, original_url: str, **fields: Any) -> Review:
    """A review by another publisher whose words are on no scale."""
    publisher = Publisher.objects.create(name="Outra Redação", site="outra.example", url="https://outra.example/")
    review = make_review(newsroom, make_claim(newsroom, text="O chá cura.", language="pt"), sources=0, **fields)
    review.publisher, review.original_url, review.original_label = publisher, original_url, "Pants on Fire"
    review.verdict = None
    review.save()
    return review
