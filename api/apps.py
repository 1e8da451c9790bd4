"""Registers the app ``api``: the REST API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    label = "api"
