"""The list as a generic view: `nested.site:application`."""

from django.core.handlers.wsgi import WSGIHandler
from django.db.models import QuerySet
from django.urls import path
from site_settings import configure

configure("nested.site", "rest_framework", "nested")

from rest_framework import generics, pagination

from nested.models import Review
from nested.serializers import ReviewSerializer


class Pages(pagination.CursorPagination):
    page_size = 20
    ordering = ("-published_at", "-id")


class ReviewList(generics.ListAPIView):
    serializer_class = ReviewSerializer
    pagination_class = Pages

    def get_queryset(self) -> QuerySet[Review]:
        found = Review.objects.select_related("publisher", "verdict", "claim__claimant").prefetch_related(
            "claim__appearances", "authors", "sources", "corrections", "topics"
        )
        asked = self.request.query_params
        if "language" in asked:
            found = found.filter(language=asked["language"])
        if "verdict" in asked:
            scale, __, slug = asked["verdict"].partition(":")
            found = found.filter(verdict__scale=scale, verdict__slug=slug)
        if "published_after" in asked:
            found = found.filter(published_at__gte=asked["published_after"])
        return found


urlpatterns = [path("api/v1/reviews/", ReviewList.as_view())]
application = WSGIHandler()
