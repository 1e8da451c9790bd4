"""Registers the app ``website``: pages for readers."""

from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "factcheck.website"
    label = "website"
