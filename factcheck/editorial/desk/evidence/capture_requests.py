"""Requests captures of the sources and appearances that a page of the desk saves."""

from typing import Any

from django.http import HttpRequest

from factcheck.editorial.captures.requests import request_missing
from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.models import Appearance, Source


class CaptureRequestsMixin:
    """For pages whose rows have a newsroom, and whose inlines include sources or appearances."""

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)  # type: ignore[misc]
        if issubclass(formset.model, Source | Appearance):
            saved = [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]
            request_missing(saved, newsroom=form.instance.newsroom, by=get_desk(request).user)
