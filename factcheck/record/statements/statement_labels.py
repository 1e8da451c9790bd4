"""Labels from the statements' models, translated when they are displayed, and the line of a claim with its verdict."""

from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from factcheck.record.statements.values import Choices

# The kinds of entries in the log, without the subject.
KINDS = {
    "original": _("Published"),
    "update": _("Updated"),
    "correction": _("Corrected"),
    "withdrawal": _("Withdrawn"),
    "reinstatement": _("Reinstated"),
    "erasure": _("Erased"),
    "published": _("Published"),
    "updated": _("Updated"),
}


def claim_with_verdict(claim: str, verdict: str | None) -> str:
    """Return a line with the claim and its verdict.

    A verdict is about the claim and never about the headline, because the headline states what the newsroom found.
    """
    return gettext("“{claim}” – {verdict}").format(claim=claim, verdict=verdict or gettext("No verdict"))


def label(text: str) -> Promise:
    """Return a label of a statement's model, translated when it is displayed.

    A context for translators can precede the label, separated by U+0004 as in gettext's files.
    """
    context, parted, rest = text.partition("\x04")
    return pgettext_lazy(context, rest) if parted else gettext_lazy(text)


def choices(words: type[Choices]) -> list[tuple[str, Promise]]:
    """Return the choices for a column or form field, each with its label."""
    return [(word.value, label(word.label)) for word in words]


def language_title(tag: str) -> str:
    """Return the name of a language in the language of the interface, or the tag if Django has no name for it."""
    for known in (tag.lower(), tag.partition("-")[0].lower()):
        try:
            return str(get_language_info(known)["name_translated"])
        except KeyError:
            continue
    return tag


def tone_of(value: int, worst: int, best: int) -> str:
    """Return the part of the scale in which a verdict lies: "low", "middle" or "high"."""
    share = (value - worst) / (best - worst)
    return "low" if share < 0.4 else "high" if share > 0.6 else "middle"
