"""Pages on which readers write to the editors: the website's one door to them, as `api/intake.py` is the API's.

Without cookie, and so without a token against forgery: anybody may send these messages from anywhere, by the API as
well, and each counts against the network that it came from.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from factcheck.editorial import reader_messages
from factcheck.editorial.models import ReaderMessage
from factcheck.editorial.validation import Invalid
from factcheck.record.formats.text import storable
from factcheck.record.models import Status
from factcheck.server.networks import address_of
from factcheck.website import queries
from factcheck.website.views import page_for_readers

Page = Callable[..., HttpResponse]


def _box(name: str, label: Any, help_text: Any = "", **attributes: Any) -> forms.CharField:
    """For as much as the row takes. What is wrong with what stands in it, the editors' side says."""
    widget = forms.Textarea if "rows" in attributes else forms.TextInput
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=widget({"maxlength": _most(name), **attributes})
    )


def _most(name: str) -> int:
    """Characters."""
    most: int = getattr(ReaderMessage, name).field.max_length
    return most


class Letter(forms.Form):
    kind: ClassVar[ReaderMessage.Kind]
    contact = _box(
        "contact",
        _("How the editors can reach you, if they may ask back"),
        _("An e-mail address or a telephone number. You need not say who you are."),
    )
    language = forms.ChoiceField(
        label=_("Language of what you wrote"),
        choices=[("vi", "Tiếng Việt"), ("en", "English"), ("und", _("another language"))],
    )
    field_order = ("text", "url")


class Tip(Letter):
    kind = ReaderMessage.Kind.TIP
    text = _box("text", _("The claim, and what is doubtful about it"), rows=6, required=True)
    url = _box("url", _("Address at which it was said"), inputmode="url")


class CorrectionRequest(Letter):
    kind = ReaderMessage.Kind.CORRECTION
    text = _box("text", _("What is wrong, and how that can be known"), rows=6, required=True)
    url = _box("url", _("Address at which that can be looked up"), inputmode="url")


def _letter_page(view: Page) -> Page:
    """A page like others until something is sent, whose answer is nobody else's."""
    asked, sent = page_for_readers(view), never_cache(view)

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request.encoding = "utf-8"  # as browsers send it, since the pages are; another name can be no encoding of text
        return (sent if request.method == "POST" else asked)(request, *args, **kwargs)

    return answer


@_letter_page
def tip(request: HttpRequest) -> HttpResponse:
    """A claim to check; `?text=` is what was searched for in vain."""
    text = storable(request.GET.get("text", "")[: _most("text")])
    shown = {"canonical": f"{settings.SITE_URL}/tips/", "prefilled": bool(text)}
    return _write(request, Tip, "website/tip.html", shown, initial={"text": text})


@_letter_page
def report(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """A mistake in a live review; what became of another says its own page."""
    row = queries.find_review(review_id)
    if row.status != Status.LIVE:
        return redirect("review", review_id)
    body = orjson.loads(row.body)
    shown = {"review": {"id": review_id, "publisher": body["publisher"], **queries.titled(body)}}
    return _write(request, CorrectionRequest, "website/report.html", shown, said={"review": {"id": review_id}})


def _write(
    request: HttpRequest,
    letter: type[Letter],
    template: str,
    shown: dict[str, Any],
    *,
    said: dict[str, Any] | None = None,
    initial: dict[str, str] | None = None,
) -> HttpResponse:
    """The form; sent, the way to its receipt, or the form again with what was typed and what is wrong with it."""
    language = get_language()
    form = letter(
        request.POST if request.method == "POST" else None,
        initial={"language": language, **(initial or {})},
        label_suffix="",
    )
    status, wait = 200, None
    if form.is_valid():
        try:
            receipt, _until = reader_messages.receive_message(
                kind=form.kind, values=form.cleaned_data | (said or {}), address=address_of(request)
            )
            return redirect("message", receipt)
        except Invalid as refused:
            for pointer, sentence in refused.problems:
                name = pointer.removeprefix("/")
                form.add_error(name if name in form.fields else None, sentence)
        except reader_messages.TooManyMessages as refused:
            status, wait = 429, refused.wait
            # From one network, or from all: which of them, a sender need not know.
            form.add_error(None, _("More messages have come than are taken in. Please send it again in an hour."))
    if form.errors and status == 200:
        status = 422
    context = {**shown, "form": form, "days": settings.READER_MESSAGES_DAYS, "license": settings.LICENSE_URL}
    response = render(request, template, context, status=status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


@require_safe
@never_cache
def message(request: HttpRequest, receipt: str) -> HttpResponse:
    """What became of a message: for whoever has its receipt, and without a word of what it said."""
    found = reader_messages.find_status(receipt)
    if found is None:
        raise Http404
    context = {"message": found, "address": f"{settings.SITE_URL}/receipts/{receipt}/", "license": settings.LICENSE_URL}
    return render(request, "website/message.html", context)
