"""The saved states of a draft.

A state is the content of all editable columns, with the rows that are edited on the same page. New columns are included
automatically. While somebody writes, each state replaces the previous state.
"""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from factcheck.editorial.errors import NotFound, WrongState
from factcheck.editorial.events import record_event
from factcheck.editorial.file_quotas import require_room_for_text
from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Capture,
    Claim,
    Demand,
    Incident,
    Publisher,
    Reply,
    Review,
    SavedState,
    Source,
    User,
)
from factcheck.editorial.people import roles

Draft = Review | Claim | Demand
Content = dict[str, JsonValue]
Kind = SavedState.Kind
MAX_DIGITS = 9  # of a version
PAUSE = timedelta(minutes=10)  # sql/saved_states.sql has the same value
SHORT = 50  # characters. Shorter texts are quickly typed again.
# The related rows that are edited on the page of a draft.
ROWS: dict[type[models.Model], dict[str, type[models.Model]]] = {
    Review: {"sources": Source, "replies": Reply, "authorships": Authorship},
    Claim: {"appearances": Appearance},
    Demand: {},
    Incident: {},
}


def content_of(draft: models.Model) -> Content:
    """Return the content of a draft as it is in the database, as JSON."""
    model = type(draft)
    content = _values(draft, columns_of(model))
    for field in model._meta.many_to_many:
        content[field.name] = sorted(getattr(draft, field.name).values_list("pk", flat=True))
    for name, row_model in ROWS[model].items():
        rows = getattr(draft, name).filter()  # without `filter`, Django would return old rows that were prefetched
        content[name] = [{"id": row.pk, **_values(row, columns_of(row_model))} for row in rows]
    return content


def keep_state(
    draft: models.Model, by: User, kind: Kind = Kind.SAVED, page: UUID | None = None, *, limited: bool = True
) -> SavedState | None:
    """Keep the state of a draft that has just been saved, or return None if the last state has the same content.

    A state of the kind SAVED gets the time of the draft's last change. The new state replaces the last state of the
    same sitting. Raise OverQuota if too much is kept of this day.
    """
    draft.refresh_from_db(fields=["version"])  # the database has raised the version
    # The texts of an incident are encrypted, so its states are empty. They only show which page has saved it.
    content, last = {} if isinstance(draft, Incident) else content_of(draft), last_state(draft.pk)
    if kind == Kind.SAVED and last is not None and last.content == content != {}:
        return None
    row: Any = draft
    # Old states are deleted, but the content before a correction must be kept while the correction is open. So states
    # of the other kinds get the current time.
    at = row.changed_at if kind == Kind.SAVED else timezone.now()
    state = SavedState.objects.create(
        draft=row.pk, version=row.version, kind=kind, saved_by=by, saved_at=at, page=page, content=content
    )
    if last is not None and _replaces(state, last):
        last.delete()
    elif limited and kind == Kind.SAVED:
        require_room(content, by=by, draft=row)
    return state


def require_room(content: Content, *, by: User, draft: Any) -> None:
    """Raise OverQuota if the account or the newsroom has kept too much of this day."""
    require_room_for_text(len(json.dumps(content)), by=by, newsroom=draft.newsroom_id)


def _replaces(state: SavedState, last: SavedState) -> bool:
    """Return whether both states belong to one sitting: the same page has saved again after a short pause.

    The last state is kept if a page was opened with it, because a later conflict is explained with this state. The last
    state is also kept if more than half of a text or a list is gone. The person can then undo a mistake.
    """
    if last.was_opened or (state.kind, state.saved_by_id, state.page) != (last.kind, last.saved_by_id, last.page):
        return False
    lost = any(
        2 * len(state.content.get(name) or "") < len(was)
        for name, was in last.content.items()
        if isinstance(was, list) or (isinstance(was, str) and len(was) > SHORT)
    )
    return state.kind == Kind.SAVED and state.saved_at - last.saved_at <= PAUSE and not lost


def note_opened(draft: UUID) -> None:
    """Note that a page shows the last state, so that a later state doesn't replace this state."""
    last = SavedState.objects.filter(draft=draft).exclude(kind=Kind.TYPED).values("pk")[:1]
    SavedState.objects.filter(pk__in=last, was_opened=False).update(was_opened=True)


