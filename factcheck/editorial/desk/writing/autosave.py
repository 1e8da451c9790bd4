"""Pages that save a draft while the person is writing, and that show who else has the draft open."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from factcheck.editorial.captures.requests import request_missing
from factcheck.editorial.desk.access import NewsroomAdmin, get_desk
from factcheck.editorial.desk.action_views import Text
from factcheck.editorial.desk.talk.comment_pages import find_talk
from factcheck.editorial.desk.writing.edit_conflicts import CHOICE, LockingAdmin, chosen_theirs
from factcheck.editorial.desk.writing.forgetting import forget_page
from factcheck.editorial.desk.writing.saved_states import restore_page, states_page
from factcheck.editorial.desk.writing.state_comparison import Difference, find_differences
from factcheck.editorial.desk.writing.submissions import CannotKeep, Submission
from factcheck.editorial.drafts import open_drafts, saved_states
from factcheck.editorial.errors import OverQuota
from factcheck.editorial.models import Appearance, SavedState, Source
from factcheck.editorial.models.talk.comments import SUBJECTS
from factcheck.record.formats.time_zones import zone
from factcheck.web import rate_limits

M = TypeVar("M", bound=models.Model)
Kind = SavedState.Kind
# Limits of an account. One page saves at most 20 times a minute, and people work on several pages.
MAX_AUTOSAVES = 120  # in a minute
MAX_BYTES = 20_000_000  # in a minute
MAX_SIZE = 2_000_000  # bytes of one page. Django refuses forms of more than 2.5 MB.


class Choice(NamedTuple):
    """A field with two texts, the name of its input, and whether the stored text is preselected."""

    difference: Difference
    input: str
    take_theirs: bool


class Conflict(NamedTuple):
    """Two texts of a draft: the typed text, and the text that somebody has stored meanwhile."""

    by: str
    is_own: bool
    at: str
    version: int
    forgotten: bool
    differences: list[Choice]


class AutosaveAdmin(LockingAdmin[M], NewsroomAdmin[M], Generic[M]):
    """A page of a draft that is saved while somebody writes, within the limits of the person's account.

    The page's form is a `DetectedLanguageForm`.
    """

    not_a_draft: Text = ""  # why a row whose state isn't "draft" can't be saved

    def reason_not_saved(self, row: M) -> Text | None:
        """Return the reason why the row can't currently be saved, or None if the row can be saved."""
        return None if getattr(row, "state", "draft") == "draft" else self.not_a_draft

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"editorial_{self.opts.model_name}"
        return [
            path("add/autosave/", view(require_POST(self.autosave)), name=f"{name}_add_autosave"),
            path("<uuid:pk>/autosave/", view(require_POST(self.autosave)), name=f"{name}_autosave"),
            path("<uuid:pk>/open/", view(require_POST(self.note_open)), name=f"{name}_open"),
            path("<uuid:pk>/states/", view(partial(states_page, model_admin=self)), name=f"{name}_states"),
            path("<uuid:pk>/states/forget/", view(partial(forget_page, model_admin=self))),
            path(
                "<uuid:pk>/states/<int:state>/restore/",
                view(require_POST(partial(restore_page, model_admin=self))),
                name=f"{name}_restore",
            ),
            *super().get_urls(),
        ]

    def get_form(self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        row: Any = obj
        own = [each for each in get_desk(request).newsrooms if row is None or each.pk == row.newsroom_id]
        if own and own[0].language:
            form.newsroom_language = own[0].language
        return form

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if issubclass(formset.model, Source | Appearance):
            saved = [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]
            request_missing(saved, newsroom=form.instance.newsroom, by=get_desk(request).user)

    def autosave(self, request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
        try:
            return self._autosave(request, pk)
        except OverQuota as refusal:
            return JsonResponse({"status": str(refusal), "wait": 3600}, status=429, headers={"Retry-After": "3600"})

    @transaction.atomic
    def _autosave(self, request: HttpRequest, pk: UUID | None) -> HttpResponse:
        """Save everything in the form that can be saved, and return the result as JSON.

        The status is 403 without the right to save, and 409 after a conflicting edit. The status is 422 if a required
        field is missing, and 413 or 429 over the account's limits.
        """
        if over_limit := self._over_limit(request):
            return over_limit
        pk = pk or self._created_by_page(request)
        row = self.get_object(request, str(pk)) if pk else None
        if pk and row is None:
            raise Http404
        allowed = self.has_change_permission(request, row) if row else self.has_add_permission(request)
        if not allowed:
            reason = (row and self.reason_not_saved(row)) or _("You can’t save this page. Copy your text.")
            return JsonResponse({"status": str(reason)}, status=403)
        submission = Submission(self, request, row)
        if row is not None and submission.is_stale():
            return self._conflict_answer(request, row, submission)
        if not submission.has_changed():
            return self._saved_answer(request, submission, submission.form.instance)
        try:
            with transaction.atomic():
                saved: Any = submission.save()
        except CannotKeep as refusal:
            status = _("Not saved yet. First fill in: %s. Your text is kept in this browser.")
            status %= ", ".join(refusal.labels)
            return JsonResponse({"status": status, "problems": refusal.labels}, status=422)
        saved_states.keep_state(saved, get_desk(request).user, page=page_of(request))
        return self._saved_answer(request, submission, saved)

    def _over_limit(self, request: HttpRequest) -> JsonResponse | None:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        if size > MAX_SIZE:
            status = _(
                "Not saved: this page has more than 2 MB of text. Your text is kept in this browser. Shorten it."
            )
            return JsonResponse({"status": status}, status=413)
        limits = ("autosaves", MAX_AUTOSAVES, 60, 1), ("autosaved bytes", MAX_BYTES, 60, size)
        wait = rate_limits.count_client(f"account {get_desk(request).user.pk}", *limits)
        if wait is None:
            return None
        status = _(
            "Not saved yet: your account has saved too often in the last minute. Your text is kept in this browser and"
            " will be saved in %s seconds."
        )
        return JsonResponse({"status": status % wait, "wait": wait}, status=429, headers={"Retry-After": str(wait)})

    def note_open(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Note that the person has opened or closed the draft, and return who else has the draft open."""
        row = self.get_object(request, str(pk))
        if row is None or not self.has_change_permission(request, row):
            raise Http404
        user = get_desk(request).user
        if "closed" in request.POST:
            open_drafts.note_closed(pk, user)
            return JsonResponse({})
        return JsonResponse({"editors": open_drafts.note_open(pk, user)})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Save to the draft that this page has already created, and explain the refusal if the draft can't be saved."""
        if request.method == "POST" and object_id is None and (created := self._created_by_page(request)):
            object_id = str(created)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except OverQuota as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)
        except PermissionDenied:
            row = self.get_object(request, object_id) if request.method == "POST" and object_id else None
            if row is None or not (reason := self.reason_not_saved(row)):
                raise
            messages.error(request, str(reason))
            return redirect(request.path)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        if change:
            saved_states.keep_first_state(obj)
        super().save_model(request, obj, form, change)

    def get_formsets_with_inlines(self, request: HttpRequest, obj: Any = None) -> Iterator[tuple[Any, Any]]:
        """Yield the formsets without the rows for which the person has chosen the other person's version."""
        theirs = chosen_theirs(request.POST)
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            if formset.get_default_prefix() not in theirs:
                yield formset, inline

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "autosave" not in (request.resolver_match.url_name or "" if request.resolver_match else ""):
            saved_states.keep_state(form.instance, get_desk(request).user, page=page_of(request))

    def response_change(self, request: HttpRequest, obj: M) -> HttpResponse:
        """Answer as for a new row if an autosave has created the draft, and the person saves it for the first time."""
        if "_created" in request.POST:
            return self.response_add(request, obj)
        return super().response_change(request, obj)

    def form_context(self, request: HttpRequest, form: Any, row: M | None) -> dict[str, object]:
        context, name = super().form_context(request, form, row), f"admin:editorial_{self.opts.model_name}"
        if row:
            context["states_url"] = reverse(f"{name}_states", args=[row.pk])
            context["talk"] = find_talk(request, row) if type(row) in SUBJECTS else None
        is_popup = IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST
        if not is_popup and (row is None or self.has_change_permission(request, row)):
            context["autosave_url"] = reverse(f"{name}_add_autosave")
            if row:
                context["autosave_url"] = reverse(f"{name}_autosave", args=[row.pk])
                context["open_url"] = reverse(f"{name}_open", args=[row.pk])
                context["editors"] = open_drafts.note_open(row.pk, get_desk(request).user)
                saved_states.note_opened(row.pk)
        if row and form.is_bound and form.is_stale():
            stored = self.get_object(request, str(row.pk))  # `row` has the typed values
            context["conflict"] = self._conflict(request, stored, Submission(self, request, stored))
        return context

    def _created_by_page(self, request: HttpRequest) -> UUID | None:
        """Return the draft that the same page has created before, or None.

        A page sends such a request again if it didn't receive the answer. Without this search, the page would create a
        second draft.
        """
        page, user = page_of(request), get_desk(request).user
        states = SavedState.objects.filter(page=page, saved_by=user) if page else SavedState.objects.none()
        drafts = self.model._default_manager.filter(pk__in=states.values("draft"))
        found: UUID | None = drafts.values_list("pk", flat=True).first()
        return found

    def _saved_answer(self, request: HttpRequest, submission: Submission, row: Any) -> JsonResponse:
        name = f"admin:editorial_{self.opts.model_name}"
        at = clock_time(row, row.changed_at)
        status = _("Saved %s") % at
        if submission.left_out:
            status = _("Saved %(time)s, except: %(fields)s") % {"time": at, "fields": ", ".join(submission.left_out)}
        return JsonResponse(
            {
                "status": status,
                "saved_at": row.changed_at.isoformat(),
                "version": row.version,
                "problems": submission.left_out,
                "rows": submission.row_ids(),
                "url": reverse(f"{name}_change", args=[row.pk]),
                "autosave_url": reverse(f"{name}_autosave", args=[row.pk]),
                "open_url": reverse(f"{name}_open", args=[row.pk]),
            }
        )

    def _conflict_answer(self, request: HttpRequest, row: Any, submission: Submission) -> JsonResponse:
        conflict = self._conflict(request, row, submission)
        status = _("Not saved: someone else has changed this draft. Compare the two texts above.")
        if conflict.is_own:
            status = _("Not saved: you have changed this draft on another page. Compare the two texts above.")
        return JsonResponse(
            {
                "status": status,
                "version": conflict.version,
                "by": conflict.by,
                "at": conflict.at,
                "theirs": {each.difference.name: each.difference.after for each in conflict.differences},
                "html": render_to_string("admin/editorial/conflict.html", {"conflict": conflict}, request),
            },
            status=409,
        )

    def _conflict(self, request: HttpRequest, row: Any, submission: Submission) -> Conflict:
        """Return both texts, field by field, and keep the typed text as a saved state.

        This state was never the content of the draft. It is kept only if the state that the page opened still exists.
        An erasure may have deleted that state, or somebody may have forgotten a passage since then. The typed text
        could then bring the removed words back.

        The stored text of a field is preselected if only the other person has changed the field. After a passage was
        forgotten, the stored text of every field is preselected.
        """
        user = get_desk(request).user
        stored: Any = self.model._default_manager.get(pk=row.pk)
        theirs, last = saved_states.content_of(stored), saved_states.last_state(row.pk)
        try:
            mine = submission.content()
        except CannotKeep:
            mine = theirs
        version = request.POST.get("opened_version", "")
        opened, forgotten = saved_states.state_of(row.pk, version), saved_states.passage_forgotten(row.pk, version)
        if opened and opened.content and mine != theirs:
            saved_states.require_room(mine, by=user, draft=row)
            SavedState.objects.create(
                draft=row.pk, version=row.version, kind=Kind.TYPED, saved_by=user, content=mine, page=page_of(request)
            )
        saved_states.note_opened(row.pk)  # the page continues from the stored state
        differences = [
            Choice(
                found,
                CHOICE + found.name,
                forgotten or (opened is not None and opened.content.get(found.name) == mine.get(found.name)),
            )
            for found in find_differences(request, self.model, mine, theirs)
        ]
        known = last if last and last.content == theirs else None
        return Conflict(
            by=str(known.saved_by) if known else _("Someone else"),
            is_own=known is not None and known.saved_by == user,
            at=clock_time(stored, stored.changed_at),
            version=stored.version,
            forgotten=forgotten,
            differences=differences,
        )


def page_of(request: HttpRequest) -> UUID | None:
    """Return the id of the opened page that sent the request. Pages without JavaScript don't send an id."""
    try:
        return UUID(request.POST.get("page", ""))
    except ValueError:
        return None


def clock_time(row: Any, at: Any) -> str:
    """Return the hour and minute of a moment in the newsroom's zone."""
    return f"{timezone.localtime(at, zone(getattr(row.newsroom, 'time_zone', ''))):%H:%M}"
