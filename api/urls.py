"""URLs of the API. They never change within v1."""

from typing import Any

from django.urls import path, re_path

from api.dumps import views
from api.views import (
    changes,
    claims,
    corrections,
    demands,
    drafts,
    evidence,
    log,
    match,
    messages,
    pages,
    reference_pages,
    references,
    reviews,
    revisions,
    stats,
    translated,
)

app_name = "api"

_LIST: dict[str, Any] = {"get": "list", "post": "create"}
_DETAIL: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path("", pages.Top.as_view()),
    path("v1/", pages.Root.as_view(), name="root"),
    path("v1/reviews/", reviews.ReviewList.as_view(), name="reviews"),
    path("v1/reviews/<uuid:review_id>/", reviews.ReviewDetail.as_view(), name="review"),
    path("v1/reviews/<uuid:review_id>/claimreview/", reviews.ReviewAsClaimReview.as_view(), name="review-claimreview"),
    path("v1/reviews/<uuid:review_id>/translations/", translated.TranslationList.as_view(), name="translations"),
    path("v1/reviews/<uuid:review_id>/revisions/", revisions.RevisionList.as_view(), name="revisions"),
    path("v1/reviews/<uuid:review_id>/revisions/<int:number>/", revisions.RevisionDetail.as_view(), name="revision"),
    path(
        "v1/reviews/<uuid:review_id>/revisions/<int:number>/document/",
        revisions.RevisionBytes.as_view(),
        name="revision-document",
    ),
    path("v1/reviews/<uuid:review_id>/source-checks/", evidence.SourceChecks.as_view(), name="source-checks"),
    path("v1/corrections/", corrections.CorrectionList.as_view(), name="corrections"),
    path("v1/changes/", changes.ChangeList.as_view(), name="changes"),
    path("v1/claims/", claims.ClaimList.as_view(), name="claims"),
    path("v1/claims/<uuid:claim_id>/", claims.ClaimDetail.as_view(), name="claim"),
    re_path("^v1/captures/(?P<sha256>[0-9a-f]{64})/$", evidence.CaptureDetail.as_view(), name="capture"),
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
    path("v1/publishers/<str:site>/", references.PublisherDetail.as_view(), name="publisher"),
    path("v1/rating-scales/", references.RatingScaleList.as_view(), name="rating-scales"),
    path("v1/claimants/", references.ClaimantList.as_view(), name="claimants"),
    path("v1/claimants/<uuid:claimant_id>/", references.ClaimantDetail.as_view(), name="claimant"),
    path("v1/topics/", references.TopicList.as_view(), name="topics"),
    path("v1/stats/", stats.Stats.as_view(), name="stats"),
    path("v1/stats/<str:table>/", stats.Statistic.as_view(), name="statistic"),
    path("v1/dumps/", views.DumpList.as_view(), name="dumps"),
    path("v1/dumps/<int:sequence>/", views.DumpManifest.as_view(), name="dump"),
    path("v1/dumps/<int:sequence>/<str:name>", views.DumpFile.as_view(), name="dump-file"),
    path("v1/drafts/claims/", drafts.ClaimDrafts.as_view(_LIST), name="draft-claims"),
    path("v1/drafts/claims/<uuid:claim_id>/", drafts.ClaimDrafts.as_view(_DETAIL), name="draft-claim"),
    path("v1/drafts/reviews/", drafts.ReviewDrafts.as_view(_LIST), name="draft-reviews"),
    path("v1/drafts/reviews/<uuid:review_id>/", drafts.ReviewDrafts.as_view(_DETAIL), name="draft-review"),
    path("v1/drafts/copies/", drafts.Copies.as_view(_LIST), name="draft-copies"),
    path("v1/tips/", messages.TipIn.as_view({"post": "create"}), name="tips"),
    path(
        "v1/correction-requests/", messages.CorrectionRequestIn.as_view({"post": "create"}), name="correction-requests"
    ),
    path("v1/receipts/<str:receipt>/", messages.Receipt.as_view({"get": "retrieve"}), name="receipt"),
    path("v1/log/checkpoint", log.CheckpointView.as_view(), name="log-checkpoint"),
    path("v1/log/key", log.KeyView.as_view(), name="log-key"),
    path("v1/log/tile/entries/<path:place>", log.BundleView.as_view(), name="log-entries"),
    re_path(r"^v1/log/tile/(?P<level>[0-9]{1,2})/(?P<place>.*)$", log.TileView.as_view(), name="log-tile"),
    path("v1/log/document-bundles/<path:place>", log.DocumentBundleView.as_view(), name="log-document-bundle"),
    path("v1/log/documents/<int:sequence>", log.EntryDocumentView.as_view(), name="log-document"),
    path("v1/log/proofs/consistency", log.ConsistencyView.as_view(), name="log-consistency"),
    path("schema/", pages.Schema.as_view(), name="schema"),
    path("docs/", reference_pages.ReferencePage.as_view(), name="docs"),
    path("docs/<slug:slug>/", reference_pages.ReferencePage.as_view(), name="docs-page"),
    path("problems/", pages.ProblemPage.as_view()),
    path("problems/<slug:slug>/", pages.ProblemPage.as_view(), name="problem"),
    re_path(r"^(?P<rest>[\s\S]*)$", pages.Unknown.as_view()),
]