def keep_first_state(draft: models.Model) -> None:
    """Keep the stored content of a draft without states. For example, an import keeps no states."""
    if not SavedState.objects.filter(draft=draft.pk).exists():
        stored: Any = type(draft)._default_manager.get(pk=draft.pk)
        # Somebody else may be saving the draft, so a limit of the person who began it doesn't count here.
        keep_state(stored, stored.logged_by if isinstance(stored, Claim) else stored.created_by, limited=False)
        note_opened(draft.pk)


def last_state(draft: UUID) -> SavedState | None:
    """Return the last state that was the content of the draft, or None."""
    return SavedState.objects.filter(draft=draft).exclude(kind=Kind.TYPED).first()


def state_of(draft: UUID, version: str) -> SavedState | None:
    """Return the state that was the content of the draft in the version that a page has opened.

    Return None if a passage has been forgotten since then, because the page can still contain the passage.
    """
    if not _is_version(version) or passage_forgotten(draft, version):
        return None
    return SavedState.objects.filter(draft=draft, version__lte=version).exclude(kind=Kind.TYPED).first()


def passage_forgotten(draft: UUID, version: str) -> bool:
    """Return whether a passage has been forgotten since this version."""
    forgotten = SavedState.objects.filter(draft=draft, kind=Kind.FORGOTTEN)
    return forgotten.filter(version__gt=version if _is_version(version) else 0).exists()


def _is_version(text: str) -> bool:
    return text.isdecimal() and len(text) <= MAX_DIGITS


@transaction.atomic
def restore_state(*, draft: Draft, state: SavedState, by: User) -> None:
    """Make a state the content of the draft again, and keep the replaced content as a state too.

    Raise EditorialError if the person can't edit the draft or its state doesn't allow edits.
    """
    model = type(draft)
    locked = model._default_manager.select_for_update().get(pk=draft.pk)
    if isinstance(locked, Review):
        roles.require_writer(by, locked)
    else:
        roles.require_member(by, locked.newsroom_id)
    if not isinstance(locked, Claim | Incident) and locked.state != "draft":
        raise WrongState(
            _("Only a draft can be edited. The status of this review is “%s”.") % locked.get_state_display()
        )
    if state.draft != locked.pk:
        raise NotFound(_("This saved state belongs to another draft."))
    keep_state(locked, by)
    put_back(locked, state.content)
    keep_state(locked, by, Kind.RESTORED)
    record_event(by, f"{model._meta.model_name}.restored", locked, saved_at=state.saved_at.isoformat())


def put_back(draft: models.Model, content: Content) -> None:
    """Write the content into the draft and its rows. The rows keep their ids."""
    model = type(draft)
    _fill(draft, columns_of(model), content)
    draft.save()
    for field in model._meta.many_to_many:
        target = field.related_model
        known = target._default_manager.filter(pk__in=content.get(field.name, ()))
        getattr(draft, field.name).set(known)
    for name, row_model in ROWS[model].items():
        stored, rows = getattr(draft, name), []
        stored.filter().delete()
        members: Any = content.get(name, ())
        for values in members:
            row = row_model(pk=values["id"], **{stored.field.name: draft})
            _fill(row, columns_of(row_model), values)
            rows.append(row)
        stored.bulk_create(rows)


def forget_states(drafts: Iterable[UUID], erased: UUID | None = None) -> None:
    """Delete all states of drafts. The database allows this only after an erasure or for drafts that are gone.

    `erased` is the review whose erasure also deletes the states of its claims.
    """
    with connection.cursor() as cursor:
        cursor.callproc("set_config", ["factcheck.erased_review", str(erased or ""), True])
    SavedState.objects.filter(draft__in=list(drafts)).delete()


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the columns that people edit, and the captures.

    The publishers of a draft and the draft of a row never change, so they are left out.
    """
    fixed = {Publisher} if model in ROWS else {Publisher, *ROWS}
    return [
        field
        for field in model._meta.concrete_fields
        if (field.editable or field.related_model is Capture)
        and not field.primary_key
        and field.related_model not in fixed
    ]


def _values(row: models.Model, columns: Iterable[models.Field[Any, Any]]) -> Content:
    values = {column.name: getattr(row, column.attname) for column in columns}
    plain: Content = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain


def _fill(row: models.Model, columns: Iterable[models.Field[Any, Any]], values: Content) -> None:
    """Set the columns. A reference to a row that no longer exists becomes empty, or isn't changed if it is required."""
    for column in columns:
        if column.name not in values:
            continue
        value, target = column.to_python(values[column.name]), column.related_model
        if target is not None and value is not None and not target._default_manager.filter(pk=value).exists():
            if not column.null:
                continue
            value = None
        setattr(row, column.attname, value)
