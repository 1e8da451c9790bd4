"""The page for server errors outside the API. The API sends problem documents (`api/http/problems.py`)."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER = 10  # seconds, as in the API


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, called while the error is handled. Responds with 503 if the database is down, or else 500.

    After a 503, search engines try again later and keep the page in their index (RFC 9110, section 15.6.4). The pages
    are rendered without the request, because the request may have caused the error.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(render_to_string("500.html"), status=500)
