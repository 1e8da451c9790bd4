"""Middleware for pages. URLs under PROGRAMS skip this middleware.

The API doesn't use sessions, accounts, cookies or languages, and this middleware would take as long as the response
itself. `api.middleware.ApiAnswers` sets the headers that API responses share with pages.
"""

from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

PROGRAMS = ("/api/", "/feeds/", "/v1alpha1/")


class _PagesOnly(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(PROGRAMS):
            return self.get_response(request)
        return super().__call__(request)


class Policy(_PagesOnly, CSPMiddleware):
    pass


class Sessions(_PagesOnly, SessionMiddleware):
    pass


class Languages(_PagesOnly, LocaleMiddleware):
    def __call__(self, request: HttpRequest) -> Any:
        translation.deactivate()  # the language of the thread's previous page is still active
        return super().__call__(request)


class Accounts(_PagesOnly, AuthenticationMiddleware):
    pass


class Messages(_PagesOnly, MessageMiddleware):
    pass
