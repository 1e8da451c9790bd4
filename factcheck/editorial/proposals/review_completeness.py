"""The check for everything that is missing before a review can be submitted."""

from django.utils.translation import gettext_lazy as _

from factcheck.editorial.drafts import review_statements, translations
from factcheck.editorial.drafts.review_statements import last_entry, last_statement
from factcheck.editorial.models import Proposal, Review
from factcheck.editorial.proposals.policy import Reasons
from factcheck.record.log import entries
from factcheck.record.models import LogEntry
from factcheck.record.statements.same_content import has_same_content

WAITS = _(
    "A request to withdraw, reinstate or erase this review is still open. Have the request decided first, or"
    " take it back."
)
WITHDRAWN = _(
    "This review has been withdrawn. Reinstate the review before you submit a correction, or erase the"
    " published revisions and keep this draft."
)
CONTENT_CHANGED = _(
    "The verdict, the claim or the text has changed, so this isn’t only about details. Choose another kind of"
    " correction."
)


def find_missing(review: Review) -> Reasons:
    """Return everything that has to be done before the submission, as sentences for the editor."""
    last = last_entry(review)
    reasons: Reasons = [*review_statements.find_missing(review), *translations.find_missing(review)]
    if last is not None and last.kind == LogEntry.Kind.WITHDRAWAL:
        return [WITHDRAWN, *reasons]
    if last is not None and Proposal.objects.about(review).open().exists():
        return [WAITS]
    if last is not None and not (review.change_class and review.change_note):
        reasons.append(_("Choose the kind of correction, and explain what changed and why."))
    elif short := find_short_note(review.change_class, review.change_note):
        reasons.append(short)
    published = last_statement(review)  # an erasure leaves no published statement
    metadata = review.change_class == Review.ChangeClass.METADATA
    if published is None:
        return [*reasons, CONTENT_CHANGED] if last is not None and metadata else reasons
    statement = review_statements.build_statement(review)
    if statement == published:
        reasons.append(_("Nothing has changed since the published revision. Change the draft before you submit it."))
    # The label of a verdict may have changed since then, so only the verdict itself is compared.
    was, now = ((each.verdict.scale, each.verdict.slug) for each in (published, statement))
    if review.change_class == Review.ChangeClass.TYPO and was != now:
        reasons.append(_("The verdict has changed, so this isn’t a typing error. Choose another kind of correction."))
    if metadata and not has_same_content(published, statement):
        reasons.append(CONTENT_CHANGED)
    return reasons


def find_short_note(change_class: str, note: str) -> str | None:
    """Return a sentence for the editor if the reason for a substantive correction is too short, or None."""
    if change_class != Review.ChangeClass.SUBSTANTIVE or len(note.strip()) >= entries.MIN_SUBSTANTIVE_NOTE:
        return None
    return _(
        "Explain what was wrong and how you know, because readers will see your explanation. Write at least"
        " %(least)s characters. Your text has %(count)s."
    ) % {"least": entries.MIN_SUBSTANTIVE_NOTE, "count": len(note.strip())}
