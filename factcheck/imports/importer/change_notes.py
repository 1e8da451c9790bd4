"""The class and the public note of a change that an import makes to a published review."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from factcheck.editorial.models import Review
from factcheck.record.statements.same_content import has_same_content

ChangeClass = Review.ChangeClass
_LANGUAGE = gettext_noop("the language")
_DATE = gettext_noop("the dates")
_OTHER = gettext_noop("other details")


def describe_change(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[str, str]:
    """Return the class of the change and its note, in Vietnamese for a Vietnamese review and otherwise in English.

    `before` is the published statement, or None if it has been erased.
    """
    language = str(after["language"]).lower().partition("-")[0]
    with translation.override("vi" if language == "vi" else "en"):
        if before and has_same_content(before, after):
            note = _("We now know more about this review: %(what)s. The verdict, the claim and the text are unchanged.")
            return ChangeClass.METADATA, note % {"what": ", ".join(map(_, _changed_metadata(before, after)))}
        if before and _has_only_new_verdict(before, after):
            return ChangeClass.UPDATE, _("The publisher's verdict has been matched to our rating scale.")
        return ChangeClass.UPDATE, _("The publisher's page has changed since it was imported.")


def _changed_metadata(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    def without(statement: Mapping[str, Any]) -> dict[str, Any]:
        named = ("language", "language_detected", "reviewed_on", "claim", "verdict")
        return {key: value for key, value in statement.items() if key not in named}

    def differs(review: str, claim: str) -> bool:
        return bool(before[review] != after[review] or before["claim"][claim] != after["claim"][claim])

    changed = {
        _LANGUAGE: differs("language", "language") or differs("language_detected", "language"),
        _DATE: differs("reviewed_on", "claimed_on"),
        _OTHER: without(before) != without(after),
    }
    return [name for name, is_changed in changed.items() if is_changed]


def _has_only_new_verdict(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether only the verdict on this site's scale differs, because its wording now has a mapping."""
    return (
        before["verdict"]["original"] == after["verdict"]["original"]
        and before["verdict"]["slug"] is None
        and {**before, "verdict": None} == {**after, "verdict": None}
    )
