"""The pages where people choose a password: behind the link in an e-mail, or with their current password."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordChangeView, PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse_lazy
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.people.sign_in_pages import wait_text
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import User
from factcheck.editorial.people.account_mail import recovery_code
from factcheck.editorial.sign_in.attempts import Counter, attempt_succeeded, begin_attempt
from factcheck.editorial.sign_in.devices import remember_device
from factcheck.editorial.sign_in.journal import record_failure
from factcheck.editorial.sign_in.passwords import end_access
from factcheck.editorial.sign_in.proofs import proved_by


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # only generic in the stubs
    """The link in the e-mail, and the code from the person who approved."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Ask the person who approved your new password for eight digits, by phone or in person."),
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
    )
    field_order = ("code",)

    def clean_code(self) -> str:
        counter, code = Counter("code", f"link:{self.user.pk}"), "".join(self.cleaned_data["code"].split())
        if wait := begin_attempt(counter):
            raise ValidationError(wait_text(wait))
        if not constant_time_compare(code, recovery_code(self.user).replace(" ", "")):
            raise ValidationError(_("This code is wrong. Ask the person who approved your new password for it."))
        attempt_succeeded(counter)
        return code


class ChoosePassword(PasswordResetConfirmView):
    template_name = "admin/editorial/choose_password.html"
    form_class = ChoosePasswordForm
    success_url = reverse_lazy("admin:login")
    title = _("Choose your password")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Reading the person ends a session of their old password. The link's token is stored in the session after that.
        _ = request.user.is_authenticated
        return super().dispatch(request, *args, **kwargs)

    def get_user(self, uidb64: str) -> User | None:
        """Return the account of the link, or None for a closed account, which can't get a password."""
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic(), proved_by(str):  # the link is the proof, not the browser's session
            set_actor(form.user)
            response = super().form_valid(form)
            end_access(form.user, by=form.user)
        messages.success(self.request, _("Your password is set. Log in with it."))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}


class OwnPasswordForm(AdminPasswordChangeForm):
    def clean_old_password(self) -> str:
        """Limit the attempts, so that a thief of the session can't guess the password."""
        counter = Counter("confirm", str(self.user.pk))
        if wait := begin_attempt(counter):
            raise ValidationError(wait_text(wait))
        password: str = super().clean_old_password()
        attempt_succeeded(counter)
        return password


class ChangePassword(PasswordChangeView):
    """The page that changes the person's password and ends their other sessions and API tokens."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            set_actor(self._user)
            response: Any = super().dispatch(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is not None and "old_password" in form.errors:
            # This must run outside the transaction, because the event of a failure doesn't name an actor.
            record_failure(request, self._user, "password")
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        end_access(self._user, by=self._user, keep=self.request.session.session_key)
        remember_device(self.request, response, self._user)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}

    @property
    def _user(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user
