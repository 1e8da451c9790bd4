"""Addresses: the website at /, the API under /api/, the editors' desk under /admin/."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
]
if find_spec("api.urls"):
    from api.views.datafeed import ClaimReviewFeed
    from api.views.feeds import CorrectionFeed

    urlpatterns += [
        path("api/", include("api.urls")),
        path("v1alpha1/", include("api.google.urls")),
        path("feeds/corrections.atom", CorrectionFeed.as_view(), name="corrections-feed"),
        path("feeds/claimreview.json", ClaimReviewFeed.as_view(), name="claimreview-feed"),
    ]
if find_spec("factcheck.website.urls"):
    urlpatterns.append(path("", include("factcheck.website.urls")))
