"""Events in words: what each is about, by its title as it is now, and its details with their names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.public_text import HIDDEN
from factcheck.editorial.erasure import PLACEHOLDER
from factcheck.editorial.models import (
    ApiToken,
    Claim,
    Claimant,
    Demand,
    EditorialEvent,
    ImportBatch,
    Membership,
    ReaderMessage,
    Review,
    User,
    Verdict,
    VerdictMapping,
)
from factcheck.webhooks.models import Subscription

# What an action is done to, by the word before its dot.
KINDS: dict[str, type[Model]] = {
    **dict.fromkeys(("publication", "withdrawal", "reinstatement", "erasure", "correction", "review"), Review),
    **dict.fromkeys(("claim", "merge", "split", "link"), Claim),
    **dict.fromkeys(("account", "account_group", "membership"), User),
    "claimant": Claimant,
    "demand": Demand,
    "import": ImportBatch,
    "mapping": VerdictMapping,
    "message": ReaderMessage,
    "token": ApiToken,
    "webhook": Subscription,
}
# Keys of details that hold the id of something else.
OTHERS: dict[str, type[Model]] = {
    **dict.fromkeys(("into", "other", "instead", "claim"), Claim),
    "token": ApiToken,
    "verdict": Verdict,
}
# Keys that are no field of the thing, or whose field is called otherwise on its page; the others are called as there.
NAMES: dict[str, Promise] = {
    **dict.fromkeys(("into", "other", "instead", "claim"), _("other claim")),
    "digest": _("digest"),
    "is_staff": _("may sign in at the editors’ desk"),
    "note": _("note"),
    "reason": _("reason"),
    "reviews": _("reviews"),
    "sequence": _("entry of the log"),
    "token": _("API token"),
}
# Keys that say nothing beyond what the other columns say.
UNTOLD = ("id", "user_id", "publisher_id", "group_id", "date_joined", "generation")
# Of these, details hold what changed: by key the value before and the one after.
CHANGES = ("account", "account_group", "membership", "webhook")
TITLE = 90


class Words:
    """Knows what some events are about, by a query for each kind of thing."""

    def __init__(self, request: HttpRequest, events: Iterable[EditorialEvent]) -> None:
        wanted: dict[type[Model], set[Any]] = defaultdict(set)
        for model, key in (each for event in events for each in _mentioned(event)):
            try:
                wanted[model].add(model._meta.pk.to_python(key))
            except ValidationError:
                continue
        self._shown: dict[tuple[type[Model], str], str] = {}
        for model, keys in wanted.items():
            rows = list(_seen_by(request, model).filter(pk__in=keys))
            at: Any = admin.site.get_model_admin(model)
            at.put_public_words(request, rows)
            self._shown |= {(model, str(row.pk)): _shown(request, row) for row in rows}

    def about(self, event: EditorialEvent) -> str:
        model = KINDS.get(_kind(event))
        return self._title(model, _key(event)) if model else event.subject

    def details(self, event: EditorialEvent, *, in_full: bool = False) -> SafeString:
        left_out = UNTOLD if in_full else (*UNTOLD, "digest")
        said = ((_name(event, key), self._value(event, key, value)) for key, value in sorted(event.detail.items())
                if key not in left_out)  # fmt: skip
        return format_html_join("; ", "{}: {}", ((name, value) for name, value in said if value))

    def _title(self, model: type[Model], key: str) -> str:
        return self._shown.get((model, key)) or str(HIDDEN)

    def _value(self, event: EditorialEvent, key: str, value: Any) -> str:
        if key in OTHERS:
            return self._title(OTHERS[key], str(value))
        field = _field(event, key)
        if _kind(event) not in CHANGES:
            return _word(field, value)
        if value == "changed":  # in place of a secret
            return "" if event.action.endswith(".added") else str(_("changed"))
        before, after = value
        if before is None or after is None:  # of what was added or removed: what it is, and not all that it is not
            return _word(field, after if before is None else before) if (before or after) else ""
        return f"{_word(field, before) or '–'} → {_word(field, after) or '–'}"


def _mentioned(event: EditorialEvent) -> Iterator[tuple[type[Model], str]]:
    """What the event is about, and then what its details name."""
    if model := KINDS.get(_kind(event)):
        yield model, _key(event)
    for key, value in event.detail.items():
        if key in OTHERS:
            yield OTHERS[key], str(value)


def _kind(event: EditorialEvent) -> str:
    return event.action.partition(".")[0]


def _key(event: EditorialEvent) -> str:
    return event.subject.rpartition(":")[2]


def _seen_by(request: HttpRequest, model: type[Model]) -> Any:
    """What the person sees of it at the desk; of claims also the published ones of others."""
    at: Any = admin.site.get_model_admin(model)
    rows = at.autocomplete_queryset(request)
    return rows.select_related("claim") if model is Review else rows


def _shown(request: HttpRequest, row: Any) -> str:
    """Its title with a link to its page. The title is that of now, so that it has no word that was erased."""
    title = Truncator(str(row)).chars(TITLE)
    if title == PLACEHOLDER or (isinstance(row, Review) and row.state == Review.State.ERASED):
        title = str(Review.State.ERASED.label)
    at: Any = admin.site.get_model_admin(type(row))
    if at.has_view_permission(request, row):
        address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    elif isinstance(row, Claim):
        address = f"/claims/{row.pk}/"
    else:
        return title
    return format_html('<a href="{}"><bdi>{}</bdi></a>', address, title)


def _field(event: EditorialEvent, key: str) -> Field[Any, Any] | None:
    model = Membership if _kind(event) == "membership" else KINDS.get(_kind(event))
    try:
        found = model._meta.get_field(key) if model else None
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


def _name(event: EditorialEvent, key: str) -> str | Promise:
    field = _field(event, key)
    return NAMES.get(key) or (field.verbose_name if field else key)


def _word(field: Any, value: Any) -> str:
    """Codes, days and yes or no as people say them."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(_word(getattr(field, "base_field", None), part) for part in value)
    if value in (None, "") and not (field and field.choices):
        return ""
    if field and field.choices:
        return str(dict(field.flatchoices).get(value, value or ""))
    if field and field.get_internal_type() == "DateTimeField":
        return date_format(datetime.fromisoformat(value).astimezone(UTC), "DATETIME_FORMAT")
    return str(value)
