"""The app, which registers the checks of `manage.py check --deploy`."""

from django.apps import AppConfig
from django.core.checks import register


class MonitoringConfig(AppConfig):
    name = "factcheck.monitoring"

    def ready(self) -> None:
        from factcheck.monitoring.deployment import check_settings

        register(check_settings, deploy=True)
