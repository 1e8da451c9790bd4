"""Registers the app ``editorial``: drafts, people and workflow."""

from django.apps import AppConfig


class EditorialConfig(AppConfig):
    name = "factcheck.editorial"
    label = "editorial"
