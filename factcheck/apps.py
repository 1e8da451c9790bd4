"""Registers the project's own app: commands that concern the whole site, such as ``run``."""

from django.apps import AppConfig


class FactcheckConfig(AppConfig):
    name = "factcheck"
    label = "factcheck"
