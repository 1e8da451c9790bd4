"""Translations of published reviews: beginning a translation, and updating it after a correction of the original.

A translation is a review of its own. It names the original's revision that it translates, and has the same verdict.
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.drafts import review_statements
from factcheck.editorial.drafts.saved_states import columns_of, keep_state
from factcheck.editorial.errors import AlreadyDone, WrongState
from factcheck.editorial.events import record_event
from factcheck.editorial.models import Authorship, Review, User, Verdict
from factcheck.editorial.people import roles
from factcheck.record.models import LogEntry, RevisionDocument
from factcheck.record.statements.output import read
from factcheck.record.statements.review import Review as Statement
from factcheck.record.statements.values import same_language

State = Review.State


def translation_language(review: Review) -> str:
    """Return the language of a translation: the first language of this site in which the review isn't written."""
    own = review.language.partition("-")[0]
    return next(code for code, _name in settings.LANGUAGES if code != own)


def find_translation(review: Review) -> Review | None:
    """Return the newsroom's translation into `translation_language`, unless it was discarded or erased."""
    own = review.translations.kept().filter(newsroom=review.newsroom_id)
    return own.filter(language=translation_language(review)).first()


@transaction.atomic
def start_translation(*, review: Review, by: User) -> Review:
    """Create the draft of a translation, with the review's claim, verdict and sources, and return the draft.

    Raise WrongState or AlreadyDone if the review can't be translated.
    """
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    roles.require_member(by, review.newsroom_id)
    last = review_statements.last_entry(review)
    if review.state != State.PUBLISHED or last is None or review.is_imported:
        raise WrongState(
            _("Only your newsroom’s published reviews can be translated. Publish or discard the open correction first.")
        )
    if review.translation_of_id is not None:
        raise WrongState(_("This review is itself a translation. Translate its original."))
    if find_translation(review) is not None:
        raise AlreadyDone(_("This review already has a translation. Open the translation from the review’s page."))
    draft = Review.objects.create(
        newsroom_id=review.newsroom_id,
        publisher_id=review.publisher_id,
        claim_id=review.claim_id,
        language=translation_language(review),
        verdict_id=review.verdict_id,
        reviewed_on=review.reviewed_on,
        selection_reason=review.selection_reason,
        date_note=review.date_note,
        translation_of=review,
        translation_of_revision=_newest_revision(review),
        created_by=by,
    )
    for row in (*review.sources.all(), *review.replies.all()):
        model: Any = type(row)
        columns = [column.attname for column in columns_of(model)]
        model.objects.create(review=draft, **{column: getattr(row, column) for column in columns})
    # An answer in the review's own language names no language, but the translation is in another one.
    draft.replies.filter(answer_language="").exclude(answer="").update(answer_language=review.language)
    Authorship.objects.create(review=draft, user=by)
    keep_state(draft, by)
    record_event(by, "review.translated", review)
    return draft


@transaction.atomic
def bring_up_to_date(*, review: Review, by: User) -> None:
    """Make the draft a translation of the original's newest revision, with the verdict of this revision.

    Raise AlreadyDone if the draft is up to date.
    """
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    roles.require_writer(by, review)
    original = review.translation_of
    if review.state != State.DRAFT or original is None or not is_behind(review):
        raise AlreadyDone(_("This draft is already up to date, or it isn’t a draft. Reload the page."))
    review.translation_of_revision = _newest_revision(original)
    verdict = _verdict_of(revision_of(review))
    if verdict is not None:
        review.verdict = verdict
    review.save(update_fields=["translation_of_revision", "verdict", "changed_at"])
    keep_state(review, by)
    record_event(by, "review.brought_up_to_date", review)


def is_behind(review: Review) -> bool:
    """Return whether the original has a newer revision than the revision that this review translates."""
    return review.translation_of_id is not None and Review.objects.behind().filter(pk=review.pk).exists()


def revision_of(review: Review, *, newest: bool = False) -> Statement | None:
    """Return the statement that the review translates, or the original's newest statement.

    Return None if an erasure has removed the statement.
    """
    assert review.translation_of_id is not None
    documents = RevisionDocument.objects.filter(entry__subject=review.translation_of_id)
    documents = documents.exclude(entry__kind__in=review_statements.WITHOUT_REVIEW)
    if not newest:
        documents = documents.filter(entry__number=review.translation_of_revision or 0)
    document = documents.order_by("-entry__number").values_list("document", flat=True).first()
    return read(Statement, bytes(document)) if document else None


def is_in_other_language(review: Review) -> bool:
    """Return whether the review is in another language than its claim."""
    return not same_language(review.claim.language, review.language)


def find_missing(review: Review) -> list[Promise]:
    """Return why nobody can approve the translation yet, as sentences for the editor."""
    if review.translation_of_id is None:
        return []
    entries = LogEntry.objects.filter(subject=review.translation_of_id, number=review.translation_of_revision or 0)
    if not entries.exclude(kind__in=review_statements.WITHOUT_REVIEW).exists():
        return [
            _(
                "The review that you are translating doesn’t have this revision. The review’s public page lists the"
                " revision numbers."
            )
        ]
    if reason := find_lost_original(review):
        return [reason]
    if is_in_other_language(review) and not (review.claim_wording or review.is_imported):
        return [_("Write the claim in the language of the translation, above the headline.")]
    original, own = revision_of(review), review.verdict
    verdict = original.verdict if original else None
    if verdict and verdict.slug and (own is None or (own.scale.slug, own.slug) != (verdict.scale, verdict.slug)):
        return [_("The verdict differs from the original’s. Choose the same verdict, or first correct the original.")]
    return []


def find_lost_original(review: Review) -> Promise | None:
    """Return why a translation can't be published for the first time, or None.

    A published translation can always be corrected.
    """
    if review.translation_of is None or review_statements.last_entry(review) is not None:
        return None
    last = review_statements.last_entry(review.translation_of)
    withdrawn = last is not None and last.kind == LogEntry.Kind.WITHDRAWAL
    if withdrawn or revision_of(review) is None:
        return _(
            "The original has been withdrawn or erased, so its translation can’t be published. Return or discard it."
        )
    return None


def _newest_revision(original: Review) -> int:
    """Return the number of the newest log entry that has the review's content."""
    entries = LogEntry.objects.filter(subject=original.pk).exclude(kind__in=review_statements.WITHOUT_REVIEW)
    return entries.order_by("-number").values_list("number", flat=True)[0]


def _verdict_of(statement: Statement | None) -> Verdict | None:
    return Verdict.objects.find(statement.verdict.scale, statement.verdict.slug) if statement else None
