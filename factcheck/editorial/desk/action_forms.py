"""Forms on the pages of the desk's actions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial import erasure
from factcheck.editorial.desk.widgets import PasskeyInput
from factcheck.editorial.fields import validate_characters
from factcheck.editorial.models import Publisher, Review
from factcheck.record.formats.text import clean_text
from factcheck.record.statements.erasure import Ground
from factcheck.record.statements.statement_labels import choices


class ProseField(forms.CharField):
    """A text field with the rules of its database column, so that a refused form keeps what you typed."""

    widget = forms.Textarea(attrs={"rows": 4})
    default_validators = [validate_characters]

    def to_python(self, value: Any) -> str:
        return clean_text(super().to_python(value) or "")


def _reason_field(label: Any, help_text: Any = "") -> ProseField:
    """Return a field that the form doesn't require, because the action requires it and raises its own error."""
    return ProseField(label=capfirst(label), required=False, max_length=2000, help_text=help_text)


class ReasonForm(forms.Form):
    reason = _reason_field(_("message to the person who submitted it"))


class PublicReasonForm(forms.Form):
    reason = _reason_field(_("reason"), _("Readers will see this."))


class LoggedReasonForm(forms.Form):
    """A form for actions without a public page, whose reason is published only in the log."""

    reason = _reason_field(_("reason"), _("The reason is kept in the public log, where anyone can read it."))


class CorrectionForm(forms.Form):
    change_class = forms.ChoiceField(
        label=capfirst(_("kind of correction")),
        choices=Review.ChangeClass.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    note = _reason_field(
        _("what changes and why"), _("Readers will see this. You can still change it while you write the correction.")
    )


class ErasureForm(forms.Form):
    ground = forms.ChoiceField(
        label=capfirst(_("ground")), choices=choices(Ground), widget=forms.RadioSelect, required=False
    )
    notice = ProseField(
        label=capfirst(_("public notice")),
        required=False,
        max_length=erasure.MAX_NOTICE,
        help_text=_(
            "Readers will see this notice in place of the review. Explain why the review was erased, but don’t"
            " repeat the erased content."
        ),
    )


class NewsroomForm(forms.Form):
    """A form that asks for the newsroom if the person works for several newsrooms."""

    def __init__(self, newsrooms: Sequence[Publisher], *args: Any) -> None:
        super().__init__(*args)
        choices = [(row.pk, row.name) for row in newsrooms]
        field = forms.TypedChoiceField(label=capfirst(_("newsroom")), coerce=int, choices=choices)
        if len(choices) == 1:
            field.widget, field.initial = forms.HiddenInput(), choices[0][0]
        self.fields = {"newsroom": field, **self.fields}


class SignatureForm(forms.Form):
    """A form whose buttons ask for the person's passkey, if the page sets the options (`ask_for_passkey`)."""

    signature = forms.CharField(widget=PasskeyInput, required=False)


class DigestForm(SignatureForm):
    """A hidden field with the digest of the content that the page shows.

    Without the right digest, the action is refused, because the person may have read an older version.
    """

    digest = forms.CharField(widget=forms.HiddenInput, required=False)


class DecisionForm(SignatureForm):
    """The form of the page on which a review is decided. Each button uses some of the fields."""

    digest = forms.CharField(widget=forms.HiddenInput, required=False)
    checked = forms.MultipleChoiceField(
        label=capfirst(_("checklist")), required=False, widget=forms.CheckboxSelectMultiple
    )
    hold_until = forms.DateTimeField(
        label=capfirst(_("publish at")),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Enter a date and a time.")},
    )
    reason = _reason_field(_("message to the person who submitted it"))

    def __init__(self, *args: Any, name: str, checklist: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name
        self.fields["checked"].choices = [(each, each) for each in checklist]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Refuse a button that would ignore something that the person entered."""
        entered = self.cleaned_data
        if self.has_error("hold_until", "ambiguous_timezone"):
            del self.errors["hold_until"]  # Django's text doesn't say what to do
            self.add_error(
                "hold_until",
                _("The clocks change then, so this time doesn’t exist or exists twice. Enter another time."),
            )
        if self.name == "hold" and not entered.get("hold_until") and "hold_until" not in self.errors:
            self.add_error("hold_until", _("Enter the time at which the review is to be published."))
        if self.name in ("approve-and-publish", "publish") and entered.get("hold_until"):
            self.add_error(
                "hold_until", _("You entered a time. Choose “Approve and hold”, or delete the time to publish now.")
            )
        if self.name in ("approve", "approve-and-publish", "hold", "publish") and entered.get("reason"):
            self.add_error(
                "reason", _("You wrote a message. Return the review with the message, or delete the message.")
            )
