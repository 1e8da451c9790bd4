"""Addresses of the API. They are part of what is promised: nothing here moves within v1."""

from django.urls import path, re_path

from api.views import claims, pages, references, reviews, revisions

app_name = "api"

urlpatterns = [
    path("", pages.Top.as_view()),
    path("v1/", pages.Root.as_view(), name="root"),
    path("v1/reviews/", reviews.ReviewList.as_view(), name="reviews"),
    path("v1/reviews/<uuid:review_id>/", reviews.ReviewDetail.as_view(), name="review"),
    path("v1/reviews/<uuid:review_id>/revisions/", revisions.RevisionList.as_view(), name="revisions"),
    path("v1/reviews/<uuid:review_id>/revisions/<int:number>/", revisions.RevisionDetail.as_view(), name="revision"),
    path(
        "v1/reviews/<uuid:review_id>/revisions/<int:number>/document/",
        revisions.RevisionBytes.as_view(),
        name="revision-document",
    ),
    path("v1/claims/", claims.ClaimList.as_view(), name="claims"),
    path("v1/claims/<uuid:claim_id>/", claims.ClaimDetail.as_view(), name="claim"),
    path("v1/publishers/", references.PublisherList.as_view(), name="publishers"),
    path("v1/rating-scales/", references.RatingScaleList.as_view(), name="rating-scales"),
    path("v1/claimants/", references.ClaimantList.as_view(), name="claimants"),
    path("v1/topics/", references.TopicList.as_view(), name="topics"),
    path("schema/", pages.Schema.as_view(), name="schema"),
    path("docs/", pages.Documentation.as_view(), name="docs"),
    path("problems/", pages.ProblemPage.as_view()),
    path("problems/<slug:slug>/", pages.ProblemPage.as_view(), name="problem"),
    re_path(r"^(?P<rest>[\s\S]*)$", pages.Unknown.as_view()),
]
