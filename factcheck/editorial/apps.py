"""Registers the app ``editorial``: drafts, people and workflow; and its desk in place of Django's admin site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class EditorialConfig(AppConfig):
    name = "factcheck.editorial"
    label = "editorial"
    verbose_name = _("Everything")  # what the page of all lists is called, wherever a link leads there
    default = True


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with our site. Stands after ``editorial`` in INSTALLED_APPS, whose templates come first."""

    default = False
    default_site = "factcheck.editorial.desk.site.EditorsDesk"
