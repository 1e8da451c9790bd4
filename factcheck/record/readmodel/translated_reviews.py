"""The comparison of translations with their originals.

A translation names the original's revision that it translates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Subquery

from factcheck.record.log.models import LogEntry
from factcheck.record.readmodel.bodies import Review
from factcheck.record.readmodel.claim_merges import MergeGroup
from factcheck.record.readmodel.models import PublishedReview
from factcheck.record.readmodel.row_models import Status
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Translated
from factcheck.record.statements.values import same_language

# The entries that change the text of a published review.
NEW_TEXTS = (LogEntry.Kind.UPDATE, LogEntry.Kind.CORRECTION)
MOST = 100  # the maximum number of translations of a review


@dataclass(frozen=True, slots=True)
class Original:
    """The original of a translation: its public state, and its current revision.

    `is_newer` is true if the original has a newer text than the translated revision.
    """

    status: str
    revision: int
    is_newer: bool


def find_original(translated: Translated) -> Original | None:
    """Return the original of a translation, from the translation's `translation_of`."""
    number = translated.revision
    newer = LogEntry.objects.filter(subject=translated.id, number__gt=number, kind__in=NEW_TEXTS)
    newest = Subquery(newer.order_by("-number").values("number")[:1])
    row = PublishedReview.objects.using("public").filter(pk=translated.id).values_list("status", newest).first()
    if row is None:
        return None
    status, revision = row
    return Original(status, revision or number, revision is not None)


def list_translations(review: PublishedReview) -> list[Review]:
    """Return the live translations of a review, oldest first. A translation has the review's claim."""
    if review.claim_id is None or review.status == Status.ERASED:
        return []
    group = MergeGroup.of([review.claim_id], using="public")
    same_claim = (
        PublishedReview.objects.using("public")
        .live()
        .filter(
            claim_id__in=group.shown_under(group.root(review.claim_id)),
            body__contains=f'"translation_of":{{"id":"{review.pk}"',
        )
    )
    found = same_claim.order_by("published_at", "id").values_list("body", flat=True)[:MOST]
    return [read(Review, body) for body in found]


def without_translations(reviews: Iterable[Review], language: str) -> list[Review]:
    """Return the reviews without repeated judgements: of an original and its translations by the same publisher, one.

    The review in this language is kept, or else the first. A translation that is behind doesn't hide another verdict.
    """
    groups: dict[tuple[str, str, str | None], list[Review]] = {}
    for each in reviews:
        original = each.translation_of.id if each.translation_of else each.id
        groups.setdefault((each.publisher.site, original, each.verdict.slug), []).append(each)
    return [min(group, key=lambda each: not same_language(each.language, language)) for group in groups.values()]


def newest_text(review_id: UUID) -> int | None:
    """Return the number of the newest revision that changed the text, or None if the first revision is the newest."""
    entries = LogEntry.objects.using("public").filter(subject=review_id, kind__in=NEW_TEXTS)
    return entries.order_by("-number").values_list("number", flat=True).first()
