"""The people who have a draft open for editing. Rows live for a minute and aren't a record of anybody's work."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from factcheck.editorial.models import OpenDraft, User

SEEN_FOR = timedelta(minutes=1)


def note_open(draft: UUID, user: User) -> list[str]:
    """Notes that the person has the draft open. Returns the names of the other people who have it open."""
    now = timezone.now()
    delete_old()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO editorial_opendraft (draft, user_id, seen_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (draft, user_id) DO UPDATE SET seen_at = excluded.seen_at",
            [draft, user.pk, now],
        )
    others = OpenDraft.objects.filter(draft=draft).exclude(user=user).select_related("user").order_by("user")
    return [str(row.user) for row in others]


def note_closed(draft: UUID, user: User) -> None:
    OpenDraft.objects.filter(draft=draft, user=user).delete()


def delete_old() -> None:
    """Deletes the rows of pages that were closed. Rows that another request deletes are skipped."""
    old = OpenDraft.objects.filter(seen_at__lt=timezone.now() - SEEN_FOR).select_for_update(skip_locked=True)
    OpenDraft.objects.filter(pk__in=old.values("pk")).delete()
