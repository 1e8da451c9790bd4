"""Two at one draft, of whom one may be a program or an erasure: who saves second is told, and overwrites nothing."""

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


class SeenForm(forms.ModelForm[M]):
    """The form names the state of the row that it was filled from, and refuses another one once.

    What was typed stays in the form; saved again, it takes the place of what the other person wrote. The page's view
    holds the row meanwhile, so that the state is the one that is overwritten.
    """

    saved_with: tuple[str, ...] = ()  # rows that the page saves too, by the name of their relation
    of_update: tuple[str, ...] = ()  # asked for in a correction or update alone; the last is a text
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["seen"] = self._state_of_row()
        asked = [name for name in self.of_update if name in self.fields]
        for name in asked:
            self.fields[name].required = True
        if self.is_bound and asked and self.add_prefix(asked[-1]) not in self.data:
            # The page was opened before the correction and could not ask for them: they stay as they are.
            submitted: Any = self.data
            typed = submitted.copy()
            typed.update({self.add_prefix(name): self.initial[name] for name in asked})
            self.data = typed

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.instance._state.adding and self.cleaned_data.get("seen") != self._state_of_row():
            submitted: Any = self.data
            typed = submitted.copy()
            typed[self.add_prefix("seen")] = self._state_of_row()
            self.data = typed
            raise ValidationError(
                _(
                    "Not saved: this was changed by somebody else since you opened it. Open it in a second window to "
                    "read what stands there now. What you typed is still here; save once more to put it in its place."
                )
            )
        return cleaned

    def _state_of_row(self) -> str:
        return hashlib.sha256(repr(self.stands()).encode()).hexdigest()

    def stands(self) -> tuple[Any, ...]:
        """What tells one state of the row from another: its `changed_at`, or all that the page saves."""
        row: Any = self.instance
        if hasattr(row, "changed_at"):
            return (row.changed_at,)
        columns = [getattr(row, field.attname) for field in row._meta.concrete_fields]
        return (*columns, *(list(getattr(row, name).order_by("pk").values_list()) for name in self.saved_with))


class SeenFormSet(forms.BaseInlineFormSet[Any, Any, Any]):
    """The rows of a page with a SeenForm. One that somebody removed meanwhile becomes a new row, with what was typed.

    Django looks for the old one by its key and refuses the page each time, or does not show what was typed. Where
    `renews` is false it stays removed.
    """

    renews = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.management_form.is_valid():
            self._renew_removed()

    def clean(self) -> None:
        """Says of a row that somebody else has added meanwhile; the database would refuse the whole page."""
        super().clean()
        shown = {form.instance.pk for form in self.forms}
        added = [row for row in self.get_queryset() if row.pk not in shown]
        for form in self.forms if added else ():
            kept = form.is_valid() and form.has_changed() and not form.cleaned_data.get("DELETE")
            if kept and any(self._are_one(form.instance, row) for row in added):
                form.add_error(None, _("Somebody else has added this meanwhile. Leave this row empty."))

    def _are_one(self, one: models.Model, other: models.Model) -> bool:
        """Whether the two, of the same parent, cannot both be there."""
        for constraint in one._meta.total_unique_constraints:
            names = [name for name in constraint.fields if name != self.fk.name]
            said = [one.serializable_value(name) for name in names]
            if None not in said and said == [other.serializable_value(name) for name in names]:
                return True
        return False

    def _renew_removed(self) -> None:
        """Counts removed rows as new ones: behind those that are there, and without their keys; or leaves them out."""
        said: Any = self.data
        rows, total = self.get_queryset(), self.total_form_count()
        initial = min(self.initial_form_count(), total)  # Django bounds the second alone
        key, there = rows.model._meta.pk.name, {str(row.pk) for row in rows}
        removed = [at for at in range(initial) if said.get(f"{self.add_prefix(at)}-{key}") not in there]
        if not removed:
            return
        kept = [at for at in range(initial) if at not in removed]
        order = [*kept, *(removed if self.renews else ()), *range(initial, total)]
        places = {str(before): str(now) for now, before in enumerate(order)}
        gone = {f"{self.add_prefix(at)}-{key}" for at in removed}
        lost = set[str]() if self.renews else {str(at) for at in removed}
        typed = QueryDict(mutable=True)
        for name, values in said.lists():
            prefix, dash, field = name.rpartition("-")
            formset, _dash, row = prefix.rpartition("-")
            if formset == self.prefix and row in lost:
                continue
            if formset == self.prefix and row in places:
                prefix = f"{formset}-{places[row]}"
            if name not in gone:
                typed.setlist(f"{prefix}{dash}{field}", values)
        typed[f"{self.prefix}-{INITIAL_FORM_COUNT}"] = str(len(kept))
        typed[f"{self.prefix}-{TOTAL_FORM_COUNT}"] = str(len(order))
        self.data = typed
        del self.management_form  # it was read from what was sent


class HeldWhileSaved(admin.ModelAdmin[M]):
    """Locks the row before its form is read, so that what changes it meanwhile waits until it is saved.

    What only refers to it, as an event does to its actor, need not wait.
    """

    def changes(self, request: HttpRequest, row: M | None) -> bool:
        """Whether the page changes a row that is there, and so needs the form's field `seen`."""
        return row is not None and self.has_change_permission(request, row)

    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """For pages whose own fieldsets leave the hidden field out."""
        (title, first), *others = super().get_fieldsets(request, obj)
        shown = {**first, "fields": (*first["fields"], "seen")} if self.changes(request, obj) else first
        return [(title, shown), *others]

    def not_saved(self, row: M) -> str | Promise | None:
        """Why nothing can be saved of the row as it is now, told in place of the form; None when it can."""
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
                held = self.model._default_manager.select_for_update(no_key=True).filter(pk=row.pk).first()
                if held is not None and (reason := self.not_saved(held)):
                    messages.error(request, str(reason))
                    return redirect(request.path)
            return super().changeform_view(request, object_id, form_url, extra_context)
