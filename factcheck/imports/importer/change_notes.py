"""The class and the public note of a change that an import makes to a published review."""

from collections.abc import Callable

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from factcheck.editorial.models import Review
from factcheck.record.statements.review import Review as Statement
from factcheck.record.statements.same_content import has_same_content

ChangeClass = Review.ChangeClass
_LANGUAGE = gettext_noop("the language")
_DATE = gettext_noop("the dates")
_OTHER = gettext_noop("other details")
_NAMED = {"language", "language_detected", "reviewed_on", "claim", "verdict"}


def describe_change(before: Statement | None, after: Statement) -> tuple[str, str]:
    """Return the class of the change and its note, in Vietnamese for a Vietnamese review and otherwise in English.

    `before` is the published statement, or None if it has been erased.
    """
    language = after.language.lower().partition("-")[0]
    with translation.override("vi" if language == "vi" else "en"):
        if before and has_same_content(before, after):
            note = _("We now know more about this review: %(what)s. The verdict, the claim and the text are unchanged.")
            return ChangeClass.METADATA, note % {"what": ", ".join(map(_, _changed_metadata(before, after)))}
        return ChangeClass.UPDATE, _("The publisher's page has changed since it was imported.")


def _changed_metadata(before: Statement, after: Statement) -> list[str]:
    values: dict[str, Callable[[Statement], object]] = {
        _LANGUAGE: lambda review: (review.language, review.language_detected, review.claim.language),
        _DATE: lambda review: (review.reviewed_on, review.claim.claimed_on),
        _OTHER: lambda review: review.model_dump(exclude=_NAMED),
    }
    return [name for name, value in values.items() if value(before) != value(after)]
