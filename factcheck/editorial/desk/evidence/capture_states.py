"""The state of a capture as its card shows it, and the JSON from which open cards update their states."""

from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import Case, Q, QuerySet, When
from django.http import Http404, HttpRequest, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.models import Appearance, Capture, Source
from factcheck.record.formats.quotes import contains_quote

# The model of each kind of evidence and the column of its newsroom, by the prefix of the formset.
EVIDENCE: dict[str, tuple[type[Source | Appearance], str]] = {
    "sources": (Source, "review__newsroom"),
    "appearances": (Appearance, "claim__newsroom"),
}
MAX_IDS = 200
# The fields of a card that the capture can fill in.
FILLED = {"title": "title", "publisher": "publisher_name", "published_on": "published_on"}


def with_captures(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows with their captures, without the captures' long columns.

    A source with a quote has the readable text of its capture as `copied_text`.
    """
    if rows.model is Source:
        rows = rows.annotate(copied_text=Case(When(~Q(quote=""), then="capture__text")))
    return rows.select_related("capture").defer("capture__text", "capture__timestamp_token")


def describe_row(row: Source | Appearance) -> str:
    """Return sentences about the state of the row's capture, and whether its text contains the quote."""
    sentence = describe_state(row.capture)
    if not (text := getattr(row, "copied_text", None)) or not isinstance(row, Source):
        return sentence
    lost = _("The quote isn’t in the readable text of the copy. Compare each word, or upload a copy that contains it.")
    found = _("The quote is in the copy.") if contains_quote(text, row.quote) else lost
    return f"{sentence}. {found}"


def describe_state(capture: Capture | None) -> str:
    """Return a sentence about the state of a capture, or "" without a capture."""
    if capture is None:
        return ""
    if capture.state == Capture.State.WAITING:
        return _("Being copied…")
    if capture.state == Capture.State.FAILED:
        return " ".join([_("Not copied."), capture.get_failure_display()])
    at = localtime(capture.captured_at)
    moment = date_format(at, "H:i" if at.date() == localdate() else "DATE_FORMAT")
    sentences: dict[str, str] = {
        Capture.Origin.WORKER: _("Kept %(time)s, %(size)s"),
        Capture.Origin.EDITOR: _("Your copy, %(time)s, %(size)s"),
        Capture.Origin.BROWSER: _("Made in an editor’s browser, %(time)s, %(size)s"),
    }
    return sentences[capture.origin] % {"time": moment, "size": filesizeformat(capture.size or 0)}


def capture_states(request: HttpRequest, kind: str) -> JsonResponse:
    """Return the states of the rows in `ids`, by id, without the rows of other newsrooms.

    At most MAX_IDS ids are allowed.
    """
    if kind not in EVIDENCE:
        raise Http404
    ids = request.GET.get("ids", "").split(",")
    if len(ids) > MAX_IDS or not all(row.isascii() and row.isdigit() and len(row) < 19 for row in ids):
        raise BadRequest("ids")
    model, newsroom = EVIDENCE[kind]
    rows = model._default_manager.filter(**{"pk__in": ids, f"{newsroom}__in": list(get_desk(request).roles)})
    return JsonResponse({str(row.pk): _state(row) for row in with_captures(rows)})


def _state(row: Source | Appearance) -> dict[str, Any]:
    """Return what the row's card shows. The `values` of a finished capture can fill the fields of the card."""
    done = row.capture if row.capture and row.capture.state == Capture.State.DONE else None
    return {
        "url": row.url,
        "state": row.capture.state if row.capture else "",
        "text": describe_row(row),
        "page": reverse("admin:editorial_capture_change", args=[done.pk]) if done else "",
        "values": {name: value for name, column in FILLED.items() if (value := getattr(done, column, None))},
    }


class CapturedForm(forms.ModelForm[Any]):
    """A form that fills its empty fields with values of the capture and saves them with the row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capture = _state(self.instance)
        # Only an unsubmitted form gets these values. A submitted form is compared with the row itself, so that the
        # values count as changes and are saved.
        if not self.is_bound:
            self.initial = self.capture["values"] | {name: value for name, value in self.initial.items() if value}
