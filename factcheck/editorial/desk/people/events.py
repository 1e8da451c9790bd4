"""The audit log as a read-only list at the desk."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import DeskAdmin, get_desk
from factcheck.editorial.desk.deciding.public_text import HIDDEN
from factcheck.editorial.desk.lists.columns import column
from factcheck.editorial.erasure import PLACEHOLDER
from factcheck.editorial.events import UNKNOWN_ACCOUNT
from factcheck.editorial.models import (
    ApiToken,
    Capture,
    Card,
    Claim,
    Claimant,
    EditorialEvent,
    Incident,
    Membership,
    Proposal,
    Publisher,
    RatingScale,
    ReaderMessage,
    Review,
    SecondFactor,
    Topic,
    User,
    Verdict,
)
from factcheck.editorial.models.events import ADMINISTRATION
from factcheck.editorial.models.kinds import POLICIES, SHAPES, Kind
from factcheck.webhooks.models import Subscription

# The model of an event's subject, by the part of the event's action before the dot.
_NAMED = (Capture, Claim, Claimant, Incident, Publisher, RatingScale, Review, Topic, Verdict)
SUBJECT_MODELS: dict[str, type[Model]] = {
    **{
        policy.event(Proposal(kind=kind, action=action)): SHAPES[Kind(kind)].subject
        for (kind, action), policy in POLICIES.items()
    },
    **{model.__name__.lower(): model for model in _NAMED},
    **dict.fromkeys(("account", "account_group", "membership", "sign_in", "session", "second_factor"), User),
    "card": Claim,
    "correction": Review,
    "message": ReaderMessage,
    "rules": Publisher,
    "token": ApiToken,
    "webhook": Subscription,
}
# The model whose fields the details contain, for events whose subject is a row of another model.
FIELD_MODELS: dict[str, type[Model]] = {
    "card": Card,
    "membership": Membership,
    "sign_in": SecondFactor,
    "second_factor": SecondFactor,
}
# Keys of an event's details whose value is the id of another row, with the model of that row.
REFERENCES: dict[str, type[Model]] = {
    **dict.fromkeys(("into", "other", "instead", "claim"), Claim),
    "owner": User,
    "request": ReaderMessage,
    "token": ApiToken,
    "verdict": Verdict,
}
# Names for keys that aren't fields of the subject, or whose field has a different label on the subject's page.
KEY_NAMES: dict[str, Promise] = {
    **dict.fromkeys(("into", "other", "instead", "claim"), _("other claim")),
    "change": _("change"),
    "checked": _("ticked on the checklist"),
    "device": _("device"),
    "digest": _("digest"),
    "failures": _("failures"),
    "hold_until": _("held until"),
    "is_staff": _("may log in at the editors’ desk"),
    "kind": _("second factor"),
    "network": _("network"),
    "new_device": _("new device"),
    "note": _("note"),
    "new_email": _("e-mail address"),
    "newsroom": _("newsroom"),
    "reason": _("reason"),
    "request": _("a reader’s request"),
    "role": _("role"),
    "reviews": _("reviews"),
    "sequence": _("entry of the log"),
    "token": _("API token"),
}
# Keys that repeat information from the other columns.
OMITTED_KEYS = ("id", "user_id", "publisher_id", "group_id", "date_joined", "generation")
# Events whose details are changes: for each key, a pair of the values before and after.
CHANGE_KINDS = ("account", "account_group", "membership", "webhook")
MAX_TITLE = 90


class EventTexts:
    """The texts of several events, with one query for each model to which the events refer."""

    def __init__(self, request: HttpRequest, events: Iterable[EditorialEvent]) -> None:
        wanted: dict[type[Model], set[Any]] = defaultdict(set)
        for model, key in (reference for event in events for reference in _references(event)):
            try:
                wanted[model].add(model._meta.pk.to_python(key))
            except ValidationError:
                continue
        self._titles: dict[tuple[type[Model], str], str] = {}
        for model, keys in wanted.items():
            rows = list(_visible_rows(request, model).filter(pk__in=keys))
            model_admin: Any = admin.site.get_model_admin(model)
            model_admin.show_public_text(request, rows)
            self._titles |= {(model, str(row.pk)): _linked_title(request, row) for row in rows}

    def about(self, event: EditorialEvent) -> str:
        model = SUBJECT_MODELS.get(_kind(event))
        if event.subject == UNKNOWN_ACCOUNT:
            return ""
        return self._title(model, _key(event)) if model else event.subject

    def details(self, event: EditorialEvent, *, in_full: bool = False) -> SafeString:
        omitted = OMITTED_KEYS if in_full else (*OMITTED_KEYS, "digest")
        pairs = ((_name(event, key), self._value(event, key, value)) for key, value in sorted(event.detail.items())
                 if key not in omitted)  # fmt: skip
        return format_html_join("; ", "{}: {}", ((name, value) for name, value in pairs if value))

    def _title(self, model: type[Model], key: str) -> str:
        return self._titles.get((model, key)) or str(HIDDEN)

    def _value(self, event: EditorialEvent, key: str, value: Any) -> str:
        if key in REFERENCES and value:
            return self._title(REFERENCES[key], str(value))
        field = _field(event, key)
        if _kind(event) not in CHANGE_KINDS:
            return _format(field, value)
        if isinstance(value, str):  # recorded in place of a secret
            words = _("hashed again at a login") if value == "rehashed" else _("changed")
            return "" if event.action.endswith(".added") else str(words)
        before, after = value
        if before is None or after is None:  # a row was added or removed, so empty values say nothing
            return _format(field, after if before is None else before) if (before or after) else ""
        return f"{_format(field, before) or '–'} → {_format(field, after) or '–'}"


def _references(event: EditorialEvent) -> Iterator[tuple[type[Model], str]]:
    """Return the event's subject, and then the rows to which its details refer, as pairs of model and key."""
    if model := SUBJECT_MODELS.get(_kind(event)):
        yield model, _key(event)
    for key, value in event.detail.items():
        if key in REFERENCES and value:
            yield REFERENCES[key], str(value)


