"""Forms for messages to the editors: the website's only connection to the editors' side.

The forms don't set cookies or use CSRF tokens. Anyone can send messages from anywhere, including through the API. Each
message counts towards the limit for the sender's network.
"""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from factcheck.editorial.drafts.validation import Invalid
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.messages.message_limits import NotStored, kept_until
from factcheck.editorial.messages.mismatches import count_mismatch
from factcheck.editorial.models import Mismatch, ReaderMessage
from factcheck.record.formats.text import replace_forbidden
from factcheck.record.readmodel.bodies import Review
from factcheck.record.statements.values import SITE
from factcheck.tools.budget import current
from factcheck.web.networks import address_of
from factcheck.website import queries
from factcheck.website.responses import page_for_readers

Page = Callable[..., HttpResponse]


def _text_field(name: str, label: Any, help_text: Any = "", **attributes: Any) -> forms.CharField:
    """Return a text field with the column's maximum length. The editors' side validates the content."""
    widget = forms.Textarea if "rows" in attributes else forms.TextInput
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=widget({"maxlength": _max_length(name), **attributes})
    )


def _max_length(name: str) -> int:
    """Return the column's maximum length in characters."""
    length: int = getattr(ReaderMessage, name).field.max_length
    return length


class MessageForm(forms.Form):
    kind: ClassVar[ReaderMessage.Kind]
    contact = _text_field(
        "contact",
        _("How the editors can reach you if they have a question"),
        _("An e-mail address or a telephone number. You don’t have to give your name."),
    )
    language = forms.ChoiceField(
        label=_("Language of your message"),
        choices=[("vi", "Tiếng Việt"), ("en", "English"), ("und", _("another language"))],
    )
    field_order = ("text", "url")


class Tip(MessageForm):
    kind = ReaderMessage.Kind.TIP
    text = _text_field("text", _("The claim, and why you doubt it"), rows=6, required=True)
    url = _text_field("url", _("URL where the claim appeared"), inputmode="url")
    newsroom = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_newsroom(self) -> dict[str, str] | None:
        site = self.cleaned_data["newsroom"]
        return {"site": site} if site else None


class CorrectionRequest(MessageForm):
    kind = ReaderMessage.Kind.CORRECTION
    text = _text_field("text", _("The mistake, and how you know about it"), rows=6, required=True)
    url = _text_field("url", _("URL of the evidence"), inputmode="url")


def _form_page(view: Page) -> Page:
    """Decorate a form's view, so that the empty form can be cached but the response to a POST can't."""
    form_page, result_page = page_for_readers(view), never_cache(view)

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def respond(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return (result_page if request.method == "POST" else form_page)(request, *args, **kwargs)

    return respond


@_form_page
def tip(request: HttpRequest) -> HttpResponse:
    """Show a form for a claim to check. `?text=` and `?url=` contain a search without results.

    A whole post is sent by POST as `prefill`, because a URL can't contain it. Newsrooms can link to the form with
    `?newsroom=` and their host. Then only their editors can read the message.
    """
    prefill = request.POST.get("prefill", "")
    text, url = (
        replace_forbidden((given or request.GET.get(name, ""))[: _max_length(name)])
        for name, given in (("text", prefill), ("url", ""))
    )
    given = (request.POST if request.method == "POST" else request.GET).get("newsroom", "")
    newsroom = given if len(given) <= SITE.schema["maxLength"] and re.fullmatch(SITE.schema["pattern"], given) else ""
    context = {"prefilled": bool(text or url or newsroom), "newsroom": newsroom}
    initial = {"text": text, "url": url, "newsroom": newsroom}
    return _form_response(request, Tip, "website/tip.html", context, initial=initial, submitted=not prefill)


@_form_page
def mismatch(request: HttpRequest, claim_id: UUID) -> HttpResponse:
    """Count that a reader asked about something else than this claim. The reader's text isn't part of the form."""
    claim = queries.find_claim(claim_id)
    if claim is None:
        raise Http404
    kind = request.POST.get("kind", "")
    if kind in Mismatch.Kind:
        count_mismatch(claim=claim_id, kind=kind, address=address_of(request))
        return redirect(f"{request.path}?counted")
    return render(request, "website/mismatch.html", {"claim": claim, "counted": "counted" in request.GET})


@_form_page
def report(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Show a form for reporting a mistake in a live review. Redirect from other reviews to the review's page."""
    review = queries.find_review(review_id).published
    if not isinstance(review, Review):
        return redirect("review", review_id)
    queries.add_wordings([review])
    extra = {"review": {"id": review_id}}
    return _form_response(request, CorrectionRequest, "website/report.html", {"review": review}, extra=extra)


def _form_response(
    request: HttpRequest,
    form_class: type[MessageForm],
    template: str,
    context: Mapping[str, object],
    *,
    extra: Mapping[str, object] | None = None,
    initial: dict[str, str] | None = None,
    submitted: bool = True,
) -> HttpResponse:
    """Show the form with any errors, or redirect to the receipt's page if the message has been stored."""
    language = get_language()
    form = form_class(
        request.POST if request.method == "POST" and submitted else None,
        initial={"language": language, **(initial or {})},
        label_suffix="",
    )
    status, wait = 200, None
    if form.is_valid():
        try:
            receipt, _until = reader_messages.receive_message(
                kind=form.kind, values={**form.cleaned_data, **(extra or {})}, address=address_of(request)
            )
            return redirect("message", receipt)
        except Invalid as refused:
            for pointer, sentence in refused.problems:
                name = pointer.removeprefix("/").partition("/")[0]
                form.add_error(name if name in form.fields else None, sentence)
        except NotStored as refused:
            status, wait = 503 if refused.is_full else 429, refused.wait
            form.add_error(None, str(refused))
    if form.errors and status == 200:
        status = 422
    context = {**context, "form": form, "days": settings.READER_MESSAGES_DAYS, "license": settings.LICENSE_URL}
    response = render(request, template, context, status=status)
    if wait:
        response.headers["Retry-After"] = str(wait)
        current().is_quiet = True
    return response


@require_safe
@never_cache
def message(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show the status of a message to anyone who has the receipt. The page doesn't show the message."""
    found = reader_messages.find_status(receipt)
    if found is None:
        raise Http404
    context = {
        "received_at": found[0].received_at,
        "message": found[1],
        "correction": reader_messages.find_correction(found[1]),
        "kept_until": kept_until(found[1].received_at),
        "address": f"{settings.SITE_URL}/receipts/{receipt}/",
        "license": settings.LICENSE_URL,
    }
    return render(request, "website/message.html", context)
