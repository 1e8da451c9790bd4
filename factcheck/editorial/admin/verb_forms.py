"""What verbs ask for on their pages."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure
from factcheck.editorial.fields import validate_characters
from factcheck.editorial.models import Review
from factcheck.record.text import clean_text


class ProseInput(forms.CharField):
    """Text under the rules of the column that keeps it, so that it is refused while what was typed still stands."""

    widget = forms.Textarea(attrs={"rows": 4})
    default_validators = [validate_characters]

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")


class ReasonForm(forms.Form):
    """Required where the verb requires it: the verb says so in words of its own."""

    reason = ProseInput(label=capfirst(_("message to whoever submitted it")), required=False, max_length=2000)


class PublicReasonForm(ReasonForm):
    reason = ProseInput(
        label=capfirst(_("reason")),
        required=False,
        max_length=2000,
        help_text=_("Readers see this."),
    )


class LoggedReasonForm(ReasonForm):
    """Of what has no page for readers: the reason stands in the log alone."""

    reason = ProseInput(
        label=capfirst(_("reason")),
        required=False,
        max_length=2000,
        help_text=_("It stands in the public log, where everybody can read it."),
    )


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
        label=capfirst(_("ground")), choices=erasure.Ground.choices, widget=forms.RadioSelect, required=False
    )
    notice = ProseInput(
        label=capfirst(_("public notice")),
        required=False,
        max_length=erasure.MAX_NOTICE,
        help_text=_("Readers find this in place of the review. Say why, and repeat nothing of what has to go."),
    )


class DigestForm(forms.Form):
    """Names what was on the screen; the verb says what is amiss when nothing does."""

    digest = forms.CharField(widget=forms.HiddenInput, required=False)
