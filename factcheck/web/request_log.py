"""Gives each request a budget with an id, and counts and logs the request when it has been answered.

The log names the route instead of the URL, and the account's number instead of a name. It contains no IP address, no
query string and no receipt.
"""

import logging
import math
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from factcheck.tools.budget import SEARCH_SECONDS, Budget, begin
from factcheck.tools.metrics import count_request
from factcheck.web.networks import address_of, network_of
from factcheck.web.places import search_places

logger = logging.getLogger("factcheck.requests")

HEADER = "X-Request-ID"
_SAFE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestLog:
    """Comes before every middleware that answers requests, so that all answers are counted and name the limits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        # Pages of the desk compare whole texts, and only one person waits for them.
        seconds = math.inf if request.path_info.startswith("/admin/") else SEARCH_SECONDS
        budget = begin(Budget(_id_of(request), network_of(address_of(request)), seconds, search_places.occupy))
        response = self.get_response(request)
        if budget.left_out:
            budget.headers["Factcheck-Left-Out"] = ", ".join(dict.fromkeys(budget.left_out))
        for name, value in budget.headers.items():
            response.headers[name] = value
        response.headers[HEADER] = budget.id
        seconds, view = time.perf_counter() - begun, _view_of(request)
        count_request(view, response.status_code, seconds, budget.queries, budget.seconds)
        if logger.isEnabledFor(logging.INFO):
            _log(request, response, view, seconds, budget)
        return response


def _id_of(request: HttpRequest) -> str:
    """Return the proxy's id, or a new id. Without a proxy, the header is the client's, so it is ignored."""
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.SECURE else ""
    return given if _SAFE_ID.fullmatch(given) else secrets.token_hex(16)


def _view_of(request: HttpRequest) -> str:
    """Return the name of the route. URLs would be too many, and may contain personal data."""
    match = request.resolver_match
    return match.view_name or match.route if match else "none"


def _log(request: HttpRequest, response: HttpResponseBase, view: str, seconds: float, budget: Budget) -> None:
    # Reading `request.user` would read the session. The view has already read it, if it needed the account.
    account = getattr(request, "_cached_user", None)
    fields = {
        "method": request.method,
        "view": view,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "queries": budget.queries,
        "query_ms": round(budget.seconds * 1000, 1),
        "user": budget.account or getattr(account, "pk", None),
    }
    logger.info("%s %s %s, %s ms", request.method, view, response.status_code, fields["ms"], extra={"fields": fields})
