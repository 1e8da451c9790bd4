"""The editors' desk as a Django admin site: its titles, home page and autocomplete suggestions.

`factcheck.editorial.admin` registers the pages with this site.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from factcheck.editorial.desk.board.guides import guide_for
from factcheck.editorial.encryption import KeyProblem
from factcheck.editorial.models import User
from factcheck.editorial.people.roles import call_function

_APP = {"template_name": "admin/editorial/app.webmanifest", "content_type": "application/manifest+json"}


class Suggestions(AutocompleteJsonView):
    """The view of autocomplete suggestions, which can include rows that the model's own list doesn't show."""

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
    """Django's admin site. Accounts with `is_staff` can log in, and memberships decide everything else."""

    site_title = _("Editors’ desk")
    site_header = _("Editors’ desk")
    index_title = _("Board")
    index_template = "admin/editorial/home.html"
    app_index_template = "admin/editorial/all_lists.html"
    enable_nav_sidebar = False  # base_site.html has a navigation with groups
    empty_value_display = "–"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        from factcheck.editorial.desk.access import get_desk
        from factcheck.editorial.desk.board.menu import menu_for
        from factcheck.editorial.desk.deciding.freezes import freezes_for
        from factcheck.editorial.desk.evidence.pictures import DESK_PICTURES
        from factcheck.editorial.desk.readers.incidents import strip_for

        own = {"guide": guide_for(request), "drafts_days": settings.DRAFTS_DAYS}
        context = {**super().each_context(request), **own}
        if not self.has_permission(request):
            return context
        desk = get_desk(request)
        menu = menu_for(desk, context["available_apps"])
        own = {"menu": menu, "pictures": DESK_PICTURES, "finds": bool(desk.roles), "strip": strip_for(request)}
        unseen = call_function("editorial_unseen_notices", request.user.pk)
        return {**context, "freezes": freezes_for(request), "unseen": unseen, **own}

    def get_log_entries(self, request: HttpRequest) -> Any:
        return ()  # the desk has events instead of Django's log

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        if not self.has_permission(request):
            return []  # the login page
        from factcheck.editorial.desk.board.menu import group_lists

        # The pages of two apps are called "All lists", so they list the models of all apps.
        app_list = super().get_app_list(request, None if app_label in ("editorial", "record") else app_label)
        return group_lists([model for app in app_list for model in app["models"]])

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the page under the plain name of the app, because the links to the page use this name.

        Django would add the word "administration".
        """
        title = apps.get_app_config(app_label).verbose_name
        return super().app_index(request, app_label, {"title": title, **(extra_context or {})})

    def get_urls(self) -> list[Any]:
        from factcheck.editorial.desk.board.card_page import card_page
        from factcheck.editorial.desk.board.figures import figures_page
        from factcheck.editorial.desk.deciding.decision_page import decision_page
        from factcheck.editorial.desk.evidence import pictures
        from factcheck.editorial.desk.evidence.capture_states import capture_states
        from factcheck.editorial.desk.lists.finding import find_page
        from factcheck.editorial.desk.people import sign_in_pages, sign_in_settings
        from factcheck.editorial.desk.people.passwords import ChoosePassword
        from factcheck.editorial.desk.people.signing_keys import signing_keys
        from factcheck.editorial.desk.talk.comment_pages import comments_page
        from factcheck.editorial.desk.talk.notice_pages import notices_page

        return [
            path("editorial/proposal/<int:pk>/<slug:name>/", self.admin_view(decision_page), name="editorial_proposal"),
            path("comments/<slug:kind>/<uuid:pk>/", self.admin_view(comments_page), name="editorial_comments"),
            path("notices/", self.admin_view(notices_page), name="editorial_notices"),
            path("editorial/card/<int:newsroom>/<uuid:claim>/", self.admin_view(card_page), name="editorial_card"),
            path("editorial/captures/<slug:kind>/", self.admin_view(capture_states), name="editorial_captures"),
            path("find/", self.admin_view(find_page), name="editorial_find"),
            path("figures/", self.admin_view(figures_page), name="editorial_figures"),
            path("figures.csv", self.admin_view(figures_page), {"as_csv": True}, name="editorial_figures_csv"),
            path("choose-password/<uidb64>/<token>/", ChoosePassword.as_view(), name="choose_password"),
            path("app.webmanifest", TemplateView.as_view(**_APP), name="editorial_manifest"),
            path("login/second-factor/", sign_in_pages.second_factor_page, name="second_factor"),
            path("editorial/publisher/<int:pk>/keys/", self.admin_view(signing_keys), name="editorial_publisher_keys"),
            *sign_in_settings.urls(self.admin_view),
            *pictures.urls(self.admin_view),
            *super().get_urls(),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from factcheck.editorial.desk.board.home import home_context
        from factcheck.editorial.sign_in.freshness import has_second_factor

        context = {**home_context(request), "lacks_second_factor": not has_second_factor(request)}
        return super().index(request, {**context, **(extra_context or {})})

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Wrap a page of the desk with the rules of signing in.

        The wrapper also refuses U+0000 in the query string, because PostgreSQL can't search for this character.
        """
        wrapped = super().admin_view(view, cacheable)

        @wraps(wrapped)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "%00" in request.META.get("QUERY_STRING", ""):
                raise BadRequest("U+0000 in the address")
            answer = _check_sign_in(request)
            response = answer or _in_newsrooms_zone(request, lambda: wrapped(request, *args, **kwargs))
            key, session = request.session.session_key, request.session
            if request.method == "POST" and key and session.modified and not session.exists(key):
                session.flush()  # the person has ended this session, so nothing can be saved in it
            return response

        return checked

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        from factcheck.editorial.desk.people.sign_in_pages import destination_of, login_page

        if request.method == "GET" and self.has_permission(request):
            return redirect(destination_of(request))
        return login_page(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from factcheck.editorial.sign_in.journal import record_sign_out

        if request.method == "POST" and isinstance(request.user, User):
            record_sign_out(request, request.user)
        return super().logout(request, extra_context)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast("HttpResponse", Suggestions.as_view(admin_site=self)(request))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from factcheck.editorial.desk.people.passwords import ChangePassword

        return cast("TemplateResponse", ChangePassword.as_view()(request))


def _in_newsrooms_zone(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the page with times in the newsroom's zone.

    A page with a template must be rendered here, because the zone is reset when this function returns. A page that
    can't be shown or saved without the key of encrypted texts is replaced with the reason.
    """
    from factcheck.editorial.desk.access import get_desk

    if not isinstance(request.user, User):
        return view()
    with timezone.override(get_desk(request).time_zone):
        try:
            response = view()
            return response.render() if isinstance(response, SimpleTemplateResponse) else response
        except KeyProblem as problem:
            context = {**admin.site.each_context(request), "title": _("Messages from readers"), "content": problem}
            return TemplateResponse(request, "admin/base_site.html", context, status=503).render()


def _check_sign_in(request: HttpRequest) -> HttpResponse | None:
    """Return the page that the person gets in place of the page that they opened, or None to let them pass."""
    from factcheck.editorial.desk.confirmation import confirm
    from factcheck.editorial.desk.people.sign_in_settings import SETUP_PAGES
    from factcheck.editorial.sign_in.freshness import has_second_factor

    page = request.resolver_match.url_name if request.resolver_match else ""
    if request.user.is_anonymous:
        if request.method != "POST" or page == "logout":
            return None  # Django redirects to the login page
        form_page = urlsplit(request.headers.get("referer", request.path))._replace(scheme="", netloc="").geturl()
        return redirect_to_login(form_page, reverse("admin:login"))
    if not (page or "").endswith("_open"):  # an open page says who is editing, even when nobody is there
        request.session.record_use()  # type: ignore[attr-defined]
    if settings.SECOND_FACTOR_REQUIRED and page not in SETUP_PAGES and not has_second_factor(request):
        return redirect("admin:account_sign_in")
    return confirm(request)