def _kind(event: EditorialEvent) -> str:
    return event.action.partition(".")[0]


def _key(event: EditorialEvent) -> str:
    return event.subject.rpartition(":")[2]


def _visible_rows(request: HttpRequest, model: type[Model]) -> Any:
    """Return the rows that the person can see at the desk. For claims, include other newsrooms' published claims."""
    model_admin: Any = admin.site.get_model_admin(model)
    rows = model_admin.autocomplete_queryset(request)
    return rows.select_related("claim") if model is Review else rows


def _linked_title(request: HttpRequest, row: Any) -> str:
    """Return the row's current title with a link to its page.

    The log shows the current title, because a stored title could contain text that was erased later.
    """
    title = Truncator(str(row)).chars(MAX_TITLE)
    if title == PLACEHOLDER or (isinstance(row, Review) and row.state == Review.State.ERASED):
        title = str(Review.State.ERASED.label)
    model_admin: Any = admin.site.get_model_admin(type(row))
    if model_admin.has_view_permission(request, row):
        url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    elif isinstance(row, Claim):
        url = f"/claims/{row.pk}/"
    else:
        return title
    return format_html('<a href="{}"><bdi>{}</bdi></a>', url, title)


def _field(event: EditorialEvent, key: str) -> Field[Any, Any] | None:
    kind = _kind(event)
    model = FIELD_MODELS.get(kind) or SUBJECT_MODELS.get(kind)
    if kind == "account_proposal":
        model, key = (Proposal, "action") if key == "change" else (Membership, key)
    if key == "hold_until":
        model = Proposal
    try:
        field = model._meta.get_field(key) if model else None
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None


def _name(event: EditorialEvent, key: str) -> str | Promise:
    field = _field(event, key)
    return KEY_NAMES.get(key) or (field.verbose_name if field else key)


def _format(field: Any, value: Any) -> str:
    """Return a value that people can read: a code's label, a formatted date, or yes or no."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(_format(getattr(field, "base_field", None), part) for part in value)
    if value in (None, "") and not (field and field.choices):
        return ""
    if field and field.choices:
        return str(dict(field.flatchoices).get(value, value or ""))
    if field and field.get_internal_type() == "DateTimeField":
        return date_format(localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    return str(value)


# Scales, topics, verdicts and mappings belong to the whole site. PostgreSQL finds these events in the index
# event_newsroom.
_SHARED = ("mapping:", "ratingscale:", "topic:", "verdict:")
SHARED = Q(newsroom__isnull=True, subject__regex=f"^({'|'.join(_SHARED)})")


@admin.register(EditorialEvent)
class EditorialEventAdmin(DeskAdmin[EditorialEvent]):
    """The list of events that a person may see.

    Chief editors see events about their newsroom, and about the scales, topics and mappings of the site. Account
    administrators see events about accounts and webhooks.
    """

    list_display = ("at", "actor", "what", "about", "newsroom", "details")
    list_display_links = ("what",)
    list_select_related = ("actor", "newsroom")
    search_fields = ("subject",)
    search_help_text = _(
        "Enter a review’s ID from its URL, user:12 for account 12, or webhook: followed by a webhook’s ID."
    )
    fields = ("at", "actor", "what", "about", "subject_key", "newsroom", "all_details")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[EditorialEvent]:
        desk = get_desk(request)
        # The partial index event_administration serves this, because its condition is ADMINISTRATION.
        visible = ADMINISTRATION if desk.administers_accounts else Q(newsroom__in=desk.led_newsrooms) | SHARED
        return super().get_queryset(request).filter(visible)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EditorialEvent], search_term: str
    ) -> tuple[QuerySet[EditorialEvent], bool]:
        return (queryset.filter(subject=search_term.strip()) if search_term.strip() else queryset), False

    def has_view_permission(self, request: HttpRequest, obj: EditorialEvent | None = None) -> bool:
        desk = get_desk(request)
        if obj is None:
            return desk.administers_accounts or bool(desk.led_newsrooms)
        if desk.administers_accounts:
            return obj.subject.startswith(("user:", "webhook:"))
        return obj.newsroom_id in desk.led_newsrooms or (bool(desk.led_newsrooms) and obj.subject.startswith(_SHARED))

    def show_public_text(self, request: HttpRequest, rows: Iterable[Any]) -> None:
        """Load the texts of all events of a page together, for the list's columns."""
        events = list(rows)
        texts = EventTexts(request, events)
        for event in events:
            event.texts = texts

    what = column(_("what"), lambda event: str(event))
    about = column(_("subject"), lambda event: event.texts.about(event))
    subject_key = column(_("id"), lambda event: event.subject)
    details = column(_("details"), lambda event: event.texts.details(event))

    @admin.display(description=_("details"))
    def all_details(self, event: Any) -> Any:
        return event.texts.details(event, in_full=True) or self.get_empty_value_display()
