"""Buttons and confirmation pages for the desk's actions, on subjects of every kind."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.db.models import Model, UUIDField
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.database.problems import caused_by_full_disk
from factcheck.editorial.desk.access import DeskAdmin, M, get_desk
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
    initial: Callable[[Any], dict[str, Any]] = lambda _row: {}
    warning: Callable[[Any], str] = lambda _result: ""  # about the result of `run`, and empty if there is none


def by_name(*actions: DeskAction[T]) -> dict[str, DeskAction[T]]:
    return {action.name: action for action in actions}


def submitted_data(request: HttpRequest) -> QueryDict | None:
    """Return the form's data if the page was submitted, or None if the page was only opened."""
    return request.POST if request.method == "POST" else None


@contextmanager
def refusals_on_form(form: forms.BaseForm) -> Iterator[None]:
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
            messages.success(request, str(result if isinstance(result, str | Promise) else action.success_message))
            if warning := action.warning(result):
                messages.warning(request, warning)
            return redirect(page)
    return None


def redirect_unavailable(request: HttpRequest, page: str, reason: Text | None = None) -> HttpResponse:
    """Redirect to the page, with a warning that the action is no longer available."""
    gone = _("You can’t do this any more. Someone else may have acted first. This page shows the current state.")
    messages.warning(request, str(reason or gone))
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


class ActionsAdmin(DeskAdmin[M], Generic[M]):
    """A page of a row with buttons. Each button opens the confirmation page of an action."""

    desk_actions: ClassVar[dict[str, DeskAction[Any]]] = {}
    action_template = "admin/editorial/confirm.html"

    def available_actions(self, request: HttpRequest, row: M) -> list[str]:
        """Return the names of the actions that the person can currently use on the row."""
        raise NotImplementedError

    def may_act(self, request: HttpRequest, row: M) -> bool:
        """Return whether the person can open the confirmation pages of this row. For others, they don't exist."""
        return self.has_view_permission(request, row)

    def page_after(self, request: HttpRequest, row: M) -> str:
        """Return the URL to which an action leads, by default the page of the row."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def why_unavailable(self, row: M, action: DeskAction[M]) -> Text | None:
        """Return a sentence about an action that isn't available, or None for the general sentence."""
        return None

    def action_context(
        self, request: HttpRequest, row: M, action: DeskAction[M], form: forms.Form
    ) -> dict[str, object]:
        """Return template variables of a confirmation page."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.action_view)
        key = "uuid" if isinstance(self.opts.pk, UUIDField) else "int"
        name = f"{self.opts.app_label}_{self.opts.model_name}_action"
        return [path(f"<{key}:pk>/do/<slug:name>/", view, name=name), *super().get_urls()]

    def action_view(self, request: HttpRequest, pk: Any, name: str) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=pk).first()
        if name not in self.desk_actions or row is None or not self.may_act(request, row):
            raise Http404
        return self.action_page(request, row, self.desk_actions[name])

    def action_page(self, request: HttpRequest, row: M, action: DeskAction[M]) -> HttpResponse:
        """Show the confirmation page. On POST, run the action, or say why it was refused and keep the input."""
        page, form = self.page_after(request, row), action.form(submitted_data(request), initial=action.initial(row))
        if answer := perform(request, action, row, form, page):
            return answer
        if form.is_bound:
            row = self.model._default_manager.get(pk=row.pk)  # the refused action may have changed the row in memory
        elif action.name not in self.available_actions(request, row):
            return redirect_unavailable(request, page, self.why_unavailable(row, action))
        context = self.action_context(request, row, action, form)
        return confirm_page(request, action, row, form, page, self.action_template, **context)

    def status_context(self, request: HttpRequest, row: M) -> dict[str, object]:
        names = self.available_actions(request, row)
        return {**super().status_context(request, row), "actions": [self.desk_actions[name] for name in names]}
