"""Middleware that pages for people need and programs do not: answers under PROGRAMS pass it by.

The API knows no sessions, accounts, cookies or languages; what these would do for each of its answers takes as long
as the answer itself. `api.middleware.ApiAnswers` sets the headers that such an answer has in common with a page.
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


class _ForBrowsers(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(PROGRAMS):
            return self.get_response(request)
        return super().__call__(request)


class Policy(_ForBrowsers, CSPMiddleware):
    pass


class Sessions(_ForBrowsers, SessionMiddleware):
    pass


class Languages(_ForBrowsers, LocaleMiddleware):
    def __call__(self, request: HttpRequest) -> Any:
        translation.deactivate()  # the thread still has the language of the page that it made before
        return super().__call__(request)


class Accounts(_ForBrowsers, AuthenticationMiddleware):
    pass


class Messages(_ForBrowsers, MessageMiddleware):
    pass
