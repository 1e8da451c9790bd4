"""Columns that aren't fields of the model, and pills: a verdict or a state as a sign and a word (`pills.css`)."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from factcheck.editorial.models import Verdict
from factcheck.record.statements.statement_labels import tone_of


def column(label: Any, read: Callable[[Any], Any], ordering: str | None = None) -> Any:
    """Return an attribute for a ModelAdmin whose value `read` computes from the row."""
    return admin.display(description=label, ordering=ordering)(lambda _admin, row: read(row))


def pill(kind: str, word: Any) -> SafeString:
    """Return a pill, for example `pill("state-draft", _("draft"))`."""
    return format_html('<span class="pill {}">{}</span>', kind, capfirst(word))


def state_pill(row: Any) -> SafeString:
    """Return the pill for the state of a review or a demand."""
    return pill(f"state-{row.state}", row.get_state_display())


def verdict_pill(verdict: Verdict | None, label: str) -> SafeString | str:
    """Return the pill of a verdict with this label, or "" without a label.

    The label can be the original label of an imported review.
    """
    scale, value = (verdict.scale, verdict.value) if verdict else (None, None)
    tone = "none" if scale is None or value is None else tone_of(value, scale.worst, scale.best)
    return pill(f"tone-{tone}", label) if label else ""
