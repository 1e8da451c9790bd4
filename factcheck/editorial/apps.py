"""Registers the `editorial` app, and the editors' desk as Django's admin site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "factcheck.editorial"
    label = "editorial"
    verbose_name = _("Everything")  # the title of the page that lists all models
    default = True


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with the desk as its site. Its templates come first in INSTALLED_APPS."""

    default = False
    default_site = "factcheck.editorial.desk.site.EditorsDesk"
