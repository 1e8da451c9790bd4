"""The configuration of the `editorial` app, and of the editors' desk as Django's admin site."""

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
        """Connect to the signal that Django sends for each login. Only this signal covers every way to log in."""
        from factcheck.editorial.sign_in.freshness import begin_session

        user_logged_in.connect(begin_session, dispatch_uid="editorial.begin_session")


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with the desk as its site. Its templates come first in INSTALLED_APPS."""

    default = False
    default_site = "factcheck.editorial.desk.site.EditorsDesk"

    def import_models(self) -> None:
        """Register the models without the admin's LogEntry, so that its table isn't created.

        The desk has its own audit log, which nobody can change.
        """
        self.models = apps.all_models[self.label]
