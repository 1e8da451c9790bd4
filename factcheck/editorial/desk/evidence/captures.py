"""Captures at the desk: a read-only list, the file, the readable text, and uploads from cards and from other apps."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, cast
from uuid import UUID

import orjson
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from factcheck.clean_room.refusal import NotDecoded
from factcheck.editorial.captures.fetching import storable_url
from factcheck.editorial.captures.requests import Evidence, capture_again, newsroom_of, renew_capture, set_capture
from factcheck.editorial.captures.rights import set_public
from factcheck.editorial.captures.uploads import MAX_UPLOAD, store_shared, store_upload
from factcheck.editorial.desk.access import OwnRowsAdmin, get_desk
from factcheck.editorial.desk.action_views import ActionsAdmin, DeskAction, by_name
from factcheck.editorial.desk.evidence.uploads import receive_file, refuse, sent_file
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.desk.lists.filters import OwnNewsroomFilter
from factcheck.editorial.errors import EditorialError, Incomplete, NotAllowed, WrongState
from factcheck.editorial.models import Appearance, Capture, Membership, Review, Source, User
from factcheck.editorial.people import roles
from factcheck.editorial.programs.copies import find_cards
from factcheck.record.evidence.copy_views import copy_picture, view_copy
from factcheck.record.formats.urls import url_key
from factcheck.web.hostile_files import SANDBOX, download


class PictureForm(forms.Form):
    alt = Capture._meta.get_field("alt").formfield()


class CardForm(forms.Form):
    """The choice of the source or appearance to which a shared copy belongs."""

    def __init__(self, cards: Mapping[str, Evidence], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(pk, " – ".join(dict.fromkeys((str(row), row.url)))) for pk, row in cards.items()]
        label, widget = _("Source or appearance"), forms.RadioSelect
        self.fields["card"] = forms.TypedChoiceField(label=label, widget=widget, choices=words, coerce=cards.get)


PLACE: DeskAction[Capture] = DeskAction(
    "place",
    _("Add to a card"),
    _("The copy belongs to a source or an appearance in one of your drafts. Choose it. The same address comes first."),
    _("The copy is on the card."),
    lambda capture, _by, data: set_capture(data["card"], capture),
)
_SHOW: DeskAction[Capture] = DeskAction(
    "show",
    _("Show to readers"),
    _(
        "Readers can read and download this copy while a published review cites it. Do this only if the newsroom"
        " has the rights."
    ),
    _("Readers can see this copy when a published review cites it."),
    lambda capture, by, data: set_public(capture=capture, by=by, public=True, **data),
)
# The page of a copy runs no script and loads nothing from other sites, whatever the copy contains.
_FRAMED = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; frame-ancestors 'self'"

ACTIONS: dict[str, DeskAction[Capture]] = by_name(
    _SHOW,
    replace(_SHOW, name="show-picture", form=PictureForm),
    PLACE,
    DeskAction(
        "again",
        _("Copy again"),
        _("The site copies the page again. Drafts that use this copy will use the new copy."),
        _("The new copy is being made."),
        lambda capture, by, _data: renew_capture(capture=capture, by=by),
    ),
    DeskAction(
        "hide",
        _("Hide from readers"),
        _("Readers can no longer read or download this copy. Its hash stays in the published review."),
        _("Readers can no longer see this copy."),
        lambda capture, by, _data: set_public(capture=capture, by=by, public=False),
        is_destructive=True,
    ),
)


@admin.register(Capture)
class CaptureAdmin(ActionsAdmin[Capture], OwnRowsAdmin[Capture]):
    desk_actions = ACTIONS
    change_form_template = "admin/editorial/capture/change_form.html"
    list_display = ("__str__", "state_in_words", "size_in_words", "requested_by", "requested_at")
    list_select_related = ("requested_by",)
    list_filter = ("state", OwnNewsroomFilter)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("text", "timestamp_token")

    def get_fields(self, request: HttpRequest, obj: Capture | None = None) -> Any:
        """Return the fields that have a value. The page shows the state in a line above them."""
        fields = ["title", "alt", "publisher_name", "published_on", "url", "final_url", "status", "captured_at"]
        fields += ["media_type", "size_in_words", "sha256", "origin", "requested_by", "requested_at"]
        if obj is None or obj.size is None:
            fields.remove("size_in_words")
        return [name for name in fields if getattr(obj, name, name) not in (None, "")]

    state_in_words = column(_("state"), lambda copy: copy.get_failure_display() or copy.get_state_display())
    size_in_words = column(_("size"), lambda capture: filesizeformat(capture.size) if capture.size is not None else "")

    def status_context(self, request: HttpRequest, row: Capture) -> dict[str, object]:
        reviews = get_desk(request).own(Review.objects.filter(pk__in=row.reviews.values("pk")))
        context = {"capture": row, "reviews": list(reviews.select_related("claim")[:50])}
        return super().status_context(request, row) | context

    def available_actions(self, request: HttpRequest, row: Capture) -> list[str]:
        desk, names = get_desk(request), []
        if row.url and row.state != Capture.State.WAITING and row.newsroom_id in desk.roles:
            names.append("again")
        if row.state == Capture.State.DONE and desk.roles.get(row.newsroom_id) in Membership.DECIDING:
            names.append("hide" if row.is_public else "show-picture" if row.is_picture else "show")
        is_shared = row.origin == Capture.Origin.BROWSER and row.requested_by == desk.user
        if is_shared and not row.sources.exists() and not row.appearances.exists():
            names.append(PLACE.name)
        return names

    def action_page(self, request: HttpRequest, row: Capture, action: DeskAction[Capture]) -> HttpResponse:
        if action == PLACE:
            cards = find_cards(get_desk(request).user, [row.newsroom_id], row.url and url_key(row.url))
            action = replace(PLACE, form=partial(CardForm, cards))
        return super().action_page(request, row, action)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("upload/", receive_file(view(require_POST(self.upload)), MAX_UPLOAD), name="editorial_capture_upload"),
            path("share/", on_page(receive_file(view(share), MAX_UPLOAD)), name="editorial_capture_share"),
            path("again/", view(require_POST(self.again)), name="editorial_capture_again"),
            path("<uuid:pk>/file/", view(self.file), name="editorial_capture_file"),
            path("<uuid:pk>/text/", view(self.text), name="editorial_capture_text"),
            path("<uuid:pk>/text/pictures/<int:number>/", view(self.picture)),
            *super().get_urls(),
        ]

    def file(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        capture = self._done(request, pk)
        return cast("HttpResponse", download(capture.file.open("rb"), capture.file_name))

    def text(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what the copy says, with the quotes of its sources marked. Pages of the desk can frame this page."""
        capture = self._done(request, pk)
        quotes = capture.sources.exclude(quote="").order_by("pk").values_list("quote", flat=True)
        with capture.file.open("rb") as file:
            view = view_copy(file.chunks(), capture.final_url or capture.url, list(dict.fromkeys(quotes)))
        response = render(request, "admin/editorial/capture/text.html", {"capture": capture, "view": view})
        response.headers["Content-Security-Policy"], response.headers["X-Frame-Options"] = _FRAMED, "SAMEORIGIN"
        return response

    def picture(self, request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
        capture = self._done(request, pk)
        try:
            with capture.file.open("rb") as file:
                content, kind = copy_picture(file.chunks(), capture.final_url or capture.url, number)
        except (NotDecoded, OSError) as problem:
            raise Http404 from problem
        return HttpResponse(content, content_type=kind, headers={"Content-Security-Policy": SANDBOX})

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Store an editor's own capture of a source or an appearance, and return its state as JSON."""
        return _change_evidence(request, lambda row, by: store_upload(row=row, file=sent_file(request), by=by))

    def again(self, request: HttpRequest) -> HttpResponse:
        """Request another capture of a source or an appearance, and return its state as JSON."""
        return _change_evidence(request, lambda row, by: capture_again(row, newsroom=newsroom_of(row), by=by))

    def _done(self, request: HttpRequest, pk: UUID) -> Capture:
        captures = get_desk(request).own(Capture.objects.filter(state=Capture.State.DONE))
        return get_object_or_404(captures, pk=pk)


@csrf_exempt
def share(request: HttpRequest) -> HttpResponse:
    """Store a file that an app of a telephone shares, and open the page on which the person chooses its card.

    An app can't send a CSRF token. But it only stores a file of the person, which is deleted at night without a card.
    """
    desk = get_desk(request)
    link = re.search(r"https?://\S+", " ".join(request.POST.get(name, "") for name in ("url", "text", "title")))
    url = storable_url(link[0]) if link else ""
    row = next(iter(find_cards(desk.user, desk.roles, url and url_key(url)).values()), None)
    try:
        file = sent_file(request, _("Share a picture or a file. A link isn’t enough. For example, take a screenshot."))
        if row is None:
            raise Incomplete(_("Your drafts have no source with an address. Add the source first, then share again."))
        capture = store_shared(file=file, url=url, newsroom=newsroom_of(row), by=desk.user)
    except EditorialError as refusal:
        return refuse(400, str(refusal))
    return redirect("admin:editorial_capture_action", capture.pk, PLACE.name)


def on_page(receive: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Show refusals on the home page or the login page, because the person has no page with a script open."""

    @csrf_exempt
    def respond(request: HttpRequest) -> HttpResponse:
        response = receive(request)
        if not isinstance(response, JsonResponse):
            return response
        messages.error(request, orjson.loads(response.content)["error"])
        return redirect("admin:index")

    return respond


def _change_evidence(request: HttpRequest, change: Callable[[Evidence, User], Capture]) -> HttpResponse:
    """Change the capture of the source or appearance that the request names.

    Errors are returned as JSON with a sentence.
    """
    by = get_desk(request).user
    try:
        capture = change(_evidence(request), by)
        return JsonResponse({"id": str(capture.pk), "state": capture.state})
    except NotAllowed as refusal:
        return refuse(403, str(refusal))
    except EditorialError as refusal:
        return refuse(400, str(refusal))


def _evidence(request: HttpRequest) -> Evidence:
    """Return the source or appearance that the request names, if the person can edit it.

    Raise Http404 for an unknown row, and EditorialError if the person or the review's state doesn't allow it.
    """
    desk = get_desk(request)
    try:
        if "source" in request.POST:
            sources = Source.objects.select_related("review__newsroom", "capture")
            source = get_object_or_404(sources, pk=request.POST["source"], review__newsroom__in=list(desk.roles))
            roles.require_writer(desk.user, source.review)
            if source.review.state != Review.State.DRAFT or source.review.is_imported:
                raise WrongState(_("Only the sources of a draft can be changed. Open a correction first."))
            return source
        appearances = Appearance.objects.select_related("claim__newsroom", "capture")
        return get_object_or_404(appearances, pk=request.POST.get("appearance"), claim__newsroom__in=list(desk.roles))
    except (ValueError, ValidationError) as problem:
        raise Http404 from problem
