"""The page on which people manage their own second factors and sessions."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_views import refusals_on_form, submitted_data
from factcheck.editorial.desk.widgets import OneLineInput
from factcheck.editorial.encryption import decrypt, encrypt
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import SecondFactor, User
from factcheck.editorial.sign_in import passkeys, second_factors
from factcheck.editorial.sign_in.devices import device_name
from factcheck.editorial.sign_in.freshness import update_second_factor
from factcheck.editorial.sign_in.sessions import end_sessions, open_sessions, stored_key
from factcheck.tools.secret_key import keyed_hash

Kind = SecondFactor.Kind
_SETUP, _SETUP_SECONDS = "sign_in.setup", 1800  # the time to confirm the secret of a new app


class PasskeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=OneLineInput,
        help_text=_("The device or the key that holds the passkey."),
    )
    passkey = forms.CharField(required=False, widget=forms.HiddenInput)
    challenge = forms.CharField(required=False, widget=forms.HiddenInput)


class AppForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        widget=OneLineInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def urls(view: Any) -> list[URLPattern]:
    """Return the URLs of these pages. `view` is EditorsDesk.admin_view."""
    return [
        path("sign-in/", view(account_page), name="account_sign_in"),
        path("sign-in/passkey/", view(passkey_page), name="account_passkey"),
        path("sign-in/app/", view(app_page), name="account_app"),
        path("sign-in/codes/", view(require_POST(codes_page)), name="account_codes"),
        path("sign-in/<int:pk>/remove/", view(remove_page), name="account_remove"),
        path("sign-in/sessions/", view(require_POST(end_page)), name="account_sessions"),
    ]


# The only pages that an account can open if it lacks a required second factor.
SETUP_PAGES = ("account_sign_in", "account_passkey", "account_app", "account_codes", "logout")


def account_page(request: HttpRequest) -> HttpResponse:
    user = get_desk(request).user
    sessions = [(_session_id(row.session_key), row, row.session_key == stored_key(request.session.session_key))
                for row in open_sessions(user)]  # fmt: skip
    context = {
        "factors": user.second_factors.usable(),
        "codes": user.second_factors.recovery_codes().count(),
        "sessions": sessions,
        "required": settings.SECOND_FACTOR_REQUIRED,
        "passkeys_possible": passkeys.are_possible(request),
        "localhost": f"http://localhost:{request.get_port()}{request.path}",
    }
    return _page(request, "account.html", _("Sign-in and sessions"), **context)


def passkey_page(request: HttpRequest) -> HttpResponse:
    user = get_desk(request).user
    form = PasskeyForm(submitted_data(request), initial={"name": device_name(request)})
    if form.is_valid():
        with refusals_on_form(form):
            passkeys.add_passkey(
                request,
                user=user,
                answer=form.cleaned_data["passkey"],
                challenge=form.cleaned_data["challenge"],
                name=form.cleaned_data["name"],
            )
            return _added(request, user, _("The passkey has been added."))
    options = passkeys.adding_options(request, user)
    return _page(request, "passkey.html", _("Add a passkey"), form=form, name=form["name"], passkey=options)


def app_page(request: HttpRequest) -> HttpResponse:
    user = get_desk(request).user
    form = AppForm(submitted_data(request))
    secret = decrypt(request.POST.get("setup", ""), _SETUP, seconds=_SETUP_SECONDS)
    if secret and form.is_valid():
        with refusals_on_form(form):
            second_factors.add_app(user=user, secret=secret, code=form.cleaned_data["code"])
            return _added(request, user, _("The authenticator app has been added."))
    secret = secret or second_factors.new_app_secret()
    url = second_factors.app_url(secret, account=user.get_username(), site=passkeys.hostname(request))
    context = {"form": form, "secret": secret, "setup": encrypt(secret, _SETUP), "qr_code": second_factors.qr_code(url)}
    return _page(request, "app.html", _("Add an authenticator app"), **context)


def codes_page(request: HttpRequest) -> HttpResponse:
    """Create new recovery codes and show them once."""
    user = get_desk(request).user
    if not user.second_factors.usable().exists():
        return redirect("admin:account_sign_in")
    return _show_codes(request, user)


def remove_page(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_desk(request).user
    factor = get_object_or_404(user.second_factors.usable(), pk=pk)
    if request.method == "POST":
        try:
            second_factors.remove_second_factor(factor=factor, by=user, required=settings.SECOND_FACTOR_REQUIRED)
        except EditorialError as refusal:
            messages.error(request, str(refusal))
        else:
            update_second_factor(request, user)
            messages.success(request, _("Removed."))
        return redirect("admin:account_sign_in")
    return _page(request, "remove.html", _("Remove a second factor"), factor=factor)


def end_page(request: HttpRequest) -> HttpResponse:
    """End one of the person's sessions, or all sessions except this one."""
    user, chosen = get_desk(request).user, request.POST.get("session", "")
    if chosen == "others":
        end_sessions(user, by=user, keep=request.session.session_key)
    else:
        keys = [row.session_key for row in open_sessions(user) if _session_id(row.session_key) == chosen]
        end_sessions(user, by=user, keys=keys)
    messages.success(
        request, _("The session has ended.") if chosen != "others" else _("All other sessions have ended.")
    )
    return redirect("admin:account_sign_in")


def _added(request: HttpRequest, user: User, message: Promise) -> HttpResponse:
    """Go back to the settings after a factor was added. After the first factor, show new recovery codes."""
    update_second_factor(request, user)
    messages.success(request, str(message))
    if user.second_factors.recovery_codes().exists():
        return redirect("admin:account_sign_in")
    return _show_codes(request, user)


def _show_codes(request: HttpRequest, user: User) -> HttpResponse:
    codes = second_factors.create_recovery_codes(user)
    return _page(request, "codes.html", _("Recovery codes"), codes=codes)


def _session_id(key: str) -> str:
    """Return a name for a session in the page. With the key itself, anyone could take over the session."""
    return keyed_hash("sign_in.session", key)[:32]


def _page(request: HttpRequest, template: str, title: Promise, **context: Any) -> TemplateResponse:
    site = admin.site.each_context(request)
    return TemplateResponse(request, f"admin/editorial/sign_in/{template}", {**site, "title": title, **context})
