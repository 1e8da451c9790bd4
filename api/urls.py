"""Addresses of the API. They are part of what is promised: nothing here moves within v1."""

from django.urls import path, re_path

from api.views import (
    changes,
    claims,
    corrections,
    demands,
    differences,
    dumps,
    log,
    match,
    pages,
    references,
    reviews,
    revisions,
)

app_name = "api"

urlpatterns = [
    path("", pages.Top.as_view()),
    path("v1/", pages.Root.as_view(), name="root"),
    path("v1/reviews/", reviews.ReviewList.as_view(), name="reviews"),
    path("v1/reviews/<uuid:review_id>/", reviews.ReviewDetail.as_view(), name="review"),
    path("v1/reviews/<uuid:review_id>/claimreview/", reviews.ReviewAsClaimReview.as_view(), name="review-claimreview"),
    path("v1/reviews/<uuid:review_id>/revisions/", revisions.RevisionList.as_view(), name="revisions"),
    path("v1/reviews/<uuid:review_id>/revisions/<int:number>/", revisions.RevisionDetail.as_view(), name="revision"),
    path(
        "v1/reviews/<uuid:review_id>/revisions/<int:number>/document/",
        revisions.RevisionBytes.as_view(),
        name="revision-document",
    ),
    path(
        "v1/reviews/<uuid:review_id>/revisions/<int:number>/diff/<int:other>/",
        differences.Difference.as_view(),
        name="revision-diff",
    ),
    path("v1/corrections/", corrections.CorrectionList.as_view(), name="corrections"),
    path("v1/changes/", changes.ChangeList.as_view(), name="changes"),
    path("v1/claims/", claims.ClaimList.as_view(), name="claims"),
    path("v1/claims/<uuid:claim_id>/", claims.ClaimDetail.as_view(), name="claim"),
    path("v1/match/", match.MatchView.as_view(), name="match"),
    path("v1/demands/", demands.DemandList.as_view(), name="demands"),
    path("v1/demands/<uuid:demand_id>/", demands.DemandDetail.as_view(), name="demand"),
    path("v1/demands/<uuid:demand_id>/revisions/", demands.DemandRevisionList.as_view(), name="demand-revisions"),
    path(
        "v1/demands/<uuid:demand_id>/revisions/<int:number>/",
        demands.DemandRevisionDetail.as_view(),
        name="demand-revision",
    ),
    path(
        "v1/demands/<uuid:demand_id>/revisions/<int:number>/document/",
        demands.DemandRevisionBytes.as_view(),
        name="demand-revision-document",
    ),
    path("v1/publishers/", references.PublisherList.as_view(), name="publishers"),
    path("v1/rating-scales/", references.RatingScaleList.as_view(), name="rating-scales"),
    path("v1/claimants/", references.ClaimantList.as_view(), name="claimants"),
    path("v1/topics/", references.TopicList.as_view(), name="topics"),
    path("v1/dumps/", dumps.DumpList.as_view(), name="dumps"),
    path("v1/dumps/<int:sequence>/", dumps.DumpManifest.as_view(), name="dump"),
    path("v1/dumps/<int:sequence>/<str:name>", dumps.DumpFile.as_view(), name="dump-file"),
    path("v1/log/checkpoint", log.CheckpointView.as_view(), name="log-checkpoint"),
    path("v1/log/key", log.KeyView.as_view(), name="log-key"),
    path("v1/log/tile/entries/<path:place>", log.BundleView.as_view(), name="log-entries"),
    re_path(r"^v1/log/tile/(?P<level>[0-9]{1,2})/(?P<place>.*)$", log.TileView.as_view(), name="log-tile"),
    path("v1/log/documents/<int:sequence>", log.EntryDocumentView.as_view(), name="log-document"),
    path("v1/log/proofs/inclusion", log.InclusionView.as_view(), name="log-inclusion"),
    path("v1/log/proofs/consistency", log.ConsistencyView.as_view(), name="log-consistency"),
    path("schema/", pages.Schema.as_view(), name="schema"),
    path("docs/", pages.Documentation.as_view(), name="docs"),
    path("problems/", pages.ProblemPage.as_view()),
    path("problems/<slug:slug>/", pages.ProblemPage.as_view(), name="problem"),
    re_path(r"^(?P<rest>[\s\S]*)$", pages.Unknown.as_view()),
]
