"""The page for server errors outside the API. API errors are problem documents (`api/http/problems.py`)."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER = 10  # seconds, as in the API


def server_error(request: HttpRequest) -> HttpResponse:
    """Return a 503 if the database isn't responding, and otherwise a 500. This is Django's `handler500`.

    After a 503, search engines come back later and keep their copies (RFC 9110, section 15.6.4). The pages are rendered
    without the request, because the request may have caused the error.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(render_to_string("500.html"), status=500)
