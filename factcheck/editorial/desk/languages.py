"""The language of a claim, review or demand, which is detected if nobody enters the language.

The text is examined first. If no language is probable enough, the claim's language is used, then the newsroom's
language. An unknown language is stored as `und` and shown as “unknown”.
"""

from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import M
from factcheck.editorial.desk.writing.edit_conflicts import ConflictCheckedForm
from factcheck.record.statements.statement_labels import language_title
from factcheck.record.statements.values import UNKNOWN_LANGUAGE
from factcheck.tools.language_detection import detect_language

HELP = _("The language in which you write. Leave this field empty to detect the language from the text.")


def detected_title(tag: str) -> str:
    """Return the name of a detected language in the language of the desk."""
    title = gettext("unknown") if tag == UNKNOWN_LANGUAGE else language_title(tag)
    return gettext("%(language)s (detected)") % {"language": title}


class DetectedLanguageForm(ConflictCheckedForm[M]):
    """A form that detects the language at each save, until a person enters the language.

    An empty field means “detected”. `detected_from` lists the fields whose text is examined.
    """

    detected_from: ClassVar[tuple[str, ...]] = ()
    newsroom_language = UNKNOWN_LANGUAGE  # the page sets the value for each request

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("language")
        if field is None:
            return
        field.required, field.help_text = False, HELP
        if self.is_detected():
            field.widget.attrs["placeholder"] = detected_title(self.instance.language)  # type: ignore[attr-defined]
            self.initial["language"] = ""

    def is_detected(self) -> bool:
        return bool(getattr(self.instance, "language_detected", False))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if "language" in self.fields and "language" not in self.errors:
            self._complete_language()
        return cleaned

    def _complete_language(self) -> None:
        values = self.cleaned_data
        stated = values.get("language")
        if not stated:
            texts = (values.get(name, getattr(self.instance, name)) for name in self.detected_from)
            claim = values.get("claim")
            known = claim.language if claim else UNKNOWN_LANGUAGE
            newsroom = values.get("newsroom")
            others = (known, newsroom.language if newsroom else "", self.newsroom_language)
            usual = next((tag for tag in others if tag and tag != UNKNOWN_LANGUAGE), UNKNOWN_LANGUAGE)
            values["language"] = detect_language("\n".join(text for text in texts if text)) or usual
        if hasattr(self.instance, "language_detected") and (not stated or "language" in self.changed_data):
            self.instance.language_detected = not stated
