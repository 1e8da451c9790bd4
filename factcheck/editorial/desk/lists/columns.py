"""Columns of lists and pages that aren't fields of the model."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin


def column(label: Any, read: Callable[[Any], Any], ordering: str | None = None) -> Any:
    """Return an attribute for a ModelAdmin whose value `read` computes from the row."""
    return admin.display(description=label, ordering=ordering)(lambda _admin, row: read(row))
