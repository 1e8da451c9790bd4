"""Registers the app ``exchange``: files and feeds of others coming in."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "factcheck.exchange"
    label = "exchange"
