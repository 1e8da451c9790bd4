"""URLs of the pages. `/reviews/<id>/` and `/demands/<id>/` never change, because published bodies contain them."""

from django.urls import path, re_path
from django.urls.converters import UUIDConverter
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from factcheck.record.formats.picture_files import PATH
from factcheck.website import (
    capture_views,
    demand_views,
    documentation,
    embed_views,
    intake,
    picture_views,
    share_views,
    sitemaps,
    views,
    well_known,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("reviews/", views.newest),
    path("claims/", views.newest),
    path("reviews/<uuid:review_id>/", views.review, name="review"),
    path("reviews/<uuid:review_id>/revisions/<int:number>/", views.revision, name="revision"),
    re_path(
        rf"^reviews/(?P<review_id>{UUIDConverter.regex})/share/(?P<digest>[0-9a-f]{{16}})-(?P<language>en|vi)\.png$",
        share_views.share_picture,
        name="share_picture",
    ),
    path("reviews/<uuid:review_id>/share/", share_views.share, name="share"),
    re_path(r"^share/(?P<language>en|vi)\.png$", share_views.site_picture, name="site_picture"),
    re_path(
        rf"^reviews/(?P<review_id>{UUIDConverter.regex})/cite\.(?P<extension>txt|bib|json)$",
        share_views.citation,
        name="citation",
    ),
    path("embed/reviews/<uuid:review_id>/", embed_views.embed, name="embed"),
    path("oembed/", embed_views.oembed, name="oembed"),
    path("reviews/<uuid:review_id>/report/", intake.report, name="report"),
    path("tips/", intake.tip, name="tip"),
    path("receipts/<str:receipt>/", intake.message, name="message"),
    path("claims/<uuid:claim_id>/", views.claim, name="claim"),
    re_path("^captures/(?P<sha256>[0-9a-f]{64})/$", capture_views.capture, name="capture"),
    re_path("^captures/(?P<sha256>[0-9a-f]{64})/file/$", capture_views.capture_file, name="capture_file"),
    re_path(rf"^{PATH.pattern[1:]}$", picture_views.picture, name="picture"),
    path("corrections/", views.corrections, name="corrections"),
    path("demands/", demand_views.demands, name="demands"),
    path("demands/<uuid:demand_id>/", demand_views.demand, name="demand"),
    path("docs/", documentation.index, name="documentation"),
    path("docs/<slug:kind>/", documentation.guide),
    path("docs/<slug:kind>/<slug:name>/", documentation.guide, name="guide"),
    path("docs/<slug:kind>/<slug:name>.md", documentation.markdown),
    path("llms.txt", documentation.llms),
    # This view doesn't check a CSRF token, because another site could only change the language. A token would set a
    # cookie for every reader and remove every page's ETag.
    path("i18n/setlang/", csrf_exempt(set_language), name="set_language"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemaps/pages.xml", sitemaps.pages),
    path("sitemaps/reviews/<uuid:first>.xml", sitemaps.sitemap, {"section": "reviews"}),
    path("sitemaps/demands/<uuid:first>.xml", sitemaps.sitemap, {"section": "demands"}),
    path("robots.txt", well_known.robots),
    path("favicon.ico", well_known.favicon),
    path(".well-known/security.txt", well_known.security),
    path(".well-known/change-password", well_known.change_password),
    path(well_known.CATALOG.removeprefix("/"), well_known.api_catalog),
]
