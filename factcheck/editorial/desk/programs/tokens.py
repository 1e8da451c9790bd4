"""API tokens at the desk, which people create and revoke themselves. Chief editors can revoke them too."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_forms import NewsroomForm
from factcheck.editorial.desk.action_views import (
    ActionsAdmin,
    DeskAction,
    refusals_on_form,
    subject_page,
    submitted_data,
)
from factcheck.editorial.desk.widgets import OneLineInput
from factcheck.editorial.models import ApiToken
from factcheck.editorial.programs.tokens import create_token, revoke_token

DAYS = (7, 30, 90, 365)
EXTENSION = Path(__file__).parents[2] / "extension"


class TokenForm(NewsroomForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        widget=OneLineInput,
        help_text=ApiToken._meta.get_field("name").help_text,
    )
    scopes = forms.MultipleChoiceField(
        label=pgettext_lazy("scope of a token", "May"),
        choices=ApiToken.Scope.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "radiolist"}),
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        initial=90,
        choices=lambda: [(days, ngettext("%d day", "%d days", days) % days) for days in DAYS],
    )


REVOKE = DeskAction[ApiToken](
    "revoke",
    _("Revoke"),
    _("The token stops working immediately and permanently. Claims and drafts written with the token are kept."),
    _("Revoked."),
    lambda token, by, _data: revoke_token(token=token, by=by),
    is_destructive=True,
)


def zip_response(name: str, files: Mapping[str, str | bytes]) -> HttpResponse:
    """Return the files as a download that has this name and the ending .zip."""
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for path_in_archive, data in files.items():
            archive.writestr(path_in_archive, data)
    disposition = f'attachment; filename="{name}.zip"'
    return HttpResponse(
        content.getvalue(), content_type="application/zip", headers={"Content-Disposition": disposition}
    )


@admin.register(ApiToken)
class ApiTokenAdmin(ActionsAdmin[ApiToken]):
    """The person's own tokens and, for Chief editors, all tokens of their newsroom."""

    adders = "roles"
    desk_actions = {REVOKE.name: REVOKE}
    change_form_template = "admin/editorial/buttons.html"
    list_display = ("name", "user", "newsroom", "state", "used_at", "expires_at")
    list_select_related = ("user", "newsroom")
    fields = readonly_fields = (
        "name", "newsroom", "user", "may", "made_at", "expires_at", "used_at", "revoked_at", "revoked_by",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        desk = get_desk(request)
        own = Q(user=desk.user, newsroom__in=desk.roles)
        return super().get_queryset(request).filter(own | Q(newsroom__in=desk.led_newsrooms))

    def has_view_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        desk = get_desk(request)
        if obj is None:
            return bool(desk.roles)
        return obj.newsroom_id in desk.led_newsrooms or (obj.newsroom_id in desk.roles and obj.user_id == desk.user.pk)

    @admin.display(description=_("state"))
    def state(self, token: ApiToken) -> Any:
        if token.revoked_at:
            return _("revoked")
        return _("valid") if token.is_usable else _("expired")

    @admin.display(description=pgettext_lazy("scope of a token", "may"))
    def may(self, token: ApiToken) -> str:
        return "; ".join(f"{scope}: {ApiToken.Scope(scope).label}" for scope in token.scopes)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.extension)
        return [path("extension.zip", view, name="editorial_extension"), *super().get_urls()]

    def extension(self, request: HttpRequest) -> HttpResponse:
        """Return the browser extension, with the address of this site."""
        files = sorted(each for each in EXTENSION.rglob("*") if each.is_file())
        packed = {f"factcheck-extension/{file.relative_to(EXTENSION)}": file.read_bytes() for file in files}
        return zip_response("factcheck-extension", {**packed, "factcheck-extension/site.txt": settings.SITE_URL})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise Http404
        desk = get_desk(request)
        form = TokenForm(desk.newsrooms, submitted_data(request))
        if form.is_valid():
            with refusals_on_form(form):
                token, secret = create_token(by=desk.user, **form.cleaned_data)
                page = reverse("admin:editorial_apitoken_change", args=[token.pk])
                explanation = _(
                    "Store this token where only the program can read it. You won’t be able to see the token"
                    " again. If you lose it, revoke it and create a new token."
                )
                template = "admin/editorial/secret.html"
                more = {"explanation": explanation, "secret": secret, "scopes": token.scopes}
                return subject_page(request, token, page, _("The token"), template, **more)
        return subject_page(
            request,
            ApiToken(),
            reverse("admin:editorial_apitoken_changelist"),
            _("Create a token"),
            subtitle=str(capfirst(self.opts.verbose_name_plural)),
            explanation=_(
                "A program with this token acts in your name. It can log claims and write drafts, and you are"
                " listed as an author of the drafts. It can’t submit, approve or publish anything."
            ),
            form=form,
        )

    def available_actions(self, request: HttpRequest, row: ApiToken) -> list[str]:
        return [REVOKE.name] if row.is_usable else []
