"""Middleware for pages. URLs under PROGRAMS skip this middleware.

The API doesn't use sessions, accounts, cookies or languages, and this middleware would take as long as the response
itself. `api.middleware.ApiAnswers` sets the headers that API responses share with pages.
"""

import re
from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import get_language_from_path

PROGRAMS = ("/api/", "/feeds/", "/v1alpha1/", "/$discovery/", "/batch")

# Everything that uses the editors' side: the desk, and the messages and drafts that others send in. deploy/nginx.conf
# contains the same expressions.
SENT_IN = (
    r"^(/(en|vi))?/(tips/|receipts/|reviews/[^/]+/report/)|^/api/v1/(drafts|tips|correction-requests|receipts)/"
    r"|^/\.well-known/change-password$"
)
_DESK = re.compile(rf"^/admin/|{SENT_IN}")
# Each process serves these URLs, whatever its part is. Static files are served before the part is checked.
_EVERYWHERE = re.compile(r"^/(healthz|readyz|metrics|favicon\.ico)$")


class Part:
    """Answers 404 to requests for the other part of the site (PART). `site` never uses the application role."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if settings.PART == "all":
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.desk = settings.PART == "desk"

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if bool(_DESK.match(request.path_info)) != self.desk and not _EVERYWHERE.match(request.path_info):
            raise Http404
        return self.get_response(request)


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

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Redirect URLs without a language to a page in the reader's language, but not a URL that has its own view.

        The permanent URL of content that doesn't exist is a 404.
        """
        if response.status_code == 404 and request.resolver_match and not get_language_from_path(request.path_info):
            patch_vary_headers(response, ["Accept-Language"])
            response.headers.setdefault("Content-Language", translation.get_language())
            return response
        return super().process_response(request, response)


class Accounts(_PagesOnly, AuthenticationMiddleware):
    pass


class Messages(_PagesOnly, MessageMiddleware):
    pass
