"""All reviews in one file: a schema.org DataFeed of ClaimReviews, for example for Data Commons."""

from django.conf import settings
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.http.endpoint import Endpoint, refuse_parameters
from api.http.negotiation import LinkedDataOnly
from api.http.streams import respond_stream
from factcheck.record.formats.claimreview import MEDIA_TYPE
from factcheck.record.models import LogEntry
from factcheck.record.readmodel.datafeed import data_feed

# Increase this number when the same record is serialised differently, so that clients fetch the feed again.
EDITION = 1


@extend_schema(exclude=True)
class ClaimReviewFeed(Endpoint):
    content_negotiation_class = LinkedDataOnly

    def get(self, request: Request) -> HttpResponseBase:
        refuse_parameters(request)
        head = LogEntry.objects.using("public").newest().first()
        stamp = f"{EDITION} {settings.SITE_URL} {settings.LICENSE_URL} {head.digest if head else None}"
        return respond_stream(request._request, stamp, lambda: data_feed(head), MEDIA_TYPE)
