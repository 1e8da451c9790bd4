"""URLs of the website at /, the API under /api/ and the editors' desk under /admin/.

Django resolves names from the last pattern on. Links to permanent URLs therefore keep the page's language.
"""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from api.feeds.feed_formats import FORMATS
from api.feeds.views import ClaimReviewFeed, CorrectionFeed, ReviewFeed
from api.views.reference_pages import ReferencePage
from factcheck.operations.first_hour import first_hour_page
from factcheck.operations.retention import kept_page
from factcheck.website.urls import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("api.urls")),
    path("admin/language/", set_language, name="set_language"),
    path("admin/first-hour/", admin.site.admin_view(first_hour_page), name="editorial_first_hour"),
    path("admin/kept/", admin.site.admin_view(kept_page), name="editorial_kept"),
    path("admin/", admin.site.urls),
    path("", include("api.google.urls")),
    *(
        path(f"feeds/{name}.{kind}", view.as_view(kind=kind), name=f"{name}-{kind}")
        for name, view in (("reviews", ReviewFeed), ("corrections", CorrectionFeed))
        for kind in FORMATS
    ),
    path("feeds/claimreview.json", ClaimReviewFeed.as_view(), name="claimreview-feed"),
    path("", include("factcheck.website.urls")),
    *i18n_patterns(
        *pages,
        path("api/docs/", ReferencePage.as_view(), name="reference"),
        path("api/docs/<slug:slug>/", ReferencePage.as_view()),
    ),
]

handler500 = "factcheck.website.error_views.server_error"
