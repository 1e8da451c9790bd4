"""Middleware for pages, which responses under PROGRAMS skip.

The API has no sessions, accounts, cookies or languages. This middleware would take as long as the response itself.
`api.middleware.ApiAnswers` sets the headers that the API's responses share with pages.
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
        translation.deactivate()  # the thread still has the language of its previous page
        return super().__call__(request)


class Accounts(_PagesOnly, AuthenticationMiddleware):
    pass


class Messages(_PagesOnly, MessageMiddleware):
    pass
