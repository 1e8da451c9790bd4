"""URLs of the website. Pages have the interface's language in their URL, `/en/` or `/vi/` (`pages`).

The URLs in `urlpatterns` contain no language. They are files for programs, and the permanent URLs of published content,
which published bodies contain. The same content is also a page in each language.
"""

from functools import partial

from django.templatetags.static import static
from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter, UUIDConverter
from django.views.generic import RedirectView

from factcheck.record.formats.urls import PICTURE_PATH
from factcheck.website import intake
from factcheck.website.browse import browse_views, correction_views, demand_views, home_views
from factcheck.website.documentation import data_views, guide_views, profile_views, well_known_views
from factcheck.website.reviews import diff_views, review_views
from factcheck.website.search import picture_search, search_views
from factcheck.website.sharing import embed_views, share_views
from factcheck.website.statistics import statistics_views
from factcheck.website.verifying import file_views, verify_views

REVISION = rf"^(?P<section>[a-z]+s)/(?P<subject>{UUIDConverter.regex})/revisions/(?P<number>[0-9]{{1,9}})"

_redirect = partial(RedirectView.as_view, http_method_names=["get", "head"])


class Words(StringConverter):
    """At least two words with hyphens between them. Pages below a review's URL have a name of one word."""

    regex = "[a-z0-9_]+(?:-[a-z0-9_]+)+"


register_converter(Words, "words")

permanent = [
    path("reviews/<uuid:review_id>/", review_views.review, name="review"),
    path("reviews/<uuid:review_id>/<words:words>/", review_views.review),
    path("reviews/<uuid:review_id>/revisions/<int:number>/", review_views.revision, name="revision"),
    path("reviews/<uuid:review_id>/revisions/<int:before>..<int:after>/", diff_views.difference, name="diff"),
    path("claims/<uuid:claim_id>/", review_views.claim, name="claim"),
    path("demands/<uuid:demand_id>/", demand_views.demand, name="demand"),
    re_path("^captures/(?P<sha256>[0-9a-f]{64})/$", file_views.capture, name="capture"),
]

pages = [
    *permanent,
    path("", home_views.home, name="home"),
    path("search/", search_views.search, name="search"),
    path("search/picture/", picture_search.picture_search, name="search_picture"),
    path("search/as-you-type/", search_views.as_you_type, name="search_as_you_type"),
    # From shortened URLs of reviews and claims. The redirects are temporary, because lists may follow later.
    path("reviews/", _redirect(pattern_name="home")),
    path("claims/", _redirect(pattern_name="home")),
    path("reviews/<uuid:review_id>/report/", intake.report, name="report"),
    path("claims/<uuid:claim_id>/mismatch/", intake.mismatch, name="mismatch"),
    path("tips/", intake.tip, name="tip"),
    path("receipts/<str:receipt>/", intake.message, name="message"),
    path("browse/", browse_views.browse, name="browse"),
    path("publishers/<str:site>/", browse_views.publisher, name="publisher"),
    path("topics/<slug:slug>/", browse_views.topic, name="topic"),
    path("claimants/<uuid:claimant_id>/", browse_views.claimant, name="claimant"),
    path("corrections/", correction_views.corrections, name="corrections"),
    path("verify/", verify_views.verify, name="verify"),
    path("demands/", demand_views.demands, name="demands"),
    path("data/", data_views.data, name="data"),
    path("statistics/", statistics_views.statistics, name="statistics"),
    path("statistics/<slug:table>.csv", statistics_views.statistics_csv, name="statistics_csv"),
    path("publishers/<site>/methodology/", profile_views.methodology, name="methodology"),
    path("publishers/<site>/rules/<slug:page>/", profile_views.rules, name="rules"),
    path("about/", profile_views.explanation, {"page": "about"}, name="about"),
    path("complain/", profile_views.explanation, {"page": "complain"}, name="complain"),
    path("privacy/", profile_views.explanation, {"page": "privacy"}, name="privacy"),
    path("what-we-do-not-do/", profile_views.explanation, {"page": "what-we-do-not-do"}, name="limits"),
    path("docs/", guide_views.index, name="documentation"),
    path("docs/<slug:kind>/", guide_views.guide, name="guides"),
    path("docs/<slug:kind>/<slug:name>/", guide_views.guide, name="guide"),
]

# Parts of pages, and pages that only a form opens, have URLs like pages.
in_sitemap = [
    page.name
    for page in pages
    if page.name and page.name not in ("search_as_you_type", "search_picture") and not page.pattern.regex.groups
]

urlpatterns = [
    *permanent,
    re_path(rf"{REVISION}/proof\.json$", verify_views.proof, name="proof"),
    re_path(rf"{REVISION}/salted-document$", verify_views.salted_document, name="salted_document"),
    path("verify/verifier.py", verify_views.verifier, name="verifier"),
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
    path("publishers/<site>/rules.json", profile_views.rules_file, name="rules_file"),
    path("oembed/", embed_views.oembed, name="oembed"),
    re_path("^captures/(?P<sha256>[0-9a-f]{64})/file/$", file_views.capture_file, name="capture_file"),
    re_path("^captures/(?P<sha256>[0-9a-f]{64})/picture/$", file_views.capture_picture, name="capture_picture"),
    re_path("^captures/(?P<sha256>[0-9a-f]{64})/picture/(?P<number>[0-9]{1,4})/$", file_views.copied_picture),
    re_path(rf"^{PICTURE_PATH.pattern[1:]}$", file_views.picture, name="picture"),
    path("docs/<slug:kind>/<slug:name>.md", guide_views.markdown),
    path("llms.txt", guide_views.llms),
    path("sitemap.xml", well_known_views.sitemap),
    path("sitemaps/<slug:name>.xml", well_known_views.sitemap),
    path("robots.txt", well_known_views.robots),
    # For responses that can't link to an icon: JSON, feeds and plain text.
    path("favicon.ico", _redirect(url=static("website/icon.svg"))),
    path(".well-known/security.txt", well_known_views.security),
    # For password managers (W3C, Well-Known URL for Changing Passwords).
    path(".well-known/change-password", _redirect(pattern_name="admin:password_change")),
    path(well_known_views.CATALOG.removeprefix("/"), well_known_views.api_catalog),
]
