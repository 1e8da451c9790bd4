"""URLs of Google's Fact Check Tools API, in Google's spelling."""

from django.urls import path, re_path

from api.google import views

urlpatterns = [
    path("v1alpha1/claims:search", views.ClaimSearch.as_view(), name="google-claims-search"),
    path("v1alpha1/claims:imageSearch", views.ImageSearch.as_view()),
    path("v1alpha1/pages", views.Unimplemented.as_view()),
    path("v1alpha1/pages/<str:page>", views.Unimplemented.as_view()),
    path("$discovery/rest", views.Discovery.as_view(), name="google-discovery"),
    re_path(r"^(?:v1alpha1|\$discovery)(?:/[\s\S]*)?$", views.Unknown.as_view()),
]
