"""What verbs ask for on their pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure
from factcheck.editorial.fields import choices, validate_characters
from factcheck.editorial.models import Publisher, Review
from factcheck.record.formats.text import clean_text
from factcheck.record.statements.erasure import Ground


class ProseInput(forms.CharField):
    """Text under the rules of the column that keeps it, so that it is refused while what was typed still stands."""

    widget = forms.Textarea(attrs={"rows": 4})
    default_validators = [validate_characters]

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")


def _reason(label: Any, help_text: Any = "") -> ProseInput:
    """Required where the verb requires it: the verb says so in words of its own."""
    return ProseInput(label=capfirst(label), required=False, max_length=2000, help_text=help_text)


class ReasonForm(forms.Form):
    reason = _reason(_("message to the person who submitted it"))


class PublicReasonForm(forms.Form):
    reason = _reason(_("reason"), _("Readers see this."))


class LoggedReasonForm(forms.Form):
    """Of what has no page for readers: the reason stands in the log alone."""

    reason = _reason(_("reason"), _("It stands in the public log, where everybody can read it."))


class CorrectionForm(forms.Form):
    change_class = forms.ChoiceField(
        label=capfirst(_("kind of correction")),
        choices=Review.ChangeClass.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    note = ProseInput(
        label=capfirst(_("what changes and why")),
        required=False,
        max_length=2000,
        help_text=_("Readers see this. You can still change it while you write the correction."),
    )


class ErasureForm(forms.Form):
    ground = forms.ChoiceField(
        label=capfirst(_("ground")), choices=choices(Ground), widget=forms.RadioSelect, required=False
    )
    notice = ProseInput(
        label=capfirst(_("public notice")),
        required=False,
        max_length=erasure.MAX_NOTICE,
        help_text=_("Readers find this in place of the review. Say why, and repeat nothing of what has to go."),
    )


class NewsroomForm(forms.Form):
    """For one of these newsrooms; which one, is asked only where there are several."""

    def __init__(self, newsrooms: Sequence[Publisher], *args: Any) -> None:
        super().__init__(*args)
        choices = [(row.pk, row.name) for row in newsrooms]
        field = forms.TypedChoiceField(label=capfirst(_("newsroom")), coerce=int, choices=choices)
        if len(choices) == 1:
            field.widget, field.initial = forms.HiddenInput(), choices[0][0]
        self.fields = {"newsroom": field, **self.fields}


class DigestForm(forms.Form):
    """Names what was on the screen; the verb says what is amiss when nothing does."""

    digest = forms.CharField(widget=forms.HiddenInput, required=False)
