"""All reviews in one file: a schema.org DataFeed of ClaimReviews, for example for Data Commons."""

from django.http import HttpResponseBase
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.http import responses
from api.http.endpoint import Endpoint, refuse_parameters
from api.http.negotiation import LINKED_DATA, accepts_gzip
from api.http.problems import UNAVAILABLE, Refused
from api.http.ranges import respond_file
from factcheck.record import dump_files
from factcheck.record.formats.claimreview import MEDIA_TYPE

# The worker makes the feed every five minutes (factcheck/operations/tasks.py).
RETRY_AFTER = 300


@extend_schema(exclude=True)
class ClaimReviewFeed(Endpoint):
    """The newest file that the worker has made. The feed is never generated for a reader, who may read it slowly."""

    media_type = LINKED_DATA
    reads_log_head = False

    def get(self, request: Request) -> HttpResponseBase:
        refuse_parameters(request)
        feed = next(iter(dump_files.feeds("public")), None)
        if feed is None:
            raise _unavailable()
        responses.set_head(feed.size - 1 if feed.size else None)
        try:
            if accepts_gzip(request._request):
                etag = f'"{feed.digest}-gzip"'
                response = respond_file(request._request, feed.compressed_path, MEDIA_TYPE, etag, encoding="gzip")
            else:
                response = respond_file(request._request, feed.path, MEDIA_TYPE, f'"{feed.digest}"')
        except FileNotFoundError:  # an erasure has just deleted the feed
            raise _unavailable() from None
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


def _unavailable() -> Refused:
    detail = "The feed hasn't been made yet. The site makes it every five minutes. Try again later."
    return Refused(UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_AFTER)})
