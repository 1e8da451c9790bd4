"""Registers the app ``record``: what has been published: revisions, the public log, the read model."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "factcheck.record"
    label = "record"
