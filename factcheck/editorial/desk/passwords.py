"""The page behind the link in an e-mail, where a person chooses a password."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.views import PasswordResetConfirmView
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.events import set_actor
from factcheck.editorial.models import User
from factcheck.editorial.sign_in.passwords import end_access


class ChoosePassword(PasswordResetConfirmView):
    template_name = "admin/editorial/choose_password.html"
    success_url = reverse_lazy("admin:login")
    title = _("Choose your password")

    def get_user(self, uidb64: str) -> User | None:
        """A closed account can't get a password."""
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            set_actor(form.user)
            response = super().form_valid(form)
            end_access(form.user, by=form.user)
        messages.success(self.request, _("Your password is set. Log in with it."))
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}
