"""Two people at one draft: who saves second is told, instead of overwriting what the first wrote."""

from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

M = TypeVar("M", bound=models.Model)


class SeenForm(forms.ModelForm[M]):
    """Of a row with `changed_at`: the form names the state that it was filled from, and refuses another one once.

    What was typed stays in the form; saved again, it takes the place of what the other person wrote. The page's view
    holds the row meanwhile, so that the state is the one that is overwritten.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["seen"] = self._state_of_row()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.instance._state.adding and self.cleaned_data.get("seen") != self._state_of_row():
            submitted: Any = self.data
            typed = submitted.copy()
            typed[self.add_prefix("seen")] = self._state_of_row()
            self.data = typed
            raise ValidationError(
                _(
                    "Not saved: somebody else has saved this draft since you opened it. Open it in a second window to "
                    "read theirs. What you typed is still here; save once more to put it in the place of theirs."
                )
            )
        return cleaned

    def _state_of_row(self) -> str:
        row: Any = self.instance
        changed_at: str = row.changed_at.isoformat()
        return changed_at
