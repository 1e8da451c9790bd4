"""The page on which a person forgets a passage of a draft.

The page first shows the places of the passage. The person then confirms, and the passage is removed.
"""

import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_forms import ProseField
from factcheck.editorial.desk.action_views import refusals_on_form, subject_page, submitted_data
from factcheck.editorial.desk.writing.saved_states import get_row
from factcheck.editorial.drafts.discarding import is_published
from factcheck.editorial.drafts.forgetting import copies_of, find_places, forget_passage, pictures_of, require_right
from factcheck.editorial.models import Review


class ForgetForm(forms.Form):
    """The passage, and the pictures and copies to delete too. Only people can see whether these show the passage."""

    text = ProseField(label=capfirst(_("passage")), max_length=10_000)
    shown = forms.MultipleChoiceField(
        label=capfirst(_("pictures to delete too")), required=False, widget=forms.CheckboxSelectMultiple
    )
    copies = forms.MultipleChoiceField(
        label=capfirst(_("copies to delete too")), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, draft: Any, *args: Any) -> None:
        super().__init__(*args)
        for name, rows in (("shown", pictures_of(draft)), ("copies", copies_of(draft))):
            choices = [(str(row.pk), str(row)) for row in rows]
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            if not choices:
                del self.fields[name]


def forget_page(request: HttpRequest, model_admin: Any, pk: UUID) -> HttpResponse:
    row: Any = get_row(request, model_admin, pk)
    page = reverse(f"admin:editorial_{row._meta.model_name}_change", args=[pk])
    user = get_desk(request).user
    form, found, choice = ForgetForm(row, submitted_data(request)), None, ""
    if form.is_valid():
        with refusals_on_form(form):
            require_right(row, user)  # the list of places reveals what saved states contain
            choice = hashlib.sha256(repr(sorted(form.cleaned_data.items())).encode()).hexdigest()
            if "forget" in request.POST and request.POST.get("found") == choice:  # remove only what was shown
                forget_passage(draft=row, by=user, **form.cleaned_data)
                messages.success(request, _("The passage is gone. The audit log says that you have removed it."))
                return redirect(page)
            found = find_places(row, **form.cleaned_data)
    erasable = isinstance(row, Review) and is_published(row) and row.pk
    context = {"form": form, "found": found, "choice": choice, "erasable": erasable}
    return subject_page(request, row, page, _("Forget a passage"), "admin/editorial/forget.html", **context)
