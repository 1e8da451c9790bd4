"""Google's Fact Check Tools API, `v1alpha1`. Google's clients need only a new base URL (docs/reference/google.md)."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.google import errors
from api.google.discovery import DOCUMENT, EXAMPLE_SITE
from api.google.errors import GoogleError
from api.google.output import FORM, JSON, parameters_of, write
from api.google.parameters import read_image_search, read_search
from api.google.search import IMAGE_RESPONSE, RESPONSE, search_by_picture, search_claims
from api.http import responses
from api.http.endpoint import Endpoint
from api.lists.parameters import apply_mask


@extend_schema(exclude=True)  # every client includes Google's own description
class GoogleEndpoint(Endpoint):
    media_type = ""

    def get_exception_handler(self) -> Callable[..., HttpResponse]:
        return errors.handle


class SearchEndpoint(GoogleEndpoint):
    http_method_names = ["get", "head", "options", "post"]

    def get(self, request: Request) -> HttpResponse:
        sent = request._request
        return responses.respond(write(sent, self.search(parameters_of(sent))), JSON)

    def post(self, request: Request) -> HttpResponse:
        """Respond to a GET that the client sends as a form, because the URL is too long."""
        sent = request._request
        if sent.headers.get("X-HTTP-Method-Override", "").upper() != "GET" or sent.content_type != FORM:
            raise GoogleError(
                "NOT_FOUND",
                f"This method isn't supported. Send a GET, or a POST with X-HTTP-Method-Override: GET and {FORM}.",
            )
        return self.get(request)

    def search(self, query: QueryDict) -> object:
        raise NotImplementedError


class ClaimSearch(SearchEndpoint):
    def search(self, query: QueryDict) -> object:
        search = read_search(query, RESPONSE)
        return apply_mask(search.fields, search_claims(search))


class ImageSearch(SearchEndpoint):
    def search(self, query: QueryDict) -> object:
        search = read_image_search(query, IMAGE_RESPONSE)
        return apply_mask(search.fields, search_by_picture(search))


class Discovery(GoogleEndpoint):
    depends_on_log = False

    def get(self, request: Request) -> HttpResponse:
        return responses.respond(DOCUMENT.replace(EXAMPLE_SITE, settings.SITE_URL).encode(), JSON)


class Unimplemented(GoogleEndpoint):
    """The methods of Google's API that this site doesn't support, which edit the markup of pages."""

    http_method_names = ["get", "head", "options", "post", "put", "patch", "delete"]

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        raise GoogleError("UNIMPLEMENTED", "This site doesn't support this method of Google's API. Use claims:search.")

    post = put = patch = delete = get


class Unknown(GoogleEndpoint):
    def get(self, request: Request) -> HttpResponse:
        raise GoogleError("NOT_FOUND", "This method doesn't exist. Try GET /v1alpha1/claims:search.")
