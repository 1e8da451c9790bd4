"""Detects conflicting edits of the same draft. The second save is refused with a message and overwrites nothing.

The other edit can also come from a program or an erasure.
"""

import hashlib
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

M = TypeVar("M", bound=models.Model)


class ConflictCheckedForm(forms.ModelForm[M]):
    """Refuses the first save if the row has changed since the form was filled (`row_state`).

    The form keeps the typed text, and a second save overwrites what the other person wrote. The page's view locks the
    row, so the row can't change between the comparison and the save.
    """

    saved_with: tuple[str, ...] = ()  # relations whose rows are saved by the same page
    correction_fields: tuple[str, ...] = ()  # fields used only in corrections and updates. The last field is a text.
    row_state = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["row_state"] = self._state_of_row()
        required = [name for name in self.correction_fields if name in self.fields]
        for name in required:
            self.fields[name].required = True
        if self.is_bound and required and self.add_prefix(required[-1]) not in self.data:
            # This page was opened before the correction began and didn't have these fields, so they keep their values.
            submitted: Any = self.data
            typed = submitted.copy()
            typed.update({self.add_prefix(name): self.initial[name] for name in required})
            self.data = typed

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.instance._state.adding and self.cleaned_data.get("row_state") != self._state_of_row():
            submitted: Any = self.data
            typed = submitted.copy()
            typed[self.add_prefix("row_state")] = self._state_of_row()
            self.data = typed
            raise ValidationError(
                _(
                    "Not saved: someone else has made changes since you opened this page. Open the page in a"
                    " second window to read the current text. Your own text is still in this form. Save again"
                    " to replace the current text with yours."
                )
            )
        return cleaned

    def _state_of_row(self) -> str:
        return hashlib.sha256(repr(self.state_values()).encode()).hexdigest()

    def state_values(self) -> tuple[Any, ...]:
        """Values that change whenever the row changes: its `changed_at`, or otherwise everything that is saved."""
        row: Any = self.instance
        if hasattr(row, "changed_at"):
            return (row.changed_at,)
        columns = [getattr(row, field.attname) for field in row._meta.concrete_fields]
        return (*columns, *(list(getattr(row, name).order_by("pk").values_list()) for name in self.saved_with))


class ConflictCheckedFormSet(forms.BaseInlineFormSet[Any, Any, Any]):
    """The inline rows on a page with a `ConflictCheckedForm`.

    If somebody else has removed a row in the meantime, a new row is created from the typed values. Django would look up
    the old row by its key, and either refuse the page every time or lose the typed values.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.management_form.is_valid():
            self._renew_removed()

    def clean(self) -> None:
        """Refuses a row that somebody else has already added. Otherwise the database would refuse the whole page."""
        super().clean()
        shown = {form.instance.pk for form in self.forms}
        added = [row for row in self.get_queryset() if row.pk not in shown]
        for form in self.forms if added else ():
            kept = form.is_valid() and form.has_changed() and not form.cleaned_data.get("DELETE")
            if kept and any(self._are_one(form.instance, row) for row in added):
                form.add_error(None, _("Someone else has already added this entry. Leave this row empty."))

    def _are_one(self, one: models.Model, other: models.Model) -> bool:
        """Whether a unique constraint prevents both rows from having the same parent."""
        for constraint in one._meta.total_unique_constraints:
            names = [name for name in constraint.fields if name != self.fk.name]
            values = [one.serializable_value(name) for name in names]
            if None not in values and values == [other.serializable_value(name) for name in names]:
                return True
        return False

    def _renew_removed(self) -> None:
        """Renumbers the submitted rows. Removed rows lose their keys and are moved to the end."""
        submitted: Any = self.data
        rows, total = self.get_queryset(), self.total_form_count()
        initial = min(self.initial_form_count(), total)  # Django limits only the total number of forms
        key, existing = rows.model._meta.pk.name, {str(row.pk) for row in rows}
        removed = [n for n in range(initial) if submitted.get(f"{self.add_prefix(n)}-{key}") not in existing]
        if not removed:
            return
        kept = [n for n in range(initial) if n not in removed]
        order = [*kept, *removed, *range(initial, total)]
        places = {str(before): str(now) for now, before in enumerate(order)}
        dropped_keys = {f"{self.add_prefix(n)}-{key}" for n in removed}
        typed = QueryDict(mutable=True)
        for name, values in submitted.lists():
            prefix, dash, field = name.rpartition("-")
            formset, _dash, row = prefix.rpartition("-")
            if formset == self.prefix and row in places:
                prefix = f"{formset}-{places[row]}"
            if name not in dropped_keys:
                typed.setlist(f"{prefix}{dash}{field}", values)
        typed[f"{self.prefix}-{INITIAL_FORM_COUNT}"] = str(len(kept))
        typed[f"{self.prefix}-{TOTAL_FORM_COUNT}"] = str(len(order))
        self.data = typed
        del self.management_form  # a cached property that was computed from the submitted data


class LockingAdmin(admin.ModelAdmin[M]):
    """Locks the row before its form is validated, so other changes to the row wait until the form is saved.

    Rows that only refer to the locked row don't have to wait. For example, an event refers to its actor.
    """

    def changes_row(self, request: HttpRequest, row: M | None) -> bool:
        """Whether the page changes an existing row, so that its form needs the `row_state` field."""
        return row is not None and self.has_change_permission(request, row)

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Adds the hidden `row_state` field to pages whose fieldsets don't include it."""
        (title, first), *others = super().get_fieldsets(request, obj)
        with_state = {**first, "fields": (*first["fields"], "row_state")} if self.changes_row(request, obj) else first
        return [(title, with_state), *others]

    def reason_not_saved(self, row: M) -> str | Promise | None:
        """The reason why the row can't currently be saved, or None if it can be saved. This text replaces the form."""
        return None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is None or request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            if (row := self.get_object(request, object_id)) is not None:
                locked = self.model._default_manager.select_for_update(no_key=True).filter(pk=row.pk).first()
                if locked is not None and (reason := self.reason_not_saved(locked)):
                    messages.error(request, str(reason))
                    return redirect(request.path)
            return super().changeform_view(request, object_id, form_url, extra_context)
