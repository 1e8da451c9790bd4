"""The submitted form of a draft, and the part that can be saved while the person is still writing."""

from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.text import capfirst

from factcheck.editorial.drafts.saved_states import Content, content_of


class CannotKeep(Exception):
    """The refusal to save a form from which no row can be saved.

    `labels` are the fields that have to be corrected first.
    """

    def __init__(self, labels: list[str]) -> None:
        super().__init__(labels)
        self.labels = labels


class Submission:
    """The submitted form of a draft with its inline rows.

    Fields that can't be saved yet, such as half of a URL, keep their stored values. `left_out` names these fields.
    """

    def __init__(self, model_admin: Any, request: HttpRequest, row: models.Model | None) -> None:
        self.admin, self.request, self.change = model_admin, request, row is not None
        fields = flatten_fieldsets(model_admin.get_fieldsets(request, row))
        form_class = model_admin.get_form(request, row, change=self.change, fields=fields)
        self.form = form_class(request.POST, instance=row)
        self.form.checks_conflict = False  # the caller calls is_stale
        for name in self.form.correction_fields:
            if name in self.form.fields:
                self.form.fields[name].required = False
        self.formsets = [
            formset(**model_admin.get_formset_kwargs(request, self.form.instance, inline, formset.get_default_prefix()))
            for formset, inline in model_admin.get_formsets_with_inlines(request, row)
            if inline.has_change_permission(request, row)
        ]
        self.left_out: list[str] = []

    def is_stale(self) -> bool:
        return self.change and bool(self.form.is_stale())

    def has_changed(self) -> bool:
        return not self.change or self.form.has_changed() or any(formset.has_changed() for formset in self.formsets)

    def save(self) -> models.Model:
        """Save everything that can be saved. Raise CannotKeep if the draft itself can't be created yet."""
        self.left_out = leave_out_invalid(self.form)
        self.formsets = [formset for formset in self.formsets if self._leave_out_invalid_rows(formset)]
        row: models.Model = self.admin.save_form(self.request, self.form, change=self.change)
        for formset in self.formsets:
            formset.instance = row
        self.admin.save_model(self.request, row, self.form, self.change)
        self.admin.save_related(self.request, self.form, self.formsets, self.change)
        return row

    def content(self) -> Content:
        """Return the content that the draft would have after `save`, and save nothing."""
        with transaction.atomic():
            content = content_of(self.save())
            transaction.set_rollback(True)
        return content

    def row_ids(self) -> dict[str, list[dict[str, int]]]:
        """Return the ids of the rows by their places on the page.

        The page sends the ids with its next request, so that this request doesn't create the rows again.
        """
        return {
            formset.prefix: [
                {"index": int(form.prefix.rpartition("-")[2]), "id": form.instance.pk}
                for form in formset.forms
                if form.instance.pk and not form.instance._state.adding
            ]
            for formset in self.formsets
        }

    def _leave_out_invalid_rows(self, formset: Any) -> bool:
        """Remove the rows that can't be saved, and return whether the other rows can be saved."""
        for form in list(formset.forms):
            try:
                self.left_out += leave_out_invalid(form, self._label(form))
            except CannotKeep as refusal:
                self.left_out += refusal.labels
                formset.forms.remove(form)
        formset.full_clean()
        if invalid := [form for form in formset.forms if form.errors]:
            for form in invalid:
                self.left_out.append(self._label(form))
                formset.forms.remove(form)
            formset.full_clean()
        if formset.non_form_errors():
            self.left_out.append(str(capfirst(formset.model._meta.verbose_name_plural)))
        return not formset.non_form_errors()

    def _label(self, form: Any) -> str:
        return f"{capfirst(form.instance._meta.verbose_name)} {int(form.prefix.rpartition('-')[2]) + 1}"


def leave_out_invalid(form: Any, row: str = "") -> list[str]:
    """Give invalid fields their stored values until the form is valid, and return the labels of these fields.

    Raise CannotKeep if the form is still invalid when no field is left to reset.
    """
    left_out: list[str] = []
    # Each round resets the invalid fields. A reset can break a constraint with another field, hence the loop.
    while form.errors:
        names = [name for name in form.errors if name != NON_FIELD_ERRORS] or _constrained_fields(form)
        names = [name for name in names if name in form.fields and not form.fields[name].disabled]
        labels = [f"{row}: {label}" if row else label for label in (_field_label(form, name) for name in names)]
        if not names:
            required = [_field_label(form, name) for name in form.errors if name in form.fields]
            raise CannotKeep(left_out or ([f"{row}: {label}" if row else label for label in required] or [row]))
        left_out += labels
        for name in names:
            form.fields[name].disabled = True

        form.full_clean()
    return left_out


def _field_label(form: Any, name: str) -> str:
    return str(form.fields[name].label or name)


def _constrained_fields(form: Any) -> list[str]:
    """Return the changed fields that a constraint refuses together.

    Return all changed fields if no constraint refuses the row.
    """
    found: set[str] = set()
    for constraint in form.instance._meta.constraints:
        try:
            constraint.validate(type(form.instance), form.instance)
        except ValidationError:
            names = (
                _names_in(constraint.condition) if isinstance(constraint, models.CheckConstraint) else constraint.fields
            )
            found |= set(names)
    changed = [name for name in form.changed_data if name in form.fields]
    return [name for name in changed if name in found] or changed


def _names_in(condition: Any) -> set[str]:
    if isinstance(condition, models.Q):
        return set().union(*(_names_in(child) for child in condition.children))
    if isinstance(condition, tuple):
        others = {str(vars(condition[1])["name"])} if isinstance(condition[1], models.F) else set()
        return {condition[0].partition("__")[0]} | others
    return set()
