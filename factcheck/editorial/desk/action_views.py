"""Buttons and confirmation pages for the desk's actions, on subjects of every kind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.database.problems import caused_by_full_disk
from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import User

T = TypeVar("T")
Text = str | Promise


@dataclass(frozen=True)
class DeskAction(Generic[T]):
    """A button and its confirmation page.

    `run` is called with the subject, the person and the form's data. `run` can return a message that replaces
    `success_message`.

    An action that takes too long for one request runs in parts. While `has_more` returns true, the page submits itself
    again.
    """

    name: str
    label: Text
    explanation: Text
    success_message: Text
    run: Callable[[T, User, dict[str, Any]], Any]
    form: Callable[..., forms.Form] = forms.Form
    is_primary: bool = False  # leads towards publication, so this is the main button of its page
    is_destructive: bool = False  # removes something, so the button is red
    read_first: bool = False  # the button is below the statement, so that people read the statement first
    has_more: Callable[[T], bool] = lambda _row: False


def by_name(*actions: DeskAction[T]) -> dict[str, DeskAction[T]]:
    return {action.name: action for action in actions}


def submitted_data(request: HttpRequest) -> QueryDict | None:
    """Return the form's data if the page was submitted, or None if the page was only opened."""
    return request.POST if request.method == "POST" else None


@contextmanager
def refusals_on_form(form: forms.Form) -> Iterator[None]:
    """Show an `EditorialError` or a full disk above the form, which keeps what was typed."""
    try:
        yield
    except EditorialError as refusal:
        for reason in refusal.reasons:
            form.add_error(None, ValidationError(str(reason), refusal.code))
    except OperationalError as problem:
        if not caused_by_full_disk(problem):
            raise
        form.add_error(
            None,
            _(
                "Nothing was saved, because the disk of the site’s database is full. Your text is still in the form."
                " Ask the site’s operator to free some space, and press the button again."
            ),
        )


def perform(
    request: HttpRequest, action: DeskAction[T], subject: T, form: forms.Form, page: str
) -> HttpResponse | None:
    """Run the action if the submitted form is valid, and redirect to the page.

    Return None if the form has to be shown. This is also the case after each part of an action that runs in parts.
    """
    if form.is_valid():
        with refusals_on_form(form):
            result = action.run(subject, get_desk(request).user, form.cleaned_data)
            if action.has_more(subject):
                return None
            messages.success(request, str(result if isinstance(result, Promise) else action.success_message))
            return redirect(page)
    return None


def action_page(
    request: HttpRequest, action: DeskAction[Any], row: Model, page: str, *, is_available: bool = True
) -> HttpResponse:
    """Run the action on POST, or return the confirmation page of an action without a template of its own."""
    form = action.form(submitted_data(request))
    if answer := perform(request, action, row, form, page):
        return answer
    if not form.is_bound and not is_available:
        return redirect_unavailable(request, page)
    return confirm_page(request, action, row, form, page)


def redirect_unavailable(request: HttpRequest, page: str, reason: Text | None = None) -> HttpResponse:
    """Redirect to the page, with a warning that the action is no longer available."""
    messages.warning(
        request,
        str(
            reason
            or _("You can’t do this any more. Someone else may have acted first. This page shows the current state.")
        ),
    )
    return redirect(page)


def confirm_page(
    request: HttpRequest,
    action: DeskAction[Any],
    row: Model,
    form: forms.Form,
    page: str,
    template: str | list[str] = "admin/editorial/confirm.html",
    **context: Any,
) -> TemplateResponse:
    """Return the confirmation page of an action, with an explanation, a form and a button."""
    own = {"action": action, "explanation": action.explanation, "form": form}
    return subject_page(request, row, page, action.label, template, **own | context)


def subject_page(
    request: HttpRequest,
    row: Model,
    page: str,
    title: Text,
    template: str | list[str] = "admin/editorial/confirm.html",
    **context: Any,
) -> TemplateResponse:
    """Return a page about a row, with a link back to the row's own page."""
    model_admin: Any = admin.site.get_model_admin(type(row))
    model_admin.show_public_text(request, [row])
    site = {**admin.site.each_context(request), "opts": row._meta}
    own = {"title": title, "subtitle": str(row), "back": page}
    return TemplateResponse(request, template, site | own | context)
