"""The base view of the public endpoints, with GET, HEAD and OPTIONS, with JSON, and without authentication.

The views send stored bodies, so they use neither serializers nor pagination of Django REST framework. They are its
views because drf-spectacular describes only such views. Only private views use its dispatch.
"""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.exceptions import NotAcceptable
from rest_framework.request import Request
from rest_framework.views import APIView

from api.http import responses
from api.http.negotiation import JSON, accepts
from api.http.parameters import Parameters, require_utf8
from api.http.request_bodies import require_length


class Endpoint(APIView):
    """The base view. Subclasses define `get`, which returns `responses.respond(…)` or raises a problem."""

    http_method_names = ["get", "head", "options"]
    parser_classes = []
    # False for a view that reads the log's head with its rows (`api.lists.pages`).
    reads_log_head = True
    # False for a view whose responses don't depend on the log. If the view doesn't read anything else, it also responds
    # while the database is away.
    depends_on_log = True
    # The media type that the view sends. If it is empty, `Accept` is ignored.
    media_type: ClassVar[str] = JSON
    format_kwarg = None
    allow: ClassVar[str]  # the methods, which each response names

    def __init_subclass__(cls) -> None:
        names = [name for name in cls.http_method_names if name == "head" or hasattr(cls, name)]
        cls.allow = ", ".join(names).upper()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # These are the steps of Django REST framework that the API needs. The API has no authentication, and versions
        # and formats have their own URLs.
        if self.media_type and not accepts(request.META.get("HTTP_ACCEPT", ""), self.media_type):
            raise NotAcceptable
        request.accepted_media_type = self.media_type
        require_length(request._request)
        require_utf8(request._request)
        # The head is read before the content, so the content is never older than the head.
        if self.depends_on_log and self.reads_log_head:
            responses.read_head()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer without the parsers, renderers, accounts and throttles of Django REST framework."""
        self.request = sent = Request(request)
        try:
            self.initial(sent, *args, **kwargs)
            method = (request.method or "").lower()
            known = method in self.http_method_names
            handler = getattr(self, method, self.http_method_not_allowed) if known else self.http_method_not_allowed
            response = handler(sent, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - each error becomes a problem
            response = self.get_exception_handler()(error, {"request": sent})
        return self.finalize_response(sent, response, *args, **kwargs)

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Return the supported methods in the header `Allow`."""
        return HttpResponse(status=204)

    def finalize_response(  # type: ignore[override]
        self, request: Request | HttpRequest, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if not self.depends_on_log:
            responses.set_head(None)
        responses.add_missing_headers(response)
        response.headers.setdefault("Allow", self.allow)
        return response


def refuse_parameters(request: Request) -> None:
    """Raise ParameterProblem if there are any parameters, for endpoints without parameters."""
    Parameters(request.query_params, []).raise_faults()
