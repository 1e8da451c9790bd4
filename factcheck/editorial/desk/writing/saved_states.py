"""The saved states of a draft: the list, the comparison of two states, and the button that restores a state."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_views import redirect_unavailable, subject_page
from factcheck.editorial.desk.writing.state_comparison import find_differences
from factcheck.editorial.drafts.saved_states import content_of, restore_state
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import SavedState
from factcheck.record.formats.time_zones import DEFAULT, zone

MAX_STATES = 1000  # of one page. A URL with the id of an older state still works.
NOW = "now"


def states_page(request: HttpRequest, model_admin: Any, pk: UUID) -> HttpResponse:
    """Show the list of states, or the comparison of two states if the query string names them."""
    row = get_row(request, model_admin, pk)
    states = SavedState.objects.filter(draft=pk).select_related("saved_by")
    context = {"states_url": _url(row), "may_restore": model_admin.has_change_permission(request, row), "NOW": NOW}
    context["forget_url"] = f"{_url(row)}forget/"
    if "before" in request.GET:
        before, after = (_get_state(pk, request.GET.get(name, NOW)) for name in ("before", "after"))
        contents = [state.content if state else content_of(row) for state in (before, after)]
        context |= {"before": before, "after": after}
        context["differences"] = find_differences(request, type(row), contents[0], contents[1])
    else:
        context["states"] = states.defer("content")[:MAX_STATES]
    return subject_page(
        request,
        row,
        reverse(f"admin:editorial_{row._meta.model_name}_change", args=[pk]),
        _("Saved states"),
        "admin/editorial/saved_states.html",
        zone=zone(getattr(row.newsroom, "time_zone", DEFAULT)),  # type: ignore[attr-defined]
        **context,
    )


def restore_page(request: HttpRequest, model_admin: Any, pk: UUID, state: int) -> HttpResponse:
    """Restore a state and open the draft."""
    row: Any = get_row(request, model_admin, pk)
    page = reverse(f"admin:editorial_{row._meta.model_name}_change", args=[pk])
    try:
        restore_state(draft=row, state=get_object_or_404(SavedState, pk=state), by=get_desk(request).user)
    except EditorialError as refusal:
        return redirect_unavailable(request, page, str(refusal))
    messages.success(request, _("Restored. The text that was here before is kept in the saved states."))
    return redirect(page)


def get_row(request: HttpRequest, model_admin: Any, pk: UUID) -> Model:
    row: Model | None = model_admin.get_object(request, str(pk))
    if row is None or not model_admin.has_view_permission(request, row):
        raise Http404
    return row


def _get_state(draft: UUID, key: str) -> SavedState | None:
    """Return the state with this id, or None for the current content."""
    if key == NOW:
        return None
    if not key.isdecimal() or len(key) > 18:
        raise Http404
    return get_object_or_404(SavedState.objects.select_related("saved_by"), pk=key, draft=draft)


def _url(row: Model) -> str:
    return reverse(f"admin:editorial_{row._meta.model_name}_states", args=[row.pk])
