"""Verbs as buttons and pages, whatever they act on: what is said of each, and what becomes of a form that was sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import desk
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import User

T = TypeVar("T")
Text = str | Promise


@dataclass(frozen=True)
class Verb(Generic[T]):
    """A button and its page. `do` calls the verb with what the form gave.

    What is too much for one request is done in parts: `left` says whether there is more, and the page asks for it.
    """

    name: str
    label: Text
    explanation: Text
    done: Text
    do: Callable[[T, User, dict[str, Any]], Any]
    form: Callable[..., forms.Form] = forms.Form
    leads: bool = False  # towards the public: the main button of its page
    removes: bool = False  # takes something away: the only buttons that are red
    read_first: bool = False  # the button stands below what it is about
    left: Callable[[T], bool] = lambda _row: False


def by_name(*verbs: Verb[T]) -> dict[str, Verb[T]]:
    return {verb.name: verb for verb in verbs}


def sent(request: HttpRequest) -> QueryDict | None:
    """What the page's form was sent with; nothing while the page is only opened."""
    return request.POST if request.method == "POST" else None


@contextmanager
def refusals_shown(form: forms.Form) -> Iterator[None]:
    """What a verb says against it stands above the form, in which is still what was typed."""
    try:
        yield
    except EditorialError as refusal:
        for reason in refusal.reasons:
            form.add_error(None, str(reason))


def act(request: HttpRequest, verb: Verb[T], on: T, form: forms.Form, page: str) -> HttpResponse | None:
    """Does it and leads back to the page, if the form was sent and the verb takes it. Else the form is to be shown."""
    if form.is_valid():
        with refusals_shown(form):
            verb.do(on, desk(request).user, form.cleaned_data)
            if verb.left(on):
                return None
            messages.success(request, str(verb.done))
            return redirect(page)
    return None


def too_late(request: HttpRequest, page: str, reason: Text | None = None) -> HttpResponse:
    """Leads back from a button that was there when the page was opened."""
    messages.warning(
        request,
        str(reason or _("This cannot be done now: somebody may have been quicker. This page shows where it stands.")),
    )
    return redirect(page)


def ask(
    request: HttpRequest,
    verb: Verb[Any],
    row: Model,
    form: forms.Form,
    page: str,
    template: str = "admin/editorial/confirm.html",
    **shown: Any,
) -> TemplateResponse:
    """The verb's own page: what it does, the form and the button."""
    said = {"verb": verb, "explanation": verb.explanation, "form": form}
    return page_about(request, row, page, verb.label, template, **said | shown)


def page_about(
    request: HttpRequest,
    row: Model,
    page: str,
    title: Text,
    template: str = "admin/editorial/confirm.html",
    **shown: Any,
) -> TemplateResponse:
    """A page of ours about a row, with a way back to the row's own page."""
    at: Any = admin.site.get_model_admin(type(row))
    at.put_public_words(request, [row])
    around = {**admin.site.each_context(request), "opts": row._meta}
    said = {"title": title, "subtitle": str(row), "back": page}
    return TemplateResponse(request, template, around | said | shown)
