"""The middleware that answers the operators' URLs.

Monitors ask the process directly, so these URLs have no session, no host check and no redirect.
"""

import ipaddress
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from factcheck.monitoring.checks import run_checks
from factcheck.monitoring.exposition import metrics_text
from factcheck.tools.budget import Budget, begin


class Monitoring:
    """The middleware. It must be the first in MIDDLEWARE, so that no other middleware can refuse a monitor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = _ANSWERS.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        begin(Budget())  # otherwise, the log would name the thread's previous request
        response = answer(request)
        response.headers["Cache-Control"] = "no-store"
        return response


def is_operator(request: HttpRequest) -> bool:
    """Return whether the request comes from this machine without a proxy, or has the token in METRICS_TOKEN.

    Behind the proxy, every request comes from this machine. The proxy adds X-Forwarded-For, so a request with this
    header needs the token.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return secrets.compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode())
    if any(f"HTTP_{name}" in request.META for name in ("X_FORWARDED_FOR", "FORWARDED", "X_REAL_IP", "VIA")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("This process is running.\n", content_type="text/plain; charset=utf-8")


def _readiness(request: HttpRequest) -> HttpResponse:
    """Answer with status 200, or with 503 if a check fails. An old backup is only a warning.

    Only operators get the details, because the details name jobs and settings.
    """
    results = run_checks()
    ready = all(result.ok or result.warns for result in results)
    checks = [{"name": each.name, "ok": each.ok, "detail": each.detail} for each in results]
    content = {"ready": ready, **({"checks": checks} if is_operator(request) else {})}
    return JsonResponse(content, status=200 if ready else 503)


def _metrics(request: HttpRequest) -> HttpResponse:
    if is_operator(request):
        return HttpResponse(metrics_text(), content_type=CONTENT_TYPE_LATEST)
    text = "Metrics are only for this machine and for clients with the token in METRICS_TOKEN.\n"
    return HttpResponse(text, status=403, content_type="text/plain; charset=utf-8")


_ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": _health, "/readyz": _readiness, "/metrics": _metrics,
}  # fmt: skip
