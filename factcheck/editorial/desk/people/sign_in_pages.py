"""The login page and the page that asks for the second factor."""

import time
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate, login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from factcheck.editorial.models import SecondFactor, User
from factcheck.editorial.sign_in import passkeys
from factcheck.editorial.sign_in.attempts import Counter, attempt_succeeded, begin_attempt
from factcheck.editorial.sign_in.devices import known_device, remember_device
from factcheck.editorial.sign_in.journal import record_failure, record_repeated_code, record_sign_in
from factcheck.editorial.sign_in.second_factors import is_repeated, use_code
from factcheck.web.networks import address_of, wide_network_of

PASSKEY = SecondFactor.Kind.PASSKEY.value
_PENDING = "pending_sign_in"  # a key of the session, set when a person has entered the right password
_PENDING_SECONDS = 600
_REFUSED_PASSKEY = _("The passkey wasn’t accepted. Try again, or log in with your password.")


def wait_text(seconds: int) -> str:
    return ngettext(
        "There were too many attempts. Wait %d second, then try again.",
        "There were too many attempts. Wait %d seconds, then try again.",
        seconds,
    ) % seconds  # fmt: skip


class PasswordForm(AdminAuthenticationForm):
    """Django's login form with a limit on attempts.

    All refusals take the same time and have the same text, so that nobody learns which accounts exist.
    """

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password:
            return self.cleaned_data
        assert self.request is not None
        account = User.objects.filter(username=name).first()
        counters = self._counters(self.request, account, name)
        if wait := begin_attempt(*counters):
            User().set_password(password)  # takes as long as checking a password
            record_failure(self.request, account, "password")
            raise ValidationError([self.get_invalid_login_error(), wait_text(wait)])
        self.user_cache = authenticate(self.request, username=name, password=password)
        if self.user_cache is None or not self.user_cache.is_staff:
            record_failure(self.request, account, "password")
            raise self.get_invalid_login_error()
        attempt_succeeded(*counters)
        return self.cleaned_data

    def _counters(self, request: HttpRequest, account: User | None, name: str) -> list[Counter]:
        if account is not None and (device := known_device(request, account)):
            return [Counter("device", f"{device}:{account.pk}")]
        network, digits = wide_network_of(address_of(request)), 4 if account is None else 32
        pair = Counter("pair", f"{network} {name}", digits)
        return [pair, Counter("name", name, digits), Counter("network", network), Counter("all")]


@sensitive_post_parameters()
@never_cache
def login_page(request: HttpRequest) -> HttpResponse:
    destination = destination_of(request)
    form, refusal = PasswordForm(request), None
    if request.method == "POST":
        if "passkey" in request.GET:  # nginx limits only the other attempts
            if user := _passkey_account(request):
                return _sign_in(request, user, PASSKEY, destination)
            refusal = _REFUSED_PASSKEY
        else:
            form = PasswordForm(request, request.POST)
            if form.is_valid():
                return _password_accepted(request, form.get_user(), destination)
    return _page(request, "admin/login.html", _("Log in"), destination, form=form, refusal=refusal)


@sensitive_post_parameters()
@never_cache
def second_factor_page(request: HttpRequest) -> HttpResponse:
    user, destination = _pending_account(request), destination_of(request)
    if user is None:
        return redirect("admin:login")
    refusal: str | Promise | None = None
    if request.method == "POST":
        if "passkey" in request.POST:
            if _passkey_account(request, user):
                return _sign_in(request, user, PASSKEY, destination)
            refusal = _REFUSED_PASSKEY
        elif wait := begin_attempt(counter := Counter("code", f"{known_device(request, user) or ''}:{user.pk}")):
            record_failure(request, user, "code")
            refusal = wait_text(wait)
        elif kind := use_code(user, request.POST.get("code", "")):
            attempt_succeeded(counter)
            return _sign_in(request, user, kind.value, destination)
        else:
            record_failure(request, user, "code")
            if is_repeated(user, request.POST.get("code", "")):
                record_repeated_code(request, user)
            refusal = _("This code is wrong or has already been used. Enter the code that your app shows now.")
    return _second_factor_form(request, user, destination, refusal)


def destination_of(request: HttpRequest) -> str:
    """Return the URL to open after the login, or the home page in place of a URL outside the desk."""
    url, home = str(request.POST.get("next", request.GET.get("next", ""))), reverse("admin:index")
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) and url.startswith(home) else home


def passkey_options(request: HttpRequest, user: User | None = None) -> dict[str, str] | None:
    """Return the options of a button for passkeys, or None if the page has no button."""
    if not passkeys.are_possible(request):
        return None
    if user is not None and not user.second_factors.passkeys().exists():
        return None
    return passkeys.asking_options(request, user)


def _password_accepted(request: HttpRequest, user: User, destination: str) -> HttpResponse:
    if not user.second_factors.usable().exists():
        return _sign_in(request, user, "", destination)
    request.session.cycle_key()
    request.session[_PENDING] = [user.pk, user.get_session_auth_hash(), time.time()]
    return _second_factor_form(request, user, destination, None)


def _second_factor_form(
    request: HttpRequest, user: User, destination: str, refusal: str | Promise | None
) -> HttpResponse:
    template = "admin/editorial/sign_in/second_factor.html"
    return _page(request, template, _("Second factor"), destination, user=user, refusal=refusal)


def _pending_account(request: HttpRequest) -> User | None:
    """Return the account whose password was right.

    Return None if the password has changed since then, or if the person took too long.
    """
    pk, fingerprint, at = request.session.get(_PENDING, (None, "", 0))
    user = User.objects.filter(pk=pk, is_active=True, is_staff=True).first()
    if user is None or time.time() - at > _PENDING_SECONDS:
        return None
    return user if constant_time_compare(fingerprint, user.get_session_auth_hash()) else None


def _passkey_account(request: HttpRequest, user: User | None = None) -> User | None:
    answer, challenge = request.POST.get("passkey", ""), request.POST.get("challenge", "")
    found = passkeys.check_passkey(request, answer=answer, challenge=challenge, user=user)
    if found is None or not found.is_staff:
        record_failure(request, found or user, PASSKEY)
        return None
    return found


def _sign_in(request: HttpRequest, user: User, kind: str, destination: str) -> HttpResponse:
    request.session.pop(_PENDING, None)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_sign_in(request, user, kind)
    response = redirect(destination)
    remember_device(request, response, user)
    return response


def _page(
    request: HttpRequest,
    template: str,
    title: Promise,
    destination: str,
    *,
    user: User | None = None,
    **context: Any,
) -> TemplateResponse:
    own = {"title": title, "destination": destination, "passkey": passkey_options(request, user)}
    return TemplateResponse(request, template, {**admin.site.each_context(request), **own, **context})
