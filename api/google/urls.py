"""URLs of Google's Fact Check Tools API, in Google's spelling."""

from django.urls import path, re_path

from api.google import views

urlpatterns = [
    path("claims:search", views.ClaimSearch.as_view(), name="google-claims-search"),
    path("claims:imageSearch", views.Unimplemented.as_view()),
    path("pages", views.Unimplemented.as_view()),
    path("pages/<str:page>", views.Unimplemented.as_view()),
    re_path(r"^(?P<rest>[\s\S]*)$", views.Unknown.as_view()),
]
