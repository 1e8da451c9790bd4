"""Functions that write to the audit log. Rows of the audit log are never deleted.

The application's database role can add events only through `editorial_record_events` (sql/events.sql).
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Model
from psycopg.types.json import Jsonb

from factcheck.editorial.file_quotas import require_room_for_action
from factcheck.editorial.models import ImportBatch, Publisher, User, VerdictMapping
from factcheck.editorial.sign_in.proofs import current_proof

Detail = Mapping[str, str | int | None]
Act = tuple[str, UUID | str, Detail]  # the name of an action, its subject and its details

UNKNOWN_ACCOUNT = "user:unknown"  # the subject of failed logins with names that no account has
_NAMES: dict[type[Model], str] = {ImportBatch: "import", VerdictMapping: "mapping"}


def record_event(by: User, action: str, subject: Model, **detail: Any) -> None:
    """Record one action on a subject. `detail` must be JSON-serializable.

    Raise OverQuota if the person's requests have done too much within an hour.
    """
    if current_proof():
        require_room_for_action(by=by)
    name = _NAMES.get(type(subject), subject._meta.model_name)
    # Integer keys aren't unique across tables. All other models have UUIDs.
    key = f"{name}:{subject.pk}" if isinstance(subject.pk, int) else str(subject.pk)
    newsroom = subject.pk if isinstance(subject, Publisher) else getattr(subject, "newsroom_id", None)
    record_events(by, newsroom, [(action, key, detail)])


def record_events(by: User | None, newsroom: int | None, acts: Iterable[Act]) -> None:
    """Record many actions in a newsroom in one SQL statement. Each action has a name, a subject and details.

    The database refuses the events if the transaction has already named another person, or if the request has proved
    another person. A sign-in isn't proved by the session that it begins or replaces.
    """
    acts = list(acts)
    proof = current_proof() if by and not all(action.startswith("sign_in.") for action, *_rest in acts) else ""
    columns = [[action, str(subject), Jsonb(detail, orjson.dumps)] for action, subject, detail in acts]
    if columns:
        with connection.cursor() as cursor:
            rows = map(list, zip(*columns, strict=True))
            cursor.callproc("editorial_record_events", [by and by.pk, newsroom, *rows, proof])


def record_account_event(by: User | None, action: str, account: User | None, **detail: Any) -> None:
    """Record a sign-in or a second factor. `account` is None if no account has the typed name."""
    record_events(by, None, [(action, f"user:{account.pk}" if account else UNKNOWN_ACCOUNT, detail)])


def set_actor(by: User | None, *, is_proved: bool = True) -> None:
    """Tell the database who the person is, until the transaction ends. Triggers name this person in their events.

    `is_proved` is false if the person proves their identity in another way than with the request's session.
    """
    with connection.cursor() as cursor:
        cursor.callproc("editorial_set_actor", [by and by.pk, current_proof() if is_proved else ""])
