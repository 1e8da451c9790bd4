"""Verbs as buttons and pages, whatever they act on: what is said of each, and what becomes of a form that was sent."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.admin.access import desk
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import User

T = TypeVar("T")
Text = str | Promise


@dataclass(frozen=True)
class Verb(Generic[T]):
    """A button and its page. `do` calls the verb with what the form gave."""

    name: str
    label: Text
    explanation: Text
    done: Text
    do: Callable[[T, User, dict[str, Any]], Any]
    form: Callable[..., forms.Form] = forms.Form
    weighty: bool = False  # shown in the colour of what the public will notice
    read_first: bool = False  # the button stands below what it is about


def by_name(*verbs: Verb[T]) -> dict[str, Verb[T]]:
    return {verb.name: verb for verb in verbs}


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
