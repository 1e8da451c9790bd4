"""The app ``record``."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordConfig(AppConfig):
    name = "factcheck.record"
    verbose_name = _("All lists")  # at the desk, where newsrooms' rules are one of the lists
