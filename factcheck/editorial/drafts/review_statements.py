"""Statements of reviews, built from the rows of the draft.

A statement lacks the values that are known only at publication. The record adds these values
(docs/explanation/architecture.md, "Bytes").
"""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.drafts.rows import Draft, Row, drafts_of
from factcheck.editorial.drafts.shared_claims import has_hidden_claim
from factcheck.editorial.drafts.statement_columns import values_of
from factcheck.editorial.models import Appearance, Capture, Claim, Claimant, Publisher, Reply, Review, Source, Verdict
from factcheck.editorial.pictures import find_missing_pictures
from factcheck.record.models import LogEntry, RevisionDocument
from factcheck.record.statements import capture as statement_captures
from factcheck.record.statements import review as statements
from factcheck.record.statements.date_checks import find_impossible_dates
from factcheck.record.statements.mapping import ComparableVerdict
from factcheck.record.statements.output import construct, read
from factcheck.record.statements.tombstone import Tombstone

MIN_SOURCES = 2
# Entries of these kinds have no text that people could translate.
WITHOUT_REVIEW = (LogEntry.Kind.WITHDRAWAL, LogEntry.Kind.ERASURE)
HIDDEN_CLAIM = _(
    "This claim belongs to another newsroom and is no longer public. Log the claim yourself and choose your own claim."
)
CAN_IT_BE = _(
    "Can these dates be right? Correct the wrong dates, or write why they are right, under “About the review”."
)


def build_statement(review: Review) -> statements.Review:
    """Return the statement of a review as the database has it. Unsaved changes aren't included."""
    return build_draft_statement(drafts_of([review.pk])[review.pk])


def build_draft_statement(draft: Draft) -> statements.Review:
    """Return the statement of a draft. Its values may be invalid until somebody submits the draft."""
    review = draft.review
    values = values_of(review, statements.Review, Review) | {
        "claim": _claim(draft),
        "verdict": _verdict(review, draft.verdict),
        "sources": [
            values_of(source, statements.Source, Source) | {"capture": _capture(source, draft)}
            for source in draft.sources
        ],
        "replies": [values_of(reply, statements.Reply, Reply) for reply in draft.replies],
        "publisher": values_of(draft.publisher, statements.Publisher) | review.original_publisher,
        "authors": [{"name": name} for name in draft.authors],
        "topics": [
            {"slug": topic.slug, "labels": {label.language: label.label for label in topic.labels.all()}}
            for topic in draft.topics
        ],
        "license": review.license_url or settings.LICENSE_URL,
    }
    return construct(statements.Review, values)


def build_tombstone(published: statements.Review) -> Tombstone:
    """Return the tombstone for the URL of a withdrawn review. The submission validates the values."""
    values = {name: getattr(published, name) for name in Tombstone.model_fields.keys() - {"claim"}}
    return construct(Tombstone, {**values, "claim": {"id": published.claim.id}})


def last_entry(review: Review) -> LogEntry | None:
    """Return the newest log entry about the review, or None."""
    return LogEntry.objects.filter(subject=review.pk).order_by("-number").first()


def last_statement(review: Review) -> statements.Review | None:
    """Return the newest published statement of the review, or None. Tombstones don't count."""
    return last_statements([review.pk]).get(review.pk)


def last_statements(ids: Collection[UUID]) -> dict[UUID, statements.Review]:
    """Return the newest published statement of each review, by id. Tombstones don't count."""
    found = (
        RevisionDocument.objects.filter(entry__subject__among=ids)
        .exclude(entry__kind__in=[LogEntry.Kind.WITHDRAWAL, LogEntry.Kind.ERASURE])
        .order_by("entry__subject", "-entry__number")
        .distinct("entry__subject")
        .values_list("entry__subject", "document")
    )
    return {subject: read(statements.Review, bytes(document)) for subject, document in found}


def find_missing(review: Review) -> list[str | Promise]:
    """Return what is missing before anyone can approve the review, as sentences for the editor."""
    reasons: list[str | Promise] = []
    draft = drafts_of([review.pk])[review.pk]
    claimant = draft.claimant
    if claimant and not claimant.confirmed and not review.is_imported:
        own = claimant.newsroom_id == review.newsroom_id  # people of other newsrooms can't open the claimant's page
        reasons.append(
            _("The claimant’s name came from an import. Confirm the name, or describe the claimant instead.")
            if own
            else _(
                "The claimant’s name came from an import by %s. Ask this newsroom to confirm the name or"
                " describe the claimant."
            )
            % Publisher.objects.get(pk=claimant.newsroom_id)
        )
    if has_hidden_claim(review):
        reasons.append(HIDDEN_CLAIM)
    # These rules apply to a newsroom's own reviews. Other publishers are responsible for their own reviews.
    if review.is_imported:
        return reasons
    sources = draft.sources
    if review.verdict is None:
        reasons.append(_("Choose a verdict."))
    if not review.summary:
        reasons.append(_("Write a summary. Give the verdict and the reason in one or two sentences."))
    if len(sources) < MIN_SOURCES:
        reasons.append(
            _("Add sources. A review needs at least two sources. This review has %(count)s.") % {"count": len(sources)}
        )
    if any(not source.stance for source in sources):
        reasons.append(_("For every source, choose whether it supports the claim, refutes it or gives context."))
    if sources and all(source.stance == Source.Stance.CONTEXT for source in sources):
        reasons.append(_("All sources only give context. At least one source must support or refute the claim."))
    if any(not (reply.answer or reply.no_answer) for reply in draft.replies):
        reasons.append(_("For everybody whom you asked, quote the answer, or state that no answer came."))
    if not review.date_note and (dates := find_impossible_dates(build_draft_statement(draft))):
        reasons += [*dates, CAN_IT_BE]
    return [*reasons, *_find_missing_evidence(review, draft), *find_missing_pictures(review)]


