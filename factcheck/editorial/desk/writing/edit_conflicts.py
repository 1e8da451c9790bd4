"""The check for conflicting edits of a draft: the second save is refused with a message and overwrites nothing.

The other edit can also come from a program or an erasure.
"""

from contextlib import suppress
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import DeskAdmin, M
from factcheck.editorial.drafts.saved_states import content_of, last_state

CHOICE = "choice-"  # the prefix of the inputs that choose between two people's texts
THEIRS = "theirs"


class OpenedVersionField(forms.CharField):
    """The hidden field with the version of the row that the page shows.

    A refused form contains the newest version, so the person can save it again.
    """

    widget = forms.HiddenInput

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class ConflictCheckedForm(forms.ModelForm[M]):
    """A form that refuses the first save if the row has changed since the form was filled (`opened_version`).

    The refused form keeps the typed text and asks for a choice between the two texts of each field. The second save
    uses these choices. The page's view locks the row, so the row can't change between the comparison and the save.
    """

    checks_conflict = True
    correction_fields: tuple[str, ...] = ()  # the last field must be a text field, which browsers always submit
    opened_version = OpenedVersionField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["opened_version"] = str(self.instance.version)  # type: ignore[attr-defined]
        required = [name for name in self.correction_fields if name in self.fields]
        for name in required:
            self.fields[name].required = True
        # A page that was opened before the correction began lacks these fields. The fields then keep their values.
        absent = required if self.is_bound and required and self.add_prefix(required[-1]) not in self.data else []
        self.not_submitted = [name for name in (*absent, *chosen_theirs(self.data)) if name in self.fields]
        for name in self.not_submitted:
            self.fields[name].bound_data = lambda _data, initial: initial  # type: ignore[assignment,method-assign]

    def full_clean(self) -> None:
        """Give fields that weren't submitted their stored values, and show these fields for editing."""
        for name in self.not_submitted:
            self.fields[name].disabled = True
        super().full_clean()
        self.has_changed()  # Django computes this once, so it is computed while the fields are disabled
        for name in self.not_submitted:
            self.fields[name].disabled = False

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.checks_conflict and self.is_stale():
            raise ValidationError(
                _(
                    "Not saved: this page has been changed since you opened it. Your own text is still in this form."
                    " Compare the two texts, and save again."
                )
            )
        return cleaned

    def is_stale(self) -> bool:
        """Return whether somebody else has changed the row since this page was opened."""
        if self.instance._state.adding or self.data.get("opened_version") == self.initial["opened_version"]:
            return False
        return not is_repeated(self.instance, self.data)


class ConflictCheckedFormSet(forms.BaseInlineFormSet[Any, Any, Any]):
    """The inline rows on a page with a `ConflictCheckedForm`, which replace the stored rows.

    Rows are found by their ids and not by their places, so an autosave can add rows to an open page:

    - Stored rows whose ids weren't submitted are deleted. The page has removed them or never received their ids.
    - A page on which rows can't be deleted keeps such rows.
    - A row that somebody else has deleted is created again from the typed values.
    """

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()

    @property
    def initial_forms(self) -> list[Any]:
        return (
            [form for form in self.forms if not form.instance._state.adding] if self.is_bound else super().initial_forms
        )

    @property
    def extra_forms(self) -> list[Any]:
        return [form for form in self.forms if form.instance._state.adding] if self.is_bound else super().extra_forms

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        saved: list[Any] = super().save_existing_objects(commit)
        for row in self._removed_rows:
            self.deleted_objects.append(row)
            self.delete_existing(row, commit=commit)
        return saved

    def has_changed(self) -> bool:
        return super().has_changed() or bool(self._removed_rows)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        # Django pairs forms with rows by position, and has no public method for another rule. test_edit_conflicts.py
        # saves rows that a colleague removed or replaced meanwhile.
        if not self.is_bound:
            return super()._construct_form(i, **kwargs)  # type: ignore[misc]
        key = self.get_queryset().model._meta.pk.name
        if row := self._rows.pop(self.data.get(f"{self.add_prefix(i)}-{key}"), None):
            kwargs["instance"] = row
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        if row is None:
            form.fields[key].disabled = True  # the row is new, or somebody else has deleted it
        return form

    @cached_property
    def _rows(self) -> dict[Any, Any]:
        """Return the stored rows by their ids. Building a form removes its row from this dictionary."""
        return {str(row.pk): row for row in self.get_queryset()}

    @property
    def _removed_rows(self) -> list[Any]:
        """Return the stored rows for which the page has no form. Forms must have been built before."""
        return list(self._rows.values()) if self.is_bound and self.can_delete else []


def chosen_theirs(data: Any) -> list[str]:
    """Return the names of the fields whose text the person replaces with the other person's text."""
    return [key.removeprefix(CHOICE) for key in data if key.startswith(CHOICE) and data.get(key) == THEIRS]


def is_repeated(row: Any, data: Any) -> bool:
    """Return whether the same page has already saved what the draft contains now.

    For example, the answer to an autosave can get lost. The page then sends the old version again.
    """
    try:
        page = UUID(str(data.get("page")))
    except ValueError:
        return False
    last = last_state(row.pk) if isinstance(row.pk, UUID) else None
    if last is None or last.page != page:
        return False
    # A save without a change raises the version and keeps no state, so the contents are compared too. An import keeps
    # no state either, but an import changes the content.
    return bool(last.version == row.version) or last.content == content_of(type(row)._default_manager.get(pk=row.pk))


class LockingAdmin(DeskAdmin[M]):
    """A page that locks its row before the form is validated, so other changes wait until the form is saved.

    Rows that only refer to the locked row don't have to wait. For example, an event refers to its actor.
    """

    def changes_row(self, request: HttpRequest, row: M | None) -> bool:
        """Return whether the page changes an existing row."""
        return row is not None and self.has_change_permission(request, row)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> M | None:
        if request.method == "POST" and connection.in_atomic_block:
            with suppress(ValidationError, ValueError):  # the id is invalid
                self.lock(object_id)
        return super().get_object(request, object_id, from_field)

    def lock(self, object_id: str) -> None:
        self.model._default_manager.select_for_update(no_key=True).filter(pk=object_id).first()
