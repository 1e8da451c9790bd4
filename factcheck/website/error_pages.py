"""The page of a fault on our side, for everything outside the API, whose faults are `api/http/problems.py`."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER = 10  # seconds; what the API says


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, called while the error is handled: 503 when the database does not answer, else 500.

    Search engines come back after a 503 and keep what they have meanwhile (RFC 9110, section 15.6.4). Both are made
    without the request, since that may be at fault.
    """
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return HttpResponse(render_to_string("500.html"), status=500)
