"""Keeps what a person typed, if the site first has to ask who they are.

The typed values travel in hidden fields through the pages that ask. They aren't stored anywhere, because stored drafts
would outlive their erasure.
"""

import json
from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

_NOT_TYPED = ("csrfmiddlewaretoken",)


@dataclass(frozen=True)
class Destination:
    """The page that the person wanted to open, and the values that they submitted there as JSON."""

    url: str
    typed: str = ""

    def open(self, request: HttpRequest) -> HttpResponse:
        """After the login: the page, or the typed values with a button that submits them again."""
        values = _values(self.typed)
        if not values:
            return redirect(self.url)
        context = {"title": _("You are logged in again"), "values": values, "url": self.url}
        site = admin.site.each_context(request)
        return TemplateResponse(request, "admin/editorial/sign_in/resume.html", site | context)


def interrupted(request: HttpRequest) -> Destination:
    """The destination of a request that was submitted without a login."""
    return Destination(request.get_full_path(), json.dumps(typed_values(request)) if typed_values(request) else "")


def destination_of(request: HttpRequest) -> Destination:
    """The destination that a login page was given. Pages outside the desk are replaced by the home page."""
    url = str(request.POST.get("next", request.GET.get("next", "")))
    home = reverse("admin:index")
    if not url_has_allowed_host_and_scheme(url, allowed_hosts=None) or not url.startswith(home):
        url = home
    return Destination(url, str(request.POST.get("typed", "")))


def typed_values(request: HttpRequest, *others: str) -> list[tuple[str, str]]:
    """The submitted values in their order, without the CSRF token and the fields in `others`."""
    return [(key, str(value)) for key, values in request.POST.lists() if key not in (*_NOT_TYPED, *others)
            for value in values]  # fmt: skip


def _values(typed: str) -> list[tuple[str, str]]:
    try:
        return [(str(key), str(value)) for key, value in json.loads(typed or "[]")]
    except (ValueError, TypeError, RecursionError):
        return []