def _find_missing_evidence(review: Review, draft: Draft) -> list[Promise]:
    """Return which titles and copies are missing, as sentences for the editor.

    Another newsroom is responsible for the appearances of its own claim.
    """
    reasons: list[Promise] = []
    if any(not source.title for source in draft.sources):
        reasons.append(_("Give every source a title."))
    own_claim = review.claim.newsroom_id == review.newsroom_id
    places = (
        (
            [source for source in draft.sources if source.url],
            _("A copy of a source is still being made. Wait for the copy, or write why there is no copy."),
            _("A source has no copy. Upload a copy, copy the page again, or write why there is no copy."),
        ),
        (
            draft.appearances if own_claim else [],
            _("A copy of an appearance is still being made. Wait for the copy, or write why there is no copy."),
            _("An appearance has no copy. Upload a copy, copy the page again, or write why there is no copy."),
        ),
    )
    for rows, waiting, missing in places:
        states = {_capture_state(row, draft) for row in rows if not row.no_capture_reason}
        if Capture.State.WAITING in states:
            reasons.append(waiting)
        if states & {Capture.State.FAILED, None}:
            reasons.append(missing)
    return reasons


def _capture_state(row: Row, draft: Draft) -> str | None:
    capture = draft.captures.get(row.capture_id)
    return capture.state if capture else None


def publisher_part(row: Publisher) -> statements.Publisher:
    return construct(statements.Publisher, values_of(row, statements.Publisher))


def comparable_part(verdict: Verdict) -> ComparableVerdict:
    values = {
        "scale": verdict.scale.slug,
        "slug": verdict.slug,
        "labels": {label.language: label.label for label in verdict.labels.all()},
        "meanings": {label.language: label.explanation for label in verdict.labels.all() if label.explanation},
        "value": verdict.value,
        "best": verdict.scale.best,
        "worst": verdict.scale.worst,
    }
    return construct(ComparableVerdict, values)


def _claim(draft: Draft) -> statements.ReviewedClaim:
    text, wordings = draft.review.claim_wording, []
    if text:
        said = {"text": text, "language": draft.review.language, "by": draft.publisher.name}
        wordings = [construct(statements.Wording, said)]
    if draft.public_claim:
        return draft.public_claim.model_copy(update={"wordings": wordings})
    values = values_of(draft.claim, statements.ReviewedClaim, Claim) | {
        "claimant": values_of(draft.claimant, statements.Claimant, Claimant) if draft.claimant else None,
        "appearances": [
            values_of(appearance, statements.Appearance, Appearance) | {"capture": _capture(appearance, draft)}
            for appearance in draft.appearances
        ],
        "wordings": wordings,
    }
    return construct(statements.ReviewedClaim, values)


def _capture(row: Row, draft: Draft) -> statement_captures.Capture | None:
    """Return the capture of a source or an appearance, if the capture is done.

    The capture is left out while the row has a reason why there is none. Otherwise, a capture that is done after the
    submission would change the submitted statement. The capture enters with the next revision, when an editor deletes
    the reason.
    """
    capture = None if row.no_capture_reason else draft.captures.get(row.capture_id)
    if capture is None or capture.state != Capture.State.DONE:
        return None
    return construct(statement_captures.Capture, values_of(capture, statement_captures.Capture, Capture))


def _verdict(review: Row, verdict: Verdict | None) -> statements.Verdict:
    original = {key: getattr(review, f"original_{key}") or None for key in statements.OriginalRating.model_fields}
    values = (dict(comparable_part(verdict)) if verdict else {}) | {
        "label": verdict.label(review.language) if verdict else review.original_label or None,
        "explanation": review.verdict_explanation
        or (_scale_explanation(verdict, review.language) if verdict else review.original_explanation)
        or None,
        "original": original if review.original_label else None,
    }
    return construct(statements.Verdict, values)


def _scale_explanation(verdict: Verdict, language: str) -> str:
    """Return the scale's explanation of the verdict, in the language of the review if there is one."""
    found = {label.language.lower(): label.explanation for label in verdict.labels.all()}
    return found.get(language.lower()) or found.get(language.partition("-")[0].lower()) or found.get("en", "")
