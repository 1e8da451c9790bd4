"""The editors' desk as a Django admin site: its titles, home page and autocomplete suggestions.

`factcheck.editorial.admin` registers the pages with this site.
"""

from functools import wraps
from typing import Any, cast

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.guides import guide_for
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import User

# The order of the lists, with the most frequently needed lists first.
ORDER = (
    "Review", "Claim", "Claimant", "Demand", "ReaderMessage", "ImportBatch", "VerdictMapping", "Topic", "RatingScale",
    "Verdict", "Publisher", "Freeze", "User", "Membership", "ApiToken", "Subscription", "Delivery", "Job",
    "EditorialEvent",
)  # fmt: skip

LOGGED_OUT = _(
    "Not saved: you had been logged out. Log in, then press your browser’s Back button until you see the text"
    " that you typed. Then save it again."
)


class Suggestions(AutocompleteJsonView):
    """Autocomplete suggestions, which can include rows that the model's own list doesn't show."""

    def get_queryset(self) -> QuerySet[Any]:
        model_admin: Any = self.model_admin
        rows = model_admin.autocomplete_queryset(self.request)
        rows, _may_have_duplicates = model_admin.get_search_results(self.request, rows, self.term)
        return cast("QuerySet[Any]", rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        model_admin: Any = self.model_admin
        model_admin.show_public_text(self.request, context["object_list"])
        return context


class EditorsDesk(admin.AdminSite):
    """Django's admin site. Accounts need `is_staff` to log in. Everything else depends on memberships."""

    site_title = _("Editors’ desk")
    site_header = _("Editors’ desk")
    index_title = _("Waiting for you")
    index_template = "admin/editorial/home.html"
    empty_value_display = "–"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        from factcheck.editorial.desk.freezes import freezes_for

        freezes = freezes_for(request) if self.has_permission(request) else []
        return {**super().each_context(request), "guide": guide_for(request), "freezes": freezes}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        if not self.has_permission(request):
            return []  # the login page
        # The page of the "editorial" app is called "Everything", so it lists the models of all apps.
        app_list = super().get_app_list(request, app_label if app_label != "editorial" else None)
        models = [model for app in app_list for model in app["models"]]
        models.sort(key=lambda model: ORDER.index(model["object_name"]))
        return [{**app_list[0], "models": models}] if app_list else []

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Removes "administration" from the title, because links to the page don't include this word."""
        title = apps.get_app_config(app_label).verbose_name
        return super().app_index(request, app_label, {"title": title, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        from factcheck.editorial.desk.decision_page import decision_page

        view = self.admin_view(decision_page)
        return [path("editorial/proposal/<int:pk>/<slug:name>/", view, name="editorial_proposal"), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from factcheck.editorial.desk.home import home_context

        return super().index(request, {**home_context(request), **(extra_context or {})})

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Refuses U+0000 in the query string, because PostgreSQL can't search for this character.

        If a person has been logged out, Django redirects to the login page and drops the submitted form. The login page
        then shows a warning.
        """
        wrapped = super().admin_view(view, cacheable)

        @wraps(wrapped)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "%00" in request.META.get("QUERY_STRING", ""):
                raise BadRequest("U+0000 in the address")
            if request.method == "POST" and request.user.is_anonymous and request.path != reverse("admin:logout"):
                messages.warning(request, str(LOGGED_OUT))
            return cast("HttpResponse", wrapped(request, *args, **kwargs))

        return checked

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast("HttpResponse", Suggestions.as_view(admin_site=self)(request))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        with transaction.atomic():
            assert isinstance(request.user, User)
            set_actor(request.user)
            return super().password_change(request, extra_context)
