"""Google's Fact Check Tools API, `v1alpha1`: its clients work here with another base address (docs/google.md)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.google import errors
from api.google.errors import GoogleError
from api.google.fields import take
from api.google.output import FORM, output_of, parameters_of, write
from api.google.parameters import read_search
from api.google.search import RESPONSE, search_claims
from api.http import responses
from api.http.endpoint import Endpoint
from api.http.negotiation import Anything


@extend_schema(exclude=True)  # Google's own description of it ships in every client
class GoogleEndpoint(Endpoint):
    content_negotiation_class = Anything

    def get_exception_handler(self) -> Callable[..., HttpResponse]:
        return errors.handle


class ClaimSearch(GoogleEndpoint):
    http_method_names = ["get", "head", "options", "post"]

    def get(self, request: Request) -> HttpResponse:
        asked = read_search(parameters_of(request._request), RESPONSE)
        content, content_type = write(take(asked.fields, search_claims(asked)), output_of(request._request))
        return responses.respond(request._request, content, content_type)

    def post(self, request: Request) -> HttpResponse:
        """A GET whose address is too long for a client comes as a form."""
        sent = request._request
        if sent.headers.get("X-HTTP-Method-Override", "").upper() != "GET" or sent.content_type != FORM:
            raise GoogleError(
                "NOT_FOUND", f"Only a GET is served here, or a POST with X-HTTP-Method-Override: GET and {FORM}."
            )
        return self.get(request)


class Unimplemented(GoogleEndpoint):
    """Methods that Google has and we have not: search by image, and markup of pages."""

    http_method_names = ["get", "head", "options", "post", "put", "patch", "delete"]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        raise GoogleError("UNIMPLEMENTED", "This method of Google's API is not served here; claims:search is.")

    post = put = patch = delete = get


class Unknown(GoogleEndpoint):
    def get(self, request: Request, rest: str) -> HttpResponse:
        raise GoogleError("NOT_FOUND", "There is no such method here. Try GET /v1alpha1/claims:search.")
