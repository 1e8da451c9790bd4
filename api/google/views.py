"""Google's Fact Check Tools API, `v1alpha1`. Google's clients need only a new base URL (docs/reference/google.md)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.google import errors
from api.google.discovery import VERSION, discovery_document
from api.google.errors import GoogleError
from api.google.fields import apply_mask
from api.google.output import FORM, JSON, output_of, parameters_of, write
from api.google.parameters import read_discovery, read_search
from api.google.search import RESPONSE, search_claims
from api.http import responses
from api.http.endpoint import Endpoint
from api.http.negotiation import Anything


@extend_schema(exclude=True)  # every client includes Google's own description
class GoogleEndpoint(Endpoint):
    content_negotiation_class = Anything

    def get_exception_handler(self) -> Callable[..., HttpResponse]:
        return errors.handle


class ClaimSearch(GoogleEndpoint):
    http_method_names = ["get", "head", "options", "post"]

    def get(self, request: Request) -> HttpResponse:
        search = read_search(parameters_of(request._request), RESPONSE)
        content, content_type = write(apply_mask(search.fields, search_claims(search)), output_of(request._request))
        return responses.respond(request._request, content, content_type)

    def post(self, request: Request) -> HttpResponse:
        """Answer a GET that the client sends as a form, because the URL is too long."""
        sent = request._request
        if sent.headers.get("X-HTTP-Method-Override", "").upper() != "GET" or sent.content_type != FORM:
            raise GoogleError(
                "NOT_FOUND",
                f"This method isn't supported. Send a GET, or a POST with X-HTTP-Method-Override: GET and {FORM}.",
            )
        return self.get(request)


class Discovery(GoogleEndpoint):
    depends_on_log = False

    def get(self, request: Request) -> HttpResponse:
        read_discovery(parameters_of(request._request), VERSION)
        return responses.respond(request._request, discovery_document(settings.SITE_URL), JSON)


class Unimplemented(GoogleEndpoint):
    """The methods of Google's API that this site doesn't support: image search and page markup."""

    http_method_names = ["get", "head", "options", "post", "put", "patch", "delete"]
    message = "This site doesn't support this method of Google's API. Use claims:search."

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        raise GoogleError("UNIMPLEMENTED", self.message)

    post = put = patch = delete = get


class ImageSearch(Unimplemented):
    message = "This site can't search by image, because it doesn't keep copies of images. Use claims:search with words."


class Unknown(GoogleEndpoint):
    def get(self, request: Request) -> HttpResponse:
        raise GoogleError("NOT_FOUND", "This method doesn't exist. Try GET /v1alpha1/claims:search.")
