"""Keeps the saved states of a draft, and restores one.

A state is the content of all editable columns, with the rows that are edited on the same page. New columns are included
automatically. While somebody writes, each state replaces the one before it.
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

from factcheck.editorial.errors import NotFound, WrongState
from factcheck.editorial.events import record_event
from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Capture,
    Claim,
    Demand,
    Publisher,
    Review,
    SavedState,
    Source,
    User,
)
from factcheck.editorial.people import roles

Draft = Review | Claim | Demand
Content = dict[str, Any]
Kind = SavedState.Kind
MAX_DIGITS = 9  # of a version
PAUSE = timedelta(minutes=10)  # the same in sql/saved_states.sql
SHORT = 50  # characters of a text that is typed again quickly
# The rows that are edited on the page of a draft.
ROWS: dict[type[models.Model], dict[str, type[models.Model]]] = {
    Review: {"sources": Source, "authorships": Authorship},
    Claim: {"appearances": Appearance},
    Demand: {},
}


def content_of(draft: models.Model) -> Content:
    """The content of a draft as it is in the database, as JSON."""
    model = type(draft)
    content = _values(draft, columns_of(model))
    for field in model._meta.many_to_many:
        content[field.name] = sorted(getattr(draft, field.name).values_list("pk", flat=True))
    for name, row_model in ROWS[model].items():
        rows = getattr(draft, name).filter()  # reads the rows again if they are prefetched
        content[name] = [{"id": row.pk, **_values(row, columns_of(row_model))} for row in rows]
    return content


def keep_state(draft: models.Model, by: User, kind: Kind = Kind.SAVED, page: UUID | None = None) -> SavedState | None:
    """Keeps the state of a draft that has just been saved. Returns None if the last state has the same content.

    A saved state gets the time of the draft's last change. It replaces the last state of the same sitting.
    """
    draft.refresh_from_db(fields=["version"])  # the database has raised the version
    content, last = content_of(draft), last_state(draft.pk)
    if kind == Kind.SAVED and last is not None and last.content == content:
        return None
    row: Any = draft
    # The content before a correction is older than the publication, but is kept as long as the correction is open.
    at = row.changed_at if kind == Kind.SAVED else timezone.now()
    state = SavedState.objects.create(
        draft=row.pk, version=row.version, kind=kind, saved_by=by, saved_at=at, page=page, content=content
    )
    if last is not None and _replaces(state, last):
        last.delete()
    return state


def _replaces(state: SavedState, last: SavedState) -> bool:
    """Whether both states belong to one sitting: the same page has saved again after a short pause.

    A state is kept if a page was opened with it, because a conflict is explained with it. It is also kept if more than
    half of a text or of a list is gone, so that a mistake can be undone.
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
    """Notes that a page shows the last state, so that a later state doesn't replace it."""
    last = SavedState.objects.filter(draft=draft).exclude(kind=Kind.TYPED).values("pk")[:1]
    SavedState.objects.filter(pk__in=last, was_opened=False).update(was_opened=True)


def keep_first_state(draft: models.Model) -> None:
    """Keeps the stored content of a draft that has no state yet. For example, an import keeps no states."""
    if not SavedState.objects.filter(draft=draft.pk).exists():
        stored: Any = type(draft)._default_manager.get(pk=draft.pk)
        keep_state(stored, stored.logged_by if isinstance(stored, Claim) else stored.created_by)
        note_opened(draft.pk)


def last_state(draft: UUID) -> SavedState | None:
    """The last state that was the content of the draft."""
    return SavedState.objects.filter(draft=draft).exclude(kind=Kind.TYPED).first()


def state_of(draft: UUID, version: str) -> SavedState | None:
    """The state that was the content of the draft in a version that a page has opened.

    None if a passage has been forgotten since then, because the page can still contain the passage.
    """
    if not _is_version(version) or passage_forgotten(draft, version):
        return None
    return SavedState.objects.filter(draft=draft, version__lte=version).exclude(kind=Kind.TYPED).first()


def passage_forgotten(draft: UUID, version: str) -> bool:
    """Whether a passage has been forgotten since this version."""
    forgotten = SavedState.objects.filter(draft=draft, kind=Kind.FORGOTTEN)
    return forgotten.filter(version__gt=version if _is_version(version) else 0).exists()


def _is_version(text: str) -> bool:
    return text.isdecimal() and len(text) <= MAX_DIGITS


@transaction.atomic
def restore_state(*, draft: Draft, state: SavedState, by: User) -> None:
    """Makes a state the content of the draft again. The content that it replaces is kept as a state too."""
    model = type(draft)
    locked = model._default_manager.select_for_update().get(pk=draft.pk)
    if isinstance(locked, Review):
        roles.require_writer(by, locked)
    else:
        roles.require_member(by, locked.newsroom_id)
    if not isinstance(locked, Claim) and locked.state != "draft":
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
    """Writes the content into the draft and its rows. The rows keep their ids."""
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
        for values in content.get(name, ()):
            row = row_model(pk=values["id"], **{stored.field.name: draft})
            _fill(row, columns_of(row_model), values)
            rows.append(row)
        stored.bulk_create(rows)


def forget_states(drafts: Iterable[UUID], erased: UUID | None = None) -> None:
    """Deletes all states of drafts. The database allows this only after an erasure or for drafts that are gone.

    `erased` is the review whose erasure also deletes the states of its claims.
    """
    with connection.cursor() as cursor:
        cursor.callproc("set_config", ["factcheck.erased_review", str(erased or ""), True])
    SavedState.objects.filter(draft__in=list(drafts)).delete()


def columns_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns that people edit, and the captures. A draft's publishers and a row's draft never change."""
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
    """Sets the columns. A reference to a row that no longer exists becomes empty, or isn't changed if it's required."""
    for column in columns:
        if column.name not in values:
            continue
        value, target = column.to_python(values[column.name]), column.related_model
        if target is not None and value is not None and not target._default_manager.filter(pk=value).exists():
            if not column.null:
                continue
            value = None
        setattr(row, column.attname, value)
