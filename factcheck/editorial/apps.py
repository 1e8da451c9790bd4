"""Registers the `editorial` app, and the editors' desk as Django's admin site."""

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "factcheck.editorial"
    label = "editorial"
    verbose_name = _("All lists")  # the title of the page that lists all models
    default = True

    def ready(self) -> None:
        """Django sends this signal for each login, however the login is made. No other place knows all of them."""
        from factcheck.editorial.sign_in.freshness import begin_session

        user_logged_in.connect(begin_session, dispatch_uid="editorial.begin_session")


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with the desk as its site. Its templates come first in INSTALLED_APPS."""

    default = False
    default_site = "factcheck.editorial.desk.site.EditorsDesk"

    def import_models(self) -> None:
        """Leaves out LogEntry and its table. The audit log of the desk are the events, which nobody can change."""
        self.models = apps.all_models[self.label]
