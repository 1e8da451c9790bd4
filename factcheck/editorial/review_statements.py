"""Statements: what a review says, as canonical JSON, from the draft's rows.

Nothing in a statement is known only at publication; the record adds that (docs/explanation/architecture.md, "Bytes").
"""

from typing import Any

import orjson
from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.drafts import Draft, Row, draft_of
from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Claim,
    Claimant,
    Publisher,
    Review,
    Source,
    Verdict,
)
from factcheck.editorial.shared_claims import is_hidden
from factcheck.editorial.statement_columns import said_of
from factcheck.record.log.entries import ADDED_KEYS
from factcheck.record.models import LogEntry
from factcheck.record.statements import review as said
from factcheck.record.statements.tombstone import Tombstone

MIN_SOURCES = 2
# These entries say nothing that could be translated.
WITHOUT_REVIEW = (LogEntry.Kind.WITHDRAWAL, LogEntry.Kind.ERASURE)
HIDDEN_CLAIM = _(
    "No review of this claim of another newsroom is public any more. Log the claim yourselves and choose it."
)


def for_statements(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """The reviews with everything that their statements need, in a fixed number of queries."""
    authorships = Prefetch("authorships", Authorship.objects.select_related("user"))
    return reviews.select_related("publisher", "claim__claimant", "verdict__scale").prefetch_related(
        "claim__appearances", "claim__topics__labels", "verdict__labels", "sources", authorships
    )


def statement(review: Review) -> dict[str, Any]:
    """What the review, one from `for_statements`, says now."""
    return statement_from(draft_of(review))


def statement_from(draft: Draft) -> dict[str, Any]:
    """Keys and types are those of docs/api.md, "Review". Whatever isn't a column of the same name is built here."""
    review = draft.review
    return said_of(review, said.Review, Review) | {
        "claim": _claim(draft),
        "verdict": _verdict(review, draft.verdict),
        "sources": [said_of(source, said.Source, Source) for source in draft.sources],
        "publisher": publisher(draft.publisher) | review.original_publisher,
        "authors": [{"name": name} for name in draft.authors],
        "topics": [
            {"slug": topic.slug, "labels": {label.language: label.label for label in topic.labels.all()}}
            for topic in draft.topics
        ],
        "license": review.license_url or settings.LICENSE_URL,
    }


def tombstone(published: dict[str, Any]) -> dict[str, Any]:
    """What stays at the address of a withdrawn review, from the statement that is withdrawn."""
    return {key: published[key] for key in Tombstone.model_fields} | {"claim": {"id": published["claim"]["id"]}}


def statement_of(document: bytes) -> dict[str, Any]:
    """The statement in a document: all but what was added at publication."""
    return {key: value for key, value in orjson.loads(document).items() if key not in ADDED_KEYS}


def missing(review: Review) -> list[str | Promise]:
    """What the review lacks before anybody can approve it, each as a sentence for the editor."""
    reasons: list[str | Promise] = []
    claimant = draft_of(review).claimant
    if claimant and not claimant.confirmed and not review.is_imported:
        own = claimant.newsroom_id == review.newsroom_id  # others cannot open it
        reasons.append(
            _("Confirm the claimant's name or describe them instead: it came in with an import.")
            if own
            else _("Ask %s to confirm the claimant’s name or describe them instead: it came in with their import.")
            % claimant.newsroom
        )
    if is_hidden(review):
        reasons.append(HIDDEN_CLAIM)
    if review.translation_of_id and review.translation_of_revision:
        original = LogEntry.objects.filter(subject=review.translation_of_id, number=review.translation_of_revision)
        if not original.exclude(kind__in=WITHOUT_REVIEW).exists():
            reasons.append(_("The review that you translate has no such revision. Its public page shows the numbers."))
    # Others answer for what they published; these rules are for our own reviews.
    if review.is_imported:
        return reasons
    sources = list(review.sources.all())
    if review.verdict is None:
        reasons.append(_("Choose a verdict."))
    if not review.summary:
        reasons.append(_("Write a summary: one or two sentences with the verdict and why."))
    if len(sources) < MIN_SOURCES:
        reasons.append(_("Add sources: a review needs at least two, and has %(count)s.") % {"count": len(sources)})
    if any(not source.stance for source in sources):
        reasons.append(_("Say of every source whether it supports the claim, refutes it or gives context."))
    if sources and all(source.stance == Source.Stance.CONTEXT for source in sources):
        reasons.append(_("At least one source must support or refute the claim; now all are context."))
    return reasons


def _claim(draft: Draft) -> dict[str, Any]:
    return said_of(draft.claim, said.ReviewedClaim, Claim) | {
        "claimant": said_of(draft.claimant, said.Claimant, Claimant) if draft.claimant else None,
        "appearances": [said_of(appearance, said.Appearance, Appearance) for appearance in draft.appearances],
    }


def _verdict(review: Row, verdict: Verdict | None) -> dict[str, Any]:
    original = {key: getattr(review, f"original_{key}") or None for key in said.OriginalRating.model_fields}
    return {
        "scale": verdict.scale.slug if verdict else None,
        "slug": verdict.slug if verdict else None,
        "label": verdict.label(review.language) if verdict else review.original_label or None,
        "labels": {label.language: label.label for label in verdict.labels.all()} if verdict else {},
        "value": verdict.value if verdict else None,
        "best": verdict.scale.best if verdict else None,
        "worst": verdict.scale.worst if verdict else None,
        "explanation": review.verdict_explanation
        or (_explanation(verdict, review.language) if verdict else review.original_explanation)
        or None,
        "original": original if review.original_label else None,
    }


def _explanation(verdict: Verdict, language: str) -> str:
    """What the scale says of the verdict, in the review's language."""
    found = {label.language.lower(): label.explanation for label in verdict.labels.all()}
    return found.get(language.lower()) or found.get(language.partition("-")[0].lower()) or found.get("en", "")


def publisher(row: Publisher) -> dict[str, Any]:
    return said_of(row, said.Publisher)
